"""Facts of households and what surrounds them, read for the fold; and whom a round or a team concerns."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from libs.common.database.session import Session
from services.analytics.visits.domain.documents import steps_of, terms_of, visit_of
from services.analytics.visits.domain.fact import (
    Around,
    HouseholdFacts,
    RoundFacts,
    SeatDays,
    TeamFacts,
    VisitRecord,
)

_ONE_AT_A_TIME = 5_207_113_002
"""The advisory lock under which rounds and teams change; whoever folds a household shares it."""
_HOUSEHOLDS = "SELECT household_id, steps::text FROM visit_household WHERE household_id = ANY($1::text[])"
_VISITS = "SELECT household_id, visit_id, version, doc::text FROM visit_fact WHERE household_id = ANY($1::text[])"
_ROUND = "round_id, name, area_code, closed_at, terms::text"
_ROUNDS = f"SELECT {_ROUND} FROM visit_round WHERE round_id = ANY($1::text[])"  # noqa: S608 - names of ours
_ROUNDS_AROUND = f"SELECT {_ROUND} FROM visit_round WHERE area_prefix = ANY($1::text[])"  # noqa: S608 - names of ours
_TEAMS = """
    SELECT team_id, version, staff_id, from_day, until_day FROM visit_team LEFT JOIN visit_seat USING (team_id)
    WHERE team_id = ANY($1::text[]) ORDER BY team_id, from_day, staff_id
"""
_SEATS = "SELECT staff_id, team_id, from_day, until_day FROM visit_seat WHERE staff_id = ANY($1::text[])"
_OF_AREA = """
    SELECT household_id FROM visit_household WHERE area_code LIKE $1 AND last_at >= $2
    UNION SELECT household_id FROM visit_household WHERE moved AND last_at >= $2 ORDER BY household_id
"""
_OF_SEATS = """
    SELECT DISTINCT household_id FROM unnest($1::text[], $2::date[], $3::date[]) AS seat(staff_id, first, last)
    JOIN visit_person AS person ON person.staff_id = seat.staff_id AND day BETWEEN first AND last
    ORDER BY household_id
"""


async def hold_surroundings(session: Session, *, alone: bool) -> None:
    """Until the end of the transaction no round and no team changes; ``alone``: no household is folded either.

    So what is folded of a household is folded by the rounds and teams that there are, or found by those that come.
    """
    await session.fetch(f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}($1)", _ONE_AT_A_TIME)


async def read_households(session: Session, household_ids: Sequence[str]) -> dict[str, HouseholdFacts]:
    """Their facts, of those of which there are any."""
    wanted = [*household_ids]
    found = {
        row.household_id: HouseholdFacts(row.household_id, steps_of(orjson.loads(row.steps)))
        for row in await session.fetch(_HOUSEHOLDS, wanted)
    }
    visits: dict[str, dict[str, VisitRecord]] = {}
    for row in await session.fetch(_VISITS, wanted) if found else ():
        record = VisitRecord(row.version, visit_of(orjson.loads(row.doc)))
        visits.setdefault(row.household_id, {})[row.visit_id] = record
    return {
        household_id: HouseholdFacts(household_id, fact.steps, visits.get(household_id, {}))
        for household_id, fact in found.items()
    }


async def read_rounds(session: Session, round_ids: Collection[str]) -> dict[str, RoundFacts]:
    """These rounds; of one that nobody told of, nothing but its id."""
    rows = await session.fetch(_ROUNDS, sorted(round_ids)) if round_ids else ()
    return {round_id: RoundFacts(round_id) for round_id in round_ids} | {row.round_id: _round(row) for row in rows}


async def read_teams(session: Session, team_ids: Collection[str]) -> dict[str, TeamFacts]:
    """These teams; of one that nobody told of, nothing but its id."""
    found = {team_id: TeamFacts(team_id) for team_id in team_ids}
    for row in await session.fetch(_TEAMS, sorted(team_ids)) if team_ids else ():
        known = found[row.team_id]
        seat = () if row.staff_id is None else (SeatDays(row.staff_id, row.team_id, row.from_day, row.until_day),)
        found[row.team_id] = TeamFacts(row.team_id, row.version, tuple(sorted((*known.seats, *seat))))
    return found


async def read_around(
    session: Session,
    facts: Iterable[HouseholdFacts],
    rounds: Mapping[str, RoundFacts],
    teams: Mapping[str, TeamFacts],
) -> Around:
    """What surrounds these households, with these rounds and teams as they are given instead of as they are kept."""
    prefixes, people = set[str](), set[str]()
    for fact in facts:
        prefixes |= {code[:digits] for code in fact.areas for digits in range(len(code) + 1)}
        people |= {staff_id for _, visit in fact.made() for staff_id in visit.staff_ids}
    kept = [_round(row) for row in await session.fetch(_ROUNDS_AROUND, sorted(prefixes))] if prefixes else []
    seated = [SeatDays(*row) for row in await session.fetch(_SEATS, sorted(people))] if people else []
    told = [seat for one in teams.values() for seat in one.seats]
    return Around(
        [*(one for one in kept if one.round_id not in rounds), *rounds.values()],
        [*(seat for seat in seated if seat.team_id not in teams), *told],
    )


async def households_of_area(session: Session, prefix: str, since: datetime) -> list[str]:
    """Who was ever in an area, of those of whom something was entered since a moment."""
    return [row.household_id for row in await session.fetch(_OF_AREA, f"{prefix}%", since)]


async def households_of_seats(session: Session, seats: Collection[SeatDays]) -> list[str]:
    """Whom these people visited on these days."""
    columns = zip(*((seat.staff_id, seat.from_day, seat.until_day) for seat in sorted(seats)), strict=True)
    return [row.household_id for row in await session.fetch(_OF_SEATS, *map(list, columns))]


def _round(row: Any) -> RoundFacts:
    terms = terms_of(orjson.loads(row.terms))
    return RoundFacts(row.round_id, terms, row.closed_at, row.name, row.area_code)
