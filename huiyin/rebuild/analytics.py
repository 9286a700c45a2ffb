"""All facts and roll-ups of analytics, folded again from the ledgers beside the live ones, and put in their place.

It is looked first, holding nobody up, whether anything differs at all. Only then everything happens in one transaction:
readers see the old figures to its end, and then the new ones; only what differs is written. Meanwhile analytics applies
no event: they wait on the bus.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from huiyin.audit.case import ANALYTICS, CaseView, LedgerSaid, causes_of
from huiyin.audit.figures import SOURCES, TABLES, Compared, rollup_differences
from huiyin.audit.merge import Group, by_key
from huiyin.audit.packs import Packs
from huiyin.audit.queries import events_of, marks_of
from huiyin.audit.recount import SCRATCH, Recount, recount_of
from huiyin.audit.snapshot import Row, Snapshot, open_cut
from libs.common.bus.codec import decode_event
from libs.common.bus.flow import Stream
from services.analytics.facts.actions.folding import FACT_COLUMNS, fact_row
from services.analytics.facts.actions.refold import refold
from services.analytics.facts.domain.counting import contribution
from services.analytics.facts.domain.fact import Fact, UnknownCase
from services.analytics.facts.domain.timing import times
from services.analytics.rollups.tables import CASES, CUBES, HOURS

LIMIT = 20
"""Differences that are named; all are counted."""

_AT_ONCE = 1_000
_LOCK = "LOCK TABLE analytics.watermark IN SHARE ROW EXCLUSIVE MODE"
_REFOLDED = "CREATE TEMP TABLE refolded (LIKE analytics.fact INCLUDING DEFAULTS)"

# Names of columns only, from analytics' own tables.
_COLUMNS = tuple(FACT_COLUMNS)
_JOINED_BY = {"units": " ", "also_accused": "\n"}


def _row_of(table: str, names: Sequence[str]) -> str:
    return f"({', '.join(f'{table}.{name}' for name in names)})"


_DROPPED = "SELECT 'dropped' AS place, 'analytics' AS reader, key, source, seq FROM analytics.parked_dropped"
_DIFFERENT_FACTS = f"""
    SELECT case_id, live.case_no IS NULL AS is_missing, refolded.case_no IS NULL AS is_extra
    FROM refolded FULL JOIN analytics.fact AS live USING (case_id)
    WHERE {_row_of("refolded", _COLUMNS[1:])} IS DISTINCT FROM {_row_of("live", _COLUMNS[1:])} ORDER BY case_id
"""  # noqa: S608


def _put_right(one: Compared) -> tuple[str, str]:
    """Takes away the rows of a roll-up that were not counted, and writes those that differ."""
    keys, names, name = ", ".join(one.keys), one.cube.names, one.table.rpartition(".")[2]
    return (
        f"""
        DELETE FROM {one.table} AS live USING (
            SELECT {keys} FROM {one.table} EXCEPT SELECT {keys} FROM ({one.statement}) AS counted
        ) AS gone WHERE {_row_of("live", one.keys)} = {_row_of("gone", one.keys)}
        """,  # noqa: S608
        f"""
        INSERT INTO {one.table} ({", ".join((*one.keys, *names))}) {one.statement}
        ON CONFLICT ({keys}) DO UPDATE SET {", ".join(f"{one} = excluded.{one}" for one in names)}
        WHERE {_row_of(name, names)} IS DISTINCT FROM {_row_of("excluded", names)}
        """,
    )


_SWAP = (
    "DELETE FROM analytics.fact AS live WHERE NOT EXISTS (SELECT FROM refolded WHERE refolded.case_id = live.case_id)",
    f"""
        INSERT INTO analytics.fact ({", ".join(_COLUMNS)}) SELECT {", ".join(_COLUMNS)} FROM refolded
        ON CONFLICT (case_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS)}
        WHERE {_row_of("fact", _COLUMNS)} IS DISTINCT FROM {_row_of("excluded", _COLUMNS)}
    """,  # noqa: S608
    *(statement for one in TABLES for statement in _put_right(one)),
)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of it."""

    cases: int
    events: int
    seconds: float
    facts: int
    """Facts that were not what their events say."""
    cells: int
    """Cells of the roll-ups that were not the recount."""
    first: tuple[str, ...]
    """The first differences, in words."""
    swapped: bool


async def rebuild(url: str, *, check: bool = False) -> Rebuilt:
    """Fold all, compare, and put right what differs; with ``check``, or when nothing does, hold nobody up.

    Raises DatabaseTrouble, NotThere; Permanent when a row of a ledger is no event, and UnknownPack.
    """
    seen = await _fold_and_compare(url, swap=False)
    if check or not seen.facts + seen.cells:
        return replace(seen, swapped=not check)
    done = await _fold_and_compare(url, swap=True)
    return replace(done, seconds=seen.seconds + done.seconds)


async def _fold_and_compare(url: str, *, swap: bool) -> Rebuilt:
    """What differs on one cut; to ``swap`` it, analytics is kept from writing until it is put right."""
    began = time.monotonic()
    async with open_cut(url, "rebuild", scratch=[*SCRATCH, _REFOLDED], lock=_LOCK if swap else None) as cut:
        cases, events = await _refold(cut)
        first: list[str] = []
        facts = await _compare_facts(cut, first)
        cells = await _compare_cells(cut, first)
        if facts + cells and swap:
            for statement in _SWAP:
                await cut.fetch(statement)
    return Rebuilt(cases, events, time.monotonic() - began, facts, cells, tuple(first[:LIMIT]), swapped=swap)


async def _refold(cut: Snapshot) -> tuple[int, int]:
    """Fold every case into the scratch tables; gives how many cases and events."""
    packs, recount = await Packs.of(cut), Recount(cut)
    streams = {
        "events": events_of(cut, Stream.CASES),
        "marks": marks_of(cut, Stream.CASES),
        "transit": f"{_DROPPED} WHERE stream = 'cases' ORDER BY key{cut.collation}",
    }
    rows: list[tuple[object, ...]] = []
    cases = events = 0
    async for case_id, group in by_key(cut, streams):
        events += len(group["events"])
        fact = _fact_of(_view(case_id, group))
        if fact is None:
            continue
        cases += 1
        day_of = packs.day_of(fact.registration.pack_version)
        cells = contribution(fact, day_of, packs.level_of(fact.registration.pack_version))
        await recount.add(CASES, cells)
        await recount.add(HOURS, times(fact, day_of))
        rows.append(_stored(fact_row(fact, day_of, cells)))
        if len(rows) >= _AT_ONCE:
            await cut.fill("refolded", _COLUMNS, rows)
            rows.clear()
    await cut.fill("refolded", _COLUMNS, rows)
    await recount.flush()
    for table in ("refolded", *map(recount_of, CUBES)):
        await cut.fetch(f"ANALYZE {table}")
    return cases, events


def _view(case_id: str, group: Group) -> CaseView:
    view = CaseView.begin(case_id, group)
    for row in group["events"]:
        event = decode_event(row["type"], row["payload"].encode())
        if event is not None:
            view.said[row["service"]].append(
                LedgerSaid(row["service"], row["seq"], causes_of(row), event, row["recorded_at"])
            )
    return view


def _fact_of(view: CaseView) -> Fact | None:
    """By analytics' own fold; None when it had not applied the registration."""
    try:
        return refold((one.seq, one.event) for one in view.applied(ANALYTICS, *SOURCES)).get(view.case_id)
    except UnknownCase:
        return None


def _stored(row: Sequence[object]) -> tuple[object, ...]:
    """A fact's row as COPY takes it: with arrays where the fold joins them."""
    return tuple(
        value if (joint := _JOINED_BY.get(name)) is None else [part for part in str(value).split(joint) if part]
        for name, value in zip(_COLUMNS, row, strict=True)
    )


async def _compare_facts(cut: Snapshot, first: list[str]) -> int:
    count = 0
    async for rows in cut.stream(_DIFFERENT_FACTS):
        count += len(rows)
        first += [f"fact {row['case_id']}: {_told(row)}" for row in rows[: LIMIT - len(first)]]
    return count


async def _compare_cells(cut: Snapshot, first: list[str]) -> int:
    count = 0
    async for place, message in rollup_differences(cut):
        count += 1
        if count <= LIMIT:
            first.append(f"{place}: {message}")
    return count


def _told(row: Row) -> str:
    if row["is_missing"]:
        return "was not there"
    return "is of no case" if row["is_extra"] else "is not what the events say"
