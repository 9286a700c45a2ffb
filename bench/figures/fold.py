"""Events folded into figures, beside the very same writes as plain SQL batches.

The fold is analytics' own consumer, fed by hand: it parses, claims watermarks, folds and writes. What it writes is
noted on the way and then played back by the driver alone, batch by batch, on a copy of the same database.
"""

import asyncio
import re
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import uuid_utils
from sqlalchemy import event

from bench.drive.database import connected
from bench.drive.house import eight_processes
from bench.figure import Context, Figure, at_least, below
from bench.said import record, said
from libs.common.bus.codec import decode_event
from libs.common.bus.embedded.bus import EmbeddedBus
from libs.common.bus.flow import Service
from libs.common.bus.port import Message, Record
from libs.common.database.session import Database
from libs.common.database.stored_packs import refresh_shelf
from libs.common.delivery.consumer import LARGEST_BATCH, Consumer, ConsumerOptions
from libs.common.events import cases
from libs.common.events.cases import CaseEvent
from libs.common.events.terms import Channel, Deadline, Kind
from libs.common.time.clock import SystemClock
from services.analytics.facts.actions.events import atoms_of
from services.analytics.main import SPEC

WAITING = 20_000
_SENT_AT_ONCE = 500
_LOOKED_EVERY = 0.2
_TOWNS = 40
_UNITS = 60
_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE)\b")
Batch = list[tuple[str, tuple[Any, ...]]]
Told = tuple[Service, CaseEvent]


async def run(context: Context) -> list[Figure]:
    """``fold_ratio``; not in a quick run ``backlog_s``."""
    furnished = await context.ground.furnished()
    whole, ratios, seen = 800 if context.quick else 4_000, [], []
    for _ in range(context.runs):
        folded, plain = await context.ground.copy(furnished), await context.ground.copy(furnished)
        events = list(_records(whole))
        seconds, batches = await _fold(folded, events)
        beside = await _play(plain, batches)
        await context.ground.drop(folded)
        await context.ground.drop(plain)
        ratios.append(beside / seconds)
        seen.append((len(events) / seconds, len(events) / beside))
    ours, theirs = (statistics.median(column) for column in zip(*seen, strict=True))
    return [
        Figure(
            "fold_ratio",
            at_least(0.5),
            statistics.median(ratios),
            "of the plain writes",
            f"the same writes played by the driver alone, {theirs:.0f} events/s in batches of {LARGEST_BATCH}",
            f"{ours:.0f} events/s from records to roll-ups in one process, {_EVENTS_A_CASE} events a case",
        ),
        *([] if context.quick else [await _backlog(context, furnished)]),
    ]


async def _backlog(context: Context, furnished: str) -> Figure:
    """Registrations that wait on the bus with what was said of them at once; analytics' worker is started then."""
    seen = []
    for _ in range(context.runs):
        waiting, beside = await context.ground.copy(furnished), await context.ground.copy(furnished)
        records = list(_records(WAITING, upto=_AT_ONCE))
        await _publish(waiting, records)
        house = eight_processes(context.ground.folder_for("backlog"), waiting)
        try:
            begun = time.perf_counter()
            house.start(f"{Service.ANALYTICS}-worker")
            await _until_folded(waiting, _told(records))
            took = time.perf_counter() - begun
        finally:
            await asyncio.to_thread(house.end, politely=False)
        seen.append((took, (await _fold(beside, records))[0]))
        for url in (waiting, beside):
            await context.ground.drop(url)
    ours, theirs = (statistics.median(column) for column in zip(*seen, strict=True))
    return Figure(
        "backlog_s",
        below(45),
        ours,
        "s",
        f"the same {len(records)} events folded by hand in one process, without a bus, in {theirs:.1f} s",
        f"{WAITING} registrations, {_AT_ONCE} events each, from the start of the worker until all figures are whole",
    )


async def _publish(url: str, records: Sequence[Record]) -> None:
    bus = EmbeddedBus(url)
    try:
        async with bus.sender() as sender:
            for start in range(0, len(records), _SENT_AT_ONCE):
                several = records[start : start + _SENT_AT_ONCE]
                await sender.send([Message(one.topic, one.key, one.headers, one.value) for one in several])
    finally:
        await bus.close()


def _told(records: Sequence[Record]) -> int:
    """What these events tell, as facts count it: an event that sets two limits tells two things."""
    decoded = (decode_event(one.headers["ce_type"], one.value) for one in records)
    return sum(len(atoms_of(event, 1)) for event in decoded if event is not None)


async def _until_folded(url: str, told: int) -> None:
    folded = 0
    async with connected(url) as connection:
        while folded < told:
            await asyncio.sleep(_LOOKED_EVERY)
            folded = await connection.fetchval("SELECT coalesce(sum(version), 0) FROM analytics.fact")


async def _fold(url: str, records: Sequence[Record]) -> tuple[float, list[Batch]]:
    """Seconds, and what was written in each batch."""
    database = Database(url, str(Service.ANALYTICS), pool_size=1, by_index=True)
    consumer = Consumer(
        ConsumerOptions(Service.ANALYTICS, EmbeddedBus(url), database, SPEC.reactions, SystemClock(), "")
    )
    try:
        await refresh_shelf(database)
        with _noted(database) as batches:
            begun = time.perf_counter()
            for start in range(0, len(records), LARGEST_BATCH):
                await consumer.take(records[start : start + LARGEST_BATCH])
            seconds = time.perf_counter() - begun
        async with database.reading() as session:
            (row,) = await session.fetch("SELECT sum(version) AS n FROM fact")
        if row.n != _told(records):
            raise ArithmeticError(f"{row.n} of {_told(records)} things folded that {len(records)} events tell")
    finally:
        await database.close()
    return seconds, batches


async def _play(url: str, batches: Sequence[Batch]) -> float:
    async with connected(url, search_path="analytics", enable_seqscan="off", jit="off") as connection:
        begun = time.perf_counter()
        for batch in batches:
            async with connection.transaction():
                for sql, parameters in batch:
                    await connection.fetch(sql, *parameters)
        return time.perf_counter() - begun


@contextmanager
def _noted(database: Database) -> Iterator[list[Batch]]:
    """The writes of each transaction that is committed meanwhile."""
    batches: list[Batch] = []
    writes: Batch = []

    def note(asked: Any) -> None:
        if asked.query.startswith("COMMIT") and writes:
            batches.append(list(writes))
            writes.clear()
        elif _WRITES.search(asked.query):
            writes.append((asked.query, tuple(asked.args)))

    def listen(connection: Any, *_: Any) -> None:
        connection.driver_connection.add_query_logger(note)

    def leave(connection: Any, *_: Any) -> None:
        connection.driver_connection.remove_query_logger(note)

    engine = database.engine.sync_engine
    event.listen(engine, "checkout", listen)
    event.listen(engine, "checkin", leave)
    try:
        yield batches
    finally:
        event.remove(engine, "checkout", listen)
        event.remove(engine, "checkin", leave)


def _records(whole: int, upto: int | None = None) -> Iterator[Record]:
    """So many lives as they come on a busy day: a few hundred cases each take a step, then each the next.

    Whole ones, or only so many steps of each.
    """
    offset = 0
    for first in range(0, whole, LARGEST_BATCH):
        lives = [_life(number)[:upto] for number in range(first, min(first + LARGEST_BATCH, whole))]
        spoken: dict[tuple[str, Service], int] = {}
        for step in zip(*lives, strict=True):
            for service, told in step:
                place = (told.case_id, service)
                spoken[place] = spoken.get(place, 0) + 1
                yield record(str(service), spoken[place], told, offset, {})
                offset += 1


_EVENTS_A_CASE = 8

_AT_ONCE = 3
"""Steps of a life that follow the registration in the same moment: assigned, with the limits."""


def _life(number: int) -> tuple[Told, ...]:
    """Registered, routed, signed, handled, asked and closed, with the clocks that run meanwhile."""
    case_id = str(uuid_utils.uuid7())
    unit = f"D-{number % _UNITS:02}"
    at = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(minutes=number % 100_000)
    hour = timedelta(hours=1)

    def clock(deadline: Deadline, start: datetime, whose: str | None) -> dict[str, Any]:
        times = {"starts_at": start, "warn_at": start + 8 * hour, "due_at": start + 10 * hour}
        return {"deadline": deadline, "unit_code": whose, "pack_version": 1, **times}

    def told(step: type[CaseEvent], after: int, /, **fields: Any) -> CaseEvent:
        return said(step, case_id, occurred_at=at + after * hour, **fields)

    place = {"category_code": f"{number % 12 + 1:02}01", "area_code": f"9990011{number % _TOWNS + 10}201"}
    what = {"channel": list(Channel)[number % 3], "kind": list(Kind)[number % 4], "registered_at": at, **place}
    limits = clock(Deadline.SIGN, at, unit), clock(Deadline.HANDLE, at, unit)
    to_call = clock(Deadline.CALLBACK, at + 2 * hour, None)
    return (
        (Service.INTAKE, told(cases.CaseRegistered, 0, case_no=f"99900126010{number:08}", **what)),
        (Service.DISPATCH, told(cases.CaseAssigned, 0, lead_unit=unit, category_code="0101")),
        (Service.FOLLOWUP, told(cases.DeadlineSet, 0, deadlines=limits)),
        (Service.DISPATCH, told(cases.CaseSigned, 1, unit_code=unit)),
        (Service.DISPATCH, told(cases.CaseHandled, 2, unit_code=unit)),
        (Service.FOLLOWUP, told(cases.CallbackDue, 2, handling_unit=unit, deadline=to_call)),
        (Service.FOLLOWUP, told(cases.CallbackTried, 3, contacted=True, handling_unit=unit)),
        (Service.FOLLOWUP, told(cases.CaseClosed, 3)),
    )
