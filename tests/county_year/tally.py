"""What a year of visits came to."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Tally:
    """What the year came to."""

    households: int = 0
    workers: int = 0
    cases: int = 0
    called: int = 0
    """Citizens who were called back: those of the hotline, and whose matters were solved at the door."""
    recorded: int = 0
    lost: int = 0
    """Recorded on phones that were lost with them."""
    syncs: int = 0
    compared: int = 0
    """Figures of workers that were held against the official ones."""
    reassigned: int = 0
    merged: int = 0
    """Households of the town that went up in another."""
    outcomes: Counter[str] = field(default_factory=Counter)
    decided: Counter[str] = field(default_factory=Counter)

    def document(self) -> dict[str, Any]:
        """For JSON."""
        counted = {name: dict(value) for name, value in vars(self).items() if isinstance(value, Counter)}
        return vars(self) | counted
