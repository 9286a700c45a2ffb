"""The rules of tasks, pure: one unit's part of a case beside the lead's, and what can be done with it.

The lead unit's part is the case itself: its status, its signing and its result stand there.
"""

from enum import StrEnum

from libs.common.rules.machine import OutOfTurn
from services.dispatch.cases.domain.terms import Action


class Role(StrEnum):
    """What a unit is in a case (承办角色). Only who is beside the lead has a task."""

    LEAD = "lead"
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
}

TASK_LABELS: dict[TaskStatus, tuple[str, str]] = {
    TaskStatus.GIVEN: ("待签收", "given, not signed yet"),
    TaskStatus.SIGNED: ("协办中", "signed, being worked on"),
    TaskStatus.DONE: ("已办结", "done"),
    TaskStatus.CANCELLED: ("已撤销", "let off"),
}
"""Chinese and English."""


def next_task_status(status: TaskStatus, action: Action) -> TaskStatus:
    """Where the step leads; OutOfTurn when it cannot be taken now."""
    target = STEPS.get((status, action))
    if target is None:
        zh, en = TASK_LABELS[status]
        raise OutOfTurn(f"That is not possible: the unit's part is {en}", f"协办当前为“{zh}”，不能进行此操作")
    return target
