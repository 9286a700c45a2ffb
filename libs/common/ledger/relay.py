"""From the ledger to the bus: what was committed is sent, in order per key, as often as it takes.

A relay owns whole key-hash parts under advisory locks (one relay per part, whichever process), reads the pointers of
its parts in id order, sends, and deletes the pointers once the broker has acknowledged. A crash in between sends again;
the watermarks of the readers absorb that. A broker that comes back without what it had acknowledged is noticed by its
offsets, and what it lost is sent again from the ledger.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
from sqlalchemy import make_url

from libs.common import metrics
from libs.common.bus.flow import Service, Stream, said
from libs.common.bus.flow import stream_of as stream_of_event
from libs.common.bus.port import Bus, BusTrouble, Message, Place, Sender
from libs.common.database.session import DatabaseTrouble, as_trouble
from libs.common.events.codec import Envelope, to_headers
from libs.common.ledger.schema import PARTS
from libs.common.run.failpoints import failpoint
from libs.common.run.supervise import Backoff, Progress

logger = logging.getLogger(__name__)

LARGEST_BATCH = 500
POLL = 0.1
TAKE_OVER_EVERY = 2.0
LOOK_AT_BROKER_EVERY = 15.0

_LOCK_CLASS = 0x4855
"""First half of the advisory lock's key; the second is the schema's hash and the part."""

UNOWNED = f"""
    SELECT {PARTS} - count(DISTINCT part) AS parts FROM generate_series(0, {PARTS - 1}) AS part
    JOIN pg_locks AS l ON l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.classid = {_LOCK_CLASS}
        AND l.objid::bigint = (hashtext(current_schema()) # part)::bigint & 4294967295
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""  # noqa: S608
"""How many parts of the schema's ledger no relay owns, in whatever process."""

_OWN = """
    SELECT part FROM unnest($1::int[]) AS part WHERE pg_try_advisory_lock($2, hashtext(current_schema()) # part)
"""

# A process that was frozen keeps its connection, and with it its locks. The halves of a lock show as classid and objid.
_END_STALLED = """
    SELECT pg_terminate_backend(holder.pid)
    FROM pg_stat_activity AS holder
    WHERE holder.state <> 'active' AND holder.pid <> pg_backend_pid()
      AND clock_timestamp() - holder.state_change > make_interval(secs => $3)
      AND EXISTS (
          SELECT FROM pg_locks AS held JOIN unnest($1::int[]) AS part
              ON held.objid::bigint = (hashtext(current_schema()) # part)::bigint & x'ffffffff'::bigint
          WHERE held.pid = holder.pid AND held.locktype = 'advisory' AND held.objsubid = 2 AND held.granted
            AND held.classid::bigint = $2 AND held.database = holder.datid)
"""

_TAKE = """
    SELECT u.id, l.event_id::text, l.stream, l.key, l.seq, l.type, l.payload::text, l.causes::text, l.traceparent,
           l.occurred_at, l.recorded_at
    FROM (SELECT id, recorded_at FROM ledger_unsent WHERE part = ANY($1::smallint[]) ORDER BY id LIMIT $2) u
    JOIN ledger l ON l.id = u.id AND l.recorded_at = u.recorded_at
    ORDER BY u.id
"""

_MARK = """
    WITH sent AS (DELETE FROM ledger_unsent WHERE id = ANY($1::bigint[])),
    marks AS (
        SELECT * FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[]) AS m(topic, partition, first, next)
    )
    INSERT INTO relay_mark (topic, partition, hour, first_offset, next_offset)
    SELECT topic, partition, date_trunc('hour', now()), first, next FROM marks
    ON CONFLICT (topic, partition, hour)
    DO UPDATE SET next_offset = greatest(relay_mark.next_offset, EXCLUDED.next_offset)
"""

_LOST = """
    SELECT max(hour) FILTER (WHERE first_offset <= $3) AS since, max(next_offset) > $3 AS lost
    FROM relay_mark WHERE topic = $1 AND partition = $2
"""

_POINT_AGAIN = """
    INSERT INTO ledger_unsent (id, part, recorded_at)
    SELECT id, part, recorded_at FROM ledger
    WHERE stream = $1 AND recorded_at >= coalesce($2::timestamptz - interval '1 hour', '-infinity')
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Sending:
    """What a relay needs to know."""

    service: Service
    bus: Bus
    url: str
    schema: str
    topic_prefix: str
    stall_seconds: float = 30.0
    """A relay that was quiet for so long loses its parts to one that is not."""
    pace_seconds: float = 0.0
    """From one small batch to the next under load: what is said meanwhile is sent with it."""


class Relay:
    """The relay of one service in one process. ``run`` returns only when cancelled."""

    def __init__(self, sending: Sending) -> None:
        self.progress = Progress()
        self.sent = 0
        """Events sent by this relay so far."""
        self.busy = True
        """False while all is sent that this relay knows of."""
        self._sending = sending
        self._name = str(sending.service)
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something was committed: look now, not at the next poll."""
        self.busy = True
        self._wake.set()

    async def run(self) -> None:
        """Send for ever; both clients are thrown away after any trouble and built anew, with back-off."""
        backoff = Backoff(longest=5.0)
        while True:
            try:
                await self._with_clients(backoff)
            except (BusTrouble, DatabaseTrouble) as error:
                metrics.BUS_CLIENT_REBUILDS_TOTAL.labels(self._name, "relay").inc()
                logger.warning("relay rebuilt", extra={"service": self._name, "error": type(error).__name__})
            await backoff.wait()

    async def _with_clients(self, backoff: Backoff) -> None:
        connection = await self._connect()
        try:
            async with self._sending.bus.sender() as sender:
                await self._loop(connection, sender, backoff)
        except Exception as error:
            trouble = _database_trouble(error)
            if trouble is not None:
                raise trouble from error
            raise
        finally:
            connection.terminate()

    async def _connect(self) -> "asyncpg.Connection[asyncpg.Record]":
        url = make_url(self._sending.url).set(drivername="postgresql").render_as_string(hide_password=False)
        try:
            return await asyncpg.connect(
                url,
                timeout=5,
                command_timeout=30,
                server_settings={
                    "search_path": self._sending.schema,
                    "application_name": f"huiyin-{self._name}-relay",
                    "timezone": "UTC",
                    # Plans are kept: one that was made while the ledger was new would go on reading all of it.
                    "enable_seqscan": "off",
                },
            )
        except Exception as error:
            raise _database_trouble(error) or error from error

    async def _loop(self, connection: "asyncpg.Connection[asyncpg.Record]", sender: Sender, backoff: Backoff) -> None:
        loop = asyncio.get_running_loop()
        parts: list[int] = []
        look_for_parts = look_at_broker = 0.0
        while True:
            now = loop.time()
            if now >= look_for_parts and len(parts) < PARTS:
                parts = await self._own(connection, parts)
                look_for_parts = now + TAKE_OVER_EVERY
            if parts and now >= look_at_broker:
                await self._look_for_loss(connection)
                look_at_broker = now + LOOK_AT_BROKER_EVERY
            self._wake.clear()
            sent = await self._send_some(connection, sender, parts)
            self.busy = sent == LARGEST_BATCH or self._wake.is_set()
            self.progress.beat()
            backoff.reset()
            if sent < LARGEST_BATCH:
                await self._sleep()
                if sent:
                    await asyncio.sleep(max(0.0, now + self._sending.pace_seconds - loop.time()))

    async def _sleep(self) -> None:
        try:
            async with asyncio.timeout(POLL):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _own(self, connection: "asyncpg.Connection[asyncpg.Record]", parts: list[int]) -> list[int]:
        rows = await connection.fetch(_OWN, [part for part in range(PARTS) if part not in parts], _LOCK_CLASS)
        owned = sorted([*parts, *(row["part"] for row in rows)])
        others = [part for part in range(PARTS) if part not in owned]
        if others:
            await connection.execute(_END_STALLED, others, _LOCK_CLASS, self._sending.stall_seconds)
        return owned

    async def _send_some(
        self, connection: "asyncpg.Connection[asyncpg.Record]", sender: Sender, parts: Sequence[int]
    ) -> int:
        rows = await connection.fetch(_TAKE, parts, LARGEST_BATCH)
        if not rows:
            return 0
        await failpoint("relay.after_claim")
        messages = [self._message(row) for row in rows]
        await failpoint("relay.before_send")
        places = await sender.send(messages)
        await failpoint("relay.after_ack")
        await self._mark(connection, [row["id"] for row in rows], places)
        await failpoint("relay.after_mark")
        self.sent += len(rows)
        metrics.RELAY_SENT_TOTAL.labels(self._name).inc(len(rows))
        return len(rows)

    async def _mark(
        self,
        connection: "asyncpg.Connection[asyncpg.Record]",
        ids: Sequence[int],
        places: Sequence[tuple[Place, int]],
    ) -> None:
        first: dict[Place, int] = {}
        last: dict[Place, int] = {}
        for place, offset in places:
            first[place] = min(first.get(place, offset), offset)
            last[place] = max(last.get(place, offset), offset)
        await connection.execute(
            _MARK,
            ids,
            [place.topic for place in first],
            [place.partition for place in first],
            list(first.values()),
            [last[place] + 1 for place in first],
        )

    async def _look_for_loss(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Compare the broker's ends with what it acknowledged; send again what it no longer has."""
        for stream in self._streams():
            topic = f"{self._sending.topic_prefix}{stream}"
            ends = await self._sending.bus.end_offsets(topic)
            for partition, end in ends.items():
                row = await connection.fetchrow(_LOST, topic, partition, end)
                if row is not None and row["lost"]:
                    await self._send_again(connection, topic, stream, partition, end, row["since"] if end else None)

    async def _send_again(
        self,
        connection: "asyncpg.Connection[asyncpg.Record]",
        topic: str,
        stream: Stream,
        partition: int,
        end: int,
        since: object,
    ) -> None:
        async with connection.transaction():
            result = await connection.execute(_POINT_AGAIN, str(stream), since)
            await failpoint("relay.before_resend")
            await connection.execute(
                "DELETE FROM relay_mark WHERE topic = $1 AND partition = $2 AND next_offset > $3", topic, partition, end
            )
        logger.error(
            "the broker lost acknowledged events; sending again",
            extra={"service": self._name, "topic": topic, "partition": partition, "rows": result},
        )
        metrics.BROKER_LOSSES_TOTAL.labels(self._name).inc()

    def _streams(self) -> tuple[Stream, ...]:
        return tuple(dict.fromkeys(stream_of_event(event) for event in said(self._sending.service)))

    def _message(self, row: Mapping[str, Any]) -> Message:
        envelope = Envelope(
            event_id=row["event_id"],
            source=self._name,
            stream=row["stream"],
            key=row["key"],
            seq=row["seq"],
            type_name=row["type"],
            occurred_at=row["occurred_at"],
            recorded_at=row["recorded_at"],
            causes=orjson.loads(row["causes"]),
            traceparent=row["traceparent"],
            value=row["payload"].encode(),
        )
        topic = f"{self._sending.topic_prefix}{envelope.stream}"
        return Message(topic, envelope.key, to_headers(envelope), envelope.value)


def _database_trouble(error: BaseException) -> DatabaseTrouble | None:
    if isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError):
        return DatabaseTrouble(f"{type(error).__name__}: {error}")
    return as_trouble(error)
