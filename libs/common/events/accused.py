"""Who is complained about (被反映单位、被反映人), beside what a registration says of one unit."""

from typing import ClassVar

from libs.common.events.base import SaidByHand
from libs.common.events.cases import CaseEvent, CaseRegistered
from libs.common.events.people import person_name


class AccusedNamed(CaseEvent, SaidByHand):
    """补充被反映对象: further units or members of staff are complained about; from now on they see nothing of it."""

    type_name: ClassVar[str] = "cn.huiyin.case.accused_named"

    accused_units: tuple[str, ...] = ()
    accused_staff: tuple[str, ...] = ()
    reason: str


def also_accused(event: CaseRegistered | AccusedNamed) -> tuple[str, ...]:
    """Who is, beside ``accused_unit``: codes of units, and members of staff as `person_name` names them."""
    units = (unit for unit in event.accused_units if unit != getattr(event, "accused_unit", None))
    return (*units, *map(person_name, event.accused_staff))
