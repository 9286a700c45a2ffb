"""What may go wrong between this process and PostgreSQL, told apart from what is wrong with the work itself."""

from typing import ClassVar

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from libs.common.errors import Unavailable

_RETRIABLE_SQLSTATES = ("40001", "40P01", "55P03", "57014")
_TROUBLE_CLASSES = ("08", "53", "57", "58")
_REFUSED_AT_THE_DOOR = ("28000", "28P01", "3D000", "55000")
"""Role, password, no such database, one that takes no connections: what only connecting can meet, by a hand's doing."""
_DISK_FULL = "53100"


class DatabaseTrouble(Unavailable):
    """PostgreSQL did not answer, or went away: nothing is known to be wrong with the work itself, try it again.

    ``unknown`` is true when the answer to COMMIT was lost: the work may have been done.
    """

    sentence: ClassVar[tuple[str, str]] = ("The database is not available just now", "数据库暂不可用")
    retry_after: ClassVar[int] = 1
    """Seconds."""

    def __init__(self, detail: str, *, unknown: bool = False) -> None:
        super().__init__(*self.sentence, headers={"Retry-After": str(self.retry_after)})
        self.cause = detail
        self.unknown = unknown

    def __str__(self) -> str:
        return self.cause


class DiskFull(DatabaseTrouble):
    """PostgreSQL has no room left for its data. What was committed stays, and is still read.

    503 and not 507: after 507 a client must not try again by itself (RFC 4918, 11.5), and here it should, under the
    same Idempotency-Key, since nothing but room is missing.
    """

    sentence: ClassVar[tuple[str, str]] = ("The database has no room left just now", "数据库存储空间不足，暂不可用")
    retry_after: ClassVar[int] = 10
    """Room comes by hand."""


def as_trouble(error: BaseException, *, unknown: bool = False) -> DatabaseTrouble | None:
    """The error as DatabaseTrouble when the database is at fault, else None."""
    if isinstance(error, PoolTimeout | OSError | asyncpg.InternalClientError):
        return DatabaseTrouble(str(error) or type(error).__name__, unknown=unknown)
    if isinstance(error, DBAPIError) and is_trouble(error):
        return _kind(getattr(error.orig, "sqlstate", None))(str(error.orig), unknown=unknown)
    # A value that fits no column is a ValueError too: that is the work's own fault.
    if isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError):
        return DatabaseTrouble(f"{type(error).__name__}: {error}", unknown=unknown)
    if isinstance(error, asyncpg.PostgresError) and _at_fault(error.sqlstate):
        return _kind(error.sqlstate)(f"{type(error).__name__}: {error}", unknown=unknown)
    return None


def is_trouble(error: DBAPIError) -> bool:
    """Whether the database, not the work, is at fault: away, full, stopping, a deadlock, a lock not got in time."""
    if error.connection_invalidated or isinstance(error, InterfaceError):
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError) or "Internal" in type(error.orig).__name__
    return _at_fault(state)


def _kind(state: str | None) -> type[DatabaseTrouble]:
    return DiskFull if state == _DISK_FULL else DatabaseTrouble


def _at_fault(state: str | None) -> bool:
    if state is None:
        return False
    return state in (*_RETRIABLE_SQLSTATES, *_REFUSED_AT_THE_DOOR) or state[:2] in _TROUBLE_CLASSES
