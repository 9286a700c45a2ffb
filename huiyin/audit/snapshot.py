"""A consistent cut (一致切面): one snapshot of the whole database, read by server-side cursors in bounded memory.

What is committed while it is read is not seen, in no schema. Beside the snapshot there may be scratch tables, which go
with the connection; a cut that only reads can write to nothing else.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import make_url

from libs.common.database.session import DatabaseTrouble, as_trouble

Row = Any
"""A row of the driver; columns by name or by position. json and jsonb come as text."""

AT_A_TIME = 500
"""Rows fetched in one round trip, and so held by one stream."""

_CONNECT_SECONDS = 10.0
_CLOSE_SECONDS = 5.0
_NOT_THERE_CLASSES = ("3D", "3F", "42")
_TROUBLE_CLASSES = ("08", "53", "57", "58")
_TROUBLES = ("55P03", "40001", "40P01")

# ICU and the libc locales of a language sort by other rules than Python does.
_BY_CODE_POINT = """
    SELECT datlocprovider::text = 'b'
        OR (datlocprovider::text = 'c' AND datcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8'))
    FROM pg_database WHERE datname = current_database()
"""


_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)


class NotThere(Exception):
    """A schema, table or column is missing, or may not be read; the message is PostgreSQL's."""


class Snapshot:
    """A snapshot. Statements run one after the other, while any number of streams may be open."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]", *, by_code_point: bool) -> None:
        self._connection = connection
        self.collation = "" if by_code_point else ' COLLATE "C"'
        """To stand behind a text in ORDER BY, so that the order is that of Python's strings."""

    async def fetch(self, sql: str, *parameters: object) -> Sequence[Row]:
        """All rows of one statement."""
        with _troubles():
            rows: Sequence[Row] = await self._connection.fetch(sql, *parameters)
        return rows

    async def stream(self, sql: str, *parameters: object, at_a_time: int = AT_A_TIME) -> AsyncIterator[Sequence[Row]]:
        """The rows of a query, some at a time."""
        with _troubles():
            cursor = await self._connection.cursor(sql, *parameters)
        while True:
            with _troubles():
                rows: Sequence[Row] = await cursor.fetch(at_a_time)
            if not rows:
                return
            yield rows

    async def shared(self) -> str:
        """The snapshot's name, for cuts of other connections and processes, as long as this one is open."""
        return str((await self.fetch("SELECT pg_export_snapshot() AS name"))[0]["name"])

    async def pour_out(self, sql: str, file: Path) -> None:
        """Write the rows of a query into a file, for ``pour_in`` of another cut; never all of them in memory."""
        with _troubles():
            await self._connection.copy_from_query(sql, output=file, format="binary")

    async def pour_in(self, table: str, columns: Sequence[str], file: Path) -> None:
        """Append what ``pour_out`` wrote to a scratch table."""
        with _troubles():
            await self._connection.copy_to_table(table, columns=list(columns), source=file, format="binary")

    async def fill(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Append rows to a scratch table."""
        with _troubles():
            await self._connection.copy_records_to_table(table, columns=list(columns), records=rows)


@asynccontextmanager
async def open_cut(
    url: str, name: str, *, scratch: Sequence[str] = (), lock: str | None = None, snapshot: str | None = None
) -> AsyncIterator[Snapshot]:
    """A snapshot that lasts until the end of the block. ``scratch`` are CREATE TEMP TABLE statements.

    With ``lock``, a LOCK TABLE statement that is run before the snapshot is taken, the cut may also write, and what it
    wrote is committed at the end; without, it only reads. ``snapshot`` is that of another cut that is still open
    (`Cut.shared`): both see the same. Raises DatabaseTrouble, and NotThere.
    """
    connection = await _connect(url, name)
    try:
        with _troubles():
            by_code_point = bool(await connection.fetchval(_BY_CODE_POINT))
            for statement in scratch:
                await connection.execute(statement)
            transaction = connection.transaction(isolation="repeatable_read", readonly=lock is None)
            await transaction.start()
            if snapshot is not None:
                await connection.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
            if lock is not None:
                await connection.execute(lock)
        yield Snapshot(connection, by_code_point=by_code_point)
        with _troubles():
            await transaction.commit()
    finally:
        try:
            await connection.close(timeout=_CLOSE_SECONDS)
        except _ERRORS:
            connection.terminate()


async def write_down(url: str, name: str, *statements: tuple[str, Sequence[object]]) -> None:
    """Run statements with their parameters in one transaction, on a connection of its own. DatabaseTrouble, NotThere.

    For what a reader of everything has to leave behind, on a database that may have no service of ours running.
    """
    connection = await _connect(url, name)
    try:
        with _troubles():
            async with connection.transaction():
                for sql, parameters in statements:
                    await connection.execute(sql, *parameters)
    finally:
        connection.terminate()


async def _connect(url: str, name: str) -> "asyncpg.Connection[asyncpg.Record]":
    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    settings = {
        "application_name": f"huiyin-{name}",
        "timezone": "UTC",
        "statement_timeout": "0",
        "idle_in_transaction_session_timeout": "0",
        "lock_timeout": "60000",
        # Every stream is read to its end, so plans are chosen by their whole cost, not by that of the first rows.
        "cursor_tuple_fraction": "1.0",
        "jit": "off",
    }
    with _troubles():
        return await asyncpg.connect(dsn, timeout=_CONNECT_SECONDS, server_settings=settings)


@contextmanager
def _troubles() -> Iterator[None]:
    try:
        yield
    except _ERRORS as error:
        state = getattr(error, "sqlstate", None)
        if state is not None and state[:2] in _NOT_THERE_CLASSES:
            raise NotThere(str(error)) from error
        if state is None or state in _TROUBLES or state[:2] in _TROUBLE_CLASSES:
            raise as_trouble(error) or DatabaseTrouble(f"{type(error).__name__}: {error}") from error
        raise
