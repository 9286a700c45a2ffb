"""From the bus into this service: read a batch, apply it in one transaction, then commit its offsets.

A batch that fails is rolled back and taken again without the event that failed, which is tried alone and, when it
fails there twice (once, when the error is ``Permanent``), is parked with its reason; later events of the same key queue
behind it. It is tried again beside the others, a few times unless it is ``Permanent``, and then waits for a person.
Trouble with the database or the bus is never the event's fault: it is tried again for as long as it lasts. When too
many events in a row fail, it is the release that is bad, not the events: the consumer stops and says so. What
needs a pack version that is not here waits for it in ``parked``, so that the reader comes to the pack.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from libs.common import metrics
from libs.common.bus.codec import UNREADABLE, Envelope, from_record, source_of
from libs.common.bus.flow import EVENT_TYPES, Service, Stream, subscriptions
from libs.common.bus.port import Bus, BusTrouble, Place, Reader, Record
from libs.common.database.session import Database, DatabaseTrouble
from libs.common.database.stored_packs import read_stored_packs
from libs.common.delivery import inbox
from libs.common.delivery.handlers import Reactions
from libs.common.errors import Overtaken, Permanent, Unavailable
from libs.common.logs import get_logger
from libs.common.pack.versions import PackMissing
from libs.common.run.failpoints import failpoint
from libs.common.run.supervise import Backoff, LoopProgress
from libs.common.time.clock import Clock

log = get_logger(__name__)

LARGEST_BATCH = 200
READ_WAIT = 2.0
MOST_PARKED_IN_A_ROW = 20
MOST_UNKNOWN_NAMED = 20
"""Types that a process names in its log; further ones are counted alone."""

_LABELS = EVENT_TYPES.keys() | {UNREADABLE}
_TYPE_NAME = re.compile(r"[a-z0-9._-]{1,100}")


class HaltedError(Exception):
    """Everything fails: an operator has to look before anything else is parked."""


@dataclass(frozen=True, slots=True)
class ConsumerOptions:
    """What a consumer needs to know."""

    service: Service
    bus: Bus
    database: Database
    reactions: Reactions
    clock: Clock
    topic_prefix: str
    pace_seconds: float = 0.0
    """From one small batch to the next under load: what comes meanwhile shares the next transaction. The first event
    after a quiet moment does not wait."""


class Consumer:
    """One member of the service's group. ``run`` returns only when cancelled or halted."""

    def __init__(self, reading: ConsumerOptions) -> None:
        self.progress = LoopProgress()
        self.busy = False
        """True while records that were read are being applied."""
        self.halted: str | None = None
        self.on_parked: list[Callable[[], None]] = []
        self._rest_until = 0.0
        self._reading = reading
        self._topics = [f"{reading.topic_prefix}{stream}" for stream in subscriptions(reading.service)]
        self._parked_in_a_row = 0
        self._suspect: Envelope | None = None
        """Whose handler ran when the last transaction failed."""
        self._name = str(reading.service)
        self._unknown = _Unknown(self._name)
        self._own = source_of(self._name)

    async def run(self) -> None:
        """Read for ever; a client that surprises is thrown away and a new one built, with back-off."""
        backoff = Backoff(longest=3.0)
        while self.halted is None:
            self.busy = False
            try:
                async with self._reading.bus.reader(f"huiyin-{self._name}", self._topics) as reader:
                    while self.halted is None:
                        await self._turn(reader)
                        backoff.reset()
            except (BusTrouble, DatabaseTrouble, Overtaken) as error:
                metrics.BUS_CLIENT_REBUILDS_TOTAL.labels(self._name, "consumer").inc()
                log.warning("consumer rebuilt", error=type(error).__name__)
                await backoff.wait()
            except HaltedError as error:
                self.halted = str(error)
                metrics.CONSUMER_HALTED.labels(self._name).set(1)
                log.exception("consumer halted", count=self._parked_in_a_row)

    async def _turn(self, reader: Reader) -> None:
        await asyncio.sleep(max(0.0, self._rest_until - asyncio.get_running_loop().time()))
        records = await reader.read(at_most=LARGEST_BATCH, wait=READ_WAIT)
        self.progress.beat()
        metrics.CONSUMER_LAST_PROGRESS_TIMESTAMP_SECONDS.labels(self._name).set_to_current_time()
        if not records:
            return
        self.busy = True
        if len(records) < LARGEST_BATCH // 2:
            self._rest_until = asyncio.get_running_loop().time() + self._reading.pace_seconds
        await failpoint("consumer.after_read")
        await self.take(records)
        await failpoint("consumer.after_commit")
        await reader.commit(next_places(records))
        self.busy = False
        await failpoint("consumer.after_offsets")

    async def take(self, records: Sequence[Record]) -> None:
        """Apply records, each exactly once however often they come. HaltedError when nothing can be applied."""
        envelopes = [self._envelope(record) for record in records if record.headers.get("ce_source") != self._own]
        if len(envelopes) < len(records):
            own = (record.headers for record in records if record.headers.get("ce_source") == self._own)
            self._count_by_type((headers.get("ce_type", "") for headers in own), "own")
        # Packs first: the cases of the same batch need not wait for them.
        cases = [envelope for envelope in envelopes if envelope.stream != Stream.DIRECTORY]
        packs = [envelope for envelope in envelopes if envelope.stream == Stream.DIRECTORY]
        left: list[Sequence[Envelope]] = [part for part in (cases, packs) if part]
        while left:
            left += reversed(await self._take_together(left.pop()))

    async def _take_together(self, envelopes: Sequence[Envelope]) -> list[Sequence[Envelope]]:
        """Apply or park all of them; else the parts, in order, in which to take them."""
        backoff = Backoff(first=0.05)
        tries = 0
        while True:
            try:
                await self._apply(envelopes)
            except PackMissing as missing:
                return await self._make_wait(envelopes, missing)
            except Unavailable:
                await backoff.wait()
            except Overtaken:
                raise
            except Exception as error:
                if len(envelopes) > 1:
                    log.info("batch taken apart", count=len(envelopes), error=type(error).__name__)
                    return _parts(envelopes, self._suspect)
                tries += 1
                if tries == 1 and not isinstance(error, Permanent):
                    # What only stumbled is not put aside: all of its case would wait behind it.
                    continue
                if self._parked_in_a_row < MOST_PARKED_IN_A_ROW:
                    await self._park(envelopes[0], error, tries)
                    return []
                self._give_up_after(tries, error)
                await backoff.wait()
            else:
                return []

    def _give_up_after(self, tries: int, error: Exception) -> None:
        if isinstance(error, Permanent) or tries >= inbox.TRIES:
            reason = f"{self._parked_in_a_row} events in a row failed; the last: {inbox.reason_of(error)}"
            raise HaltedError(reason) from error

    async def _make_wait(self, envelopes: Sequence[Envelope], missing: PackMissing) -> list[Sequence[Envelope]]:
        """What its own row says it needs is not known before it is tried. A twin process may have stored it by now."""
        if await self._has_come(missing.version):
            return [envelopes]
        if len(envelopes) > 1:
            return _parts(envelopes, self._suspect)
        await self._put(inbox.Parked(envelopes[0], "waiting", str(missing), needs_pack=missing.version))
        return []

    async def _apply(self, envelopes: Sequence[Envelope]) -> None:
        ready = inbox.Ready()
        try:
            with metrics.EVENT_PROCESS_DURATION_SECONDS.labels(self._name).time():
                async with self._reading.database.transaction(self._reading.clock.now()) as session:
                    ready = await inbox.sort_out(session, self._reading.reactions, envelopes)
                    await failpoint("consumer.before_apply")
                    await inbox.apply(session, self._reading.clock, self._reading.reactions, ready)
                    await failpoint("consumer.before_commit")
        except Exception:
            self._suspect = ready.under_way
            raise
        if any(envelope.type_name in self._reading.reactions.heard for envelope in ready.apply):
            self._parked_in_a_row = 0
        if ready.wait or ready.behind:
            self._tell_parked()
        self._count(ready)

    async def _park(self, envelope: Envelope, error: Exception, tries: int) -> None:
        again_in = None if isinstance(error, Permanent) else inbox.FIRST_AGAIN
        await self._put(inbox.Parked(envelope, "failed", inbox.reason_of(error), tries=tries, again_in=again_in))
        self._parked_in_a_row += 1
        self._count_by_type([envelope.type_name], "parked")
        log.error(
            "event parked",
            exc_info=error,
            tries=tries,
            event_id=envelope.event_id,
            event_type=envelope.type_name,
            case_id=envelope.key,
            trace_id=envelope.trace_id,
        )

    async def _put(self, row: inbox.Parked) -> None:
        backoff = Backoff()
        while True:
            try:
                await failpoint("consumer.before_park")
                async with self._reading.database.transaction(self._reading.clock.now()) as session:
                    await inbox.park(session, [row])
                self._tell_parked()
                return await failpoint("consumer.after_park")
            except DatabaseTrouble:
                await backoff.wait()

    def _tell_parked(self) -> None:
        for tell in self.on_parked:
            tell()

    async def _has_come(self, pack_version: int) -> bool:
        """Whether a pack version that was missing a moment ago is here."""
        async with self._reading.database.reading() as session:
            await read_stored_packs(session)
            return session.packs.has(pack_version)

    def _count(self, ready: inbox.Ready) -> None:
        now = datetime.now(UTC)
        heard = self._reading.reactions.heard
        for result, events in (
            ("applied", [envelope for envelope in ready.apply if envelope.type_name in heard]),
            ("skipped", [envelope for envelope in ready.apply if envelope.type_name not in heard]),
            ("duplicate", ready.duplicates),
            ("waiting", [*(envelope for envelope, _ in ready.wait), *ready.behind]),
        ):
            self._count_by_type((envelope.type_name for envelope in events), result)
        self._unknown.note([envelope.type_name for envelope in ready.apply if envelope.type_name not in EVENT_TYPES])
        end_to_end = metrics.EVENT_END_TO_END_SECONDS.labels(self._name)
        for envelope in ready.apply:
            end_to_end.observe(inbox.lag_of(envelope, now))

    def _count_by_type(self, type_names: Iterable[str], result: str) -> None:
        """What stands in a record may be anything; a label is one of those that we know."""
        for label, count in Counter(name if name in _LABELS else metrics.OTHER for name in type_names).items():
            metrics.EVENTS_PROCESSED_TOTAL.labels(self._name, label, result).inc(count)

    def _envelope(self, record: Record) -> Envelope:
        stream = record.topic.removeprefix(self._reading.topic_prefix)
        try:
            return from_record(stream, record.headers, record.value)
        except ValueError as error:
            return _unreadable(stream, record, str(error))


class _Unknown:
    """Counts events of types that this release does not know, and names each type once."""

    def __init__(self, service: str) -> None:
        self._skipped = metrics.UNKNOWN_EVENTS_TOTAL.labels(service)
        self._named: set[str] = set()

    def note(self, type_names: Sequence[str]) -> None:
        """These were skipped."""
        self._skipped.inc(len(type_names))
        for name in dict.fromkeys(type_names):
            if name not in self._named and len(self._named) < MOST_UNKNOWN_NAMED and _TYPE_NAME.fullmatch(name):
                self._named.add(name)
                log.warning("events skipped whose type this release does not know", event_type=name)


def _parts(envelopes: Sequence[Envelope], suspect: Envelope | None) -> list[Sequence[Envelope]]:
    """Cut so that the suspect stands alone; in the middle when none of them is suspected."""
    at = next((place for place, envelope in enumerate(envelopes) if envelope is suspect), None)
    if at is None:
        middle = len(envelopes) // 2
        return [envelopes[:middle], envelopes[middle:]]
    return [part for part in (envelopes[:at], envelopes[at : at + 1], envelopes[at + 1 :]) if part]


def _unreadable(stream: str, record: Record, reason: str) -> Envelope:
    """A record nobody of ours wrote: kept under a key of its own, so that it holds up nothing."""
    now = datetime.now(UTC)
    return Envelope(
        event_id=f"{record.topic}-{record.partition}-{record.offset}",
        source=f"unreadable: {reason}",
        stream=stream,
        key=f"unreadable:{record.topic}:{record.partition}:{record.offset}",
        seq=1,
        type_name=UNREADABLE,
        occurred_at=now,
        recorded_at=now,
        causes={},
        traceparent=None,
        value=record.value,
    )


def next_places(records: Sequence[Record]) -> dict[Place, int]:
    """Per partition the offset after the last record."""
    places: dict[tuple[str, int], int] = {}
    for topic, partition, offset, _, _, _ in records:
        place = topic, partition
        if offset >= places.get(place, 0):
            places[place] = offset + 1
    return {Place(*place): end for place, end in places.items()}


async def run_until_halted(consumer: Consumer) -> None:
    """``run``, then stay: a halted consumer keeps its process up so that its state can be seen and asked."""
    await consumer.run()
    await asyncio.Event().wait()
