"""What a household adds to the figures of a round (轮次计数): whole numbers, by where it counts, then and now."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from libs.common.events.visit_terms import VisitOutcome
from libs.common.visits.placing import PlaceInRound, Where


class View(StrEnum):
    """Under what a household counts (口径): what was so when it was visited (当时), or what is so by now (现时)."""

    THEN = "then"
    NOW = "now"


class TallyCut(StrEnum):
    """By what a round's figures are cut (分组)."""

    CLASS = "class"
    PERSON = "person"
    PURPOSE = "purpose"
    TEAM = "team"


class TallyCell(NamedTuple):
    """Which number of a round: of which view and cut, whose, and of which area."""

    view: View
    cut: TallyCut
    member: str
    area_code: str


MEASURES = ("households", *(outcome.value for outcome in VisitOutcome), "late")
"""How many stand there, how many of them are shown as what, and how many were told only after the closing."""
NOBODY = ""
"""The contact person of a household that nobody looks after."""


def counts_of(place: PlaceInRound | None, team_id: str | None = None) -> Counter[tuple[TallyCell, str]]:
    """What this place, and the team to which plans give it, add to each number; nothing where it does not stand."""
    counts: Counter[tuple[TallyCell, str]] = Counter()
    if place is None or not place.stands:
        return counts
    measures = ["households", *(() if place.outcome is None else (place.outcome.value,)), *(("late",) * place.late)]
    for view, where in ((View.THEN, place.then), (View.NOW, place.now)):
        for cut, member in _members(where, team_id):
            counts.update((TallyCell(view, cut, member, where.area_code), measure) for measure in measures)
        for purpose in place.purposes:
            counts[TallyCell(view, TallyCut.PURPOSE, purpose, where.area_code), VisitOutcome.REACHED.value] += 1
    return counts


def _members(where: Where, team_id: str | None) -> Iterator[tuple[TallyCut, str]]:
    yield TallyCut.CLASS, where.household_class.value
    yield TallyCut.PERSON, where.contact_staff_id or NOBODY
    if team_id is not None:
        yield TallyCut.TEAM, team_id


@dataclass(frozen=True, slots=True)
class CoverageSums:
    """Sums of `MEASURES` (走访覆盖), each household in them under one outcome."""

    households: int = 0
    reached: int = 0
    nobody_home: int = 0
    refused: int = 0
    moved: int = 0
    by_phone: int = 0
    late: int = 0

    @property
    def visited(self) -> int:
        """The numerator: reached, or refused at the door (已走访)."""
        return self.reached + self.refused

    @property
    def contacted(self) -> int:
        """Visited, or spoken to by phone (已联系)."""
        return self.visited + self.by_phone

    @property
    def untried(self) -> int:
        """No visit that counts (未走访)."""
        return self.households - self.contacted - self.nobody_home - self.moved
