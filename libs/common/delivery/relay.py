"""From the ledger to the bus: what was committed is sent, in order per key, as often as it takes.

A relay owns whole key-hash parts under advisory locks (one relay per part, whichever process), reads the pointers of
its parts in id order, sends, and deletes the pointers once the broker has acknowledged. A crash in between sends again;
the watermarks of the readers absorb that. What a broker lost after it had acknowledged it is noticed, and sent again
from the ledger.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
from sqlalchemy import make_url

from libs.common import metrics
from libs.common.bus.codec import Envelope, to_headers
from libs.common.bus.flow import Service, Stream, said
from libs.common.bus.flow import stream_of as stream_of_event
from libs.common.bus.port import Bus, BusTrouble, Message, Sender
from libs.common.database.session import DatabaseTrouble, as_trouble
from libs.common.delivery.bell import channel_of
from libs.common.delivery.loss_detection import Loss, Sent, find_losses, mark_sent, send_again, unmark
from libs.common.ledger.schema import PARTS
from libs.common.logs import get_logger
from libs.common.run.failpoints import failpoint
from libs.common.run.supervise import Backoff, LoopProgress

log = get_logger(__name__)

LARGEST_BATCH = 500
POLL = 2.0
"""Seconds, where nobody rang: a ring may be lost."""
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
    WHERE holder.wait_event = 'ClientRead' AND holder.pid <> pg_backend_pid()
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


@dataclass(frozen=True, slots=True)
class Sending:
    """What a relay needs to know."""

    service: Service
    bus: Bus
    url: str
    schema: str
    topic_prefix: str
    stall_seconds: float = 15.0
    """A relay that was quiet for so long loses its parts to one that is not."""
    pace_seconds: float = 0.0
    """From one small batch to the next under load: what is said meanwhile is sent with it."""


class Relay:
    """The relay of one service in one process. ``run`` returns only when cancelled."""

    def __init__(self, sending: Sending) -> None:
        self.progress = LoopProgress()
        self.sent = 0
        """Events sent by this relay so far."""
        self.busy = True
        """False while all is sent that this relay knows of."""
        self._sending = sending
        self._name = str(sending.service)
        self._wake = asyncio.Event()
        self._parts: list[int] = []

    def wake(self) -> None:
        """Something was committed: look now, not at the next poll."""
        self.busy = True
        self._wake.set()

    @property
    def owns_all(self) -> bool:
        """Whether nobody else sends for this service."""
        return len(self._parts) == PARTS

    async def run(self) -> None:
        """Send for ever; both clients are thrown away after any trouble and built anew, with back-off."""
        backoff = Backoff(longest=5.0)
        while True:
            try:
                await self._with_clients(backoff)
            except (BusTrouble, DatabaseTrouble) as error:
                metrics.BUS_CLIENT_REBUILDS_TOTAL.labels(self._name, "relay").inc()
                log.warning("relay rebuilt", error=type(error).__name__)
            finally:
                self._parts = []
            await backoff.wait()

    async def _with_clients(self, backoff: Backoff) -> None:
        try:
            connection = await self._connect()
            try:
                await connection.add_listener(channel_of(self._sending.schema), lambda *_: self.wake())
                async with self._sending.bus.sender() as sender:
                    await self._loop(connection, sender, backoff)
            finally:
                connection.terminate()
        except Exception as error:
            trouble = _database_trouble(error)
            if trouble is not None:
                raise trouble from error
            raise

    async def _connect(self) -> "asyncpg.Connection[asyncpg.Record]":
        url = make_url(self._sending.url).set(drivername="postgresql").render_as_string(hide_password=False)
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

    async def _loop(self, connection: "asyncpg.Connection[asyncpg.Record]", sender: Sender, backoff: Backoff) -> None:
        loop = asyncio.get_running_loop()
        look_for_parts = look_at_broker = 0.0
        interruptions = 0
        while True:
            now = loop.time()
            if now >= look_for_parts and not self.owns_all:
                self._parts = await self._own(connection, self._parts)
                look_for_parts = now + TAKE_OVER_EVERY
            if self._parts and (now >= look_at_broker or sender.interruptions > interruptions):
                interruptions = sender.interruptions
                await self._look_for_loss(connection)
                look_at_broker = now + LOOK_AT_BROKER_EVERY
            self._wake.clear()
            sent = await self._send_some(connection, sender, self._parts, interruptions)
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
        self,
        connection: "asyncpg.Connection[asyncpg.Record]",
        sender: Sender,
        parts: Sequence[int],
        interruptions: int,
    ) -> int:
        """Send what waits; ``interruptions`` of the sender had happened when somebody looked for losses last."""
        rows = await connection.fetch(_TAKE, parts, LARGEST_BATCH)
        if not rows:
            return 0
        await failpoint("relay.after_claim")
        messages = [self._message(row) for row in rows]
        await failpoint("relay.before_send")
        places = await sender.send(messages)
        await failpoint("relay.after_ack")
        sent = [
            Sent(row["id"], row["event_id"], row["recorded_at"], place, offset)
            for row, (place, offset) in zip(rows, places, strict=True)
        ]
        await self._mark(connection, sender, sent, interruptions)
        await failpoint("relay.after_mark")
        self.sent += len(rows)
        metrics.RELAY_SENT_TOTAL.labels(self._name).inc(len(rows))
        return len(rows)

    async def _mark(
        self,
        connection: "asyncpg.Connection[asyncpg.Record]",
        sender: Sender,
        sent: Sequence[Sent],
        interruptions: int,
    ) -> None:
        """Forget what was sent, unless a connection was lost since somebody looked for losses: it may hide one."""
        if sender.interruptions > interruptions:
            raise BusTrouble("a connection to the broker was lost while it acknowledged")
        await mark_sent(connection, sent)
        if sender.interruptions > interruptions:
            await unmark(connection, sent)
            self.wake()

    async def _look_for_loss(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Compare the broker's log with what it acknowledged; send again what it no longer has."""
        for stream in self._streams():
            for loss in await find_losses(connection, self._sending.bus, f"{self._sending.topic_prefix}{stream}"):
                await self._send_again(connection, stream, loss)

    async def _send_again(self, connection: "asyncpg.Connection[asyncpg.Record]", stream: Stream, loss: Loss) -> None:
        async with connection.transaction():
            count = await send_again(connection, str(stream), loss)
            await failpoint("relay.before_resend")
        log.error(
            "the broker lost acknowledged events; sending again",
            topic=loss.place.topic,
            partition=loss.place.partition,
            count=count,
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
