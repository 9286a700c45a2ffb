"""What a household and its visits count as, counted from the events by the audit's own means.

The table of denominators is the library's, by which intake and analytics place households; all else is written down
here anew: neither the facts of analytics nor its counting is used.
"""

from collections import Counter as Tally
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from libs.common.counters import CoverageCounter, ThingCounter, VisitCounter
from libs.common.events.base import Event
from libs.common.events.households import HouseholdRecorded
from libs.common.events.teams import TeamChanged, TeamDissolved, TeamFormed
from libs.common.events.visit_terms import SlotRule, VisitSlot
from libs.common.events.visits import RoundClosed, RoundOpened, VisitFacts, VisitVoided
from libs.common.visits.placing import PlaceInRound, SeenVisit, TakenStep, place_in
from libs.common.visits.reading import step_of, terms_from
from services.analytics.counters.domain import CellT, Counts, CoverageCell, ThingCell, VisitCell

_DAY = timedelta(days=1)
_ENDS = {"solved_on_the_spot": "solved_on_the_spot", "becomes_case": "became_cases", "explained": "explained"}
TeamWord = TeamFormed | TeamChanged | TeamDissolved


class SatThen(NamedTuple):
    """Somebody sat in a team on these days."""

    team_id: str
    first: date
    last: date


@dataclass(slots=True)
class RoundsAndTeams:
    """All that was told of rounds and teams."""

    opened: dict[str, RoundOpened] = field(default_factory=dict)
    closed: dict[str, RoundClosed] = field(default_factory=dict)
    last: dict[str, TeamWord] = field(default_factory=dict)
    """By team the word of the highest version."""
    seats: dict[str, list[SatThen]] = field(default_factory=dict)
    """By person."""
    by_prefix: dict[str, list[str]] = field(default_factory=dict)
    """Rounds by the digits that every area in them begins with."""

    @classmethod
    async def of(cls, events: AsyncIterator[Event]) -> "RoundsAndTeams":
        """From their events."""
        found = cls()
        async for event in events:
            if isinstance(event, RoundOpened):
                found.opened[event.round_id] = event
            elif isinstance(event, RoundClosed):
                found.closed[event.round_id] = event
            elif isinstance(event, TeamFormed | TeamChanged | TeamDissolved):
                known = found.last.get(event.team_id)
                if known is None or known.version < event.version:
                    found.last[event.team_id] = event
        for round_id, opened in found.opened.items():
            found.by_prefix.setdefault(terms_from(opened, None).area_prefix, []).append(round_id)
        for team_id, word in found.last.items():
            for staff_id, first, last in days_of(word):
                found.seats.setdefault(staff_id, []).append(SatThen(team_id, first, last))
        return found


def days_of(word: TeamWord) -> Iterator[tuple[str, date, date]]:
    """Who sits in a team by its last word, from when to when; never after its last day."""
    ends = word.holds_from - _DAY if isinstance(word, TeamDissolved) else word.until_day
    for seat in word.seats:
        if seat.from_day <= min(seat.until_day, ends):
            yield seat.staff_id, seat.from_day, min(seat.until_day, ends)


@dataclass(slots=True)
class CountedHousehold:
    """A household, as far as it is known by its events."""

    around: RoundsAndTeams
    steps: list[TakenStep] = field(default_factory=list)
    visits: dict[str, VisitFacts | VisitVoided] = field(default_factory=dict)

    def hear(self, event: Event) -> None:
        """The next of its events."""
        if isinstance(event, HouseholdRecorded):
            facts = {fact: getattr(event, fact.value) for fact in event.changed}
            at, new = event.occurred_at, event.split_from is not None
            self.steps.append(step_of(event.version, event.step, event.holds_from, at, facts, split_off=new))
        elif isinstance(event, VisitFacts | VisitVoided):
            known = self.visits.get(event.visit_id)
            if known is None or known.version < event.version:
                self.visits[event.visit_id] = event

    def made(self) -> Iterator[VisitFacts]:
        """The visits that are not void."""
        yield from (visit for visit in self.visits.values() if isinstance(visit, VisitFacts))

    def coverage(self) -> dict[CoverageCell, Counts]:
        """The households of rounds, of which it is one."""
        found = Tally[tuple[CoverageCell, str]]()
        for round_id in self._rounds():
            place = self._place(round_id)
            if place is None or not place.stands:
                continue
            outcome = None if place.outcome is None else place.outcome.value
            teams = () if place.reached_by is None else self._teams(place.reached_by)
            for view, where in (("then", place.then), ("now", place.now)):
                about: dict[tuple[str, str], list[str | None]] = {
                    ("class", where.household_class.value): ["households", outcome, "late" if place.late else None],
                    ("person", where.contact_staff_id or ""): ["households", outcome, "late" if place.late else None],
                    **{("purpose", purpose): ["reached"] for purpose in place.purposes},
                    **{("team", team_id): [outcome] for team_id in teams},
                }
                for (cut, member), names in about.items():
                    cell = CoverageCell(round_id, view, cut, member, where.area_code)
                    found.update((cell, name) for name in names if name is not None)
        return _rows(found, [counter.value for counter in CoverageCounter])

    def _rounds(self) -> set[str]:
        """Those of an area in which it ever was."""
        areas = {str(step.facts[fact]) for step in self.steps for fact in step.facts if fact.value == "area_code"}
        starts = {area[:digits] for area in areas for digits in range(len(area) + 1)}
        return {round_id for start in starts for round_id in self.around.by_prefix.get(start, ())}

    def _place(self, round_id: str) -> PlaceInRound | None:
        opened, closed = self.around.opened[round_id], self.around.closed.get(round_id)
        seen = [_seen(visit) for visit in self.made() if round_id in visit.rounds]
        return place_in(terms_from(opened, None if closed is None else closed.closed_at), self.steps, seen)

    def _teams(self, visit_id: str) -> list[str]:
        visit = self.visits[visit_id]
        if not isinstance(visit, VisitFacts):
            return []
        seats = (seat for staff_id in visit.staff_ids for seat in self.around.seats.get(staff_id, ()))
        return sorted({seat.team_id for seat in seats if seat.first <= visit.day <= seat.last})

    def visited(self) -> tuple[dict[VisitCell, Counts], dict[ThingCell, Counts]]:
        """Its visits, and what they brought."""
        made, brought = Tally[tuple[VisitCell, str]](), Tally[tuple[ThingCell, str]]()
        for visit in self.made():
            whom = [("all", "")]
            whom += [("person", staff_id) for staff_id in {*visit.staff_ids}]
            whom += [("team", team_id) for team_id in self._teams(visit.visit_id)]
            for round_id in ("", *self._counts_in(visit)):
                for cut, member in whom:
                    cell = VisitCell(round_id, cut, member, visit.day, visit.area_code)
                    for name, amount in _counts(visit):
                        made[cell, name] += amount
                    for (thing, code, unit), amount in _things(visit).items():
                        key = ThingCell(*cell, thing, code, unit)
                        brought[key, "visits"] += 1
                        brought[key, "amount"] += amount
        names = [counter.value for counter in VisitCounter], [counter.value for counter in ThingCounter]
        return _rows(made, names[0]), _rows(brought, names[1])

    def _counts_in(self, visit: VisitFacts) -> Iterator[str]:
        for round_id in {*visit.rounds} & self._rounds():
            slots = self.around.opened[round_id].slots
            if slots is SlotRule.ANY or slots.value == visit.slot.value:
                yield round_id


def _rows(found: Tally[tuple[CellT, str]], names: list[str]) -> dict[CellT, Counts]:
    cells = {cell for cell, _ in found}
    rows = {cell: tuple(found[cell, name] for name in names) for cell in cells}
    return {cell: counts for cell, counts in rows.items() if any(counts)}


def _seen(visit: VisitFacts) -> SeenVisit:
    return SeenVisit(
        visit_id=visit.visit_id,
        day=visit.day,
        outcome=visit.outcome,
        slot=visit.slot,
        purposes=frozenset(visit.purposes),
        rounds=frozenset(visit.rounds),
        recorded_at=visit.recorded_at,
        duplicate=visit.duplicate_of is not None,
    )


def _counts(visit: VisitFacts) -> Iterator[tuple[str, int]]:
    if visit.duplicate_of is not None:
        yield "duplicates", 1
        return
    yield "visits", 1
    yield visit.outcome.value, 1
    if visit.slot is VisitSlot.NIGHT:
        yield "night", 1
    for matter in visit.matters:
        yield "matters", 1
        yield _ENDS[matter.end.value], 1
    for pieces in visit.materials.values():
        yield "materials", pieces


def _things(visit: VisitFacts) -> Tally[tuple[str, str, str]]:
    found = Tally[tuple[str, str, str]]()
    if visit.duplicate_of is not None:
        return found
    for code, pieces in visit.materials.items():
        found["material", code, ""] = pieces
    for code in visit.topics:
        found["topic", code, ""] = 1
    for code, told in visit.findings.items():
        if isinstance(told, bool):
            found["finding", code, "yes" if told else "no"] = 1
        elif isinstance(told, int):
            found["finding", code, "number"] = told
        else:
            found["finding", code, "words"] = 1
    for one in visit.quantities:
        found["quantity", one.what, one.unit] += int(Decimal(one.number) * 1000)
    return found
