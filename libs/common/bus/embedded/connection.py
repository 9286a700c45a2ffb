"""Connections to PostgreSQL for the bus: every await bounded, every failure a BusTrouble."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import asyncpg

from libs.common.bus.port import BusTrouble

CONNECT_SECONDS = 5.0
COMMAND_SECONDS = 10.0
CLOSE_SECONDS = 2.0

_TROUBLES = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    # Raised when the postmaster is killed; neither a PostgresError nor an OSError.
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)


@contextmanager
def troubles(doing: str) -> Iterator[None]:
    """Turn whatever the driver raises into a BusTrouble that says what was being done."""
    try:
        yield
    except _TROUBLES as error:
        raise BusTrouble(f"embedded bus, {doing}: {error!r}") from error


async def connect(dsn: str, schema: str, role: str, **more: str) -> Any:
    """A new connection that sees ``schema`` only; ``role`` is shown in pg_stat_activity, ``more`` are settings.

    Leases are session locks, so the connection must reach PostgreSQL itself and not a pooler in transaction mode.
    """
    settings = {
        "application_name": f"huiyin-bus-{role}",
        "search_path": schema,
        "statement_timeout": str(int(COMMAND_SECONDS * 1000)),
        "idle_in_transaction_session_timeout": "15000",
        # A client that is frozen between two messages of one statement is neither idle nor at a statement's end.
        "transaction_timeout": str(int(2 * COMMAND_SECONDS * 1000)),
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
        "jit": "off",
        **more,
    }
    with troubles(f"connecting ({role})"):
        async with asyncio.timeout(CONNECT_SECONDS):
            return await asyncpg.connect(dsn, command_timeout=COMMAND_SECONDS, server_settings=settings)


async def close(connection: Any) -> None:
    """Close politely if that works in ``CLOSE_SECONDS``, else cut the line."""
    with suppress(*_TROUBLES):
        async with asyncio.timeout(CLOSE_SECONDS):
            await connection.close()
    if not connection.is_closed():
        connection.terminate()


class SharedConnection:
    """One connection for the bus itself: opened when first used, thrown away after any trouble."""

    def __init__(self, dsn: str, schema: str) -> None:
        self._dsn = dsn
        self._schema = schema
        self._connection: Any = None
        self._turn = asyncio.Lock()

    async def fetch(self, doing: str, sql: str, *parameters: object) -> list[Any]:
        """Run one statement that looks at the log; one that nobody made yet holds nothing. Raises BusTrouble."""
        async with self._turn:
            if self._connection is None:
                self._connection = await connect(self._dsn, self._schema, "shared")
            done = False
            try:
                with troubles(doing):
                    rows = await self._rows(sql, *parameters)
                done = True
                return rows
            finally:
                if not done:
                    broken, self._connection = self._connection, None
                    await close(broken)

    async def _rows(self, sql: str, *parameters: object) -> list[Any]:
        try:
            rows: list[Any] = await self._connection.fetch(sql, *parameters)
        except asyncpg.UndefinedTableError:
            return []
        return rows

    async def close(self) -> None:
        """Give the connection back to the server."""
        async with self._turn:
            if self._connection is not None:
                connection, self._connection = self._connection, None
                await close(connection)
