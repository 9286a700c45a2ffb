"""Who of a unit answers for a case, as it is said under the case's key."""

from typing import ClassVar

from libs.common.events.base import SaidByHand
from libs.common.events.cases import RoundEvent


class ResponsibleNamed(RoundEvent, SaidByHand):
    """责任人: who of a unit of the case answers for it in this round; nobody any more, when ``staff_id`` is None.

    It passes to nobody by itself: whoever leads instead, or anew, names one of its own people.
    """

    type_name: ClassVar[str] = "cn.huiyin.case.responsible_named"

    unit_code: str
    staff_id: str | None
