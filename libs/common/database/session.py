"""One unit of work on one service's schema: rows, events and answers that are committed together or not at all.

Actions get a ``Session``; none of them commits. ``Database.transaction`` is the only commit of the house. Rows that
were loaded for a whole batch are found again without a round trip, so an action reads the same for one case as for a
hundred.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import asyncpg
from sqlalchemy import URL, Column, Executable, Result, Row, Table, delete, insert, inspect, make_url, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlmodel import SQLModel

from libs.common.errors import Unavailable
from libs.common.events.base import Event
from libs.common.ledger.append import Entry, append
from libs.common.pack.shelf import PackShelf
from libs.common.run.failpoints import failpoint

RowT = TypeVar("RowT", bound=SQLModel)
Hook = Callable[["Session"], Awaitable[None]]


class DatabaseTrouble(Unavailable):
    """PostgreSQL did not answer, or went away: nothing is known to be wrong with the work itself, try it again.

    ``unknown`` is true when the answer to COMMIT was lost: the work may have been done.
    """

    def __init__(self, detail: str, *, unknown: bool = False) -> None:
        super().__init__("The database is not available just now", "数据库暂不可用", headers={"Retry-After": "1"})
        self.cause = detail
        self.unknown = unknown

    def __str__(self) -> str:
        return self.cause


class Overtaken(Exception):
    """Somebody else did the same work first (a twin, or a reader that took over): roll back and look again."""


class Session:
    """Rows and events of one transaction.

    ``now`` is the time that what is done here carries: the clock's time at the door, or a consequence's time.
    ``info`` is a place for what a service keeps during one transaction (for example the facts of a fold).
    """

    def __init__(self, orm: AsyncSession, now: datetime, packs: PackShelf, service: str) -> None:
        self.now = now
        self.service = service
        self.packs = packs
        self.traceparent: str | None = None
        self.info: dict[str, Any] = {}
        self.learned: dict[tuple[str, str], dict[str, int]] = {}
        self._orm = orm
        self._loaded: dict[tuple[type[SQLModel], str], dict[object, list[SQLModel]]] = {}
        self._inserts: defaultdict[type[SQLModel], list[Mapping[str, Any]]] = defaultdict(list)
        self._entries: list[Entry] = []
        self._hooks: dict[str, Hook] = {}

    async def load(self, table: type[RowT], column: str, values: Iterable[object], *, lock: bool = True) -> None:
        """Read, and lock, all rows whose ``column`` is one of ``values``, in one round trip, for ``rows`` to find."""
        wanted = sorted({str(value) for value in values})
        groups = self._loaded.setdefault((table, column), {})
        missing = [value for value in wanted if value not in groups]
        if not missing:
            return
        for value in missing:
            groups[value] = []
        attribute = getattr(table, column)
        # Everybody locks in the order of the primary key, so two batches never wait for each other in a circle.
        statement = select(table).where(attribute.in_(missing)).order_by(*_primary_key(table))
        if lock:
            statement = statement.with_for_update()
        for row in (await self._orm.execute(statement)).scalars():
            groups[getattr(row, column)].append(row)

    async def rows(self, table: type[RowT], column: str, value: str, *, lock: bool = True) -> list[RowT]:
        """The rows whose ``column`` is ``value``, from what was loaded or added here, else from the database."""
        await self.load(table, column, [value], lock=lock)
        return cast("list[RowT]", self._loaded[table, column][value])

    async def one(self, table: type[RowT], column: str, value: str, *, lock: bool = True) -> RowT | None:
        """The only row whose ``column`` (a unique one) is ``value``, or None."""
        rows = await self.rows(table, column, value, lock=lock)
        return rows[0] if rows else None

    def add(self, row: SQLModel) -> None:
        """A new row, found by ``rows`` from now on."""
        self._orm.add(row)
        for (table, column), groups in self._loaded.items():
            if type(row) is table and getattr(row, column) in groups:
                groups[getattr(row, column)].append(row)

    def insert(self, table: type[SQLModel], values: Mapping[str, Any]) -> None:
        """A new row that nothing here reads again: written with all others of its table in one statement."""
        self._inserts[table].append(values)

    async def remove(self, row: SQLModel) -> None:
        """Delete a row."""
        await self._orm.delete(row)
        for (table, column), groups in self._loaded.items():
            if type(row) is table and row in groups.get(getattr(row, column), []):
                groups[getattr(row, column)].remove(row)

    def publish(self, event: Event) -> None:
        """Say it: the event goes into this service's ledger with the rows of this transaction."""
        self._entries.append(Entry(event, self.traceparent))

    def before_commit(self, name: str, hook: Hook) -> None:
        """Run ``hook`` once, just before the rows are written."""
        self._hooks.setdefault(name, hook)

    async def execute(self, statement: Executable) -> Result[Any]:
        """Run a SQLAlchemy statement."""
        return await self._orm.execute(statement)

    async def fetch(self, sql: str, *parameters: object) -> Sequence[Row[Any]]:
        """Run one statement of plain SQL with ``$1`` parameters."""
        connection = await self._orm.connection()
        result = await connection.exec_driver_sql(sql, tuple(parameters))
        return result.all() if result.returns_rows else ()

    async def delete_where(self, table: type[SQLModel], column: str, value: object) -> None:
        """Delete all rows of a table whose ``column`` is ``value``."""
        await self._orm.execute(delete(table).where(getattr(table, column) == value))

    @property
    def spoke(self) -> bool:
        """Whether something was said, so that a relay has work."""
        return bool(self._entries)

    async def finish(self) -> None:
        """Write everything: hooks, rows, then the ledger. The commit is the caller's."""
        for hook in self._hooks.values():
            await hook(self)
        await self._orm.flush()
        for table, rows in self._inserts.items():
            await self._orm.execute(insert(table), rows)
        await failpoint("transaction.before_ledger")
        await append(self, self._entries, self.learned)
        await failpoint("transaction.after_ledger")


@dataclass(frozen=True, slots=True)
class PoolState:
    """How a pool is used just now; ``waiters`` are units of work that have no connection yet."""

    size: int
    in_use: int
    waiters: int


class Database:
    """A pool of connections to one service's schema."""

    def __init__(self, url: str, schema: str, *, pool_size: int = 8, name: str = "") -> None:
        self.schema = schema
        self.name = name or schema
        self.packs = PackShelf()
        self.on_spoken: list[Callable[[], None]] = []
        self._under_way = 0
        self._engine = _engine(make_url(url), schema, pool_size, self.name)

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
            async with AsyncSession(self._engine, expire_on_commit=False, autoflush=False) as orm:
                session = Session(orm, now, self.packs, self.schema)
                yield session
                await session.finish()
                committing = True
                await orm.commit()
        except Exception as error:
            trouble = as_trouble(error, unknown=committing)
            if trouble is None:
                raise
            raise trouble from error
        finally:
            self._under_way -= 1
        if session.spoke:
            for wake in self.on_spoken:
                wake()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """A session for queries alone; what it does is rolled back."""
        self._under_way += 1
        try:
            async with AsyncSession(self._engine, expire_on_commit=False, autoflush=False) as orm:
                yield Session(orm, datetime.max.replace(tzinfo=UTC), self.packs, self.schema)
        except Exception as error:
            trouble = as_trouble(error)
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


_RETRIABLE_SQLSTATES = ("40001", "40P01", "55P03", "57014")
_TROUBLE_CLASSES = ("08", "53", "57", "58")


def as_trouble(error: BaseException, *, unknown: bool = False) -> DatabaseTrouble | None:
    """The error as DatabaseTrouble when the database is at fault, else None."""
    if isinstance(error, PoolTimeout | ConnectionError | TimeoutError | asyncpg.InternalClientError):
        return DatabaseTrouble(str(error) or type(error).__name__, unknown=unknown)
    if isinstance(error, DBAPIError) and is_trouble(error):
        return DatabaseTrouble(str(error.orig), unknown=unknown)
    return None


def is_trouble(error: DBAPIError) -> bool:
    """Whether the database, not the work, is at fault: away, full, stopping, a deadlock, a lock not got in time."""
    if error.connection_invalidated or isinstance(error, InterfaceError):
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError) or "Internal" in type(error.orig).__name__
    return state in _RETRIABLE_SQLSTATES or state[:2] in _TROUBLE_CLASSES


def _primary_key(table: type[SQLModel]) -> tuple[Column[Any], ...]:
    return tuple(cast("Table", inspect(table).local_table).primary_key.columns)


def _engine(url: URL, schema: str, pool_size: int, name: str) -> AsyncEngine:
    return create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=3,
        pool_use_lifo=True,
        pool_pre_ping=False,
        connect_args={
            "timeout": 5,
            "command_timeout": 30,
            "server_settings": {
                "search_path": f"{schema},public",
                "application_name": f"huiyin-{name}",
                "timezone": "UTC",
                "statement_timeout": "25000",
                "lock_timeout": "5000",
                "idle_in_transaction_session_timeout": "15000",
                "tcp_keepalives_idle": "10",
                "tcp_keepalives_interval": "5",
                "tcp_keepalives_count": "3",
                "jit": "off",
            },
        },
    )
