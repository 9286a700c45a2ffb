"""What became of policies that households may be owed (政策落实): a person says so, with the day; and how many."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import Conflict, NotFound, invalid
from libs.common.events.household_terms import PolicyAnswer
from libs.common.events.households import PolicyAnswered
from libs.common.pack.areas import area_prefix
from libs.common.pack.schema import SupportPolicy
from libs.common.rules.requests import Request
from libs.common.security.policy import Scope
from libs.common.security.vault import Vault
from libs.common.web.cursors import Page
from services.intake.households.actions.recording import today_of
from services.intake.households.actions.sealing import without_names
from services.intake.households.queries import identity_of
from services.intake.households.tables import Household, HouseholdPolicy, PolicyStatus
from services.intake.policies.queries import OLDEST_FIRST, PolicyFilter, areas_of, counts_of, list_policies, matched_of
from services.intake.policies.schemas import (
    AnswerPolicy,
    CountQuery,
    PoliciesOut,
    PolicyCount,
    PolicyCounts,
    PolicyItem,
    PolicyQuery,
)


async def answer(
    session: Session, asked: Request, household_id: str, policy: str, body: AnswerPolicy, vault: Vault
) -> PoliciesOut:
    """Say what became of it, for all steps by which it fits and of which it was not granted yet.

    Raises:
        NotFound: the household is out of reach, or was never matched with it. Conflict: all of it was granted.
        Invalid: the day lies ahead, or before the policy fitted; no reason where it was not granted.
    """
    row = await session.one(Household, "household_id", household_id)
    identity = await identity_of(session, household_id)
    if row is None or identity is None or not asked.scope.covers(row.area_code):
        raise NotFound
    rows = [one for one in await matched_of(session, household_id) if one.policy == policy]
    if not rows:
        raise NotFound
    waiting = [one for one in rows if one.status is not PolicyStatus.GRANTED]
    if not waiting:
        raise Conflict("It was granted already", "该政策已落实")
    day = body.on_day or today_of(session)
    _check(body, day > today_of(session), day < min(one.holds_from for one in waiting))
    why = without_names(vault, identity, body.why) if body.why else ""
    for one in waiting:
        one.status, one.answered_on, one.answered_at = PolicyStatus(body.answer), day, session.now
        one.who, one.unit_code, one.staff_id = asked.actor.subject, asked.actor.unit_code, asked.actor.staff_id
        one.why = why
    session.publish(
        PolicyAnswered(
            occurred_at=session.now,
            household_id=household_id,
            policy=policy,
            until_version=max(one.version for one in waiting),
            answer=body.answer,
            on_day=day,
            why=why,
        )
    )
    return PoliciesOut(household_id=household_id, items=[_item(session, one, row.area_code) for one in rows])


async def page(session: Session, scope: Scope, query: PolicyQuery) -> Page[PolicyItem]:
    """A page of them."""
    narrowed = PolicyFilter(**query.model_dump(exclude={"cursor", "limit"}))
    rows = await list_policies(session, scope, narrowed, query)
    areas = await areas_of(session, [row.household_id for row in rows])
    return OLDEST_FIRST.page(rows, query.limit, lambda row: _item(session, row, areas[row.household_id]))


async def counts(session: Session, scope: Scope, query: CountQuery) -> PolicyCounts:
    """By policy, those of the pack in force that nobody was matched with included."""
    area = "" if query.area_code is None else area_prefix(query.area_code)
    counted: dict[str, Counter[str]] = {support.code: Counter() for support in _policies(session)}
    for row in await counts_of(session, scope.area_prefix, area):
        counted.setdefault(row.policy, Counter())[row.status] = row.many
    return PolicyCounts(
        area_code=query.area_code,
        policies=[
            PolicyCount(
                policy=code,
                **_names(session, code),
                matched=many.total(),
                due=many[PolicyStatus.DUE],
                granted=many[PolicyStatus.GRANTED],
                explained=many[PolicyStatus.EXPLAINED],
                not_applicable=many[PolicyStatus.NOT_APPLICABLE],
            )
            for code, many in sorted(counted.items())
        ],
    )


def _check(body: AnswerPolicy, lies_ahead: bool, lies_before: bool) -> None:  # noqa: FBT001 - named where it is called
    if lies_ahead:
        raise invalid("on_day", "lies ahead", "日期晚于今天")
    if lies_before:
        raise invalid("on_day", "lies before the day from which it fits", "早于政策匹配之日")
    if body.answer is not PolicyAnswer.GRANTED and body.why is None:
        raise invalid("why", "is needed where it was not granted", "未落实须说明理由")


def _policies(session: Session) -> Sequence[SupportPolicy]:
    return session.packs.current(session.now).directory.pack.households.policies


def _names(session: Session, code: str) -> dict[str, Any]:
    for support in _policies(session):
        if support.code == code:
            return {"policy_name": support.name, "policy_name_en": support.name_en}
    return {"policy_name": None, "policy_name_en": None}


def _item(session: Session, row: HouseholdPolicy, area_code: str) -> PolicyItem:
    same = ("household_id", "version", "policy", "holds_from", "matched_at", "status")
    answered = ("answered_on", "answered_at", "staff_id", "why")
    told = {name: getattr(row, name) for name in (*same, *answered)}
    return PolicyItem(area_code=area_code, **told, **_names(session, row.policy))
