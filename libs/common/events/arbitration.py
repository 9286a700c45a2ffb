"""Events of an arbitration (争议裁定、会商裁定): units dispute whose a case is, are heard, and somebody apart rules."""

from typing import ClassVar

from libs.common.events.base import SaidByHand
from libs.common.events.cases import RoundEvent


class ArbitrationEvent(RoundEvent, SaidByHand):
    """One session. ``arbitration`` is its number among the steps of the case."""

    arbitration: int


class ArbitrationOpened(ArbitrationEvent):
    """提请裁定: no unit gets the case before a ruling."""

    type_name: ClassVar[str] = "cn.huiyin.case.arbitration_opened"

    units: tuple[str, ...]
    """Whose it may be: who gave it back, and whoever was named beside them. Each is heard."""
    question: str
    """What is to be ruled on; masked."""
    by_rule: bool
    """It went up by itself, since so many units had given it back that the pack says so."""


class UnitHeard(ArbitrationEvent):
    """听取意见: what one of the units said, or that it was asked and did not come."""

    type_name: ClassVar[str] = "cn.huiyin.case.unit_heard"

    unit_code: str
    absent: bool
    words: str
    """Masked."""


class ArbitrationRuled(ArbitrationEvent):
    """裁定: which unit leads. It was said by nobody of the units, and the unit cannot give the case back any more."""

    type_name: ClassVar[str] = "cn.huiyin.case.arbitration_ruled"

    units: tuple[str, ...]
    """Who was in dispute."""
    lead_unit: str
    support_units: tuple[str, ...] = ()
    minutes: str
    """会商纪要: what was said and decided; masked."""
    files: tuple[str, ...] = ()
    """SHA-256 of each file of the minutes."""
    words: str
    """Why; masked."""
