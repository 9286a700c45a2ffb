"""The stock of a bench empties every table of the day, whichever points at which."""

from bench.drive.database import connected
from bench.stock.filling import empty, groups
from bench.stock.templates import tables_of
from huiyin.house import SPECS
from libs.common.database.migrate import migrate


async def test_tables_that_refer_to_each_other_are_emptied_together(database_url: str) -> None:
    for spec in SPECS:
        await migrate(database_url, str(spec.service), spec.migrations)
    async with connected(database_url) as connection:
        together = list(groups([table for table in await tables_of(connection) if table.key]))
        for group in together:
            async with connection.transaction():
                await empty(connection, [f"{table.service}.{table.name}" for table in group])
                role = await connection.fetchval("SHOW session_replication_role")
                assert role == "replica", "tables of a group are filled in any order: nobody looks up keys meanwhile"
    (of_the_door,) = [group for group in together if {"cases"} <= {table.name for table in group}]
    assert {"cases", "attachment", "supplement", "reveal"} <= {table.name for table in of_the_door}
