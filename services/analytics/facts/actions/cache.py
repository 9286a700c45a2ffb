"""What this process folded a moment ago, so that a busy case is not read and counted anew for each of its events.

A remembered fact holds as long as its row is the very version written then: ``xmin`` names the transaction that
wrote it, and a transaction writes each fact once. If that transaction was rolled back, no row carries its number.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from libs.common.database.session import Session
from libs.common.time.periods import assessment_day
from services.analytics.counters.domain import Cell, Counts
from services.analytics.durations.domain import HourCell
from services.analytics.facts.domain.counting import DayOf, LevelOf
from services.analytics.facts.domain.fact import Fact
from services.analytics.facts.domain.learned import Learned

_INFO = "analytics.memory"
FACTS = 2_000
"""Some 4 KB each."""
_MOMENTS = 20_000


class CountedFact(NamedTuple):
    """What a fact counts in."""

    cells: Mapping[Cell, Counts]
    times: Mapping[HourCell, Counts]


class Remembered(NamedTuple):
    """A fact as it was written by the transaction ``writer``, when its events were learned, and what it counts in."""

    writer: int
    fact: Fact
    learned: Learned
    counted: CountedFact


@dataclass(slots=True)
class Cache:
    """The facts written last, the assessment days of the moments met, by pack version."""

    facts: OrderedDict[str, Remembered] = field(default_factory=OrderedDict)
    days: dict[int, DayOf] = field(default_factory=dict)

    def keep(self, case_id: str, remembered: Remembered) -> None:
        """Remember a fact; the one written longest ago is forgotten for it."""
        self.facts[case_id] = remembered
        self.facts.move_to_end(case_id)
        if len(self.facts) > FACTS:
            self.facts.popitem(last=False)


def cache_of(session: Session) -> Cache:
    """The memory of this process for the database of the session."""
    memory = session.memory.get(_INFO)
    if memory is None:
        memory = session.memory[_INFO] = Cache()
    if not isinstance(memory, Cache):
        raise TypeError(f"session.memory[{_INFO!r}] is taken")
    return memory


def day_rule(session: Session, pack_version: int) -> DayOf:
    """The assessment day of a moment by a pack version; Unavailable while that version has not arrived."""
    days = cache_of(session).days
    if pack_version not in days:
        rules = session.packs.version(pack_version).period_rules()
        known: dict[datetime, date] = {}

        def day_of(moment: datetime) -> date:
            day = known.get(moment)
            if day is None:
                if len(known) >= _MOMENTS:
                    known.clear()
                day = known[moment] = assessment_day(moment, rules.time_zone, rules.day_starts_at)
            return day

        days[pack_version] = day_of
    return days[pack_version]


def level_rule(session: Session, pack_version: int) -> LevelOf:
    """How high a unit stands by a pack version; Unavailable while that version has not arrived."""
    directory = session.packs.version(pack_version)
    return lambda unit: directory.level_of(unit) or ""
