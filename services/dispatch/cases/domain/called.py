"""What a case sees of the units that a street summons, and of their tasks (吹哨报到)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Whistle:
    """Whom a street summons, to what and where, and until when each has to be there and to have done its part."""

    kind: str
    units: tuple[str, ...]
    area_code: str
    place: str
    what: str
    times: int
    report_due_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CalledPart:
    """A summoned unit's task by its name, and what is said of it; of an arrival where."""

    task: str
    unit_code: str
    text: str = ""
    area_code: str = ""
    late: bool = False
    evidence: tuple[str, ...] = ()
    """Of a result the files that show it, by their SHA-256."""
