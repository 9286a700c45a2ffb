"""Events about orders to a unit (催办、督办): one step of the ladder, or by hand, and what was answered."""

from datetime import date
from typing import ClassVar

from libs.common.events.base import SaidByHand
from libs.common.events.cases import RoundEvent
from libs.common.events.terms import SupervisionLevel


class SupervisionIssued(RoundEvent):
    """催办 / 督办: one step of the ladder; each order is answered on its own."""

    type_name: ClassVar[str] = "cn.huiyin.case.supervision_issued"

    supervision_id: str
    level: SupervisionLevel
    unit_code: str | None
    reason: str
    by_rule: bool
    reply_due: date | None = None


class SupervisionReplied(RoundEvent, SaidByHand):
    """督办回复."""

    type_name: ClassVar[str] = "cn.huiyin.case.supervision_replied"

    supervision_id: str
    unit_code: str | None
    reply: str
