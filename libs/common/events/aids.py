"""Events of aid and referrals (低保、特困、临时救助), under the key of the case that each came of; nobody is named."""

from typing import ClassVar

from libs.common.events.base import SaidByHand
from libs.common.events.cases import RoundEvent


class AidEvent(RoundEvent, SaidByHand):
    """A step of a matter of aid, by the unit ``unit_code``; None by whoever acts for none. ``note`` is masked."""

    aid_id: str
    unit_code: str | None = None
    note: str


class AidFound(AidEvent):
    """发现: somebody may be owed aid of a kind of the pack; ``persons`` is how many people it is for."""

    type_name: ClassVar[str] = "cn.huiyin.case.aid_found"

    kind: str
    persons: int


class AidApplied(AidEvent):
    """申请: it was applied for."""

    type_name: ClassVar[str] = "cn.huiyin.case.aid_applied"


class AidGranted(AidEvent):
    """批准: decided by another unit. ``amount_fen`` is in whole fen (分), None of a kind that pays nothing."""

    type_name: ClassVar[str] = "cn.huiyin.case.aid_granted"

    amount_fen: int | None = None


class AidRefused(AidEvent):
    """不予批准: decided by another unit, and why."""

    type_name: ClassVar[str] = "cn.huiyin.case.aid_refused"


class AidDropped(AidEvent):
    """不再办理: it is not pursued, and why."""

    type_name: ClassVar[str] = "cn.huiyin.case.aid_dropped"
