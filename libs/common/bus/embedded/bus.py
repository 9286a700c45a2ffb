"""The embedded bus: opens senders and readers, and rings the bell for readers that wait."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import orjson

from libs.common.bus.embedded.connection import SharedConnection, close, connect
from libs.common.bus.embedded.leases import Leases
from libs.common.bus.embedded.reader import EmbeddedReader
from libs.common.bus.embedded.retention import trim
from libs.common.bus.embedded.schema import checked_schema, ensure_schema, ensure_topics
from libs.common.bus.embedded.sender import EmbeddedSender
from libs.common.bus.port import BusTrouble, Place, Reader, Record, Sender, TopicSpec

RETENTION = timedelta(days=7)
"""How long a record stays at least. The ledgers keep everything for ever; the log is for delivery only."""

STALL_SECONDS = 15.0
"""A member whose process has been frozen for so long loses its partitions."""

RING_SECONDS = 0.005
"""Between two rings at least; the first one rings at once."""

TRIM_SECONDS = 3600.0
"""Between two looks for old records, in every process that reads; the first look comes after as long."""

_RING = "select pg_notify($1, topic) from unnest($2::text[]) as topic"
_BEHIND = """
select t.name, e.partition, greatest(0, e.next_offset - greatest(
           coalesce(p.next_offset, 0),
           coalesce((select min(record_offset) from entry
                     where entry.topic_id = e.topic_id and entry.partition = e.partition), e.next_offset)
       )) as behind
from topic t join partition_end e on e.topic_id = t.id
left join position p on p.topic_id = e.topic_id and p.partition = e.partition and p.reader_group = $1
where t.name = any($2::text[])
"""
_AT = """
select t.name, e.partition, e.record_offset, e.key, e.headers, e.value
from unnest($1::text[], $2::integer[], $3::bigint[]) as w(topic, partition, record_offset)
join topic t on t.name = w.topic
join entry e on e.topic_id = t.id and e.partition = w.partition and e.record_offset = w.record_offset
"""
_FIRSTS = """
select e.partition, coalesce((
    select min(record_offset) from entry where entry.topic_id = e.topic_id and entry.partition = e.partition
), e.next_offset) as first_offset
from partition_end e join topic t on t.id = e.topic_id where t.name = $1
"""
_ENDS = """
select e.partition, e.next_offset from partition_end e join topic t on t.id = e.topic_id where t.name = $1
"""


class EmbeddedBus:
    """A log of topics in one schema of a PostgreSQL; see ``Bus``."""

    def __init__(self, dsn: str, *, schema: str = "bus", stall_seconds: float = STALL_SECONDS) -> None:
        self._dsn = dsn
        self._schema = checked_schema(schema)
        self._channel = f"huiyin_{schema}"
        self._stall_seconds = stall_seconds
        self._shared = SharedConnection(dsn, schema)
        self._wanted: dict[str, TopicSpec] = {}
        self._to_ring: set[str] = set()
        self._ringer: asyncio.Task[None] | None = None
        self._trimmer: asyncio.Task[None] | None = None

    async def ensure_schema(self) -> None:
        """Create the tables where they are missing."""
        await ensure_schema(self._dsn, self._schema)

    async def ensure_topics(self, topics: Sequence[TopicSpec]) -> None:
        """Create the tables and the topics that are missing; a topic that is there stays as it is."""
        self._wanted |= {topic.name: topic for topic in topics}
        await ensure_schema(self._dsn, self._schema)
        await ensure_topics(self._dsn, self._schema, list(topics))

    @asynccontextmanager
    async def sender(self) -> AsyncIterator[Sender]:
        """See ``Bus.sender``. One connection."""
        await self._restore()
        connection = await connect(self._dsn, self._schema, "sender")
        try:
            yield EmbeddedSender(connection, self._ring)
        finally:
            await close(connection)

    @asynccontextmanager
    async def reader(self, group: str, topics: Sequence[str]) -> AsyncIterator[Reader]:
        """See ``Bus.reader``. Two connections: one holds the leases and listens, one reads and commits."""
        await self._restore()
        # A position that is lost with the server's last moments only makes records come again.
        connection = await connect(self._dsn, self._schema, "reader", synchronous_commit="off")
        try:
            lease_connection = await connect(self._dsn, self._schema, "leases")
        except BaseException:
            await close(connection)
            raise
        leases = Leases(lease_connection, self._schema, group, topics, stall_seconds=self._stall_seconds)
        reader = EmbeddedReader(leases, lease_connection, connection, group, self._channel)
        try:
            await reader.start(frozenset(topics))
            if self._trimmer is None:
                self._trimmer = asyncio.create_task(self._trim_now_and_then(), name="bus-trim")
            yield reader
        finally:
            await reader.close()

    async def end_offsets(self, topic: str) -> dict[int, int]:
        """The next offset to be written, per partition; empty when there is no such topic."""
        rows = await self._shared.fetch("asking for the ends", _ENDS, topic)
        return {row["partition"]: row["next_offset"] for row in rows}

    async def first_offsets(self, topic: str) -> dict[int, int]:
        """See ``Bus.first_offsets``."""
        rows = await self._shared.fetch("asking for the beginnings", _FIRSTS, topic)
        return {row["partition"]: row["first_offset"] for row in rows}

    async def at(self, places: Mapping[Place, int]) -> dict[Place, Record]:
        """See ``Bus.at``."""
        rows = await self._shared.fetch(
            "looking at records",
            _AT,
            [place.topic for place in places],
            [place.partition for place in places],
            list(places.values()),
        )
        records = [
            Record(topic, partition, offset, key, orjson.loads(headers), value)
            for topic, partition, offset, key, headers, value in rows
        ]
        return {Place(record.topic, record.partition): record for record in records}

    async def behind(self, group: str, topics: Sequence[str]) -> dict[Place, int]:
        """See ``Bus.behind``. Records that were trimmed are nobody's to read any more."""
        rows = await self._shared.fetch("asking how far behind a group is", _BEHIND, group, list(topics))
        return {Place(row["name"], row["partition"]): row["behind"] for row in rows}

    async def trim(self, older_than: timedelta = RETENTION) -> int:
        """Delete records older than the term that every known group has read; return how many went."""
        return await trim(self._dsn, self._schema, older_than)

    async def close(self) -> None:
        """Release the shared connection."""
        for task in (self._ringer, self._trimmer):
            if task is not None:
                task.cancel()
                await asyncio.wait([task])
        await self._shared.close()

    async def _restore(self) -> None:
        """Before each new client: a log that was wiped gets its topics back."""
        if self._wanted:
            await self.ensure_topics(list(self._wanted.values()))

    def _ring(self, topics: set[str]) -> None:
        """Wake the readers of ``topics`` soon.

        Not in the sender's transaction, where NOTIFY would make all commits of the database queue; and never more than
        one statement under way, so that a busy sender rings once for many batches.
        """
        self._to_ring |= topics
        if self._ringer is None or self._ringer.done():
            self._ringer = asyncio.create_task(self._ring_all(), name="bus-bell")

    async def _trim_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(TRIM_SECONDS)
            with suppress(BusTrouble):
                await self.trim()

    async def _ring_all(self) -> None:
        # A bell that does not ring costs a poll interval, no more.
        with suppress(BusTrouble):
            while self._to_ring:
                topics, self._to_ring = sorted(self._to_ring), set()
                await self._shared.fetch("ringing", _RING, self._channel, topics)
                await asyncio.sleep(RING_SECONDS)
