"""Words of tasks (任务): what a unit is beside the lead of a case, and by what name a task goes."""

from enum import StrEnum


class TaskRole(StrEnum):
    """What a unit is beside the lead of a case (承办角色): it supports, was summoned (吹哨报到), or was written to."""

    SUPPORT = "support"
    WHISTLED = "whistled"
    LETTERED = "lettered"


class Before(StrEnum):
    """Which step of a case waits for its lists (清单前置环节)."""

    ASSIGNMENT = "assignment"
    SIGNING = "signing"
    RESULT = "result"


def task_name(version: int, unit_code: str) -> str:
    """A task by the step of its case that gave it, and its unit: the same in every service and every replay."""
    return f"{version}.{unit_code}"


def unit_of_task(name: str) -> str:
    """The unit whose task goes by this name."""
    return name.partition(".")[2]
