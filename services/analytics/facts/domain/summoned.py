"""Atoms of tasks (任务), of parts (协办) and of whistles (吹哨); a task goes by its name, which says whose it is."""

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


class PartDone(NamedTuple):
    """协办办结."""

    round: int
    unit: str
    at: datetime
    seq: int = 0


class PartGiven(NamedTuple):
    """增派协办: one more support unit, after the assignment; with the name of its task, if that was told."""

    round: int
    unit: str
    at: datetime
    task: str = ""
    seq: int = 0


class PartCancelled(NamedTuple):
    """撤销协办; with the unit that the part was given to, if that is another's now, and the name of its task."""

    round: int
    unit: str
    at: datetime
    successor: str = ""
    task: str = ""
    seq: int = 0
