"""Events of one unit's part of a case while it works on it: they leave the case where it stands."""

from typing import ClassVar

from libs.common.events.base import Moment, SaidByHand
from libs.common.events.cases import RoundEvent
from libs.common.events.task_terms import TaskRole


class ListFilled(RoundEvent, SaidByHand):
    """清单填报: one of the lists of a case (四清单) says this from now on."""

    type_name: ClassVar[str] = "cn.huiyin.case.list_filled"

    list_code: str
    edition: int
    """From 1: how often it was filled by then."""
    text: str


class TaskGiven(RoundEvent, SaidByHand):
    """增派任务: a unit has a task from now on beside the lead, given after the case was assigned."""

    type_name: ClassVar[str] = "cn.huiyin.case.task_given"

    task: str
    """Its name: the case's version by this step, and the unit, as ``8.D-LIGHTS``."""
    unit_code: str
    role: TaskRole = TaskRole.SUPPORT
    what: str
    """What is to be done (任务)."""
    measures: str = ""
    """By what (措施)."""
    due_at: Moment | None = None
    """Until when, where somebody named it; else the limit of the pack holds, if it has one."""


class TaskSigned(RoundEvent, SaidByHand):
    """协办签收: a support unit has taken its part on."""

    type_name: ClassVar[str] = "cn.huiyin.case.task_signed"

    unit_code: str
    note: str = ""


class TaskReported(RoundEvent, SaidByHand):
    """协办进展: a support unit says how far it is with its part."""

    type_name: ClassVar[str] = "cn.huiyin.case.task_reported"

    unit_code: str
    note: str
