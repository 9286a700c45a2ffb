"""Events of one unit's part of a case while it works on it: they leave the case where it stands."""

from typing import ClassVar

from libs.common.events.base import SaidByHand
from libs.common.events.cases import RoundEvent


class TaskSigned(RoundEvent, SaidByHand):
    """协办签收: a support unit has taken its part on."""

    type_name: ClassVar[str] = "cn.huiyin.case.task_signed"

    unit_code: str
    note: str = ""


class TaskReported(RoundEvent, SaidByHand):
    """协办进展: a support unit says how far it is with its part."""

    type_name: ClassVar[str] = "cn.huiyin.case.task_reported"

    unit_code: str
    note: str
