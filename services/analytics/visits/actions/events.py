"""From events to what facts keep: drops every text."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from libs.common.events.base import Event
from libs.common.events.households import HouseholdRecorded
from libs.common.events.teams import TeamChanged, TeamDissolved, TeamFormed, TeamSeat
from libs.common.events.visits import RoundClosed, RoundOpened, VisitCorrected, VisitFacts, VisitRecorded, VisitVoided
from libs.common.visits.reading import step_of, terms_from
from services.analytics.visits.domain.counting import THOUSANDTHS_DIGITS
from services.analytics.visits.domain.fact import (
    CountedVisit,
    HouseholdFacts,
    RoundFacts,
    SeatDays,
    TeamFacts,
    VisitRecord,
)

_DAY = timedelta(days=1)


def _recorded(fact: HouseholdFacts, event: HouseholdRecorded) -> HouseholdFacts:
    facts = {name: getattr(event, name.value) for name in event.changed}
    split_off = event.split_from is not None
    step = step_of(event.version, event.step, event.holds_from, event.occurred_at, facts, split_off=split_off)
    return fact.with_step(step)


def _visited(fact: HouseholdFacts, event: VisitFacts) -> HouseholdFacts:
    return fact.with_visit(event.visit_id, VisitRecord(event.version, seen_in(event)))


def _voided(fact: HouseholdFacts, event: VisitVoided) -> HouseholdFacts:
    return fact.with_visit(event.visit_id, VisitRecord(event.version, None))


def seen_in(event: VisitFacts) -> CountedVisit:
    """A visit as the event tells it; of findings in words that there are some."""
    return CountedVisit(
        day=event.day,
        slot=event.slot,
        outcome=event.outcome,
        area_code=event.area_code,
        staff_ids=event.staff_ids,
        recorded_at=event.recorded_at,
        purposes=event.purposes,
        topics=event.topics,
        materials=event.materials,
        findings={code: "" if isinstance(told, str) else told for code, told in event.findings.items()},
        quantities=tuple(
            (one.what, one.unit, int(Decimal(one.number).scaleb(THOUSANDTHS_DIGITS))) for one in event.quantities
        ),
        ends=tuple(one.end for one in event.matters),
        rounds=event.rounds,
        duplicate=event.duplicate_of is not None,
    )


def _thousandths(number: str) -> int:
    return int(Decimal(number).scaleb(THOUSANDTHS_DIGITS))


OF_HOUSEHOLDS: dict[type[Event], Callable[[HouseholdFacts, Any], HouseholdFacts]] = {
    HouseholdRecorded: _recorded,
    VisitRecorded: _visited,
    VisitCorrected: _visited,
    VisitVoided: _voided,
}


def _opened(known: RoundFacts, event: RoundOpened) -> RoundFacts:
    return RoundFacts(known.round_id, terms_from(event, None), known.closed_at, event.name, event.area_code)


def _closed(known: RoundFacts, event: RoundClosed) -> RoundFacts:
    return RoundFacts(known.round_id, known.opened, event.closed_at, known.name, known.area_code)


OF_ROUNDS: dict[type[Event], Callable[[RoundFacts, Any], RoundFacts]] = {RoundOpened: _opened, RoundClosed: _closed}


def _formed(known: TeamFacts, event: TeamFormed | TeamChanged) -> TeamFacts:
    return known.told(TeamFacts(event.team_id, event.version, _seats(event.team_id, event.seats, event.until_day)))


def _dissolved(known: TeamFacts, event: TeamDissolved) -> TeamFacts:
    last = event.holds_from - _DAY
    return known.told(TeamFacts(event.team_id, event.version, _seats(event.team_id, event.seats, last)))


def _seats(team_id: str, seats: Iterable[TeamSeat], last: date) -> tuple[SeatDays, ...]:
    """The days on which the team goes out, person by person."""
    found = {SeatDays(one.staff_id, team_id, one.from_day, min(one.until_day, last)) for one in seats}
    return tuple(sorted(seat for seat in found if seat.from_day <= seat.until_day))


OF_TEAMS: dict[type[Event], Callable[[TeamFacts, Any], TeamFacts]] = {
    TeamFormed: _formed,
    TeamChanged: _formed,
    TeamDissolved: _dissolved,
}
HEARD: frozenset[type[Event]] = frozenset({*OF_HOUSEHOLDS, *OF_ROUNDS, *OF_TEAMS})
