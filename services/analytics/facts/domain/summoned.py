"""Atoms of tasks (任务) and of whistles (吹哨); see ``atoms``. A task goes by its name, which says whose it is."""

from datetime import datetime
from typing import NamedTuple


class WhistleAtom(NamedTuple):
    """吹哨: a street summons units; ``tasks``: the names of theirs, by spaces."""

    round: int
    street: str
    tasks: str
    at: datetime
    seq: int = 0


class Arrival(NamedTuple):
    """报到: a summoned unit is there. Whether in time, its limit says."""

    task: str
    at: datetime
    seq: int = 0


class CallEnd(NamedTuple):
    """吹哨任务办结、撤销召集: a summoned unit has done its part, or was let off."""

    task: str
    done: bool
    at: datetime
    seq: int = 0


class TaskLimit(NamedTuple):
    """任务时限: a promise about a task got its clock; set again, the later one holds."""

    task: str
    deadline: str
    due_at: datetime
    at: datetime
    seq: int = 0


class TaskMissed(NamedTuple):
    """任务超期."""

    task: str
    deadline: str
    due_at: datetime
    at: datetime
    seq: int = 0
