"""Who is asking: a verified person or system, with roles, an area and perhaps a unit."""

import re
from dataclasses import dataclass
from enum import StrEnum

LONGEST_NAME = 255
"""Characters of a subject or a token id; a longer one is no name but an attack on whoever stores it."""

_AREA = re.compile(r"[0-9]{12}(?:[0-9]{3})?")
_UNIT = re.compile(r"[A-Z0-9][A-Z0-9-]{0,63}")


class Role(StrEnum):
    """What somebody is employed to do (角色)."""

    OPERATOR = "operator"
    VISITOR = "visitor"
    DISPATCHER = "dispatcher"
    HANDLER = "handler"
    CALLER = "caller"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    INTEGRATOR = "integrator"
    AUDITOR = "auditor"
    ADMIN = "admin"


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

    def __post_init__(self) -> None:
        """Refuse what could be mistaken for something else by a comparison further in."""
        for name, value in (("subject", self.subject), ("token_id", self.token_id)):
            if not 1 <= len(value) <= LONGEST_NAME or not value.isprintable():
                raise ValueError(f"{name} must be 1 to {LONGEST_NAME} printable characters")
        if not _AREA.fullmatch(self.area_code):
            raise ValueError("area_code must be 12 or 15 digits")
        if self.unit_code is not None and not _UNIT.fullmatch(self.unit_code):
            raise ValueError("unit_code must be upper-case letters, digits and hyphens")
