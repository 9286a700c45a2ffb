"""Policies that a household may be owed once it has got worse (政策匹配): noted by the step that says so."""

from collections.abc import Sequence
from datetime import date, datetime

from libs.common.database.session import Session
from libs.common.events.households import PolicyMatched
from libs.common.pack.schema import SupportPolicy
from services.intake.households.domain import State, fits
from services.intake.households.tables import HouseholdPolicy, PolicyStatus


def note_policies(
    session: Session, household_id: str, before: State, after: State, holds_from: date, at: datetime
) -> None:
    """What somebody has to look at by a step; nothing by a registration, when nothing has got worse."""
    if not before.version:
        return
    policies = _matched(session.packs.current(session.now).directory.pack.households.policies, before, after)
    for policy in policies:
        session.insert(
            HouseholdPolicy,
            {
                "household_id": household_id,
                "version": after.version,
                "policy": policy,
                "holds_from": holds_from,
                "matched_at": at,
                "status": PolicyStatus.DUE,
                "answered_on": None,
                "answered_at": None,
                "who": None,
                "unit_code": None,
                "staff_id": None,
                "why": "",
            },
        )
    if policies:
        session.publish(
            PolicyMatched(
                occurred_at=at,
                household_id=household_id,
                version=after.version,
                policies=tuple(policies),
                holds_from=holds_from,
            )
        )


def _matched(policies: Sequence[SupportPolicy], before: State, after: State) -> list[str]:
    return [
        support.code
        for support in policies
        if fits(after, support.kinds, support.classes) and not fits(before, support.kinds, support.classes)
    ]
