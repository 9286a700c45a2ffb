"""The rules of tasks, pure: one unit's part of a case beside the lead's, and what can be done with it.

The lead unit's part is the case itself: its status, its signing and its result stand there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from libs.common.errors import NotFound
from libs.common.rules.apart import check_not_worked
from libs.common.rules.machine import Actor, NotTheirs, OutOfTurn
from services.dispatch.cases.domain import transitions as cases
from services.dispatch.cases.domain.state import Ask, Assignment, Result, Said, State, SupportPart
from services.dispatch.cases.domain.terms import Action


class TaskRole(StrEnum):
    """What a unit is beside the lead of a case (承办角色): it supports, was summoned (吹哨报到), or was written to."""

    SUPPORT = "support"
    WHISTLED = "whistled"
    LETTERED = "lettered"


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

STEPS: dict[tuple[TaskStatus, Action], TaskStatus] = {
    (TaskStatus.GIVEN, Action.SUPPORT_SIGN): TaskStatus.SIGNED,
    (TaskStatus.SIGNED, Action.SUPPORT_REPORT): TaskStatus.SIGNED,
    (TaskStatus.SIGNED, Action.SUPPORT_DONE): TaskStatus.DONE,
    (TaskStatus.GIVEN, Action.SUPPORT_CANCEL): TaskStatus.CANCELLED,
    (TaskStatus.SIGNED, Action.SUPPORT_CANCEL): TaskStatus.CANCELLED,
    (TaskStatus.GIVEN, Action.SUPPORT_HAND_ON): TaskStatus.CANCELLED,
    (TaskStatus.SIGNED, Action.SUPPORT_HAND_ON): TaskStatus.CANCELLED,
}

TASK_LABELS: dict[TaskStatus, tuple[str, str]] = {
    TaskStatus.GIVEN: ("待签收", "given, not signed yet"),
    TaskStatus.SIGNED: ("协办中", "signed, being worked on"),
    TaskStatus.DONE: ("已办结", "done"),
    TaskStatus.CANCELLED: ("已撤销", "let off"),
}
"""Chinese and English."""


@dataclass(frozen=True, slots=True)
class TaskState:
    """All of a task but whose case it is of, under its columns' names. ``version`` is that of the step that gave it."""

    version: int
    unit_code: str
    round: int
    role: TaskRole
    status: TaskStatus
    given_at: datetime
    signed_at: datetime | None = None
    ended_at: datetime | None = None
    result: str | None = None
    worked_by: tuple[str, ...] = ()
    """Names of the people who signed it, reported on it or did it, sorted."""


Tasks = tuple[TaskState, ...]
"""Of one case, oldest first."""


def next_task_status(status: TaskStatus, action: Action) -> TaskStatus:
    """Where the step leads; OutOfTurn when it cannot be taken now."""
    target = STEPS.get((status, action))
    if target is None:
        zh, en = TASK_LABELS[status]
        raise OutOfTurn(f"That is not possible: the unit's part is {en}", f"协办当前为“{zh}”，不能进行此操作")
    return target


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
    next_task_status(part_of(tasks, state.round, unit_code).status, ask.action)
    return said


def decide_result(state: State, tasks: Tasks, ask: Ask, by: Actor, now: datetime) -> Said:
    """What is said when the lead unit hands in its result, and so lets off the support units that it does not wait for.

    Raises as ``decide``: nobody lets a unit off a part that they worked on themselves.
    """
    if isinstance(ask.what, Result) and ask.what.without_support:
        _check_apart(state, tasks, state.open_support, by)
    return cases.decide(state, ask, by, now)


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
    goes_on = isinstance(said.what, Assignment | SupportPart) and bool(before.support_units)
    return goes_on or bool(before.open_support and not after.open_support)


def evolve(tasks: Tasks, before: State, after: State, said: Said) -> Tasks:
    """The tasks after a step that brought their case from one state to another; new ones stand behind the others."""
    there = of_round(tasks, after.round)
    match said.what:
        case Assignment(support_units=named):
            going_on = there if before.support_units else {}
            ended = [task for unit, task in going_on.items() if unit not in named]
            return (*_ended(tasks, ended, said.at, None), *_given(after, said, going_on))
        case SupportPart(unit_code, text, to):
            part = part_of(tasks, after.round, unit_code)
            stepped = (_stepped(task, said, text) if task is part else task for task in tasks)
            return (*stepped, *(() if to is None else (_new(after, said, to),)))
    if after.open_support or not before.open_support:
        return tasks
    why = said.what.without_support if isinstance(said.what, Result) else None
    return tuple(_ended(tasks, list(there.values()), said.at, why))


def _given(after: State, said: Said, going_on: Mapping[str, TaskState]) -> Iterator[TaskState]:
    """A part for each support unit; those that are named again go on with theirs."""
    for unit_code in after.support_units:
        if unit_code not in going_on:
            yield _new(after, said, unit_code)


def _new(after: State, said: Said, unit_code: str) -> TaskState:
    return TaskState(after.version, unit_code, after.round, TaskRole.SUPPORT, TaskStatus.GIVEN, said.at)


def _stepped(task: TaskState, said: Said, text: str) -> TaskState:
    status = next_task_status(task.status, said.action)
    if said.action in _WORK:
        task = replace(task, worked_by=tuple(sorted({*task.worked_by, *said.by.names})))
    if said.action is Action.SUPPORT_SIGN:
        return replace(task, status=status, signed_at=said.at)
    if said.action is Action.SUPPORT_REPORT:
        return task
    return replace(task, status=status, ended_at=said.at, result=text)


_WORK = (Action.SUPPORT_SIGN, Action.SUPPORT_REPORT, Action.SUPPORT_DONE)
"""What the unit's own people do with its part."""


def _ended(tasks: Tasks, ended: list[TaskState], at: datetime, why: str | None) -> Iterator[TaskState]:
    """Nobody has to do these any more."""
    for task in tasks:
        ends = task in ended and task.status in OPEN_TASKS
        yield replace(task, status=TaskStatus.CANCELLED, ended_at=at, result=why) if ends else task
