"""All facts of visits, folded again beside the live ones: rounds and teams first, then household by household."""

from collections.abc import Iterator, Sequence

from huiyin.audit.case import ANALYTICS, INTAKE
from huiyin.audit.merge import by_key
from huiyin.audit.recount import Recount
from huiyin.audit.snapshot import Snapshot
from huiyin.audit.visits.applied import applied_around
from huiyin.rebuild.views import AT_ONCE, heard_of, heard_streams
from libs.common.bus.flow import Stream
from services.analytics.rollups.tables import COVERAGE, THINGS, VISITS
from services.analytics.visits.actions.refold import Surroundings, refold_household
from services.analytics.visits.domain.counting import contribution, standing
from services.analytics.visits.domain.rows import (
    AROUND_TABLES,
    ROW_TABLES,
    Rows,
    RowTable,
    rows_of,
    surrounding_rows,
)

_TABLES = (*ROW_TABLES, *AROUND_TABLES)
SCRATCH = tuple(
    f"CREATE TEMP TABLE refolded_{table.name} (LIKE analytics.{table.name} INCLUDING DEFAULTS)" for table in _TABLES
)


def _row_of(table: str, names: Sequence[str]) -> str:
    return f"({', '.join(f'{table}.{name}' for name in names)})"


def _different(table: RowTable) -> str:
    keys, names, some = ", ".join(table.keys), [*table.others], next(iter(table.others))
    return f"""
        SELECT {keys}, live.{some} IS NULL AS is_missing, refolded.{some} IS NULL AS is_extra
        FROM refolded_{table.name} AS refolded FULL JOIN analytics.{table.name} AS live USING ({keys})
        WHERE {_row_of("refolded", names)} IS DISTINCT FROM {_row_of("live", names)} ORDER BY {keys}
    """  # noqa: S608 - names of columns


def _put_right(table: RowTable) -> Iterator[str]:
    """Takes away the rows of nothing, and writes those that differ."""
    keys, names, columns = [*table.keys], [*table.others], ", ".join(table.columns)
    same = " AND ".join(f"refolded.{name} = live.{name}" for name in keys)
    yield f"""
        DELETE FROM analytics.{table.name} AS live
        WHERE NOT EXISTS (SELECT FROM refolded_{table.name} AS refolded WHERE {same})
    """  # noqa: S608 - names of columns
    yield f"""
        INSERT INTO analytics.{table.name} ({columns}) SELECT {columns} FROM refolded_{table.name}
        ON CONFLICT ({", ".join(keys)}) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in names)}
        WHERE {_row_of(table.name, names)} IS DISTINCT FROM {_row_of("excluded", names)}
    """  # noqa: S608 - names of columns


SWAP = tuple(statement for table in _TABLES for statement in _put_right(table))


async def refold_visits(cut: Snapshot, recount: Recount) -> tuple[int, int]:
    """Fold every household into the scratch tables; gives how many households and events."""
    surroundings = Surroundings()
    async for event in applied_around(cut):
        surroundings.take(event)
    around, filling = surroundings.around(), _Filling(cut, _TABLES)
    await filling.add(surrounding_rows(surroundings.rounds.values(), surroundings.teams.values()))
    households = events = 0
    async for key, group in by_key(cut, heard_streams(cut, Stream.VISITS)):
        events += len(group["events"])
        fact = refold_household(key, (one.event for one in heard_of(key, group).applied(ANALYTICS, INTAKE)))
        if fact is None:
            continue
        households += 1
        found = standing(fact, around)
        counts = contribution(found)
        await recount.add(COVERAGE, counts.coverage)
        await recount.add(VISITS, counts.visits)
        await recount.add(THINGS, counts.things)
        await filling.add(rows_of(fact, found))
    await filling.flush()
    for table in _TABLES:
        await cut.fetch(f"ANALYZE refolded_{table.name}")
    return households, events


async def compare_visits(cut: Snapshot, first: list[str], limit: int) -> int:
    """How many rows are not what the events say; the first are told in words."""
    count = 0
    for table in _TABLES:
        async for rows in cut.stream(_different(table)):
            count += len(rows)
            for row in rows[: max(0, limit - len(first))]:
                told = "was not there" if row["is_missing"] else "is of nothing" if row["is_extra"] else ""
                key = " ".join(str(row[name]) for name in table.keys)
                first.append(f"{table.name} {key}: {told or 'is not what the events say'}")
    return count


class _Filling:
    """Puts rows into the scratch tables, some at a time."""

    def __init__(self, cut: Snapshot, tables: Sequence[RowTable]) -> None:
        self._cut = cut
        self._rows: dict[str, tuple[RowTable, list[tuple[object, ...]]]] = {table.name: (table, []) for table in tables}

    async def add(self, more: Rows) -> None:
        """The rows of one fact."""
        for name, some in more.items():
            table, rows = self._rows[name]
            rows += [_stored(table, (*key, *values)) for key, values in some.items()]
            if len(rows) >= AT_ONCE:
                await self._fill(table, rows)

    async def flush(self) -> None:
        """All that are left."""
        for table, rows in self._rows.values():
            await self._fill(table, rows)

    async def _fill(self, table: RowTable, rows: list[tuple[object, ...]]) -> None:
        await self._cut.fill(f"refolded_{table.name}", tuple(table.columns), rows)
        rows.clear()


def _stored(table: RowTable, row: Sequence[object]) -> tuple[object, ...]:
    """A row as COPY takes it: with lists where the fold joins them."""
    kinds = table.columns.values()
    return tuple(str(value).split() if kind == "text[]" else value for kind, value in zip(kinds, row, strict=True))
