"""What becomes of an order from above 上级交办: another deadline, and the answer 回复. Under its case's key."""

from typing import ClassVar

from libs.common.events.base import Moment, SaidByHand
from libs.common.events.cases import CaseEvent


class UpperDeadlineChanged(CaseEvent, SaidByHand):
    """上级时限变更: the same order came again with another deadline; the case stays the same."""

    type_name: ClassVar[str] = "cn.huiyin.case.upper_deadline_changed"

    due_at: Moment
    before: Moment | None
    """Until when it was to be answered before; None: it named no time."""
    edition: int
    """Which deadline of the order it is; that of its registration is the first."""


class UpperReplyWritten(CaseEvent, SaidByHand):
    """回复拟稿: what the body above is to be answered. Masked; written again, it has to be approved again."""

    type_name: ClassVar[str] = "cn.huiyin.case.upper_reply_written"

    draft: int
    """Which draft it is, from 1."""
    unit_code: str | None
    """The unit that answers for it; None where none has the case."""
    findings: str
    measures: str
    opinion: str
    evidence: tuple[str, ...] = ()
    """SHA-256 of each file of the case that goes with it."""


class UpperReplyDecided(CaseEvent, SaidByHand):
    """回复审核: another person approves the draft, or gives it back to be written again."""

    type_name: ClassVar[str] = "cn.huiyin.case.upper_reply_decided"

    draft: int
    approved: bool
    reason: str


class UpperReplySent(CaseEvent, SaidByHand):
    """回复报送: the approved draft went to the body above."""

    type_name: ClassVar[str] = "cn.huiyin.case.upper_reply_sent"

    draft: int
    how: str
    """By what way, such as the body's own system or a letter."""
    due_at: Moment | None
    """The deadline that was in force."""
