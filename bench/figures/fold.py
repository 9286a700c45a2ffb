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

import asyncpg
import uuid_utils
from sqlalchemy import event

from bench.drive.house import eight_processes
from bench.figure import Context, Figure, at_least, below
from libs.common.bus.codec import Envelope, encode_event, to_headers
from libs.common.bus.embedded.bus import EmbeddedBus
from libs.common.bus.flow import Service, Stream
from libs.common.bus.port import Message, Record
from libs.common.database.session import Database
from libs.common.database.stored_packs import refresh_shelf
from libs.common.delivery.consumer import LARGEST_BATCH, Consumer, Reading
from libs.common.events import cases
from libs.common.events.cases import CaseEvent
from libs.common.events.terms import (
    Channel,
    Closing,
    Deadline,
    Kind,
    Reached,
    ResultKind,
    Satisfaction,
    Urgency,
)
from libs.common.time.clock import SystemClock
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
            f"{ours:.0f} events/s from records to roll-ups in one process, ten events a case",
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
            await _until_folded(waiting, len(records))
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


async def _until_folded(url: str, events: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        folded = 0
        while folded < events:
            await asyncio.sleep(_LOOKED_EVERY)
            folded = await connection.fetchval("SELECT coalesce(sum(version), 0) FROM analytics.fact")
    finally:
        await connection.close()


async def _fold(url: str, records: Sequence[Record]) -> tuple[float, list[Batch]]:
    """Seconds, and what was written in each batch."""
    database = Database(url, str(Service.ANALYTICS), pool_size=1, by_index=True)
    consumer = Consumer(Reading(Service.ANALYTICS, EmbeddedBus(url), database, SPEC.reactions, SystemClock(), ""))
    try:
        await refresh_shelf(database)
        with _noted(database) as batches:
            begun = time.perf_counter()
            for start in range(0, len(records), LARGEST_BATCH):
                await consumer.take(records[start : start + LARGEST_BATCH])
            seconds = time.perf_counter() - begun
        async with database.reading() as session:
            (row,) = await session.fetch("SELECT sum(version) AS n FROM fact")
        if row.n != len(records):
            raise ArithmeticError(f"{row.n} events folded of {len(records)}")
    finally:
        await database.close()
    return seconds, batches


async def _play(url: str, batches: Sequence[Batch]) -> float:
    connection = await asyncpg.connect(
        url, server_settings={"search_path": "analytics", "enable_seqscan": "off", "jit": "off"}
    )
    try:
        begun = time.perf_counter()
        for batch in batches:
            async with connection.transaction():
                for sql, parameters in batch:
                    await connection.fetch(sql, *parameters)
        return time.perf_counter() - begun
    finally:
        await connection.close()


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
        said: dict[tuple[str, Service], int] = {}
        for step in zip(*lives, strict=True):
            for service, told in step:
                place = (told.case_id, service)
                said[place] = said.get(place, 0) + 1
                yield _record(service, told, said[place], offset)
                offset += 1


def _record(service: Service, told: CaseEvent, seq: int, offset: int) -> Record:
    value = encode_event(told)
    stream, moment = str(Stream.CASES), told.occurred_at
    envelope = Envelope(
        str(uuid_utils.uuid7()), str(service), stream, told.key, seq, told.type_name, moment, moment, {}, None, value
    )
    return Record(stream, 0, offset, told.key, to_headers(envelope), value)


_AT_ONCE = 4
"""Steps of a life that follow the registration in the same moment: assigned, with the limits to sign and to handle."""


def _life(number: int) -> tuple[Told, ...]:
    """Registered, routed, signed, handled, asked and closed, with the clocks that run meanwhile."""
    case_id = str(uuid_utils.uuid7())
    unit = f"D-{number % _UNITS:02}"
    at = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(minutes=number % 100_000)
    hour = timedelta(hours=1)

    def clock(deadline: Deadline, start: datetime, whose: str | None) -> cases.DeadlineSet:
        return cases.DeadlineSet(
            occurred_at=start, case_id=case_id, round=1, deadline=deadline, unit_code=whose, starts_at=start,
            warn_at=start + 8 * hour, due_at=start + 10 * hour, pack_version=1,
        )  # fmt: skip

    registered = cases.CaseRegistered(
        occurred_at=at, case_id=case_id, case_no=f"99900126010{number:08}", channel=list(Channel)[number % 3],
        kind=list(Kind)[number % 4], urgency=Urgency.NORMAL, category_code=f"{number % 12 + 1:02}01",
        area_code=f"9990011{number % _TOWNS + 10}201", title="路灯不亮", text="村口路灯不亮", pack_version=1,
        registered_at=at,
    )  # fmt: skip
    assigned = cases.CaseAssigned(
        occurred_at=at, case_id=case_id, round=1, lead_unit=unit, category_code="0101", by_rule=True, explanation="",
        pack_version=1,
    )  # fmt: skip
    handled = cases.CaseHandled(
        occurred_at=at + 2 * hour, case_id=case_id, round=1, unit_code=unit, result_kind=ResultKind.SUBSTANTIVE,
        result="已修复",
    )  # fmt: skip
    tried = cases.CallbackTried(
        occurred_at=at + 3 * hour, case_id=case_id, round=1, attempt=1, reached=Reached.ANSWERED, valid=True,
        contacted=True, solved=True, satisfaction=Satisfaction.SATISFIED, handling_unit=unit, caller="caller",
    )  # fmt: skip
    closed = cases.CaseClosed(
        occurred_at=at + 3 * hour, case_id=case_id, round=1, closing=Closing.SUBSTANTIVE,
        satisfaction=Satisfaction.SATISFIED,
    )  # fmt: skip
    due = cases.CallbackDue(occurred_at=at + 2 * hour, case_id=case_id, round=1, handling_unit=unit)
    signed = cases.CaseSigned(occurred_at=at + hour, case_id=case_id, round=1, unit_code=unit)
    return (
        (Service.INTAKE, registered),
        (Service.DISPATCH, assigned),
        (Service.FOLLOWUP, clock(Deadline.SIGN, at, unit)),
        (Service.FOLLOWUP, clock(Deadline.HANDLE, at, unit)),
        (Service.DISPATCH, signed),
        (Service.DISPATCH, handled),
        (Service.FOLLOWUP, due),
        (Service.FOLLOWUP, clock(Deadline.CALLBACK, at + 2 * hour, None)),
        (Service.FOLLOWUP, tried),
        (Service.FOLLOWUP, closed),
    )
