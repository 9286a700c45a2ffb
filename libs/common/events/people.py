"""By what people are named beside accounts and units. Standard library only, so that any rule may use it."""

from collections.abc import Sequence
from typing import Protocol

_STAFF = "staff:"


def person_name(staff_id: str) -> str:
    """A member of staff where accounts or units may stand, too: no unit's code has a colon."""
    return f"{_STAFF}{staff_id}"


class _About(Protocol):
    """A row of a case, in whatever service."""

    @property
    def accused_unit(self) -> str | None: ...

    @property
    def also_accused(self) -> Sequence[str]: ...


def accused_units(row: _About) -> tuple[str, ...]:
    """All units complained about (被反映单位)."""
    first = () if row.accused_unit is None else (row.accused_unit,)
    return (*first, *(name for name in row.also_accused if not name.startswith(_STAFF)))


def accused_staff(row: _About) -> tuple[str, ...]:
    """All members of staff complained about (被反映人), by their ids."""
    return tuple(name.removeprefix(_STAFF) for name in row.also_accused if name.startswith(_STAFF))
