"""How words travel between services: every service has a ledger, and hears the others in causal order, once.

The rule is that of ``libs/common/delivery/inbox.py``, in memory: what comes twice is dropped, what comes before its
causes waits for them.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from libs.common.events.base import SaidByHand
from libs.common.events.cases import CaseEvent
from libs.common.rules.machine import SYSTEM, Actor

CASE = "case"
"""One case is enough: cases share nothing."""
UNITS = ("D-WATER", "D-ROADS")
START = datetime(2026, 3, 3, 1, tzinfo=UTC)


@dataclass
class Now:
    """The time that all four share."""

    moment: datetime = START


@dataclass(frozen=True, slots=True)
class Word:
    """One line of a ledger: who said it as his how-manieth word, and how much of the others he had heard by then."""

    source: str
    seq: int
    causes: Mapping[str, int]
    event: CaseEvent


class Service(ABC):
    """A service as far as its words go."""

    name: str

    def __init__(self) -> None:
        self.ledger: list[Word] = []
        self.marks: dict[str, int] = {}
        self._waiting: list[Word] = []

    @abstractmethod
    def hear(self, word: Word) -> None:
        """What the service does about a word of another."""

    def say(self, event: CaseEvent, by: Actor = SYSTEM) -> None:
        """Append to the ledger, with who asked for it, as a session does."""
        if by is not SYSTEM and isinstance(event, SaidByHand):
            said = {"by": by.subject, "by_unit": by.unit_code, "by_staff": by.staff_id}
            event = event.model_copy(update=said)
        self.ledger.append(Word(self.name, len(self.ledger) + 1, dict(self.marks), event))

    def receive(self, word: Word) -> None:
        """Take a word in, whenever and however often it comes."""
        if word.source == self.name or word.seq <= self.marks.get(word.source, 0):
            return
        self._waiting.append(word)
        while (ready := next((each for each in self._waiting if self._is_next(each)), None)) is not None:
            self._waiting = [each for each in self._waiting if (each.source, each.seq) != (ready.source, ready.seq)]
            self.marks[ready.source] = ready.seq
            self.hear(ready)

    def _is_next(self, word: Word) -> bool:
        if word.seq != self.marks.get(word.source, 0) + 1:
            return False
        others = ((source, seq) for source, seq in word.causes.items() if source not in (self.name, word.source))
        return all(self.marks.get(source, 0) >= seq for source, seq in others)
