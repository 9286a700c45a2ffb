"""Slow recounts from scratch: of rounds by the steps and visits of all households, of contact persons by households."""

from collections import Counter
from typing import Any

from libs.common.visits.counting import MEASURES, counts_of
from libs.common.visits.placing import place_in
from services.intake.rounds.queries.following import steps_of, terms_of, visits_of
from services.intake.rounds.tables import VisitRound
from tests.integration.intake.door import IntakeDoor

Numbers = dict[tuple[Any, ...], dict[str, int]]


async def recounted(door: IntakeDoor, round_id: str) -> Numbers:
    """What the numbers of a round are to be."""
    async with door.service.runtime.work_database.reading() as session:
        ids = [row.household_id for row in await session.fetch("SELECT household_id FROM household")]
        row = await session.one(VisitRound, "round_id", round_id, lock=False)
        assert row is not None
        steps, visits = await steps_of(session, ids), await visits_of(session, ids)
    given = await teams_of(door, round_id)
    counts: Counter[Any] = Counter()
    for household_id in ids:
        made = [visit for visit in visits.get(household_id, ()) if round_id in visit.rounds]
        counts += counts_of(place_in(terms_of(row), steps[household_id], made), given.get(household_id))
    numbers: Numbers = {}
    for (cell, measure), many in counts.items():
        numbers.setdefault(tuple(map(str, cell)), dict.fromkeys(MEASURES, 0))[measure] = many
    return numbers


async def tallied(door: IntakeDoor, round_id: str) -> Numbers:
    """What they are kept as."""
    rows = await door.rows("SELECT * FROM round_tally WHERE round_id = $1", round_id)
    numbers = {
        (row.view, row.cut, row.member, row.area_code): {name: getattr(row, name) for name in MEASURES} for row in rows
    }
    return {cell: counts for cell, counts in numbers.items() if any(counts.values())}


async def teams_of(door: IntakeDoor, round_id: str) -> dict[str, str]:
    """To which team the last plan of a round that has it gives each household, one plan after the other."""
    given: dict[str, str] = {}
    plans = await door.rows("SELECT plan_id FROM visit_plan WHERE round_id = $1 ORDER BY plan_id", round_id)
    for plan in plans:
        rows = await door.rows("SELECT household_id, team_id FROM planned_household WHERE plan_id = $1", plan.plan_id)
        given |= {row.household_id: row.team_id for row in rows}
    return given


async def recounted_turns(door: IntakeDoor, round_id: str) -> dict[tuple[Any, ...], int]:
    """How many households who reached first on which day and where, by each household's own visit."""
    rows = await door.rows(
        "SELECT visit.day, visit.staff_ids, place.area_code FROM round_household AS place"
        " JOIN visit ON visit_id = reached_by WHERE round_id = $1 AND stands",
        round_id,
    )
    return Counter((row.day, " ".join(row.staff_ids), row.area_code) for row in rows)


async def kept_turns(door: IntakeDoor, round_id: str) -> dict[tuple[Any, ...], int]:
    """What is kept of it."""
    rows = await door.rows("SELECT * FROM round_turn WHERE round_id = $1 AND households <> 0", round_id)
    return {(row.day, row.people, row.area_code): row.households for row in rows}


async def recounted_plans(door: IntakeDoor, round_id: str) -> dict[tuple[Any, ...], tuple[int, int]]:
    """How many households each turn of its plans has, and how many of them were reached, one after the other."""
    rows = await door.rows(
        "SELECT plan_id, on_day, team_id, reached_on FROM planned_household JOIN visit_plan USING (plan_id)"
        " LEFT JOIN round_household USING (round_id, household_id) WHERE round_id = $1",
        round_id,
    )
    households = Counter((row.plan_id, row.on_day, row.team_id) for row in rows)
    reached = Counter((row.plan_id, row.on_day, row.team_id) for row in rows if row.reached_on is not None)
    return {turn: (many, reached[turn]) for turn, many in households.items()}


async def kept_plans(door: IntakeDoor, round_id: str) -> dict[tuple[Any, ...], tuple[int, int]]:
    """What is kept of it."""
    rows = await door.rows(
        "SELECT turn.* FROM plan_turn AS turn JOIN visit_plan USING (plan_id) WHERE round_id = $1", round_id
    )
    return {
        (row.plan_id, row.on_day, row.team_id): (row.households, row.reached)
        for row in rows
        if row.households or row.reached
    }


async def recounted_contacts(door: IntakeDoor) -> dict[tuple[str, str, str], int]:
    """How many households that count each person has, by class and area, one household after the other."""
    rows = await door.rows("SELECT contact_staff_id, household_class, area_code, status FROM household")
    return Counter(
        (row.contact_staff_id or "", row.household_class, row.area_code)
        for row in rows
        if row.status in ("registered", "mute_asked")
    )


async def tallied_contacts(door: IntakeDoor) -> dict[tuple[str, str, str], int]:
    """What is kept of it."""
    rows = await door.rows("SELECT * FROM contact_tally WHERE households <> 0")
    return {(row.contact_staff_id, row.household_class, row.area_code): row.households for row in rows}
