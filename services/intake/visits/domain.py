"""A visit's record (走访记录): who may correct or void it, which visit of a day it is one with, which one it comes too
soon after, and whether it was by night.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum

from libs.common.events.people import person_name
from libs.common.events.visit_terms import VisitOutcome, VisitSlot, VisitStep
from libs.common.rules import machine
from libs.common.rules.machine import SYSTEM, Actor, Label, Machine, NotTheirs, OutOfTurn, Transition
from libs.common.visits.placing import REACHING

_AN_ANSWER = frozenset({VisitStep.CONFIRM_VOID, VisitStep.REFUSE_VOID})


class Status(StrEnum):
    """Where a visit's record stands (走访记录状态)."""

    RECORDED = "recorded"
    VOID_ASKED = "void_asked"
    VOID = "void"


class Party(StrEnum):
    """Whose step it is."""

    RECORDER = "recorder"
    CORRECTOR = "corrector"
    CONFIRMER = "confirmer"


STATUSES: Mapping[Status, Label] = {
    Status.RECORDED: ("已登记", "recorded"),
    Status.VOID_ASKED: ("待确认作废", "said never to have been, which somebody else has to confirm"),
    Status.VOID: ("已作废", "void"),
}
ACTIONS: Mapping[VisitStep, Label] = {
    VisitStep.RECORD: ("登记走访", "record it"),
    VisitStep.CORRECT: ("更正", "correct it"),
    VisitStep.ASK_VOID: ("申请作废", "ask that it is void"),
    VisitStep.CONFIRM_VOID: ("确认作废", "confirm that it is void"),
    VisitStep.REFUSE_VOID: ("驳回作废", "refuse to void it"),
}


@dataclass(frozen=True, slots=True)
class State:
    """What the rules know of a record."""

    status: Status | None = None
    staff_ids: tuple[str, ...] = ()
    """Who made the visit."""
    entered_by: str = ""
    """The person who wrote it down, as `Actor.person`."""
    entered_on: date = date.min
    """The place's day."""
    void_asked_by: str | None = None
    version: int = 0

    @property
    def visitors(self) -> frozenset[str]:
        """Who made the visit, by name of each person."""
        return frozenset(map(person_name, self.staff_ids))


Said = machine.Said[VisitStep, tuple[str, ...]]
"""``what`` are the staff ids of those who made it, as the step has them."""


def _neither_made_nor_asked_it(state: State, actor: Actor) -> None:
    if not actor.names.isdisjoint({*state.visitors, state.entered_by, state.void_asked_by or ""}):
        raise OutOfTurn(
            "Whoever made the visit, wrote it down or asked that it is void does not decide it",
            "走访人、登记人及申请作废的人不得确认",
        )


def _by_itself(_state: State, actor: Actor) -> None:
    """While its voiding waits only that follows by itself with which visit of its day it is one."""
    if actor != SYSTEM:
        raise OutOfTurn(
            "It waits to be void or not: nobody corrects it before somebody else has said",
            "作废待确认期间不得更正",
        )


_S, _T = Status, Transition[Status, VisitStep, Party, [State, Actor]]

VISITS: Machine[Status, VisitStep, Party, [State, Actor]] = Machine(
    steps=(
        _T(VisitStep.RECORD, None, _S.RECORDED, Party.RECORDER),
        _T(VisitStep.CORRECT, _S.RECORDED, _S.RECORDED, Party.CORRECTOR),
        _T(VisitStep.CORRECT, _S.VOID_ASKED, _S.VOID_ASKED, Party.CORRECTOR, (_by_itself,)),
        _T(VisitStep.ASK_VOID, _S.RECORDED, _S.VOID_ASKED, Party.CORRECTOR),
        _T(VisitStep.CONFIRM_VOID, _S.VOID_ASKED, _S.VOID, Party.CONFIRMER, (_neither_made_nor_asked_it,)),
        _T(VisitStep.REFUSE_VOID, _S.VOID_ASKED, _S.RECORDED, Party.CONFIRMER, (_neither_made_nor_asked_it,)),
    ),
    statuses=STATUSES,
    actions=ACTIONS,
    people=tuple(Party),
    ends=(Status.VOID,),
    noun="the visit",
)


def decide(state: State, step: VisitStep, staff_ids: tuple[str, ...], by: Actor, at: datetime, why: str = "") -> Said:
    """The step, as it is said. OutOfTurn where it is not possible as the record stands, or is somebody else's."""
    VISITS.target(state.status, step, state, by)
    return machine.Said(step, at, staff_ids, by, why)


def is_theirs(state: State, by: Actor) -> bool:
    """Whether this person made the visit, or wrote it down."""
    return not by.names.isdisjoint({*state.visitors, state.entered_by})


def check_corrector(state: State, by: Actor, today: date, *, oversees: bool) -> None:
    """Who made a visit corrects it within the day on which it was entered; later somebody who oversees visits does.

    Whoever made it and oversees visits as well is one who made it. NotTheirs.
    """
    mine = is_theirs(state, by)
    if mine and today == state.entered_on:
        return
    if mine or not oversees:
        raise NotTheirs(
            "Who made or entered a visit corrects it on the day of its entry; later somebody else who oversees visits",
            "走访人、登记人仅可在登记当日更正，之后由其他管理人员更正",
        )


def evolve(state: State, said: Said) -> State:
    """What a record is by a step."""
    step = VISITS.step(state.status, said.action)
    moved = replace(state, status=step.target, staff_ids=said.what, version=state.version + 1)
    if said.action is VisitStep.ASK_VOID:
        return replace(moved, void_asked_by=said.by.person)
    return replace(moved, void_asked_by=None) if said.action in _AN_ANSWER else moved


@dataclass(frozen=True, slots=True)
class VisitBeside:
    """A visit that is not void, beside others of its household."""

    visit_id: str
    day: date
    outcome: VisitOutcome
    recorded_at: datetime
    counts_in: frozenset[str] = frozenset()
    """Rounds in which it was made and its slot counts."""


def duplicates(visits: Iterable[VisitBeside]) -> Mapping[str, str | None]:
    """By visit the one with which it is one: of those of one day that reached somebody, the one recorded first."""
    first: dict[date, str] = {}
    found: dict[str, str | None] = {}
    for visit in sorted(visits, key=lambda visit: (visit.recorded_at, visit.visit_id)):
        found[visit.visit_id] = first.get(visit.day) if visit.outcome in REACHING else None
        if visit.outcome in REACHING:
            first.setdefault(visit.day, visit.visit_id)
    return found


def too_near(
    visit: VisitBeside, others: Iterable[VisitBeside], gaps: Mapping[str, int], gap_days: int
) -> VisitBeside | None:
    """The nearest visit of another day that this one comes too soon after, or before; None where it does not.

    In a round its own gap is kept between visits that count there (``gaps`` by round); else the place's ``gap_days``.
    """
    if visit.outcome not in REACHING:
        return None
    near = [other for other in others if other.outcome in REACHING and _is_near(visit, other, gaps, gap_days)]
    return min(near, key=lambda other: (abs((other.day - visit.day).days), other.visit_id), default=None)


def _is_near(visit: VisitBeside, other: VisitBeside, gaps: Mapping[str, int], gap_days: int) -> bool:
    apart = abs((visit.day - other.day).days)
    if not visit.counts_in:
        return 0 < apart < gap_days
    return any(0 < apart < gaps[round_id] for round_id in visit.counts_in & other.counts_in)


def slot_of(at: time, night_from: time | None, night_until: time | None) -> VisitSlot:
    """By day or by night, by the wall clock of the place."""
    if night_from is None or night_until is None:
        return VisitSlot.DAY
    if night_from < night_until:
        return VisitSlot.NIGHT if night_from <= at < night_until else VisitSlot.DAY
    return VisitSlot.NIGHT if at >= night_from or at < night_until else VisitSlot.DAY


def is_served(outcome: VisitOutcome, purposes: Collection[str]) -> bool:
    """Whether purposes can have been served: at a door that was opened, and at no other."""
    return outcome is VisitOutcome.REACHED or not purposes
