"""Events about visits through the service's own fold on PostgreSQL: rows and roll-ups are those counted anew."""

import random
from typing import Any

import orjson
import pytest

from libs.common.database.session import Database
from libs.common.events.base import Event
from services.analytics.visits.actions import folding
from services.analytics.visits.domain.rows import ROW_TABLES
from tests.integration.analytics.visited import counted_anew, hear_county, hear_visits, stored
from tests.support.histories.visits import VisitCounty, in_pieces


def without_spaces(rows: dict[str, dict[Any, Any]]) -> dict[str, dict[Any, Any]]:
    """With documents as what they say."""
    documents = {table.name: [kind == "jsonb" for kind in table.others.values()] for table in ROW_TABLES}
    return {
        name: {
            key: tuple(
                orjson.loads(value) if is_document else value
                for value, is_document in zip(values, documents[name], strict=True)
            )
            for key, values in some.items()
        }
        for name, some in rows.items()
    }


async def assert_as_counted(database: Database, county: VisitCounty) -> None:
    cells, rows = counted_anew(county)
    async with database.reading() as session:
        stored_cells, stored_rows = await stored(session)
    assert without_spaces(stored_rows) == without_spaces(rows)
    assert stored_cells == cells


@pytest.mark.parametrize("seed", range(6))
async def test_the_running_figures_are_the_recount(database: Database, seed: int) -> None:
    county = await hear_county(database, seed)
    await assert_as_counted(database, county)


async def test_rounds_and_teams_that_come_last_change_who_is_there(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In more than one batch of households."""
    monkeypatch.setattr(folding, "AT_ONCE", 3)
    county = VisitCounty(3, households=10)
    around = [*county.rounds.values(), *county.teams.values()]
    households: list[Event] = [event for history in county.households.values() for event in history]
    await hear_visits(database, [households, *([event] for history in around for event in history)])
    await assert_as_counted(database, county)


async def test_a_closing_that_comes_before_its_opening(database: Database) -> None:
    county = VisitCounty(8, households=6)
    turned = {round_id: [*reversed(history)] for round_id, history in county.rounds.items()}
    await hear_visits(database, [[event] for history in turned.values() for event in history])
    rng = random.Random(8)
    county.rounds = {}
    await hear_visits(database, in_pieces(county, rng))
    county.rounds = turned
    await assert_as_counted(database, county)


async def test_the_same_again_changes_nothing(database: Database) -> None:
    county = await hear_county(database, 21)
    everything = [event for history in county.histories for event in history]
    await hear_visits(database, [everything, everything[::-1]])
    await assert_as_counted(database, county)


async def test_the_newest_event_is_as_of_when_figures_stand(database: Database) -> None:
    county = await hear_county(database, 2)
    newest = max(event.occurred_at for history in county.histories for event in history)
    async with database.reading() as session:
        (row,) = await session.fetch("SELECT max(as_of) AS at FROM visit_freshness")
    assert row.at == newest
