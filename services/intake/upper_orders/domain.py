"""An order from above (上级交办) that comes once more: what is new in it. Pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NamedDeadline:
    """The deadline of an order, and which of its deadlines it is."""

    due_at: datetime | None
    edition: int = 1


def again(known: NamedDeadline, due_at: datetime | None) -> NamedDeadline:
    """The deadline once the order came again with this one; the same object when that says nothing new.

    One that names no deadline takes none back.
    """
    return known if due_at in (None, known.due_at) else NamedDeadline(due_at, known.edition + 1)
