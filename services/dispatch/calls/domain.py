"""The rules of summoned units, pure: the task of each, what it may do with it, and that the result waits for it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from libs.common.errors import NotFound
from libs.common.events.task_terms import task_name
from libs.common.events.whistle_terms import ClaimKind
from libs.common.rules.apart import check_not_worked
from libs.common.rules.machine import Actor, Machine, NotTheirs, OutOfTurn, Transition, asks
from services.dispatch.cases.domain import transitions as cases
from services.dispatch.cases.domain.appraising import ClaimRuling, Consultation, GivenTask
from services.dispatch.cases.domain.called import CalledPart, Whistle
from services.dispatch.cases.domain.state import Ask, Said, State
from services.dispatch.cases.domain.terms import ACTION_LABELS, OF_CALLS, Action, Party


class CallStatus(StrEnum):
    """Where a summoned unit stands (报到状态)."""

    CALLED = "called"
    ON_THE_WAY = "on_the_way"
    ARRIVED = "arrived"
    DONE = "done"
    CANCELLED = "cancelled"


OPEN_CALLS = (CallStatus.CALLED, CallStatus.ON_THE_WAY, CallStatus.ARRIVED)
"""The unit has something to do."""

CALL_LABELS: dict[CallStatus, tuple[str, str]] = {
    CallStatus.CALLED: ("已吹哨待接哨", "summoned, not acknowledged yet"),
    CallStatus.ON_THE_WAY: ("已接哨在途", "on the way"),
    CallStatus.ARRIVED: ("已报到", "there"),
    CallStatus.DONE: ("已办结", "done"),
    CallStatus.CANCELLED: ("已撤销", "let off"),
}
"""Chinese and English."""
_BY_UNIT = tuple(action for action in OF_CALLS if action is not Action.CALL_CANCEL)
_T = Transition[CallStatus, Action, Party, []]
_WHO = cases.MACHINE.who

MACHINE: Machine[CallStatus, Action, Party, []] = Machine(
    steps=(
        _T(Action.CALL_ACKNOWLEDGE, CallStatus.CALLED, CallStatus.ON_THE_WAY, _WHO[Action.CALL_ACKNOWLEDGE]),
        *_T.each(OPEN_CALLS[:2], Action.CALL_ARRIVE, _WHO[Action.CALL_ARRIVE], to=CallStatus.ARRIVED),
        _T(Action.CALL_REPORT, CallStatus.ARRIVED, CallStatus.ARRIVED, _WHO[Action.CALL_REPORT]),
        _T(Action.CALL_DONE, CallStatus.ARRIVED, CallStatus.DONE, _WHO[Action.CALL_DONE]),
        # Also by a claim of the unit that is granted: it was not its task.
        *_T.each(OPEN_CALLS, Action.CALL_CANCEL, _WHO[Action.CALL_CANCEL], to=CallStatus.CANCELLED),
    ),
    statuses=CALL_LABELS,
    actions={action: ACTION_LABELS[action] for action in OF_CALLS},
    people=(Party.CALLED_UNIT, Party.RELEASER),
    ends=(CallStatus.DONE, CallStatus.CANCELLED),
    begins=(CallStatus.CALLED,),
    must=(asks(Party.CALLED_UNIT, _BY_UNIT), asks(Party.RELEASER, (Action.CALL_CANCEL,))),
    noun="the unit",
)
"""It begins with a whistle, as the case's table has it."""
STEPS = MACHINE.table


@dataclass(frozen=True, slots=True)
class CallState:
    """All of a summoned unit's task but whose case it is of, under its columns' names."""

    version: int
    """Of the case by the whistle."""
    unit_code: str
    round: int
    status: CallStatus
    kind: str
    street_unit: str
    area_code: str
    place: str
    what: str
    """What is to be done: of all by the whistle, of this unit alone once a consultation (会商) said so."""
    called_at: datetime
    times: int
    """The how manieth whistle on its category and area within the days that the pack counts."""
    report_due_at: datetime | None = None
    due_at: datetime | None = None
    """Until when its part is to be done: as the street named it, or by the limit of the pack once its clock says so."""
    acknowledged_at: datetime | None = None
    arrived_at: datetime | None = None
    arrived_area: str | None = None
    arrived_place: str | None = None
    late: bool = False
    """Whether it was there after its limit."""
    ended_at: datetime | None = None
    result: str | None = None
    """What it did; of one that was let off why."""
    worked_by: tuple[str, ...] = ()
    """Names of its people who acknowledged, came, reported or did it, sorted."""
    measures: str = ""
    """By what measures, as a consultation said."""
    given_back: bool = False
    """Whether somebody of the county found that it was not its task (退回)."""
    evidence: tuple[str, ...] = ()
    """Files that show what it did, by their SHA-256."""

    @property
    def name(self) -> str:
        """What the task is called everywhere."""
        return task_name(self.version, self.unit_code)


Calls = tuple[CallState, ...]
"""Of one case, oldest first."""


def decide_whistle(state: State, called: Whistle, why: str, by: Actor, now: datetime) -> Said:
    """What is said when a street summons units.

    Raises:
        NotTheirs: it does not handle the case.
        OutOfTurn: not now, or one of them handles the case itself, has an open part of it, or is summoned already.
    """
    said = cases.decide(state, Ask(Action.WHISTLE, called, why), by, now)
    for unit in called.units:
        if unit in (state.lead_unit, *state.delegates, *state.open_support, *state.open_called):
            raise OutOfTurn(f"{unit} has this case in hand already", f"{unit} 已在办理本件，无需召集")
    return said


def decide(state: State, calls: Calls, ask: Ask, by: Actor, now: datetime) -> Said:
    """What is said when a summoned unit takes this step, or is let off.

    Raises:
        NotTheirs: whoever takes it may not: another unit, or one who would let the own unit off.
        OutOfTurn: it cannot be taken as the task stands.
        NotFound: the unit was not summoned.
    """
    part = ask.what if isinstance(ask.what, CalledPart) else CalledPart("", "")
    call = call_of(calls, part.unit_code)
    if ask.action is Action.CALL_CANCEL:
        if part.unit_code in by.units:
            raise NotTheirs("A summoned unit does not let itself off", "被召集单位不得自行撤销召集")
        check_not_worked(call.worked_by, by)
    elif part.unit_code != by.unit_code:
        raise NotTheirs("A unit acts for itself alone", "仅可操作本单位的任务")
    MACHINE.target(call.status, ask.action)
    return cases.decide(state, ask, by, now)


def check_open(call: CallState) -> None:
    """OutOfTurn unless the unit has something to do."""
    if call.status not in OPEN_CALLS:
        zh, en = CALL_LABELS[call.status]
        raise OutOfTurn(f"Nobody has to act on this task: the unit is {en}", f"该任务“{zh}”，不能指定责任人")


def call_of(calls: Calls, unit_code: str) -> CallState:
    """The unit's newest task; NotFound when it was never summoned."""
    found = [call for call in calls if call.unit_code == unit_code]
    if not found:
        raise NotFound("The unit was not summoned to this case", "该单位未被召集")
    return found[-1]


def check_none_open(calls: Calls) -> None:
    """OutOfTurn, naming each open task with its unit and until when it is due: a result, or a done mark, waits."""
    waits = [call for call in calls if call.status in OPEN_CALLS]
    if waits:
        raise OutOfTurn(
            f"Summoned units have not done their part: {', '.join(_named(waits, ' due '))}; it waits for them",
            f"吹哨召集的单位尚未办结：{'、'.join(_named(waits, '，时限 '))}；须等待其办结",
        )


def _named(calls: Iterable[CallState], word: str) -> list[str]:
    return [
        f"{call.unit_code} ({call.what})" + ("" if call.due_at is None else f"{word}{call.due_at.isoformat()}")
        for call in calls
    ]


def is_late(report_due_at: datetime | None, moment: datetime) -> bool:
    """Whether a unit that comes then, or has not come by then, is late (迟到): at the end of its limit it is."""
    return report_due_at is not None and moment >= report_due_at


def due_from(calls: Calls, name: str, due_at: datetime) -> Calls:
    """The tasks once a clock says until when the one of this name is to be done."""
    return tuple(replace(call, due_at=due_at) if call.name == name else call for call in calls)


def report_due_from(calls: Calls, name: str, due_at: datetime) -> Calls:
    """The same of until when the unit has to be there."""
    return tuple(replace(call, report_due_at=due_at) if call.name == name else call for call in calls)


def evolve(calls: Calls, after: State, said: Said) -> Calls:
    """The tasks after a step of their case; new ones stand behind the others."""
    match said.what:
        case Whistle() as called:
            return (*calls, *(_new(after, said, called, unit) for unit in called.units))
        case CalledPart() as part:
            return tuple(_stepped(call, said, part) if call.name == part.task else call for call in calls)
        case Consultation() as held:
            given = {one.task: one for one in held.tasks}
            return tuple(_given(call, given[call.name]) if call.name in given else call for call in calls)
        case ClaimRuling(granted=True, kind=ClaimKind.RETURN) as ruling:
            return tuple(_given_back(call, said) if call.name == ruling.task else call for call in calls)
    return calls


def _given(call: CallState, task: GivenTask) -> CallState:
    return replace(call, what=task.what, measures=task.measures, due_at=task.due_at)


def _given_back(call: CallState, said: Said) -> CallState:
    status = MACHINE.target(call.status, Action.CALL_CANCEL)
    return replace(call, status=status, ended_at=said.at, result=said.why, given_back=True)


def _new(after: State, said: Said, called: Whistle, unit_code: str) -> CallState:
    return CallState(
        after.version,
        unit_code,
        after.round,
        CallStatus.CALLED,
        called.kind,
        said.by.unit_code or "",
        called.area_code,
        called.place,
        called.what,
        said.at,
        called.times,
        called.report_due_at,
        called.due_at,
    )


def _stepped(call: CallState, said: Said, part: CalledPart) -> CallState:
    status = MACHINE.target(call.status, said.action)
    if said.action is not Action.CALL_CANCEL:
        call = replace(call, worked_by=tuple(sorted({*call.worked_by, *said.by.names})))
    match said.action:
        case Action.CALL_ACKNOWLEDGE:
            return replace(call, status=status, acknowledged_at=said.at)
        case Action.CALL_ARRIVE:
            call = replace(call, status=status, arrived_at=said.at, late=part.late)
            call = replace(call, arrived_area=part.area_code, arrived_place=part.text or None)
            return replace(call, acknowledged_at=call.acknowledged_at or said.at)
        case Action.CALL_REPORT:
            return call
    return replace(call, status=status, ended_at=said.at, result=part.text, evidence=part.evidence)
