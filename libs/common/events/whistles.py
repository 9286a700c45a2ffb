"""Events of the whistle (街乡吹哨、部门报到): who is summoned to a case, how each unit reports in and does its part."""

from typing import ClassVar

from libs.common.events.base import Moment, SaidByHand
from libs.common.events.cases import RoundEvent


class StreetWhistled(RoundEvent, SaidByHand):
    """吹哨: a street summons units to a case that it cannot solve alone. Each has a task, named in ``tasks``."""

    type_name: ClassVar[str] = "cn.huiyin.case.whistled"

    kind: str
    """Of the kinds of the pack: cannot be solved by the street, joint enforcement, emergency."""
    unit_code: str
    """The street that whistles."""
    category_code: str | None
    area_code: str
    place: str
    """Where to come, without a door of anybody."""
    what: str
    """What is to be done: all of the case that travels to them, beside its title and wording."""
    units: tuple[str, ...]
    tasks: tuple[str, ...]
    """Names of the tasks, unit by unit, as ``8.D-LIGHTS``."""
    report_due_at: Moment | None
    """Until when each has to be there, where the kind has a limit (报到时限)."""
    due_at: Moment | None = None
    """Until when each has to do its part, where the street named it; else by the limit of the pack, if it has one."""
    times: int
    """The how manieth whistle this is on this category in this area, within the days that the pack counts."""


class CallAcknowledged(RoundEvent, SaidByHand):
    """接哨: a summoned unit has read it and is on its way."""

    type_name: ClassVar[str] = "cn.huiyin.case.call_acknowledged"

    task: str
    unit_code: str
    note: str = ""


class UnitArrived(RoundEvent, SaidByHand):
    """报到: a summoned unit is there. ``late``: after its limit."""

    type_name: ClassVar[str] = "cn.huiyin.case.unit_arrived"

    task: str
    unit_code: str
    area_code: str
    place: str = ""
    late: bool


class CallReported(RoundEvent, SaidByHand):
    """到场办理进展: a summoned unit says how far it is."""

    type_name: ClassVar[str] = "cn.huiyin.case.call_reported"

    task: str
    unit_code: str
    note: str


class CallDone(RoundEvent, SaidByHand):
    """吹哨任务办结: a summoned unit has done its part."""

    type_name: ClassVar[str] = "cn.huiyin.case.call_done"

    task: str
    unit_code: str
    result: str


class CallCancelled(RoundEvent, SaidByHand):
    """撤销召集: a summoned unit was let off, by somebody apart from it; or it is complained about."""

    type_name: ClassVar[str] = "cn.huiyin.case.call_cancelled"

    task: str
    unit_code: str
    reason: str
