"""Words of orders from above 上级交办 that rules share."""

from enum import StrEnum


class ReplyState(StrEnum):
    """How far the answer to an order from above is (回复状态)."""

    WAITING = "waiting"
    WRITTEN = "written"
    APPROVED = "approved"
    SENT = "sent"


REPLIES_ZH: dict[ReplyState, str] = {
    ReplyState.WAITING: "待回复",
    ReplyState.WRITTEN: "待审核",
    ReplyState.APPROVED: "待报送",
    ReplyState.SENT: "已回复",
}
