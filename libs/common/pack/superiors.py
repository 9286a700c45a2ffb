"""Who is above a unit (上级单位), and to whom an order about its case goes (督办对象)."""

from collections.abc import Collection, Iterator, Sequence

from libs.common.pack.directory import Directory
from libs.common.pack.schema import Recipient, Unit, UnitLevel


def superiors(directory: Directory, unit_code: str, *, but_not: Collection[str]) -> Iterator[Unit]:
    """The units above, nearest first, then the supervisors (督查): none that is in ``but_not`` or below."""
    supervisors = (unit.code for unit in directory.units(UnitLevel.SUPERVISOR))
    for code in dict.fromkeys((*directory.lineage(unit_code)[1:], *supervisors)):
        if not directory.is_within_any(code, but_not):
            yield directory.unit(code)


def superior(directory: Directory, unit_code: str) -> Unit:
    """上级单位: the unit's parent, else a supervisor, else the hotline, else itself."""
    unit = directory.unit(unit_code)
    if unit.parent is not None:
        return directory.unit(unit.parent)
    above = (*directory.units(UnitLevel.SUPERVISOR), *directory.units(UnitLevel.HOTLINE))
    return next((other for other in above if other.code != unit_code), unit)


def recipients(directory: Directory, to: Sequence[Recipient], lead_unit: str | None) -> tuple[str, ...]:
    """The unit codes that a supervision order goes to; without a lead unit only the standing offices remain."""
    codes: list[str] = []
    for recipient in to:
        codes.extend(_recipient(directory, recipient, lead_unit))
    return tuple(dict.fromkeys(codes))


def _recipient(directory: Directory, recipient: Recipient, lead_unit: str | None) -> tuple[str, ...]:
    if recipient is Recipient.SUPERVISOR:
        return tuple(unit.code for unit in directory.units(UnitLevel.SUPERVISOR))
    if recipient is Recipient.HOTLINE:
        return tuple(unit.code for unit in directory.units(UnitLevel.HOTLINE))
    if lead_unit is None:
        return ()
    return (lead_unit,) if recipient is Recipient.LEAD else (superior(directory, lead_unit).code,)
