"""Whatever way the events of visits reach us, what households count as comes out the same, and adds up."""

import random
from collections.abc import Iterable

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.common.counters import CoverageCounter, VisitCounter
from libs.common.events.base import Event
from libs.common.events.visit_terms import VisitOutcome
from libs.common.visits.counting import MEASURES, View
from services.analytics.counters.domain import (
    Counts,
    CoverageCell,
    CoverageCut,
    ThingCell,
    VisitCell,
    VisitCut,
    add,
    difference,
)
from services.analytics.visits.actions.refold import Surroundings, refold_household
from services.analytics.visits.domain.counting import Contribution, contribution, standing
from services.analytics.visits.domain.documents import (
    steps_document,
    steps_of,
    terms_document,
    terms_of,
    visit_document,
    visit_of,
)
from services.analytics.visits.domain.fact import Around, HouseholdFacts
from services.analytics.visits.domain.rows import rows_of
from tests.support.histories.visits import VisitCounty, in_pieces

_OF = {counter.value: counter for counter in VisitCounter}
SEEDS = st.integers(min_value=0, max_value=2**32)
Cells = tuple[dict[CoverageCell, Counts], dict[VisitCell, Counts], dict[ThingCell, Counts]]


class Running:
    """What the service does in memory: after each batch, of whom it concerns, the difference that was made."""

    def __init__(self) -> None:
        self.told: dict[str, list[Event]] = {}
        self.facts: dict[str, HouseholdFacts] = {}
        self.surroundings = Surroundings()
        self.around = Around()
        self.cells: Cells = ({}, {}, {})

    def take(self, batch: Iterable[Event]) -> None:
        before, around = dict(self.facts), self.around
        for event in batch:
            self.surroundings.take(event)
            known = self.told.setdefault(event.key, [])
            known.append(event)
            fact = refold_household(event.key, known)
            if fact is not None:
                self.facts[event.key] = fact
        self.around = self.surroundings.around()
        for key, fact in self.facts.items():
            old = contribution(standing(before.get(key), around))
            self._add(old, contribution(standing(fact, self.around)))

    def _add(self, old: Contribution, new: Contribution) -> None:
        add(self.cells[0], difference(old.coverage, new.coverage))
        add(self.cells[1], difference(old.visits, new.visits))
        add(self.cells[2], difference(old.things, new.things))


def run(batches: Iterable[Iterable[Event]]) -> Running:
    running = Running()
    for batch in batches:
        running.take(batch)
    return running


def straight(county: VisitCounty) -> Running:
    return run([[event for history in county.histories for event in history]])


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_any_order_and_repetition_gives_the_recount(seed: int) -> None:
    rng, county = random.Random(seed), VisitCounty(seed)
    whole = straight(county)
    told = [event for history in county.histories for event in history]
    shuffled = [*told, *rng.choices(told, k=5)]
    rng.shuffle(shuffled)
    for batches in (in_pieces(county, rng), [[event] for event in shuffled]):
        other = run(batches)
        assert other.facts == whole.facts
        assert other.cells == whole.cells


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_what_is_kept_gives_the_same(seed: int) -> None:
    whole = straight(VisitCounty(seed))
    for fact in whole.facts.values():
        steps = steps_of(orjson.loads(steps_document(fact.steps.values())))
        assert steps == fact.steps
        for record in fact.visits.values():
            assert visit_of(orjson.loads(visit_document(record.seen))) == record.seen
        rows_of(fact, standing(fact, whole.around))
    for one in whole.surroundings.rounds.values():
        assert terms_of(orjson.loads(terms_document(one.opened))) == one.opened


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_the_numbers_add_up(seed: int) -> None:
    """Each visit has one outcome, each matter one end, each household of a round stands once in every cut."""
    coverage, visits, _ = straight(VisitCounty(seed)).cells
    for counts in visits.values():
        told = dict(zip(VisitCounter, counts, strict=True))
        assert told[VisitCounter.VISITS] == sum(told[_OF[outcome.value]] for outcome in VisitOutcome)
    sums: dict[tuple[str, str, str], list[int]] = {}
    for cell, counts in coverage.items():
        known = sums.setdefault((cell.round_id, cell.view, cell.cut), [0] * len(counts))
        known[:] = [one + other for one, other in zip(known, counts, strict=True)]
    for round_id in {cell.round_id for cell in coverage}:
        whole = [
            sums.get((round_id, view.value, cut.value))
            for view in View
            for cut in (CoverageCut.CLASS, CoverageCut.PERSON)
        ]
        assert all(one == whole[0] for one in whole)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_a_person_counts_where_he_took_part_and_a_visit_counts_once(seed: int) -> None:
    """Counted from the records by hand: whoever looks after the household, or wrote it down, makes no difference."""
    whole = straight(VisitCounty(seed))
    made = [visit for fact in whole.facts.values() for _, visit in fact.made() if not visit.duplicate]
    place = list(VisitCounter).index(VisitCounter.VISITS)
    by_person: dict[str, int] = {}
    total = 0
    for cell, counts in whole.cells[1].items():
        if cell.round_id == "" and cell.cut == VisitCut.PERSON:
            by_person[cell.member] = by_person.get(cell.member, 0) + counts[place]
        elif cell.round_id == "" and cell.cut == VisitCut.ALL:
            total += counts[place]
    assert total == len(made)
    people = {staff_id for visit in made for staff_id in visit.staff_ids}
    assert {one: many for one, many in by_person.items() if many} == {
        staff_id: sum(staff_id in visit.staff_ids for visit in made) for staff_id in people
    }


def test_the_measures_of_rounds_are_those_that_places_add() -> None:

    assert tuple(counter.value for counter in CoverageCounter) == MEASURES
