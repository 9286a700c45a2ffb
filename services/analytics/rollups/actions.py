"""Adds differences to the roll-ups: the fine one, and from it the coarse ones, in one statement."""

from collections.abc import Iterable, Mapping, Sequence

from libs.common.database.session import Session
from services.analytics.counters.domain import COUNTERS, Cell, Counts, integer_of
from services.analytics.rollups.domain import FINE
from services.analytics.rollups.queries.grains import coarse_of
from services.analytics.rollups.queries.months import READ_MONTH, month_starts_on
from services.analytics.rollups.tables import COARSE_DIMENSIONS, DIMENSIONS

_FIRST_MONTH = "INSERT INTO rollup_month (starts_on) VALUES ($1) ON CONFLICT DO NOTHING"
_NAMES = [counter.value for counter in COUNTERS]
_STARTS_ON = f"${len(DIMENSIONS) + len(_NAMES) + 1}"
_NEW_COARSE = coarse_of("new", f"{_STARTS_ON} + 0 * (SELECT count(*) FROM fine)")  # noqa: S608 - our own parameter
_KEY_KINDS = ["date" if name == "day" else "text" for name in DIMENSIONS]
_COUNT_KINDS = [integer_of(counter) for counter in COUNTERS]
_KINDS = [*(f"{kind}[]" for kind in _KEY_KINDS), *(f"text::{kind}[]" for kind in _COUNT_KINDS)]


def _upsert(table: str, dimensions: Sequence[str], source: str) -> str:
    return f"""
        INSERT INTO {table} ({", ".join((*dimensions, *_NAMES))})
        {source} ORDER BY {", ".join(dimensions)}
        ON CONFLICT ({", ".join(dimensions)})
        DO UPDATE SET {", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in _NAMES)}
        RETURNING {", ".join(dimensions)}, least({", ".join(_NAMES)}) AS low, greatest({", ".join(_NAMES)}) AS high
    """


# A CHECK would judge a negative difference before it is added to what is there, so the sums are judged here. The coarse
# rows ask how many fine ones there are: so they are locked after them.
_ADD = f"""
    WITH new AS MATERIALIZED (
        SELECT * FROM unnest({", ".join(f"${n}::{kind}" for n, kind in enumerate(_KINDS, start=1))})
            AS new({", ".join((*DIMENSIONS, *_NAMES))})
    ), fine AS (
        {_upsert("rollup", DIMENSIONS, "SELECT * FROM new")}
    ), coarse AS (
        {_upsert("rollup_coarse", COARSE_DIMENSIONS, f"SELECT * FROM ({_NEW_COARSE}) AS added")}
    )
    SELECT '{FINE}' AS grain, {", ".join(DIMENSIONS)}, low FROM fine WHERE low < 0 OR high = 0
    UNION ALL
    SELECT grain, {", ".join(DIMENSIONS)}, low FROM coarse WHERE low < 0 OR high = 0
"""  # noqa: S608


def _sweep(table: str, dimensions: Sequence[str]) -> str:
    kinds = ["date" if name == "day" else "text" for name in dimensions]
    return f"""
        DELETE FROM {table} USING unnest({", ".join(f"${n}::{kind}[]" for n, kind in enumerate(kinds, start=1))})
            AS emptied({", ".join(dimensions)})
        WHERE {" AND ".join(f"{table}.{name} = emptied.{name}" for name in dimensions)}
    """  # noqa: S608


_SWEEP_FINE = _sweep("rollup", DIMENSIONS)
_SWEEP_COARSE = _sweep("rollup_coarse", COARSE_DIMENSIONS)


async def add_to_rollups(session: Session, total: Mapping[Cell, Counts], pack_version: int) -> None:
    """Add differences to every roll-up; rows that come out empty go.

    ``pack_version`` is that of the first case counted: if no months stand yet, they start as it says.

    Raises:
        ArithmeticError: a counter would fall below 0, so the roll-ups are not what they were.
    """
    starts_on = await _month_start(session, pack_version)
    cells = map(list, zip(*total, strict=True))
    counts = (_numbers(column) for column in zip(*total.values(), strict=True))
    odd = await session.fetch(_ADD, *cells, *counts, starts_on)
    negative = sum(row.low < 0 for row in odd)
    if negative:
        raise ArithmeticError(f"{negative} cells of the roll-ups would fall below 0: they are not what they were")
    fine = [row[1:-1] for row in odd if row.grain == FINE]
    coarse = [row[:-1] for row in odd if row.grain != FINE]
    for statement, emptied in ((_SWEEP_FINE, fine), (_SWEEP_COARSE, coarse)):
        if emptied:
            await session.fetch(statement, *map(list, zip(*emptied, strict=True)))


async def _month_start(session: Session, pack_version: int) -> int:
    """The day of the calendar's month on which those of the coarse roll-ups start; the first fact settles it."""
    known = await month_starts_on(session)
    if known is not None:
        return known
    await session.fetch(_FIRST_MONTH, session.packs.version(pack_version).period_rules().month_starts_on)
    # Not remembered yet: this transaction may still be rolled back, and another be the first.
    return int((await session.fetch(READ_MONTH))[0].starts_on)


def _numbers(column: Iterable[int]) -> str:
    """A PostgreSQL array as text: the driver would look at each of many thousand numbers."""
    return "{" + ",".join(map(str, column)) + "}"
