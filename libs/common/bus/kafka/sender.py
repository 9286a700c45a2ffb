"""Sending to Kafka: idempotent batches, one under way per partition, all acknowledged by all replicas in sync."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer

from libs.common.bus.kafka.clients import Interruptions, troubles
from libs.common.bus.kafka.limits import LARGEST_BATCH, LARGEST_REQUEST, KafkaLimits
from libs.common.bus.partitions import partition_of
from libs.common.bus.port import BusTrouble, Message, Place
from libs.common.run.failpoints import failpoint

_REQUEST_SECONDS = 20.0


def new_producer(bootstrap: str, client_id: str) -> Any:
    """A producer with the settings that lose and reorder nothing."""
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        client_id=client_id,
        enable_idempotence=True,
        acks="all",
        linger_ms=5,
        compression_type="zstd",
        max_batch_size=LARGEST_BATCH,
        max_request_size=LARGEST_REQUEST,
        request_timeout_ms=int(_REQUEST_SECONDS * 1000),
    )


class KafkaSender:
    """Sends through one producer. After any error ``broken`` is true: what is still under way must not be flushed.

    Batches are built here and handed over whole, which is several times faster than message by message. Each takes its
    sequence number when it leaves, and a partition has one batch under way, so order and idempotence hold as for single
    messages: after a failed batch the broker refuses all later ones of this producer.
    """

    def __init__(self, producer: Any, limits: KafkaLimits, lost: Interruptions) -> None:
        self.broken = False
        self._lost = lost
        self._producer = producer
        self._limits = limits
        self._turn = asyncio.Lock()

    @property
    def interruptions(self) -> int:
        """See ``Sender.interruptions``: also of a connection that was idle nobody knows what happened behind it."""
        return self._lost.count

    async def send(self, messages: Sequence[Message]) -> list[tuple[Place, int]]:
        """See ``Sender.send``."""
        if not messages:
            return []
        async with self._turn:
            if self.broken:
                raise BusTrouble("Kafka: this sender failed before; build a new one")
            self.broken = True
            with troubles("sending"):
                async with asyncio.timeout(self._limits.send):
                    answer = await self._send(messages)
            self.broken = False
            return answer

    async def _send(self, messages: Sequence[Message]) -> list[tuple[Place, int]]:
        places = [await self._place(message) for message in messages]
        by_place: dict[Place, list[Message]] = {}
        nths = []
        for place, message in zip(places, messages, strict=True):
            same = by_place.setdefault(place, [])
            nths.append(len(same))
            same.append(message)
        async with asyncio.TaskGroup() as group:
            sending = {place: group.create_task(self._send_to(place, some)) for place, some in by_place.items()}
        return [(place, sending[place].result()[nth]) for place, nth in zip(places, nths, strict=True)]

    async def _place(self, message: Message) -> Place:
        if len(message.value) > LARGEST_REQUEST:
            raise BusTrouble(f"a message may have {LARGEST_REQUEST} bytes, not {len(message.value)}")
        partitions = await self._producer.partitions_for(message.topic)
        return Place(message.topic, partition_of(message.key, len(partitions)))

    async def _send_to(self, place: Place, messages: Sequence[Message]) -> list[int]:
        """Send to one partition and return the offsets."""
        under_way = []
        for batch in self._batches(messages):
            acknowledged = await self._producer.send_batch(batch, place.topic, partition=place.partition)
            under_way.append((acknowledged, batch.record_count()))
        await failpoint("sender.before_ack")
        answers = await asyncio.gather(*(acknowledged for acknowledged, _ in under_way))
        offsets: list[int] = []
        for answer, (_, count) in zip(answers, under_way, strict=True):
            if answer.offset < 0:
                # The broker has the batch twice and forgot where; sending all again is the honest answer.
                raise BusTrouble("Kafka acknowledged a batch without telling its place")
            offsets.extend(range(answer.offset, answer.offset + count))
        return offsets

    def _batches(self, messages: Sequence[Message]) -> list[Any]:
        batches: list[Any] = []
        for message in messages:
            if not batches or not _append(batches[-1], message):
                batches.append(self._producer.create_batch())
                if not _append(batches[-1], message):
                    raise BusTrouble("Kafka: a message did not fit into an empty batch")
        for batch in batches:
            batch.close()
        return batches


def _append(batch: Any, message: Message) -> bool:
    """False when the batch is full; aiokafka says so by returning None."""
    headers = [(name, value.encode()) for name, value in message.headers.items()]
    appended = batch.append(key=message.key.encode(), value=message.value, headers=headers, timestamp=None)
    return appended is not None
