"""What is filled in one transaction each: tables that belong together, a service's ledger, the roll-ups."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from bench.stock.columns import select
from bench.stock.indexes import attach_month, bare, make_month
from bench.stock.templates import Lived, Table
from services.analytics.rollups.domain import integer_of
from services.analytics.rollups.tables import CASES

_LEDGER = "ledger"
_LONGEST_LIMIT = 60
"""Days from the last thing that happened to a case to the last day on which a limit of it may fall due."""
_SUMS = ", ".join(f"sum({counter.value})::{integer_of(counter)}" for counter in CASES.measures)
_ROLLUP = f"""
    SELECT basis, day + weeks * 7 AS day, copy.area_code, unit_code, category_code, copy.channel, kind, {_SUMS}
    FROM stock.copy JOIN stock.cell USING (template)
    WHERE day + weeks * 7 >= '{{0}}' AND day + weeks * 7 < '{{1}}'
        AND first < date '{{1}}' + 1 AND last >= date '{{0}}' - {_LONGEST_LIMIT}
    GROUP BY 1, 2, 3, 4, 5, 6, 7
"""  # noqa: S608
_OF_MONTH = """
    WHERE r.occurred_at + c.shift >= '{0}+00' AND r.occurred_at + c.shift < '{1}+00'
        AND c.first < '{1}+00' AND c.last >= '{0}+00'
"""

Month = tuple[str, str, str]
"""Name of the ledger's partition, first day, first day after."""


@dataclass(frozen=True, slots=True)
class Job:
    """One transaction: ``fill`` takes a connection."""

    name: str
    weight: int
    fill: Callable[[Any], Awaitable[None]]


def jobs(lived: Lived, months: Sequence[Month]) -> list[Job]:
    """The heaviest first, so that two that work side by side end together."""
    keyed = [table for table in lived.tables if table.key]
    found = [
        Job(f"{table.service}.ledger", 3 * _weight(lived, [table]), partial(_fill_ledger, lived, table, months))
        for table in keyed
        if table.name == _LEDGER
    ]
    found += [
        Job(
            ", ".join(f"{table.service}.{table.name}" for table in group),
            _weight(lived, group),
            partial(_fill, lived, group),
        )
        for group in groups([table for table in keyed if table.name != _LEDGER])
    ]
    cells = 10 * len(lived.templates)
    found.append(Job("analytics.rollup", 3 * cells, partial(_fill_rollup, lived, months)))
    return sorted(found, key=lambda job: -job.weight)


def _weight(lived: Lived, group: Sequence[Table]) -> int:
    return sum(
        len(template.rows.get((table.service, table.name), ())) for template in lived.templates for table in group
    )


def groups(tables: Sequence[Table]) -> Iterator[list[Table]]:
    """Tables that refer to each other can only be emptied together."""
    left = list(tables)
    while left:
        group = [left.pop(0)]
        # It grows while it is gone through.
        for table in group:
            group += [other for other in left if _are_tied(table, other)]
            left = [other for other in left if other not in group]
        yield group


def _are_tied(one: Table, other: Table) -> bool:
    return one.service == other.service and (one.name in other.refers_to or other.name in one.refers_to)


async def _fill(lived: Lived, group: Sequence[Table], target: Any) -> None:
    names = [f"{table.service}.{table.name}" for table in group]
    async with target.transaction():
        await empty(target, names)
        async with bare(target, names):
            for table in group:
                if _weight(lived, [table]):
                    await _insert(target, f"{table.service}.{table.name}", table.columns, select(table))
                await _add_others(target, lived, table)


async def empty(target: Any, names: Sequence[str]) -> None:
    """Empty tables, also such as nobody may empty in operation; to the end of the transaction nobody looks up keys."""
    await target.execute("SET LOCAL session_replication_role = replica")
    await target.execute(f"TRUNCATE {', '.join(names)}")


async def _fill_ledger(lived: Lived, table: Table, months: Sequence[Month], target: Any) -> None:
    async with target.transaction():
        await target.execute(f"TRUNCATE {table.service}.ledger")
        for month in months if _weight(lived, [table]) else ():
            name = await make_month(target, table.service, month)
            query = select(table) + _OF_MONTH.format(*month[1:])
            await _insert(target, f"{table.service}.{name}", table.columns, query)
            await attach_month(target, table.service, month)
        await _add_others(target, lived, table)


async def _insert(target: Any, place: str, columns: Sequence[str], query: str) -> None:
    """Write the rows of a query into a table that its transaction has emptied: nothing of them goes to the log."""
    await target.execute(f"INSERT INTO {place} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE {query}")


async def _add_others(target: Any, lived: Lived, table: Table) -> None:
    records = lived.others.get((table.service, table.name))
    if records:
        await target.copy_records_to_table(
            table.name, schema_name=table.service, columns=table.columns, records=records
        )


async def _fill_rollup(lived: Lived, months: Sequence[Month], target: Any) -> None:
    """The fine roll-up, month by month, and from it the coarse ones."""
    async with target.transaction():
        await target.execute("TRUNCATE analytics.rollup")
        async with bare(target, ["analytics.rollup"]):
            for _, begin, end in months:
                await _insert(target, "analytics.rollup", tuple(CASES.columns), _ROLLUP.format(begin, end))
    async with target.transaction():
        await target.execute("TRUNCATE analytics.rollup_coarse")
        coarse = CASES.coarse_of("analytics.rollup")
        await _insert(target, "analytics.rollup_coarse", ("grain", *CASES.columns), coarse)


def months_between(first: datetime, last: datetime) -> list[Month]:
    """Every month from ``first`` to ``last``, both included."""
    found = []
    moment = first
    while moment <= last:
        name, begin, end = month_bounds(moment)
        found.append((name, begin, end))
        moment = datetime.combine(date.fromisoformat(end), moment.min.time(), moment.tzinfo)
    return found


def month_bounds(moment: datetime) -> tuple[str, str, str]:
    """Table name, first day and first day after of the month of ``moment`` in UTC."""
    first = moment.astimezone(UTC).date().replace(day=1)
    after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return f"ledger_{first:%Y_%m}", first.isoformat(), after.isoformat()
