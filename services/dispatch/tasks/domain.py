"""The rules of tasks, pure: one unit's part of a case beside the lead's, and what can be done with it.

The lead unit's part is the case itself: its status, its signing and its result stand there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from libs.common.errors import NotFound
from libs.common.events.task_terms import TaskRole, task_name
from libs.common.rules.apart import check_not_worked
from libs.common.rules.machine import Actor, Machine, NotTheirs, OutOfTurn, Transition, asks
from services.dispatch.cases.domain import transitions as cases
from services.dispatch.cases.domain.state import Ask, Assignment, GivenPart, Result, Said, State, SupportPart
from services.dispatch.cases.domain.terms import ACTION_LABELS, Action, Party


class ListOf(StrEnum):
    """Which list of its (待办) a unit asks for: what it leads, what was delegated to it, its parts beside a lead."""

    LEAD = "lead"
    DELEGATE = "delegate"
    SUPPORT = "support"


class TaskStatus(StrEnum):
    """Where a task stands (协办状态)."""

    GIVEN = "given"
    SIGNED = "signed"
    DONE = "done"
    CANCELLED = "cancelled"


OPEN_TASKS = (TaskStatus.GIVEN, TaskStatus.SIGNED)
"""The unit has something to do."""

TASK_LABELS: dict[TaskStatus, tuple[str, str]] = {
    TaskStatus.GIVEN: ("待签收", "given, not signed yet"),
    TaskStatus.SIGNED: ("协办中", "signed, being worked on"),
    TaskStatus.DONE: ("已办结", "done"),
    TaskStatus.CANCELLED: ("已撤销", "let off"),
}
"""Chinese and English."""
_WORK = (Action.SUPPORT_SIGN, Action.SUPPORT_REPORT, Action.SUPPORT_DONE)
"""What the unit's own people do with its part."""
_T = Transition[TaskStatus, Action, Party, []]
_WHO = cases.MACHINE.who

MACHINE: Machine[TaskStatus, Action, Party, []] = Machine(
    steps=(
        _T(Action.SUPPORT_SIGN, TaskStatus.GIVEN, TaskStatus.SIGNED, _WHO[Action.SUPPORT_SIGN]),
        _T(Action.SUPPORT_REPORT, TaskStatus.SIGNED, TaskStatus.SIGNED, _WHO[Action.SUPPORT_REPORT]),
        _T(Action.SUPPORT_DONE, TaskStatus.SIGNED, TaskStatus.DONE, _WHO[Action.SUPPORT_DONE]),
        # Also by who gives the case to other units, or hands in a result that does not need it.
        *_T.each(OPEN_TASKS, Action.SUPPORT_CANCEL, _WHO[Action.SUPPORT_CANCEL], to=TaskStatus.CANCELLED),
        *_T.each(OPEN_TASKS, Action.SUPPORT_HAND_ON, _WHO[Action.SUPPORT_HAND_ON], to=TaskStatus.CANCELLED),
    ),
    statuses=TASK_LABELS,
    actions={action: ACTION_LABELS[action] for action in (*_WORK, Action.SUPPORT_CANCEL, Action.SUPPORT_HAND_ON)},
    people=(Party.SUPPORT_UNIT, Party.COORDINATOR),
    ends=(TaskStatus.DONE, TaskStatus.CANCELLED),
    begins=(TaskStatus.GIVEN,),
    must=(asks(Party.SUPPORT_UNIT, _WORK), asks(Party.COORDINATOR, (Action.SUPPORT_CANCEL,))),
    noun="the unit's part",
)
"""It begins with an assignment, or by its own giving, as the case's table has it."""
STEPS = MACHINE.table


@dataclass(frozen=True, slots=True)
class TaskState:
    """All of a task but whose case it is of, under its columns' names. ``version`` is that of the step that gave it."""

    version: int
    unit_code: str
    round: int
    role: TaskRole
    status: TaskStatus
    given_at: datetime
    what: str | None = None
    """What is to be done (任务), and by what measures (措施), where somebody said so."""
    measures: str | None = None
    due_at: datetime | None = None
    """Until when: as it was named, or by the limit of the pack; None where there is neither."""
    signed_at: datetime | None = None
    ended_at: datetime | None = None
    result: str | None = None
    worked_by: tuple[str, ...] = ()
    """Names of the people who signed it, reported on it or did it, sorted."""
    evidence: tuple[str, ...] = ()
    """Files that show what it did, by their SHA-256."""


Tasks = tuple[TaskState, ...]
"""Of one case, oldest first."""


def decide(state: State, tasks: Tasks, ask: Ask, by: Actor, now: datetime) -> Said:
    """What is said when a support unit takes this step of its part, or is let off it.

    Raises:
        NotTheirs: whoever takes it may not.
        OutOfTurn: it cannot be taken now, for the case or for this part of it.
        NotFound: the unit has no part.
    """
    unit_code = ask.what.unit_code if isinstance(ask.what, SupportPart) else ""
    if ask.action is not Action.SUPPORT_CANCEL and unit_code != by.unit_code:
        raise NotTheirs("A unit acts for itself alone", "仅可操作本单位的协办")
    if ask.action is Action.SUPPORT_CANCEL:
        _check_apart(state, tasks, (unit_code,), by)
    said = cases.decide(state, ask, by, now)
    MACHINE.target(part_of(tasks, state.round, unit_code).status, ask.action)
    return said


def decide_result(state: State, tasks: Tasks, ask: Ask, by: Actor, now: datetime) -> Said:
    """What is said when the lead unit hands in its result, and so lets off the support units that it does not wait for.

    Raises as ``decide``: nobody lets a unit off a part that they worked on themselves.
    """
    if isinstance(ask.what, Result) and ask.what.without_support:
        _check_apart(state, tasks, state.open_support, by)
    elif state.open_support:
        cases.check_party(state, ask.action, by)
        _still_open(state, tasks)
    return cases.decide(state, ask, by, now)


def _still_open(state: State, tasks: Tasks) -> None:
    """OutOfTurn, naming each task that the result waits for, with what it is and until when it is due."""
    parts = of_round(tasks, state.round)
    waits = [part for unit in state.open_support if (part := parts.get(unit)) is not None]
    if not waits:
        return
    english = ", ".join(f"{_named(part)}{_due(part, ' due ')}" for part in waits)
    chinese = "、".join(f"{_named(part)}{_due(part, '，时限 ')}" for part in waits)
    raise OutOfTurn(
        f"Support units have not done their part: {english}; wait for them, or say in without_support why"
        " the result does not need them",
        f"协办单位尚未办结：{chinese}；请等待其办结，或在 without_support 中说明不再等待的理由",
    )


def _named(part: TaskState) -> str:
    return part.unit_code if part.what is None else f"{part.unit_code} ({part.what})"


def _due(part: TaskState, word: str) -> str:
    return "" if part.due_at is None else f"{word}{part.due_at.isoformat()}"


def decide_giving(state: State, tasks: Tasks, ask: Ask, by: Actor, now: datetime) -> Said:
    """What is said when one more unit is given a part.

    Raises:
        NotTheirs: whoever gives it may not.
        OutOfTurn: not now; or the unit leads the case, works on it, or has an open part of it already.
    """
    said = cases.decide(state, ask, by, now)
    unit_code = ask.what.unit_code if isinstance(ask.what, GivenPart) else ""
    if unit_code in (state.lead_unit, *state.delegates):
        raise OutOfTurn(f"{unit_code} handles the case itself", f"{unit_code} 系本件承办单位，无需增派")
    if unit_code in state.open_support:
        part = of_round(tasks, state.round).get(unit_code)
        since = "" if part is None else part.given_at.isoformat()
        raise OutOfTurn(
            f"{unit_code} has a part that is not done, since {since}", f"{unit_code} 自 {since} 起已有未办结的协办任务"
        )
    return said


def _check_apart(state: State, tasks: Tasks, units: Iterable[str], by: Actor) -> None:
    parts = of_round(tasks, state.round)
    check_not_worked([name for unit in units if unit in parts for name in parts[unit].worked_by], by)


def part_of(tasks: Tasks, number: int, unit_code: str) -> TaskState:
    """The unit's part of a round; NotFound when it has none."""
    task = of_round(tasks, number).get(unit_code)
    if task is None:
        raise NotFound("The unit has no part in this case, or was let off it", "该单位没有此件的协办任务，或已被撤销")
    return task


def of_round(tasks: Tasks, number: int) -> Mapping[str, TaskState]:
    """The task that each unit has in a round, the last it was given; none that was cancelled."""
    return {task.unit_code: task for task in tasks if task.round == number and task.status is not TaskStatus.CANCELLED}


def done_of(state: State, tasks: Tasks) -> frozenset[str]:
    """The units that have done their part beside the lead of now, and need not again beside the next of this round."""
    there = of_round(tasks, state.round).values() if state.support_units else ()
    return frozenset(task.unit_code for task in there if task.status is TaskStatus.DONE)


def concern(before: State, after: State, said: Said) -> bool:
    """Whether a step changes parts that were given before it."""
    goes_on = isinstance(said.what, Assignment | SupportPart | GivenPart) and bool(before.support_units)
    return goes_on or bool(before.open_support and not after.open_support)


def evolve(tasks: Tasks, before: State, after: State, said: Said) -> Tasks:
    """The tasks after a step that brought their case from one state to another; new ones stand behind the others."""
    there = of_round(tasks, after.round)
    match said.what:
        case Assignment(support_units=named, parts=parts):
            going_on = there if before.support_units else {}
            ended = [task for unit, task in going_on.items() if unit not in named]
            return (*_ended(tasks, ended, said.at, None), *_given(after, said, going_on, parts))
        case SupportPart(unit_code, successor=to) as step:
            part = part_of(tasks, after.round, unit_code)
            stepped = (_stepped(task, said, step) if task is part else task for task in tasks)
            return (*stepped, *(() if to is None else (_anew(part, after, said, to),)))
        case GivenPart(unit_code) as part:
            return (*tasks, _told(_new(after, said, unit_code), part))
    if after.open_support or not before.open_support:
        return tasks
    why = said.what.without_support if isinstance(said.what, Result) else None
    return tuple(_ended(tasks, list(there.values()), said.at, why))


def due_from(tasks: Tasks, name: str, due_at: datetime) -> Tasks:
    """The tasks once a clock says until when the one of this name is to be done."""
    return tuple(
        replace(task, due_at=due_at) if task_name(task.version, task.unit_code) == name else task for task in tasks
    )


def _given(
    after: State, said: Said, going_on: Mapping[str, TaskState], parts: tuple[GivenPart, ...]
) -> Iterator[TaskState]:
    """A part for each support unit, with what was said of it; those that are named again go on with theirs."""
    told = {part.unit_code: part for part in parts}
    for unit_code in after.support_units:
        if unit_code not in going_on:
            new = _new(after, said, unit_code)
            yield _told(new, told[unit_code]) if unit_code in told else new


def _told(task: TaskState, part: GivenPart) -> TaskState:
    return replace(task, what=part.what, measures=part.measures or None, due_at=part.due_at)


def _anew(task: TaskState, after: State, said: Said, unit_code: str) -> TaskState:
    """The same to do, for another unit; its limit begins anew."""
    return replace(_new(after, said, unit_code), what=task.what, measures=task.measures)


def _new(after: State, said: Said, unit_code: str) -> TaskState:
    return TaskState(after.version, unit_code, after.round, TaskRole.SUPPORT, TaskStatus.GIVEN, said.at)


def _stepped(task: TaskState, said: Said, part: SupportPart) -> TaskState:
    status = MACHINE.target(task.status, said.action)
    if said.action in _WORK:
        task = replace(task, worked_by=tuple(sorted({*task.worked_by, *said.by.names})))
    if said.action is Action.SUPPORT_SIGN:
        return replace(task, status=status, signed_at=said.at)
    if said.action is Action.SUPPORT_REPORT:
        return task
    return replace(task, status=status, ended_at=said.at, result=part.text, evidence=part.evidence)


def _ended(tasks: Tasks, ended: list[TaskState], at: datetime, why: str | None) -> Iterator[TaskState]:
    """Nobody has to do these any more."""
    for task in tasks:
        if task in ended and task.status in OPEN_TASKS:
            status = MACHINE.target(task.status, Action.SUPPORT_CANCEL)
            yield replace(task, status=status, ended_at=at, result=why)
        else:
            yield task
