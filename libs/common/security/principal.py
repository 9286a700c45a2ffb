"""Who is asking: a verified person or system, with roles, an area and perhaps a unit."""

import re
from dataclasses import dataclass

from libs.common.roles import Role

__all__ = ["LONGEST_NAME", "Principal", "Role"]

LONGEST_NAME = 255
"""Characters of a subject or a token id; a longer one is no name but an attack on whoever stores it."""

_AREA = re.compile(r"[0-9]{12}(?:[0-9]{3})?")
_UNIT = re.compile(r"[A-Z0-9][A-Z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified caller. Its reach is the subtree of `area_code`, narrowed to `unit_code` for roles bound to a unit.

    A principal that exists is well formed, so nobody after the token check needs to look again.

    Raises:
        ValueError: a field is empty, too long or not a code; the message never repeats the value.
    """

    subject: str
    roles: frozenset[Role]
    area_code: str
    unit_code: str | None
    token_id: str
    staff_id: str | None = None
    """Whose account it is (人员编号) by the office's register of people; None when the token does not say."""
    units: frozenset[str] = frozenset()
    """Those of all posts in office of the person, whichever it acts for now; none where the register knows nobody."""

    @property
    def own_units(self) -> frozenset[str]:
        """Those that it acts for, or that the person holds a post of."""
        return self.units if self.unit_code is None else self.units | {self.unit_code}

    def __post_init__(self) -> None:
        """Refuse what could be mistaken for something else by a comparison further in."""
        named = (
            ("subject", self.subject),
            ("token_id", self.token_id),
            ("staff_id", "-" if self.staff_id is None else self.staff_id),
        )
        for name, value in named:
            if not 1 <= len(value) <= LONGEST_NAME or not value.isprintable():
                raise ValueError(f"{name} must be 1 to {LONGEST_NAME} printable characters")
        if not _AREA.fullmatch(self.area_code):
            raise ValueError("area_code must be 12 or 15 digits")
        if self.unit_code is not None and not _UNIT.fullmatch(self.unit_code):
            raise ValueError("unit_code must be upper-case letters, digits and hyphens")
