"""Reading from Kafka as a member of a consumer group, with a watch on members that only seem to live."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from libs.common.bus.kafka.clients import Interruptions, troubles
from libs.common.bus.kafka.handover import Handover
from libs.common.bus.kafka.limits import LARGEST_FETCH, KafkaLimits
from libs.common.bus.port import BusTrouble, Place, Record
from libs.common.logs import get_logger

_READ_GRACE = 1.0
_CHECK_TOPICS_EVERY = 2.0
"""Seconds."""
_LONGEST_ID = 100
"""A broker keeps little text with a place."""

Turned = Callable[[Collection[TopicPartition]], Awaitable[dict[TopicPartition, int]]]
"""Of these partitions, those whose log is another than this group has read, and from which offset on."""

log = get_logger(__name__)


def new_consumer(bootstrap: str, client_id: str, group: str | None, limits: KafkaLimits) -> Any:
    """A consumer that starts at the earliest record and commits only when told to."""
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        client_id=client_id,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=int(limits.session * 1000),
        heartbeat_interval_ms=int(limits.heartbeat * 1000),
        rebalance_timeout_ms=int(limits.rebalance * 1000),
        request_timeout_ms=int(limits.request * 1000),
        max_poll_interval_ms=int(limits.poll * 1000),
        fetch_max_bytes=LARGEST_FETCH,
        # The broker answers at once when there is something. Who asks for single records changes partitions often, and
        # an answer about those of before has to come first.
        fetch_max_wait_ms=500 if group is None else 2_000,
    )


class KafkaReader:
    """A member of a group. After any error it refuses to go on.

    With each place it commits what stood before it. Of the partitions that it gets it looks first whether that still
    stands there; ``turned`` tells where else to begin. A broker that lost its tail was away for a moment: so whoever
    loses a connection is at its end, and a new member looks again.

    Three members that only seem to live were seen. One whose heartbeat task died reads on without a group, and its
    commit fails. One that is stuck gets nothing while there is something, and ``stall`` seconds later it looks. One
    that joined again at a broker that had lost a topic got nothing of it, and would look for more in five minutes.
    """

    def __init__(
        self, consumer: Any, handover: Handover, limits: KafkaLimits, lost: Interruptions, turned: Turned
    ) -> None:
        self._lost = lost
        self._turned = turned
        self._last: dict[Place, Any] = {}
        """The last message read of each partition."""
        self._consumer = consumer
        self._handover = handover
        self._limits = limits
        self._trouble: BusTrouble | None = None
        self._moved = self._topics_checked = asyncio.get_running_loop().time()

    async def read(self, *, at_most: int, wait: float) -> list[Record]:
        """See ``Reader.read``."""
        self._still_well()
        try:
            with troubles("reading"):
                records = await self._read(at_most, wait)
                self._still_connected()
        except BusTrouble as trouble:
            raise self._failed(trouble) from trouble.__cause__
        self._handover.read(records)
        return records

    async def commit(self, positions: Mapping[Place, int]) -> None:
        """See ``Reader.commit``. A partition that went to another member meanwhile is refused."""
        self._still_well()
        if self._handover.lost(positions.keys()):
            raise self._failed(BusTrouble("Kafka: a partition belongs to another member by now"))
        try:
            with troubles("committing"):
                offsets = {
                    TopicPartition(place.topic, place.partition): (at, self._footprint_before(place, at))
                    for place, at in positions.items()
                }
                async with asyncio.timeout(self._limits.commit):
                    await self._consumer.commit(offsets)
        except BusTrouble as trouble:
            raise self._failed(trouble) from trouble.__cause__
        self._handover.committed(positions)

    def assignment(self) -> frozenset[Place]:
        """The partitions this member reads now."""
        return frozenset(Place(at.topic, at.partition) for at in self._consumer.assignment())

    async def lag(self) -> dict[Place, int]:
        """See ``Reader.lag``."""
        self._still_well()
        with troubles("asking for the lag"):
            async with asyncio.timeout(self._limits.ask):
                return await self._lag()

    async def _read(self, at_most: int, wait: float) -> list[Record]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(wait + _READ_GRACE):
                fetched = await self._consumer.getmany(timeout_ms=int(wait * 1000), max_records=at_most)
        except TimeoutError:
            # During a rebalance aiokafka holds every reader, however short a wait it asked for.
            if not self._handover.rebalancing or loop.time() - self._moved > self._limits.join + self._limits.stall:
                raise
            return []
        if self._handover.new:
            fetched = await self._without_turned(fetched)
        if loop.time() - self._topics_checked > _CHECK_TOPICS_EVERY:
            self._check_topics()
            self._topics_checked = loop.time()
        if fetched:
            self._moved = loop.time()
        elif loop.time() - self._moved > self._limits.stall:
            await self._check_stall()
        self._last |= {Place(at.topic, at.partition): messages[-1] for at, messages in fetched.items() if messages}
        return [record_of(message) for messages in fetched.values() for message in messages]

    async def _without_turned(self, fetched: Mapping[TopicPartition, Any]) -> dict[TopicPartition, Any]:
        """What was fetched of partitions whose log is as it was; the others begin anew where it is another."""
        new = self._handover.new & self._consumer.assignment()
        turned = await self._turned(new) if new else {}
        for at, offset in turned.items():
            self._consumer.seek(at, offset)
            log.warning("log lost its tail", topic=at.topic, partition=at.partition, offset=offset)
        self._handover.new -= new
        return {at: messages for at, messages in fetched.items() if at not in turned}

    def _footprint_before(self, place: Place, offset: int) -> str:
        """Of the record before a place; empty when this member did not read it."""
        last = self._last.get(place)
        return "" if last is None or last.offset != offset - 1 else footprint(last)

    async def _check_stall(self) -> None:
        async with asyncio.timeout(self._limits.ask):
            lag = await self._lag()
        if any(lag.values()):
            raise BusTrouble(f"Kafka: {sum(lag.values())} records wait and none comes")
        self._moved = asyncio.get_running_loop().time()

    def _check_topics(self) -> None:
        """All were there when this member joined. Of one that was not when partitions were shared out it reads none."""
        unknown = sorted(
            topic for topic in self._consumer.subscription() if not self._consumer.partitions_for_topic(topic)
        )
        if unknown:
            raise BusTrouble(f"Kafka: there is no {', '.join(unknown)} any more")

    async def _lag(self) -> dict[Place, int]:
        places = list(self._consumer.assignment())
        if not places:
            return {}
        ends = await self._consumer.end_offsets(places)
        return {Place(at.topic, at.partition): max(0, ends[at] - await self._consumer.position(at)) for at in places}

    def _failed(self, trouble: BusTrouble) -> BusTrouble:
        self._trouble = trouble
        self._handover.give_up()
        return trouble

    def _still_well(self) -> None:
        if self._trouble is not None:
            raise BusTrouble(f"this reader failed before: {self._trouble.detail}") from self._trouble

    def _still_connected(self) -> None:
        if self._lost.count > self._lost.idle:
            raise BusTrouble("Kafka: a connection was lost, and perhaps the tail of the log with it")


def footprint(message: Any) -> str:
    """What tells a record from any other that ever stood at its offset: when it was appended, and its event.

    Of a topic whose senders write their own times it begins with ``0``, of one where the broker does with ``1``.
    """
    event_id = next((_text(value) for name, value in message.headers if name == "ce_id"), "")
    return f"{message.timestamp_type} {message.timestamp} {event_id[:_LONGEST_ID]}"


def record_of(message: Any) -> Record:
    """What aiokafka read, as the port has it."""
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=_text(message.key),
        headers=_headers(message.headers),
        value=message.value or b"",
    )


def _headers(headers: Sequence[tuple[str, bytes | None]]) -> dict[str, str]:
    return {name: _text(value) for name, value in headers}


def _text(raw: bytes | None) -> str:
    # Whoever else writes to the topic may write anything; what it means is decided above.
    return (raw or b"").decode(errors="replace")
