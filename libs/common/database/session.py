"""One unit of work on one service's schema: rows, events and answers that are committed together or not at all.

Actions get a ``Session``; none of them commits. ``Database.transaction`` is the only commit of the house. Rows that
were loaded for a whole batch are found again without a round trip, so an action reads the same for one case as for a
hundred.

The transaction and its statements are the driver's own; SQLAlchemy gives the pool of connections and compiles the
queries of the lists. Through its cursor every statement of the hot path would cost twice as much.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar, cast

import asyncpg
from sqlalchemy import Executable, Result, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlmodel import SQLModel

from libs.common import metrics
from libs.common.database.database_errors import DatabaseTrouble, DiskFull, as_trouble, is_trouble
from libs.common.database.engine import PATIENCE, Row, Waits, make_engine, settings_of
from libs.common.database.records import RecordBook, StoredRow
from libs.common.events.base import By, Cause, Event, SaidByHand
from libs.common.ledger.append import LedgerEntry, append
from libs.common.pack.versions import PackVersions
from libs.common.run.failpoints import failpoint
from libs.common.staff.register import StaffRegister

__all__ = ["Database", "DatabaseTrouble", "PoolState", "Session", "as_trouble", "is_trouble"]

P = ParamSpec("P")
RowT = TypeVar("RowT", bound=SQLModel)
Hook = Callable[["Session"], Awaitable[None]]

_ROLLBACK_SECONDS = 5.0
_BORN = "huiyin.born"


class Session:
    """Rows and events of one transaction.

    ``now`` is the time that what is done here carries: the clock's time at the door, or a consequence's time. ``cause``
    is the event that is reacted to, None at the door: two events may say the same at the same moment, and only their
    places in the ledger tell them apart. ``by`` is who asks at the door, None where an event or a clock is reacted to.
    ``info`` is a place for what a service keeps during one transaction (for example the facts of a fold), ``memory``
    for what its process remembers of this database from one to the next: nothing that it could not read anew.
    """

    def __init__(
        self, connection: AsyncConnection, driver: Any, now: datetime, database: "Database", *, locks: bool = True
    ) -> None:
        self.now = now
        self.service = database.schema
        self.packs = database.packs
        self.staff = database.staff
        self.memory = database.memory
        self.cause: Cause | None = None
        self.by: By | None = None
        self.traceparent: str | None = None
        self.info: dict[str, Any] = {}
        self.spoke = False
        """Whether a relay has work from here: something was said, or is to be sent again."""
        self.learned: dict[tuple[str, str], dict[str, int]] = {}
        self._connection = connection
        self._driver = driver
        self._orm: AsyncSession | None = None
        self._book = RecordBook(self, locks=locks)
        self._entries: list[LedgerEntry] = []
        self._hooks: dict[str, Hook] = {}

    async def load(self, table: type[SQLModel], column: str, values: Iterable[object], *, lock: bool = True) -> None:
        """Read, and lock, all rows whose ``column`` is one of ``values``, in one round trip, for ``rows`` to find.

        Everybody locks in the order of the primary key, so two batches never wait for each other in a circle.
        """
        await self._book.load(table, column, values, lock=lock)

    async def rows(self, table: type[RowT], column: str, value: str, *, lock: bool = True) -> list[RowT]:
        """The rows whose ``column`` is ``value``, from what was loaded or made here, else from the database."""
        await self._book.load(table, column, [value], lock=lock)
        return cast("list[RowT]", self._book.found(table, column, value))

    async def one(self, table: type[RowT], column: str, value: str, *, lock: bool = True) -> RowT | None:
        """The only row whose ``column`` (a unique one) is ``value``, or None."""
        rows = await self.rows(table, column, value, lock=lock)
        return rows[0] if rows else None

    def new(self, table: Callable[P, RowT], *_: P.args, **values: P.kwargs) -> RowT:
        """A new row, found by ``rows`` from now on and written with all others of its table in one statement."""
        return cast("RowT", self._book.new(cast("type[SQLModel]", table), values))

    def insert(self, table: type[SQLModel], values: Mapping[str, Any]) -> None:
        """A new row that nothing here reads again."""
        self._book.insert(table, values)

    async def remove(self, row: SQLModel) -> None:
        """Delete a row that was loaded or made here."""
        await self._book.remove(cast("StoredRow", row))

    def publish(self, event: Event, *, first: bool = False) -> None:
        """Say it: the event goes into this service's ledger with the rows of this transaction.

        ``first``: nobody can have said or heard anything of its key yet, since the key was made just now. That spares a
        look; when it is not so, the commit is Overtaken. What a person may have brought about says who asked.
        """
        if self.by is not None and isinstance(event, SaidByHand) and event.by is None:
            said = {"by": self.by.account, "by_unit": self.by.unit_code, "by_staff": self.by.staff_id}
            event = event.model_copy(update=said)
        self._entries.append(LedgerEntry(event, self.traceparent, first))
        self.spoke = True

    def before_commit(self, name: str, hook: Hook) -> None:
        """Run ``hook`` once, just before the rows are written."""
        self._hooks.setdefault(name, hook)

    async def execute(self, statement: Executable) -> Result[Any]:
        """Run a SQLAlchemy statement: for lists, off the hot path."""
        if self._orm is None:
            self._orm = AsyncSession(self._connection, expire_on_commit=False, autoflush=False)
        return await self._orm.execute(statement)

    async def fetch(self, sql: str, *parameters: object) -> Sequence[Any]:
        """Run one statement of plain SQL with ``$1`` parameters; the columns of its rows are attributes.

        Parameters for json and jsonb are given as text.
        """
        rows: Sequence[Any] = await self._driver.fetch(sql, *parameters, record_class=Row)
        return rows

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[None]:
        """What is read until the end of the block is of one moment, so that sums of several statements agree.

        For sessions that only read, and have begun no other.
        """
        transaction = self._driver.transaction(isolation="repeatable_read", readonly=True)
        try:
            await transaction.start()
            yield
            await transaction.commit()
        except BaseException:
            await _abandon(self._connection, transaction, self._driver)
            raise

    async def by_pages(self) -> None:
        """From here to the end of the snapshot, fetch rows in the order of their pages, many at once.

        For rows that lie all over a table: one after the other, as an index names them, each would wait for the disk.
        Not for what an index answers without the table.
        """
        await self._driver.execute("SET LOCAL enable_indexscan = off")

    async def may_last(self, seconds: int) -> None:
        """The transaction has so long, instead of as long as those of its pool: its clock is stopped, and set anew."""
        await self._driver.execute(f"SET LOCAL transaction_timeout = 0; SET LOCAL transaction_timeout = '{seconds}s'")

    async def write_so_far(self) -> None:
        """Write the rows of until now and what was said, in the same transaction; all rows are let go of."""
        await self._book.write()
        await failpoint("transaction.before_ledger")
        await append(self, self._entries, self.learned)
        self._book, self._entries = RecordBook(self), []

    async def finish(self) -> None:
        """Write everything: hooks, rows, then the ledger. The commit is the caller's."""
        for hook in self._hooks.values():
            await hook(self)
        await self.write_so_far()
        await failpoint("transaction.after_ledger")

    async def close(self) -> None:
        """Let go of what ``execute`` needed."""
        if self._orm is not None:
            await self._orm.close()


@dataclass(frozen=True, slots=True)
class PoolState:
    """How a pool is used just now; ``waiters`` are units of work that have no connection yet."""

    size: int
    in_use: int
    waiters: int


class Database:
    """A pool of connections to one service's schema.

    ``by_index``: for statements that all look rows up. Their plans are kept, and one that was made while a table was
    new and small would go on reading all of it. ``command_seconds``: a statement that gets no answer for so long has
    failed. ``patience``: for how many seconds somebody at the door waits; a lock or a connection may take a part of it.
    """

    def __init__(
        self,
        url: str,
        schema: str,
        *,
        pool_size: int = 8,
        name: str = "",
        by_index: bool = False,
        command_seconds: float = 30.0,
        patience: float = PATIENCE,
    ) -> None:
        self.schema = schema
        self.name = name or schema
        self.packs = PackVersions()
        self.staff = StaffRegister()
        self.memory: dict[str, Any] = {}
        self.on_spoken: list[Callable[[], None]] = []
        self._under_way = 0
        self._distrusted = 0.0
        """Connections that were made before are not used any more."""
        labels = (schema, self.name.removeprefix(f"{schema}-"))
        self._troubles = metrics.DATABASE_TROUBLES_TOTAL.labels(*labels)
        self._full = metrics.DATABASE_FULL_TOTAL.labels(*labels)
        waits = Waits(command_seconds, patience)
        settings = settings_of(schema, self.name, waits, by_index=by_index)
        self._engine = make_engine(make_url(url), pool_size, waits, settings)

    @property
    def engine(self) -> AsyncEngine:
        """The SQLAlchemy engine, for the library itself."""
        return self._engine

    @asynccontextmanager
    async def transaction(self, now: datetime) -> AsyncIterator[Session]:
        """A unit of work that is committed at the end, and rolled back on any error.

        Raises DatabaseTrouble when PostgreSQL is away; after a lost COMMIT answer the work may have been done.
        """
        committing = False
        self._under_way += 1
        try:
            async with self._engine.connect() as connection:
                driver = await self._driver_of(connection)
                transaction = driver.transaction()
                session = Session(connection, driver, now, self)
                try:
                    await transaction.start()
                    yield session
                    await session.finish()
                    committing = True
                    await transaction.commit()
                except BaseException:
                    await _abandon(connection, transaction, driver)
                    raise
                finally:
                    await session.close()
        except Exception as error:
            trouble = self._trouble(error, unknown=committing)
            if trouble is None:
                raise
            raise trouble from error
        finally:
            self._under_way -= 1
        if session.spoke:
            for wake in self.on_spoken:
                wake()

    @asynccontextmanager
    async def reading(self, *, patience: float | None = None) -> AsyncIterator[Session]:
        """A session for queries alone: each sees what is committed when it starts, and nothing is locked or kept.

        DatabaseTrouble after ``patience`` seconds, however many statements and connections they were spent on.
        """
        self._under_way += 1
        try:
            async with asyncio.timeout(patience), self._engine.connect() as connection:
                driver = await self._driver_of(connection)
                session = Session(connection, driver, datetime.max.replace(tzinfo=UTC), self, locks=False)
                try:
                    yield session
                except (TimeoutError, asyncio.CancelledError):
                    await _throw_away(connection, driver)
                    raise
                finally:
                    await session.close()
        except Exception as error:
            trouble = self._trouble(error)
            if trouble is None:
                raise
            raise trouble from error
        finally:
            self._under_way -= 1

    def pool_state(self) -> PoolState:
        """For metrics."""
        pool = self._engine.pool
        size: int = getattr(pool, "size", int)()
        in_use: int = getattr(pool, "checkedout", int)()
        return PoolState(size, in_use, waiters=max(0, self._under_way - size))

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    async def _driver_of(self, connection: AsyncConnection) -> Any:
        """The connection of the driver behind SQLAlchemy's; not one that died in the pool, or that may have."""
        while True:
            raw = await connection.get_raw_connection()
            driver = raw.driver_connection
            born: float = raw.info.setdefault(_BORN, time.monotonic())
            if driver is not None and not driver.is_closed():
                if born >= self._distrusted:
                    return driver
                driver.terminate()
            await connection.invalidate()

    def _trouble(self, error: Exception, *, unknown: bool = False) -> DatabaseTrouble | None:
        """The error as DatabaseTrouble when the database is at fault, else None."""
        if isinstance(error, TimeoutError):
            # Where one gets no answer the others of its age get none either, and each would have to be waited for.
            self._distrusted = time.monotonic()
        trouble = as_trouble(error, unknown=unknown)
        if trouble is not None:
            self._troubles.inc()
        if isinstance(trouble, DiskFull):
            self._full.inc()
        return trouble


async def _abandon(connection: AsyncConnection, transaction: Any, driver: Any) -> None:
    """Undo; a connection that cannot even do that, or whose state is not known, is thrown away."""
    try:
        if not driver.is_closed() and driver.is_in_transaction():
            async with asyncio.timeout(_ROLLBACK_SECONDS):
                await transaction.rollback()
            return
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError):
        pass
    await _throw_away(connection, driver)


async def _throw_away(connection: AsyncConnection, driver: Any) -> None:
    driver.terminate()
    await connection.invalidate()
