"""What people decide about how a case counts (认定): repeats, kinds of petition, reasonable or not, counted or not."""

from typing import ClassVar

from libs.common.events.base import Moment, SaidByHand
from libs.common.events.cases import CaseEvent
from libs.common.events.terms import Merit, Petition


class RepeatNamed(CaseEvent, SaidByHand):
    """重复诉求认定: a person says which earlier case this one repeats from now on; None: none, after all."""

    type_name: ClassVar[str] = "cn.huiyin.case.repeat_named"

    repeat_of: str | None
    reason: str


class CaseRepeated(CaseEvent, SaidByHand):
    """被重复: another case repeats this one, or after all does not (``stands``). Said with what the other one says.

    One that came within ``within_days`` days of 24 hours after this one was closed means that it was not settled.
    """

    type_name: ClassVar[str] = "cn.huiyin.case.repeated"

    repeated_by: str
    """Case id of the later one."""
    came_at: Moment
    """When that one was registered."""
    within_days: int
    """Of the pack that was in force when this was said."""
    stands: bool = True


class PetitionClassified(CaseEvent, SaidByHand):
    """信访类别认定: what kind of petition the case is from now on; None: it is none."""

    type_name: ClassVar[str] = "cn.huiyin.case.petition_classified"

    petition: Petition | None
    reason: str


class DemandJudged(CaseEvent, SaidByHand):
    """诉求认定: whether what the citizen asks for is reasonable; the latest word holds. It changes no promise."""

    type_name: ClassVar[str] = "cn.huiyin.case.demand_judged"

    merit: Merit
    reason: str
    plan: str | None = None
    """What will be done, where it is reasonable (方案)."""
    together: tuple[str, ...] = ()
    """The units that looked into it together (会诊单位)."""


class ExclusionRequested(CaseEvent, SaidByHand):
    """不计入考核申请: a unit asks that the case be left out of the rates (指标)."""

    type_name: ClassVar[str] = "cn.huiyin.case.exclusion_requested"

    exclusion_id: str
    unit_code: str
    reason_code: str
    evidence: str


class ExclusionDecided(CaseEvent, SaidByHand):
    """不计入考核审定: granted, the case leaves both sides of every rate; refused, nothing changes."""

    type_name: ClassVar[str] = "cn.huiyin.case.exclusion_decided"

    exclusion_id: str
    granted: bool
    note: str


class ExclusionRevoked(CaseEvent, SaidByHand):
    """恢复计入考核: what was granted holds no longer."""

    type_name: ClassVar[str] = "cn.huiyin.case.exclusion_revoked"

    exclusion_id: str
    note: str
