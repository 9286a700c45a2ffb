"""Visits of a small county, heard as the consumer hears them, and what stands in the tables of them."""

import random
from collections.abc import Iterable
from typing import Any

from libs.common.database.session import Database, Session
from libs.common.events.base import Event
from services.analytics.counters.domain import add, difference
from services.analytics.rollups.domain import Cube
from services.analytics.rollups.tables import COVERAGE, THINGS, VISITS
from services.analytics.visits.actions.refold import Surroundings, refold_household
from services.analytics.visits.domain.counting import contribution, standing
from services.analytics.visits.domain.rows import ROW_TABLES, RowTable, rows_of
from tests.integration.analytics.county import hear, stored_cells
from tests.support.histories import Told
from tests.support.histories.visits import VisitCounty, in_pieces

Cells = dict[str, dict[Any, Any]]


async def hear_visits(database: Database, batches: Iterable[Iterable[Event]]) -> None:
    """Each batch in a transaction of its own."""
    for number, batch in enumerate(batches):
        await hear(database, [Told("intake", number + 1, event) for event in batch])


async def hear_county(database: Database, seed: int, households: int = 5) -> VisitCounty:
    """A county whose events come key among key, in batches of any size."""
    county = VisitCounty(seed, households)
    await hear_visits(database, in_pieces(county, random.Random(seed)))
    return county


def counted_anew(county: VisitCounty) -> tuple[Cells, dict[str, dict[Any, Any]]]:
    """Roll-ups and rows, folded and counted without a database."""
    surroundings = Surroundings()
    for history in (*county.rounds.values(), *county.teams.values()):
        for event in history:
            surroundings.take(event)
    around = surroundings.around()
    cells: Cells = {cube.name: {} for cube in (COVERAGE, VISITS, THINGS)}
    rows: dict[str, dict[Any, Any]] = {table.name: {} for table in ROW_TABLES}
    for household_id, history in county.households.items():
        fact = refold_household(household_id, history)
        found = standing(fact, around)
        counts = contribution(found)
        for cube, more in ((COVERAGE, counts.coverage), (VISITS, counts.visits), (THINGS, counts.things)):
            add(cells[cube.name], difference({}, more))
        for name, some in rows_of(fact, found).items():
            rows[name] |= some
    return cells, rows


async def stored(session: Session) -> tuple[Cells, dict[str, dict[Any, Any]]]:
    """The same as they stand in the database; documents and versions apart."""
    cells: Cells = {}
    for cube in (COVERAGE, VISITS, THINGS):
        assert isinstance(cube, Cube)
        cells[cube.name] = await stored_cells(session, cube, cube.name)
    return cells, {table.name: await _rows(session, table) for table in ROW_TABLES}


async def _rows(session: Session, table: RowTable) -> dict[Any, Any]:
    shown = ", ".join(
        f"array_to_string({name}, ' ')" if kind == "text[]" else f"{name}::text" if kind == "jsonb" else name
        for name, kind in table.columns.items()
    )
    rows = await session.fetch(f"SELECT {shown} FROM {table.name}")  # noqa: S608 - names of columns
    return {tuple(row[: len(table.keys)]): tuple(row[len(table.keys) :]) for row in rows}
