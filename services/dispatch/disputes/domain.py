"""The rules of arbitration (争议裁定), pure: who is heard, who may rule, and what a session becomes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from libs.common.rules.machine import Actor, Label, Machine, NotTheirs, OutOfTurn, Transition, asks
from services.dispatch.cases.domain.disputed import Dispute, UnitStatement
from services.dispatch.cases.domain.state import Assignment, Said, State
from services.dispatch.cases.domain.terms import Party


class ArbitrationState(StrEnum):
    """What became of a session (裁定状态)."""

    OPEN = "open"
    RULED = "ruled"
    LAPSED = "lapsed"


STATE_LABELS: dict[ArbitrationState, Label] = {
    ArbitrationState.OPEN: ("裁定中", "open"),
    ArbitrationState.RULED: ("已裁定", "ruled on"),
    ArbitrationState.LAPSED: ("失效", "moot"),
}
"""Chinese and English."""


class ArbitrationStep(StrEnum):
    """What can happen to a session (裁定操作)."""

    CALL = "call"
    HEAR = "hear"
    RULE = "rule"
    LAPSE = "lapse"


STEP_LABELS: dict[ArbitrationStep, Label] = {
    ArbitrationStep.CALL: ("提请裁定", "call for it"),
    ArbitrationStep.HEAR: ("听取意见", "hear a unit"),
    ArbitrationStep.RULE: ("裁定", "rule"),
    ArbitrationStep.LAPSE: ("失效", "the case goes on without it"),
}
"""Chinese and English."""


@dataclass(frozen=True, slots=True)
class Arbitration:
    """All of a session but whose case it is about, under its columns' names. ``version`` is that of its opening."""

    version: int
    round: int
    by_rule: bool
    units: tuple[str, ...]
    question: str
    opened_at: datetime
    opened_by: str
    opened_by_staff: str | None = None
    opened_unit: str | None = None
    state: ArbitrationState = ArbitrationState.OPEN
    ended_at: datetime | None = None
    lead_unit: str | None = None
    support_units: tuple[str, ...] = ()
    minutes: str | None = None
    files: tuple[str, ...] = ()
    ruling: str | None = None
    ruled_by: str | None = None
    ruled_by_staff: str | None = None
    ruled_unit: str | None = None


@dataclass(frozen=True, slots=True)
class HearingEntry:
    """What one unit said in a session, or that it did not come. ``version`` is that of the step that noted it."""

    version: int
    arbitration: int
    unit_code: str
    absent: bool
    words: str
    heard_at: datetime
    recorded_by: str
    recorded_by_staff: str | None = None


def enough_gave_it_back(units: Collection[str], after: int | None) -> bool:
    """Whether so many units gave a case back that it goes up for arbitration; never where the pack has no number."""
    return after is not None and len(units) >= after


def check_somebody_else_leads_it_next(given_back: Collection[str], lead_unit: str | None, after: int | None) -> None:
    """OutOfTurn when one more return is the last: no dispatcher tries the next unit then, it is ruled on."""
    if lead_unit is not None and enough_gave_it_back({*given_back, lead_unit}, after):
        raise OutOfTurn(
            f"This is the return of unit number {after}: approved without another unit, it goes up for arbitration",
            f"已有 {after} 个单位退单：同意退单时不得再直接改派，应提请裁定",
        )


def check_apart(units: Iterable[str], below: Collection[str], gave_it_back: Collection[str], actor: Actor) -> None:
    """NotTheirs for anybody of a unit in dispute, or below one, and for whoever asked to give the case back."""
    if not actor.units.isdisjoint((*units, *below)):
        raise NotTheirs("Nobody of a unit arbitrates for it", "争议单位及其下属单位的人员不得参与裁定")
    if not actor.names.isdisjoint(gave_it_back):
        raise NotTheirs("Whoever gave the case back does not arbitrate in it", "申请退单的人员不得参与裁定")


def check_names_nobody_of_theirs(named: Collection[str], actor: Actor) -> None:
    """NotTheirs when a ruling would give the case to a unit of whoever rules."""
    if not actor.units.isdisjoint(named):
        raise NotTheirs("Nobody rules that a unit of his own has the case", "裁定人不得将本件裁定给本人所在单位")


def check_heard(session: Arbitration, hearings: Iterable[HearingEntry]) -> None:
    """OutOfTurn, naming each unit that was neither heard nor asked in vain."""
    heard = {one.unit_code for one in hearings if one.arbitration == session.version}
    missing = [unit for unit in session.units if unit not in heard]
    if missing:
        raise OutOfTurn(
            f"These units were not heard yet: {', '.join(missing)}; note what each says, or that it did not come",
            f"尚未听取以下单位意见：{'、'.join(missing)}；请记录其意见，或记录其未到会",
        )


_S, _T = ArbitrationState, Transition[ArbitrationState, ArbitrationStep, Party, [Arbitration, Iterable[HearingEntry]]]

MACHINE: Machine[ArbitrationState, ArbitrationStep, Party, [Arbitration, Iterable[HearingEntry]]] = Machine(
    steps=(
        _T(ArbitrationStep.CALL, None, _S.OPEN, Party.CONVENER),
        _T(ArbitrationStep.HEAR, _S.OPEN, _S.OPEN, Party.CONVENER),
        _T(ArbitrationStep.RULE, _S.OPEN, _S.RULED, Party.ARBITER, (check_heard,)),
        _T(ArbitrationStep.LAPSE, _S.OPEN, _S.LAPSED, Party.SYSTEM),
    ),
    statuses=STATE_LABELS,
    actions=STEP_LABELS,
    people=(Party.CONVENER, Party.ARBITER),
    ends=(_S.RULED, _S.LAPSED),
    must=(asks(Party.ARBITER, (ArbitrationStep.RULE,), check_heard),),
    noun="the session",
)
"""Who convenes and who rules, the case's own table says."""


def check_is_one(session: Arbitration, unit_code: str) -> None:
    """OutOfTurn for a unit that the session is not about."""
    if unit_code not in session.units:
        raise OutOfTurn(f"The dispute is between {', '.join(session.units)}", f"争议单位为：{'、'.join(session.units)}")


def concerns(before: State, after: State) -> bool:
    """Whether a step ends a session that was open before it."""
    return bool(before.disputing) and not after.disputing


def evolve(sessions: tuple[Arbitration, ...], before: State, after: State, said: Said) -> tuple[Arbitration, ...]:
    """The sessions about a case after a step of it: one more, or the one that was open is ruled on, or moot."""
    if isinstance(said.what, Dispute):
        return (*sessions, _opened(after, said, said.what))
    if not concerns(before, after):
        return sessions
    return tuple(_ended(one, said) if one.state is ArbitrationState.OPEN else one for one in sessions)


def heard_in(hearings: tuple[HearingEntry, ...], after: State, said: Said) -> tuple[HearingEntry, ...]:
    """The hearings after a step: one more, where it was one."""
    if not isinstance(said.what, UnitStatement):
        return hearings
    what, by = said.what, said.by
    who = by.subject, by.staff_id
    return (
        *hearings,
        HearingEntry(after.version, what.arbitration, what.unit_code, what.absent, what.words, said.at, *who),
    )


def _opened(after: State, said: Said, what: Dispute) -> Arbitration:
    by = said.by.subject, said.by.staff_id, said.by.unit_code
    return Arbitration(after.version, after.round, what.by_rule, what.units, what.question, said.at, *by)


def _ended(session: Arbitration, said: Said) -> Arbitration:
    ruling = said.what.ruling if isinstance(said.what, Assignment) else None
    if ruling is None or not isinstance(said.what, Assignment):
        state = MACHINE.step(session.state, ArbitrationStep.LAPSE).target
        return replace(session, state=state, ended_at=said.at)
    return replace(
        session,
        state=MACHINE.step(session.state, ArbitrationStep.RULE).target,
        ended_at=said.at,
        lead_unit=said.what.lead_unit,
        support_units=said.what.support_units,
        minutes=ruling.minutes,
        files=ruling.files,
        ruling=ruling.words,
        ruled_by=said.by.subject,
        ruled_by_staff=said.by.staff_id,
        ruled_unit=said.by.unit_code,
    )
