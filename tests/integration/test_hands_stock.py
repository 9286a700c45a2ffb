"""Open tasks of several hands are laid on cases that are there, once, and the cases say of them what the rows say."""

from bench.drive.database import connected
from bench.stock.hands import lay_hands
from huiyin.house import SPECS
from libs.common.bus.flow import Service
from libs.common.database.migrate import migrate
from tests.integration.dispatch.test_schema import FILL_WORK

UNITS, STREETS = ["D-1", "D-2", "D-3"], ["S-1", "S-2"]
_OPEN = "SELECT case_id, unit_code FROM {} WHERE {} ORDER BY case_id"
_TABLES = ["task", "call", "whistle", "call_score", "call_claim", "request", "letter", "mediation", "aid", "risk"]


async def test_hands_are_laid_once_and_their_cases_say_so(database_url: str) -> None:
    (dispatch,) = (spec for spec in SPECS if spec.service is Service.DISPATCH)
    await migrate(database_url, "dispatch", dispatch.migrations)
    async with connected(database_url, search_path="dispatch") as connection:
        await connection.execute(FILL_WORK.replace("60000", "3000"))
        await lay_hands(database_url, UNITS, STREETS, 600)
        laid = {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in _TABLES}  # noqa: S608
        assert all(laid.values()), laid
        assert laid["task"] == 200, "a third of the open tasks"
        for table, said, waits in (
            ("task", "open_support", "status = 'given'"),
            ("call", "open_called", "status IN ('called', 'on_the_way', 'arrived')"),
        ):
            rows = await connection.fetch(_OPEN.format(table, waits))
            told = await connection.fetch(f"SELECT case_id, unnest({said}) FROM work ORDER BY case_id")  # noqa: S608
            assert [tuple(row) for row in rows] == [tuple(row) for row in told]
        numbers = await connection.fetch("SELECT case_id, no FROM letter WHERE ended_at IS NULL ORDER BY case_id")
        told = await connection.fetch("SELECT case_id, unnest(open_letters) FROM work ORDER BY case_id")
        assert [tuple(row) for row in numbers] == [tuple(row) for row in told]
        waiting = await connection.fetch("SELECT case_id, kind FROM request WHERE state = 'pending' ORDER BY case_id")
        told = await connection.fetch(
            "SELECT case_id, coalesce(asked, 'return') FROM work WHERE asked IS NOT NULL OR return_pending"
            " ORDER BY case_id"
        )
        assert [tuple(row) for row in waiting] == [tuple(row) for row in told] != []
        await lay_hands(database_url, UNITS, STREETS, 600)
        assert laid["call"] == await connection.fetchval("SELECT count(*) FROM call")
