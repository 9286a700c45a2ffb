"""Events of the whistle (街乡吹哨、部门报到): who is summoned to a case, how each unit reports in and does its part."""

from typing import ClassVar

from libs.common.events.base import Moment, SaidByHand
from libs.common.events.cases import RoundEvent
from libs.common.events.whistle_parts import ConsultedTask, ScoredPoints, TickedCriterion
from libs.common.events.whistle_terms import ClaimKind


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


class CallResponsibleNamed(RoundEvent, SaidByHand):
    """报到责任人: who of a summoned unit answers for its task from now on; nobody, when ``staff_id`` is None."""

    type_name: ClassVar[str] = "cn.huiyin.case.call_responsible_named"

    task: str
    unit_code: str
    staff_id: str | None


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
    evidence: tuple[str, ...] = ()
    """SHA-256 of each file of the case that shows it."""


class CallCancelled(RoundEvent, SaidByHand):
    """撤销召集: a summoned unit was let off, by somebody apart from it; or it is complained about."""

    type_name: ClassVar[str] = "cn.huiyin.case.call_cancelled"

    task: str
    unit_code: str
    reason: str


class ConsultationHeld(RoundEvent, SaidByHand):
    """会商: the units of a whistle have looked at it together; what they found, and what each has to do from now on."""

    type_name: ClassVar[str] = "cn.huiyin.case.consultation_held"

    whistle: int
    """The version of the case by the whistle."""
    unit_code: str
    """The street that whistled."""
    held_at: Moment
    took_part: tuple[str, ...]
    """The summoned units that were there."""
    findings: str
    tasks: tuple[ConsultedTask, ...]


class WhistleDone(RoundEvent, SaidByHand):
    """吹哨事项办结: the street marks its whistle as done, criterion by criterion; every task of it has ended."""

    type_name: ClassVar[str] = "cn.huiyin.case.whistle_done"

    whistle: int
    unit_code: str
    """The street that whistled."""
    criteria: tuple[TickedCriterion, ...]
    claims_until: Moment
    """Until when a summoned unit may say that it was needless (不当吹哨)."""


class UnitScored(RoundEvent, SaidByHand):
    """评分: the street scores a unit that it summoned, by the criteria of the pack, in whole points."""

    type_name: ClassVar[str] = "cn.huiyin.case.unit_scored"

    whistle: int
    task: str
    unit_code: str
    """Who is scored."""
    street_unit: str
    points: tuple[ScoredPoints, ...]
    most: int
    """The points of somebody who has all."""
    grade: str
    never_came: bool
    words: str
    claims_until: Moment
    """Until when the unit may object."""


class ClaimMade(RoundEvent, SaidByHand):
    """被召集单位申请: its task is not its own, its score is wrong, or the whistle was needless."""

    type_name: ClassVar[str] = "cn.huiyin.case.claim_made"

    claim: int
    """The version of the case by it: its number."""
    kind: ClaimKind
    whistle: int
    task: str
    unit_code: str
    reason: str


class ClaimDecided(RoundEvent, SaidByHand):
    """被召集单位申请审核: somebody of the county, apart from both, grants or refuses it."""

    type_name: ClassVar[str] = "cn.huiyin.case.claim_decided"

    claim: int
    kind: ClaimKind
    whistle: int
    task: str
    unit_code: str
    """Who claimed."""
    granted: bool
    note: str
    points: tuple[ScoredPoints, ...] = ()
    """Of a granted objection what it has instead."""
    grade: str | None = None
