"""The rules of aid, pure: who may take which step, and what a matter of aid becomes by it.

A unit finds it and applies for it; another unit, and another person by whatever account, decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from libs.common.events.aid_terms import AidStatus, AidStep
from libs.common.rules.apart import check_not_their_own, names_of
from libs.common.rules.machine import Actor, OutOfTurn

OPEN_AIDS = (AidStatus.FOUND, AidStatus.APPLIED)
"""Somebody has something to do."""

STEPS: dict[tuple[AidStatus, AidStep], AidStatus] = {
    (AidStatus.FOUND, AidStep.APPLY): AidStatus.APPLIED,
    (AidStatus.APPLIED, AidStep.GRANT): AidStatus.GRANTED,
    (AidStatus.APPLIED, AidStep.REFUSE): AidStatus.REFUSED,
    **{(status, AidStep.DROP): AidStatus.DROPPED for status in OPEN_AIDS},
}

AID_LABELS: dict[AidStatus, tuple[str, str]] = {
    AidStatus.FOUND: ("已发现待申请", "found, not applied for yet"),
    AidStatus.APPLIED: ("已申请待审批", "applied for, not decided yet"),
    AidStatus.GRANTED: ("已批准", "granted"),
    AidStatus.REFUSED: ("未批准", "refused"),
    AidStatus.DROPPED: ("不再办理", "dropped"),
}
"""Chinese and English."""
_DECISIONS = (AidStep.GRANT, AidStep.REFUSE)


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
        NotTheirs: whoever decides applied for it, or is of the unit that did.
        OutOfTurn: it cannot be taken as the matter stands.
    """
    if step in _DECISIONS:
        asked_by = names_of(aid.applied_by, aid.applied_by_staff) | names_of(aid.found_by, aid.found_by_staff)
        check_not_their_own(asked_by, (aid.applied_unit,), by)
    if (aid.status, step) not in STEPS:
        zh, en = AID_LABELS[aid.status]
        raise OutOfTurn(
            f"That is not possible: the aid is {en}", f"救助事项{zh}，不能进行此操作", extra={"state": aid.status.value}
        )
    return AidSaid(step, max(now, aid.applied_at or aid.found_at), by, note, facts)


def evolve(aid: AidState, said: AidSaid) -> AidState:
    """The matter after the step. OutOfTurn for one that the table does not have."""
    status = STEPS.get((aid.status, said.step))
    if status is None:
        raise OutOfTurn(f"{said.step} from {aid.status}", f"{said.step} from {aid.status}")
    named = "applied" if said.step is AidStep.APPLY else "ended"
    kept: dict[str, Any] = {
        "applied_note" if said.step is AidStep.APPLY else "end_note": said.note,
        f"{named}_unit": said.by.unit_code,
        f"{named}_by": said.by.subject,
        f"{named}_by_staff": said.by.staff_id,
        f"{named}_at": said.at,
    }
    return replace(aid, status=status, version=aid.version + 1, **said.facts, **kept)
