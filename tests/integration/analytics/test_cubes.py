"""A second subject is a declaration: its cube is made, folded, swept and counted anew as that of cases is."""

from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import MetaData
from sqlalchemy.schema import CreateTable

from libs.common.counters import Declared, Trait
from libs.common.database.session import Database
from services.analytics.counters.domain import Counts, add
from services.analytics.rollups.actions import add_to
from services.analytics.rollups.domain import Cube, Grain, array_text
from services.analytics.rollups.tables import stated
from tests.integration.analytics.county import NOW, stored_cells

ROUNDS, CHANGES = 5, 40


class Visits(Declared):
    """What is counted of visits."""

    PLANNED = "planned", "计划走访 Visits planned", "each household of a round"
    MADE = "made", "已走访 Visits made", "each that was at home"
    MINUTES = "minutes", "用时 Minutes", "summed over the made", Trait.WIDE


VISITS = Cube(
    "visit",
    {"day": "date", "area_code": "text", "round": "integer", "team": "text"},
    tuple(Visits),
    (
        Grain("week_teams", weekly=True, digits=9, drops=frozenset()),
        Grain("day_villages", weekly=False, digits=12, drops=frozenset({"team"})),
    ),
)
PLAIN = Cube("plain", {"round": "integer", "team": "text"}, tuple(Visits)[:1])


@pytest.fixture
async def database(database: Database) -> Database:
    async with database.transaction(NOW) as session:
        for cube in (VISITS, PLAIN):
            for table in stated(cube, {}, metadata=MetaData()).values():
                await session.fetch(str(CreateTable(table)))
    return database


def some_cell(rng: Random) -> tuple[object, ...]:
    day, village = date(2026, 3, rng.randint(1, 20)), rng.choice(("999001101201", "999001102202"))
    return day, village, rng.randint(1, 2), rng.choice(("A", "B"))


async def test_a_second_subject_is_folded_swept_and_counted_anew(database: Database) -> None:
    rng = Random(11)
    expected: dict[tuple[object, ...], Counts] = {}
    for _ in range(ROUNDS):
        changes = {some_cell(rng): (rng.randint(1, 3), 1, 2**33) for _ in range(CHANGES)}
        gone = {cell: tuple(-count for count in counts) for cell, counts in expected.items() if rng.random() < 0.5}
        for step in (changes, gone):
            add(expected, step)
            async with database.transaction(NOW) as session:
                await add_to(session, VISITS, step)
    async with database.reading() as session:
        stored = await stored_cells(session, VISITS, "visit")
        coarse = await stored_cells(session, VISITS, "visit_coarse")
        recount = {tuple(row) for row in await session.fetch(VISITS.coarse_of("visit"))}
        assert {tuple(row) for row in await session.fetch(VISITS.fine_of("visit"))} == {
            (*cell, *counts) for cell, counts in stored.items()
        }
    assert stored == expected
    assert VISITS.names == (Visits.PLANNED, Visits.MADE, Visits.MINUTES)
    assert {(*cell, *counts) for cell, counts in coarse.items()} == recount
    assert {cell[0] for cell in coarse} == {"week_teams", "day_villages"}
    assert {cell[1].isoweekday() for cell in coarse if cell[0] == "week_teams"} == {1}
    assert {cell[4] for cell in coarse if cell[0] == "day_villages"} == {""}


async def test_a_cube_needs_no_grain(database: Database) -> None:
    async with database.transaction(NOW) as session:
        await add_to(session, PLAIN, {(1, "A"): (2,), (2, "B"): (1,)})
        await add_to(session, PLAIN, {(2, "B"): (-1,)})
        assert await stored_cells(session, PLAIN, "plain") == {(1, "A"): (2,)}
        with pytest.raises(ArithmeticError, match="1 cells of plain would fall below 0"):
            await add_to(session, PLAIN, {(1, "A"): (-3,)})


async def test_arrays_as_text_are_read_as_they_were_meant(database: Database) -> None:
    columns: dict[str, list[object]] = {
        "text": ["路灯", '"{a,b}\\', "line\nbreak\t", "", "null", None, "\x01\\n"],
        "bigint": [1, None, -(2**40)],
        "boolean": [True, False, None],
        "date": [date(2026, 3, 1), None],
        "timestamptz": [NOW, NOW + timedelta(microseconds=1), None],
    }
    async with database.reading() as session:
        for kind, column in columns.items():
            rows = await session.fetch(f"SELECT unnest($1::text::{kind}[]) AS one", array_text(column))
            assert [row.one for row in rows] == column
