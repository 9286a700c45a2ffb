"""What the tables hold, past all services."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg


@asynccontextmanager
async def connected(url: str, **settings: str) -> AsyncIterator[Any]:
    """A connection, with settings of the server for as long as it lasts."""
    # Statements of any length are prepared once, as the services do.
    connection = await asyncpg.connect(url, timeout=10, max_cacheable_statement_size=0, server_settings=settings)
    try:
        yield connection
    finally:
        await connection.close()


async def rows(url: str, sql: str, *parameters: object) -> Sequence[Any]:
    """What a query finds."""
    async with connected(url) as connection:
        found: Sequence[Any] = await connection.fetch(sql, *parameters)
        return found


async def execute(url: str, *statements: str) -> None:
    """Carry statements out, one after the other."""
    async with connected(url) as connection:
        for statement in statements:
            await connection.execute(statement)
