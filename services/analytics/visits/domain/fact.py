"""All that is known of one household and the visits to it (一户一档), of one round, and of one team.

Each event says which version of what it tells, so each grows in whatever order events come, and the same again changes
nothing: of a household all steps are kept, of a visit, a round and a team what was said last.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import NamedTuple

from libs.common.events.household_terms import HouseholdFact
from libs.common.events.visit_terms import MatterEnd, VisitOutcome, VisitSlot
from libs.common.visits.placing import SeenVisit, TakenStep, Terms

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CountedVisit:
    """A visit as its record is by now, as far as anything counts by it."""

    day: date
    slot: VisitSlot
    outcome: VisitOutcome
    area_code: str
    staff_ids: tuple[str, ...]
    recorded_at: datetime
    purposes: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    materials: Mapping[str, int] = field(default_factory=dict)
    findings: Mapping[str, bool | int | str] = field(default_factory=dict)
    """Of words that there are some: ``""``."""
    quantities: tuple[tuple[str, str, int], ...] = ()
    """Of what, in which unit, how many thousandths."""
    ends: tuple[MatterEnd, ...] = ()
    """What became of each matter that was raised."""
    rounds: tuple[str, ...] = ()
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """What was said last of a visit; nothing is ``seen`` of one that is void."""

    version: int
    seen: CountedVisit | None


@dataclass(frozen=True, slots=True)
class HouseholdFacts:
    """A household: its steps by version, and by its id the record of each visit."""

    household_id: str
    steps: Mapping[int, TakenStep] = field(default_factory=dict)
    visits: Mapping[str, VisitRecord] = field(default_factory=dict)

    def with_step(self, step: TakenStep) -> "HouseholdFacts":
        """After one more step; the same where that is known."""
        return self if step.version in self.steps else replace(self, steps={**self.steps, step.version: step})

    def with_visit(self, visit_id: str, record: VisitRecord) -> "HouseholdFacts":
        """After one more word about a visit; the same where as new a word is known."""
        known = self.visits.get(visit_id)
        if known is not None and known.version >= record.version:
            return self
        return replace(self, visits={**self.visits, visit_id: record})

    @property
    def areas(self) -> frozenset[str]:
        """Every area in which it ever was."""
        codes = (step.facts.get(HouseholdFact.AREA_CODE) for step in self.steps.values())
        return frozenset(str(code) for code in codes if code)

    @property
    def area_code(self) -> str:
        """Where it is by all that is known; empty while no step is."""
        told = [step for step in self.steps.values() if HouseholdFact.AREA_CODE in step.facts]
        last = max(told, key=lambda step: (step.holds_from, step.version), default=None)
        return "" if last is None else str(last.facts[HouseholdFact.AREA_CODE])

    @property
    def last_at(self) -> datetime:
        """When the last of what a closing tells apart was entered: steps and visits."""
        steps = (step.at for step in self.steps.values())
        return max([_LONG_AGO, *steps, *(visit.recorded_at for _, visit in self.made())])

    @property
    def version(self) -> int:
        """How much is known of it: grows with whatever is folded."""
        return len(self.steps) + sum(record.version for record in self.visits.values())

    def made(self) -> Iterator[tuple[str, CountedVisit]]:
        """The visits that are not void."""
        for visit_id, record in self.visits.items():
            if record.seen is not None:
                yield visit_id, record.seen

    def seen_in(self, round_id: str) -> list[SeenVisit]:
        """The visits that were made in a round."""
        return [
            SeenVisit(
                visit_id,
                visit.day,
                visit.outcome,
                visit.slot,
                frozenset(visit.purposes),
                frozenset(visit.rounds),
                visit.recorded_at,
                duplicate=visit.duplicate,
            )
            for visit_id, visit in self.made()
            if round_id in visit.rounds
        ]


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """A round: its terms once they were told, when it was closed, and what an answer says of it."""

    round_id: str
    opened: Terms | None = None
    closed_at: datetime | None = None
    name: str = ""
    area_code: str = ""

    @property
    def terms(self) -> Terms | None:
        """By what households stand in it; None while nobody told."""
        return None if self.opened is None else replace(self.opened, closed_at=self.closed_at)


class SeatDays(NamedTuple):
    """From which day to which somebody sits in a team, both included."""

    staff_id: str
    team_id: str
    from_day: date
    until_day: date


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """A team by the last word about it: who sat in it when."""

    team_id: str
    version: int = 0
    seats: tuple[SeatDays, ...] = ()

    def told(self, later: "TeamFacts") -> "TeamFacts":
        """After one more word; the same where as new a one is known."""
        return later if later.version > self.version else self


class Around:
    """What surrounds households: the rounds that there are, and who sat in which team when."""

    def __init__(self, rounds: Iterable[RoundFacts] = (), seats: Iterable[SeatDays] = ()) -> None:
        self._rounds: dict[str, dict[str, Terms]] = {}
        for one in rounds:
            if (terms := one.terms) is not None:
                self._rounds.setdefault(terms.area_prefix, {})[one.round_id] = terms
        self._seats: dict[str, list[SeatDays]] = {}
        for seat in seats:
            self._seats.setdefault(seat.staff_id, []).append(seat)

    def rounds_of(self, fact: HouseholdFacts) -> dict[str, Terms]:
        """The rounds in which it may ever have stood: those of an area in which it was."""
        prefixes = {code[:digits] for code in fact.areas for digits in range(len(code) + 1)}
        return {
            round_id: terms
            for prefix in sorted(prefixes & self._rounds.keys())
            for round_id, terms in self._rounds[prefix].items()
        }

    def teams_of(self, visit: CountedVisit) -> list[str]:
        """The teams of those who made a visit, on its day."""
        found = {
            seat.team_id
            for staff_id in visit.staff_ids
            for seat in self._seats.get(staff_id, ())
            if seat.from_day <= visit.day <= seat.until_day
        }
        return sorted(found)
