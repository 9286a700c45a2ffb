"""The embedded bus beside a plain log on the same PostgreSQL: batches from one writer, read to the end by three groups.

The plain log has what any log needs and no more: rows inserted by the batch, three readers that see only what every
older writer has committed, and a cursor each that is stored after every batch.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence

import asyncpg
import uuid_utils

from bench.figure import Context, Figure, at_least
from libs.common.bus.embedded.bus import EmbeddedBus
from libs.common.bus.port import Message, TopicSpec
from libs.common.delivery.consumer import next_places

GROUPS = 3
BATCH = 500
_PARTITIONS = 6
_VALUE = b"x" * 1024
_TOPIC = "bench"
_FEWEST_RUNS = 3

_TABLES = """
    CREATE TABLE plain_log (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, writer xid8 NOT NULL DEFAULT pg_current_xact_id(),
        partition integer NOT NULL, key text NOT NULL, value bytea NOT NULL
    );
    CREATE TABLE plain_cursor (reader integer PRIMARY KEY, next bigint NOT NULL);
"""
_WRITE = "INSERT INTO plain_log (partition, key, value) SELECT * FROM unnest($1::int[], $2::text[], $3::bytea[])"
_READ = """
    SELECT id, partition, key, value FROM plain_log
    WHERE id > $1 AND writer < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY id LIMIT $2
"""
_KEEP = "UPDATE plain_cursor SET next = $2 WHERE reader = $1"


async def run(context: Context) -> list[Figure]:
    """``bus_ratio``."""
    events = 15_000 if context.quick else 100_000
    ratios, seen = [], []
    # One takes less than a second, and its ratio varies by a fifth.
    for _ in range(max(_FEWEST_RUNS, context.runs)):
        url = await context.ground.database()
        plain = await _timed(_plain, url, events)
        ours = await _timed(_embedded, url, events)
        await context.ground.drop(url)
        ratios.append(ours / plain)
        seen.append((ours, plain))
    ours, plain = (statistics.median(column) for column in zip(*seen, strict=True))
    return [
        Figure(
            "bus_ratio",
            at_least(0.5),
            statistics.median(ratios),
            "of a plain log",
            f"plain log {plain:.0f} events/s to {GROUPS} groups (1 KB, batches of {BATCH})",
            f"embedded bus {ours:.0f} events/s to {GROUPS} groups, with headers, partitions, leases and NOTIFY",
        )
    ]


async def _timed(log: Callable[[str, int], Awaitable[float]], url: str, events: int) -> float:
    """Events a second that reached all groups."""
    return events / await log(url, events)


def _keys() -> Sequence[str]:
    return [str(uuid_utils.uuid7()) for _ in range(BATCH)]


async def _plain(url: str, events: int) -> float:
    writer, *readers = [await asyncpg.connect(url) for _ in range(1 + GROUPS)]
    try:
        await writer.execute(_TABLES)
        await writer.executemany("INSERT INTO plain_cursor VALUES ($1, 0)", [(number,) for number in range(GROUPS)])
        begun = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            group.create_task(_write_plain(writer, events))
            for number, reader in enumerate(readers):
                group.create_task(_read_plain(reader, number, events))
        return time.perf_counter() - begun
    finally:
        await asyncio.gather(*(connection.close() for connection in (writer, *readers)))


async def _write_plain(connection: "asyncpg.Connection[asyncpg.Record]", events: int) -> None:
    for _ in range(events // BATCH):
        keys = _keys()
        await connection.fetch(_WRITE, [hash(key) % _PARTITIONS for key in keys], keys, [_VALUE] * BATCH)


async def _read_plain(connection: "asyncpg.Connection[asyncpg.Record]", reader: int, events: int) -> None:
    read = last = 0
    while read < events:
        rows = await connection.fetch(_READ, last, BATCH)
        if not rows:
            # A plain log tells nobody that there is news.
            await asyncio.sleep(0.002)
            continue
        last = rows[-1]["id"]
        await connection.fetch(_KEEP, reader, last)
        read += len(rows)


async def _embedded(url: str, events: int) -> float:
    bus = EmbeddedBus(url)
    await bus.ensure_topics([TopicSpec(_TOPIC, _PARTITIONS)])
    ready = [asyncio.Event() for _ in range(GROUPS)]
    try:
        async with asyncio.TaskGroup() as group:
            for number, event in enumerate(ready):
                group.create_task(_read(bus, f"group-{number}", events, event))
            await asyncio.gather(*(event.wait() for event in ready))
            begun = time.perf_counter()
            group.create_task(_write(bus, events))
        return time.perf_counter() - begun
    finally:
        await bus.close()


async def _write(bus: EmbeddedBus, events: int) -> None:
    headers = {
        "ce_specversion": "1.0",
        "ce_type": "cn.huiyin.case.registered",
        "ce_source": "/huiyin/intake",
        "ce_id": str(uuid_utils.uuid7()),
        "ce_sequence": "1",
    }
    async with bus.sender() as sender:
        for _ in range(events // BATCH):
            await sender.send([Message(_TOPIC, key, headers, _VALUE) for key in _keys()])


async def _read(bus: EmbeddedBus, group: str, events: int, ready: asyncio.Event) -> None:
    read = 0
    async with bus.reader(group, [_TOPIC]) as reader:
        ready.set()
        while read < events:
            records = await reader.read(at_most=BATCH, wait=1.0)
            if records:
                await reader.commit(next_places(records))
                read += len(records)
