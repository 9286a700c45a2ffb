"""Judgements (认定), pure: who may say how a case counts, and what becomes of a wish not to be counted (不计入考核).

None of it closes a case, and none changes what the citizen was promised. Who could want a figure to be prettier decides
nothing here: nobody who had a hand in the case judges it, and what a unit asks for somebody else decides, who is of a
higher level or a supervisor (泰安 计入/不计入考核).
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from libs.common.events.terms import Merit
from libs.common.rules.apart import Hands, check_no_hand, check_not_their_own, names_of
from libs.common.rules.machine import Actor, NotTheirs, OutOfTurn


class Judged(StrEnum):
    """What somebody decides about a case (认定事项); of each the latest word holds."""

    PETITION = "petition"
    MERIT = "merit"


class ExclusionState(StrEnum):
    """What became of a wish that a case be not counted (不计入考核申请状态)."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    REVOKED = "revoked"


STATE_LABELS: dict[ExclusionState, tuple[str, str]] = {
    ExclusionState.ASKED: ("待审定", "waiting to be decided"),
    ExclusionState.GRANTED: ("不计入考核", "granted: the case is not counted"),
    ExclusionState.REFUSED: ("不予同意", "refused"),
    ExclusionState.REVOKED: ("已恢复计入", "revoked: the case is counted again"),
}
"""Chinese and English."""
STANDING = (ExclusionState.ASKED, ExclusionState.GRANTED)
"""While one stands so, no other can be asked for about the case."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A wish that a case be not counted, under its columns' names, and all that was decided about it."""

    exclusion_id: str
    case_id: str
    unit_code: str
    """The unit that asked."""
    reason_code: str
    evidence: str
    asked_by: str | None
    asked_by_staff: str | None
    asked_at: datetime
    state: ExclusionState = ExclusionState.ASKED
    decided_by: str | None = None
    decided_by_unit: str | None = None
    decided_by_staff: str | None = None
    decided_at: datetime | None = None
    decision_note: str | None = None
    revoked_by: str | None = None
    revoked_by_unit: str | None = None
    revoked_by_staff: str | None = None
    revoked_at: datetime | None = None
    revocation_note: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Ruling:
    """What somebody decided about a wish: who, when, and why; names are empty where an event does not tell them."""

    by: str | None
    by_unit: str | None
    by_staff: str | None
    at: datetime
    note: str


def decided(exclusion: Exclusion, ruling: Ruling, *, granted: bool) -> Exclusion:
    """The wish after it was granted or refused."""
    return replace(
        exclusion,
        state=ExclusionState.GRANTED if granted else ExclusionState.REFUSED,
        decided_by=ruling.by,
        decided_by_unit=ruling.by_unit,
        decided_by_staff=ruling.by_staff,
        decided_at=ruling.at,
        decision_note=ruling.note,
        version=exclusion.version + 1,
    )


def revoked(exclusion: Exclusion, ruling: Ruling) -> Exclusion:
    """The wish after what was granted holds no longer."""
    return replace(
        exclusion,
        state=ExclusionState.REVOKED,
        revoked_by=ruling.by,
        revoked_by_unit=ruling.by_unit,
        revoked_by_staff=ruling.by_staff,
        revoked_at=ruling.at,
        revocation_note=ruling.note,
        version=exclusion.version + 1,
    )


def plan_fault(merit: Merit, plan: str | None, *, wanted: bool) -> tuple[str, str] | None:
    """What is wrong with a plan (方案) for a demand, in English and Chinese: one is for what is reasonable alone.

    ``wanted``: the place has a plan for whatever is reasonable (合理诉求当场拿方案).
    """
    if merit is Merit.UNREASONABLE:
        return None if plan is None else ("is for what is reasonable alone", "仅合理或部分合理的诉求可填写方案")
    if plan is None and wanted:
        return "is missing: what is reasonable has a plan at once here", "本地规定合理诉求须当场拿出方案"
    return None


def check_may_ask(hands: Hands, actor: Actor) -> None:
    """NotTheirs unless the unit had a hand in the case: nobody else's figure is at stake."""
    if actor.units.isdisjoint(hands.units):
        raise NotTheirs("Only a unit that handled the case asks for this", "只有承办单位可以申请不计入考核")


def check_may_decide(
    exclusion: Exclusion, hands: Hands, actor: Actor, above: Collection[str], *, supervises: bool
) -> None:
    """NotTheirs unless somebody else, who is a supervisor or acts for a unit ``above`` the one that asked."""
    asked_by = () if exclusion.asked_by is None else names_of(exclusion.asked_by, exclusion.asked_by_staff)
    check_not_their_own(asked_by, [exclusion.unit_code], actor)
    check_no_hand(hands, actor)
    if not supervises and actor.units.isdisjoint(above):
        raise NotTheirs(
            "A supervisor decides this, or a unit above the one that asked", "须由督查人员或申请单位的上级单位审定"
        )


def check_none_stands(exclusions: Collection[ExclusionState]) -> None:
    """OutOfTurn while one is asked for or granted."""
    for state in STANDING:
        if state in exclusions:
            zh, en = STATE_LABELS[state]
            raise OutOfTurn(f"This was asked for before, and is {en}", f"该件已申请过：{zh}")


def check_state(exclusion: Exclusion, needed: ExclusionState) -> None:
    """OutOfTurn unless it stands so."""
    if exclusion.state is not needed:
        zh, en = STATE_LABELS[exclusion.state]
        raise OutOfTurn(f"This is not possible: it is {en}", f"不能如此操作：当前为“{zh}”")
