"""The settings of what units ask for and somebody else decides (申请审批): more time (延期), a suspension (挂账)."""

from datetime import time

from pydantic import Field

from libs.common.events.asking_terms import RequestKind
from libs.common.pack.schema.base import CodedReason, Model, PackLimit, unset


class ExtensionRules(Model):
    """延期: more time for a case, asked before its time is over."""

    reasons: tuple[CodedReason, ...] = Field(min_length=1)
    times: int = Field(default=1, ge=1, le=10)
    """How often one may be granted in a round."""
    longest: PackLimit
    """How long one may be at most; asked for in its unit, working days (工作日) or calendar days (自然日)."""
    cut_off: time | None = None
    """On its last day it is asked for before this local time (当日截止时间), such as 17:00."""
    superior_up_to: int = Field(default=0, ge=0, le=1000)
    """Up to so many days a unit above the one that asks may decide; more days the hotline alone."""


class SuspensionRules(Model):
    """挂账: the clock of a case stands still until a day on which it comes back by itself."""

    reasons: tuple[CodedReason, ...] = Field(min_length=1)
    times: int = Field(default=1, ge=1, le=10)
    """How often one may be granted in a round."""
    longest: PackLimit
    """How far away the day may be at most, from the day of asking on."""
    superior_up_to: int = Field(default=0, ge=0, le=1000)
    """Up to so many days, in the unit of the longest, a unit above may decide; more days the hotline alone."""


class StagedRules(SuspensionRules):
    """阶段性答复: the citizen is answered, and not for good; the case comes back by itself on the day that is named."""


class TerminationRules(Model):
    """终止办理: for which reasons the handling of a case may end without its citizen's word; the hotline approves."""

    reasons: tuple[CodedReason, ...] = Field(min_length=1)


class AskingRules(Model):
    """申请审批: what units may ask for here. What is left out cannot be asked for."""

    decided_in_time: tuple[RequestKind, ...] = Field(default=(), exclude_if=unset)
    """What has to be decided within the limit ``decision``: what is not goes up by itself to the supervisors."""
    extension: ExtensionRules | None = Field(default=None, exclude_if=unset)
    suspension: SuspensionRules | None = Field(default=None, exclude_if=unset)
    termination: TerminationRules | None = Field(default=None, exclude_if=unset)
    staged: StagedRules | None = Field(default=None, exclude_if=unset)
