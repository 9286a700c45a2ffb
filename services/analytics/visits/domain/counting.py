"""What a household and its visits count as (走访计数): from a fact to cells of integers. The one definition of figures.

A visit counts once for its household, and once for each person who took part in it, by the staff ids of its record: at
the time of the deed, whoever looks after the household today, and whoever wrote it down. Teams are those in which these
people sat on its day.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from operator import add as plus

from libs.common.counters import CoverageCounter, VisitCounter
from libs.common.events.visit_terms import MatterEnd, VisitOutcome, VisitSlot
from libs.common.visits.counting import View, counts_of
from libs.common.visits.placing import PlaceInRound, Terms, place_in
from services.analytics.counters.domain import (
    CellT,
    Counts,
    CoverageCell,
    CoverageCut,
    Thing,
    ThingCell,
    VisitCell,
    VisitCut,
)
from services.analytics.visits.domain.fact import Around, CountedVisit, HouseholdFacts

ANY_ROUND, NOBODY = "", ""
THOUSANDTHS_DIGITS = 3
"""Quantities are counted in thousandths: no door takes more digits after the point."""
YES, NO, NUMBER, WORDS = "yes", "no", "number", "words"
_PLACES = {counter.value: place for place, counter in enumerate(CoverageCounter)}
_ORDER = tuple(VisitCounter)
_BY_OUTCOME = {
    VisitOutcome.REACHED: VisitCounter.REACHED,
    VisitOutcome.NOBODY_HOME: VisitCounter.NOBODY_HOME,
    VisitOutcome.REFUSED: VisitCounter.REFUSED,
    VisitOutcome.MOVED: VisitCounter.MOVED,
    VisitOutcome.BY_PHONE: VisitCounter.BY_PHONE,
}
_BY_END = {
    MatterEnd.SOLVED_ON_THE_SPOT: VisitCounter.SOLVED_ON_THE_SPOT,
    MatterEnd.BECOMES_CASE: VisitCounter.BECAME_CASES,
    MatterEnd.EXPLAINED: VisitCounter.EXPLAINED,
}


@dataclass(frozen=True, slots=True)
class VisitInRounds:
    """A visit with all that it counts by beside its own record: rounds in which its slot counts, and teams."""

    visit: CountedVisit
    rounds: tuple[str, ...]
    teams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What follows from a household and what surrounds it: its place in each round, and its visits as they count."""

    places: Mapping[str, PlaceInRound] = field(default_factory=dict)
    """By round, of those in which it stands."""
    visits: Mapping[str, VisitInRounds] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contribution:
    """The cells that a household counts in, by cube; none of them is empty."""

    coverage: Mapping[CoverageCell, Counts]
    visits: Mapping[VisitCell, Counts]
    things: Mapping[ThingCell, Counts]


def standing(fact: HouseholdFacts | None, around: Around) -> Standing:
    """Where a household stands; nowhere where nothing is known of it."""
    if fact is None:
        return Standing()
    rounds, steps = around.rounds_of(fact), tuple(fact.steps.values())
    placed = {round_id: place_in(terms, steps, fact.seen_in(round_id)) for round_id, terms in rounds.items()}
    return Standing(
        {round_id: place for round_id, place in placed.items() if place is not None and place.stands},
        {visit_id: _in_rounds(visit, rounds, around) for visit_id, visit in fact.made()},
    )


def _in_rounds(visit: CountedVisit, rounds: Mapping[str, Terms], around: Around) -> VisitInRounds:
    counts = (one for one in sorted({*visit.rounds}) if one in rounds and rounds[one].counts_slot(visit.slot))
    return VisitInRounds(visit, tuple(counts), tuple(around.teams_of(visit)))


def contribution(found: Standing) -> Contribution:
    """The cells that a household counts in, by where it stands."""
    coverage: dict[CoverageCell, list[int]] = {}
    for round_id, place in found.places.items():
        for covered, measure, amount in _covered(round_id, place, found.visits):
            coverage.setdefault(covered, [0] * len(_PLACES))[_PLACES[measure]] += amount
    visits: dict[VisitCell, list[int]] = {}
    things: dict[ThingCell, list[int]] = {}
    for one in found.visits.values():
        counts, things_told = counts_of_visit(one.visit), [*brought(one.visit)]
        for cell in cells_of_visit(one):
            _add(visits, cell, counts)
            for thing, amount in things_told:
                _add(things, ThingCell(*cell, *thing), (1, amount))
    return Contribution(_whole(coverage), _whole(visits), _whole(things))


def _add(cells: dict[CellT, list[int]], cell: CellT, counts: Iterable[int]) -> None:
    known = cells.get(cell)
    cells[cell] = [*counts] if known is None else list(map(plus, known, counts))


def _whole(cells: Mapping[CellT, list[int]]) -> dict[CellT, Counts]:
    return {cell: tuple(counts) for cell, counts in cells.items() if any(counts)}


def _covered(
    round_id: str, place: PlaceInRound, visits: Mapping[str, VisitInRounds]
) -> Iterator[tuple[CoverageCell, str, int]]:
    for (where, measure), amount in counts_of(place).items():
        yield CoverageCell(round_id, *map(str, where)), measure, amount
    if place.reached_by is None or place.outcome is None:
        return
    for view, area_code in ((View.THEN, place.then.area_code), (View.NOW, place.now.area_code)):
        for team_id in visits[place.reached_by].teams:
            yield CoverageCell(round_id, view.value, CoverageCut.TEAM.value, team_id, area_code), place.outcome.value, 1


def cells_of_visit(one: VisitInRounds) -> Iterator[VisitCell]:
    """Where a visit counts: once for all, for each person and for each team, under no round and under each of its."""
    visit = one.visit
    members = [
        (VisitCut.ALL.value, NOBODY),
        *((VisitCut.PERSON.value, staff_id) for staff_id in sorted({*visit.staff_ids})),
        *((VisitCut.TEAM.value, team_id) for team_id in one.teams),
    ]
    for round_id, (cut, member) in product((ANY_ROUND, *one.rounds), members):
        yield VisitCell(round_id, cut, member, visit.day, visit.area_code)


def counts_of_visit(visit: CountedVisit) -> Counts:
    """What a visit adds to each counter; a duplicate adds to that of duplicates alone."""
    counted = dict.fromkeys(_ORDER, 0)
    if visit.duplicate:
        counted[VisitCounter.DUPLICATES] = 1
        return tuple(counted.values())
    counted[VisitCounter.VISITS] = 1
    counted[_BY_OUTCOME[visit.outcome]] = 1
    counted[VisitCounter.NIGHT] = int(visit.slot is VisitSlot.NIGHT)
    counted[VisitCounter.MATTERS] = len(visit.ends)
    for end in visit.ends:
        counted[_BY_END[end]] += 1
    counted[VisitCounter.MATERIALS] = sum(visit.materials.values())
    return tuple(counted.values())


def brought(visit: CountedVisit) -> Iterator[tuple[tuple[str, str, str], int]]:
    """What a visit brought, each once: which thing, its code and unit, and how much of it."""
    if visit.duplicate:
        return
    for code, pieces in visit.materials.items():
        yield (Thing.MATERIAL.value, code, ""), pieces
    for code in sorted({*visit.topics}):
        yield (Thing.TOPIC.value, code, ""), 1
    for code, told in visit.findings.items():
        how, amount = _told_as(told)
        yield (Thing.FINDING.value, code, how), amount
    totals: dict[tuple[str, str], int] = {}
    for what, unit, thousandths in visit.quantities:
        totals[what, unit] = totals.get((what, unit), 0) + thousandths
    for (what, unit), thousandths in totals.items():
        yield (Thing.QUANTITY.value, what, unit), thousandths


def _told_as(told: object) -> tuple[str, int]:
    """How a finding was told, and what it adds."""
    if isinstance(told, bool):
        return YES if told else NO, 1
    return (NUMBER, told) if isinstance(told, int) else (WORDS, 1)
