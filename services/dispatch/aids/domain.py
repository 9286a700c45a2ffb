"""The rules of aid, pure: who may take which step, and what a matter of aid becomes by it.

A unit finds it and applies for it; another unit, and another person by whatever account, decides.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from libs.common.events.aid_terms import AidStatus, AidStep
from libs.common.rules.apart import check_not_their_own, names_of
from libs.common.rules.machine import Actor, Label, Machine, Transition, asks, whose_is_checked
from services.dispatch.cases.domain.terms import ACTION_LABELS, Action

OPEN_AIDS = (AidStatus.FOUND, AidStatus.APPLIED)
"""Somebody has something to do."""


class AidParty(StrEnum):
    """Whose step of aid it is: whoever handles its case finds, applies and drops, and somebody apart decides."""

    HELPER = "helper"
    DECIDER = "decider"


AID_LABELS: dict[AidStatus, tuple[str, str]] = {
    AidStatus.FOUND: ("已发现待申请", "found, not applied for yet"),
    AidStatus.APPLIED: ("已申请待审批", "applied for, not decided yet"),
    AidStatus.GRANTED: ("已批准", "granted"),
    AidStatus.REFUSED: ("未批准", "refused"),
    AidStatus.DROPPED: ("不再办理", "dropped"),
}
"""Chinese and English."""
AID_STEPS: dict[AidStep, Label] = {step: ACTION_LABELS[Action(f"aid_{step}")] for step in AidStep}
"""As the step of the case is called that each is."""


@dataclass(frozen=True, slots=True)
class AidState:
    """A matter of aid under its columns' names: who found, applied and ended it, for which unit, when."""

    aid_id: str
    case_id: str
    round: int
    kind: str
    persons: int
    found_note: str
    found_unit: str | None
    found_by: str
    found_by_staff: str | None
    found_at: datetime
    status: AidStatus = AidStatus.FOUND
    applied_note: str | None = None
    applied_unit: str | None = None
    applied_by: str | None = None
    applied_by_staff: str | None = None
    applied_at: datetime | None = None
    amount_fen: int | None = None
    """What was granted, in whole fen."""
    end_note: str | None = None
    ended_unit: str | None = None
    ended_by: str | None = None
    ended_by_staff: str | None = None
    ended_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class AidSaid:
    """A step, when it was taken, by whom and why, and what it makes true, under the columns' names."""

    step: AidStep
    at: datetime
    by: Actor
    note: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def decide(aid: AidState, step: AidStep, by: Actor, now: datetime, note: str, **facts: Any) -> AidSaid:
    """The step with what it makes true.

    Raises:
        NotTheirs: whoever decides found or applied for it, or is of a unit that did.
        OutOfTurn: it cannot be taken as the matter stands.
    """
    _WHOSE[MACHINE.who[step]](aid, by)
    MACHINE.target(aid.status, step)
    return AidSaid(step, max(now, aid.applied_at or aid.found_at), by, note, facts)


def _check_decides(aid: AidState, by: Actor) -> None:
    asked_by = names_of(aid.applied_by, aid.applied_by_staff) | names_of(aid.found_by, aid.found_by_staff)
    check_not_their_own(asked_by, (aid.found_unit, aid.applied_unit), by)


def _by_right(_aid: AidState, _by: Actor) -> None:
    """That the caller sees its case was asked before."""


_WHOSE: Mapping[AidParty, Callable[[AidState, Actor], None]] = {
    AidParty.HELPER: _by_right,
    AidParty.DECIDER: _check_decides,
}
_T = Transition[AidStatus, AidStep, AidParty, []]

MACHINE: Machine[AidStatus, AidStep, AidParty, []] = Machine(
    steps=(
        _T(AidStep.FIND, None, AidStatus.FOUND, AidParty.HELPER),
        _T(AidStep.APPLY, AidStatus.FOUND, AidStatus.APPLIED, AidParty.HELPER),
        _T(AidStep.GRANT, AidStatus.APPLIED, AidStatus.GRANTED, AidParty.DECIDER),
        _T(AidStep.REFUSE, AidStatus.APPLIED, AidStatus.REFUSED, AidParty.DECIDER),
        *_T.each(OPEN_AIDS, AidStep.DROP, AidParty.HELPER, to=AidStatus.DROPPED),
    ),
    statuses=AID_LABELS,
    actions=AID_STEPS,
    people=tuple(AidParty),
    ends=tuple(status for status in AidStatus if status not in OPEN_AIDS),
    must=(whose_is_checked(_WHOSE), asks(AidParty.DECIDER, (AidStep.GRANT, AidStep.REFUSE))),
    noun="the aid",
)


def evolve(aid: AidState, said: AidSaid) -> AidState:
    """The matter after the step. OutOfTurn for one that the table does not have."""
    status = MACHINE.step(aid.status, said.step).target
    named = "applied" if said.step is AidStep.APPLY else "ended"
    kept: dict[str, Any] = {
        "applied_note" if said.step is AidStep.APPLY else "end_note": said.note,
        f"{named}_unit": said.by.unit_code,
        f"{named}_by": said.by.subject,
        f"{named}_by_staff": said.by.staff_id,
        f"{named}_at": said.at,
    }
    return replace(aid, status=status, version=aid.version + 1, **said.facts, **kept)
