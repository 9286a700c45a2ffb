"""Analytics without its database: one fact, and what it counts as."""

from datetime import date, datetime
from functools import reduce

from libs.common.bus.flow import Service as Name
from libs.common.bus.flow import heard
from libs.common.counters import Counter
from services.analytics.counters.domain import COUNTERS, Basis
from services.analytics.facts.actions.events import atoms_of
from services.analytics.facts.domain.counting import contribution
from services.analytics.facts.domain.fact import Fact, fold
from tests.unit.guard.delivery import Service, Word


class Figures(Service):
    """Analytics: one fact, and what it counts as."""

    name = "analytics"

    def __init__(self) -> None:
        super().__init__()
        self.fact: Fact | None = None
        self._counted: Fact | None = None
        self._counts: list[int] = []

    def hear(self, word: Word) -> None:
        """As ``services/analytics/facts/actions/folding.py`` does."""
        if type(word.event) in heard(Name.ANALYTICS):
            self.fact = reduce(fold, atoms_of(word.event, word.seq), self.fact)

    def count(self, counter: Counter) -> int:
        """What the case counts as in the cohort of its registration."""
        if self.fact is None:
            return 0
        if self._counted is not self.fact:
            # Counted once for all that is asked of it: this was a fifth of a walk.
            cells = contribution(self.fact, _day_of)
            of_cohort = [counts for cell, counts in cells.items() if cell.basis == Basis.REGISTERED.value]
            self._counts = [sum(column) for column in zip(*of_cohort, strict=True)]
            self._counted = self.fact
        return self._counts[COUNTERS.index(counter)] if self._counts else 0


def _day_of(moment: datetime) -> date:
    return moment.date()
