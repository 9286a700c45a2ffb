"""The Kafka bus: opens senders and readers, creates topics, asks for ends; all of it in bounded time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from operator import attrgetter
from typing import TypeVar

from aiokafka import TopicPartition

from libs.common.bus.kafka.asker import Asker
from libs.common.bus.kafka.clients import end_admin, end_consumer, end_producer, interruptions_of, start, troubles
from libs.common.bus.kafka.handover import Handover
from libs.common.bus.kafka.limits import KafkaLimits
from libs.common.bus.kafka.reader import KafkaReader, new_consumer
from libs.common.bus.kafka.sender import KafkaSender, new_producer
from libs.common.bus.kafka.topics import create_missing, new_admin
from libs.common.bus.port import Place, Reader, Record, Sender, TopicSpec

AnswerT = TypeVar("AnswerT")


class KafkaBus:
    """A cluster of brokers; see ``Bus``. ``replicas`` None means three, or as many as there are brokers."""

    def __init__(
        self, bootstrap: str, *, client_id: str, replicas: int | None = None, limits: KafkaLimits | None = None
    ) -> None:
        self._bootstrap = bootstrap
        self._client_id = client_id
        self._replicas = replicas
        self._limits = limits or KafkaLimits()
        self._wanted: dict[str, TopicSpec] = {}
        self._asker: Asker | None = None
        self._asking = asyncio.Lock()

    async def ensure_topics(self, topics: Sequence[TopicSpec]) -> None:
        """Create the topics that are missing; a topic that is there stays as it is."""
        self._wanted |= {topic.name: topic for topic in topics}
        await self._create(topics)

    @asynccontextmanager
    async def sender(self) -> AsyncIterator[Sender]:
        """See ``Bus.sender``."""
        await self._create(list(self._wanted.values()))
        producer = new_producer(self._bootstrap, self._client_id)
        sender = KafkaSender(producer, self._limits, interruptions_of(producer.client))
        sender.broken = True
        try:
            await start(producer, "starting a producer", self._limits.send)
            sender.broken = False
            yield sender
        finally:
            await end_producer(producer, 0 if sender.broken else self._limits.stop)

    @asynccontextmanager
    async def reader(self, group: str, topics: Sequence[str]) -> AsyncIterator[Reader]:
        """See ``Bus.reader``. Have no more members than partitions: one without any is of no use to a group."""
        await self._create([self._wanted[name] for name in topics if name in self._wanted])
        consumer = new_consumer(self._bootstrap, self._client_id, group, self._limits)
        handover = Handover(self._limits.handover)
        consumer.subscribe(list(topics), listener=handover)
        interruptions = interruptions_of(attrgetter("_client")(consumer))
        try:
            await start(consumer, f"joining {group}", self._limits.join)
            turned = partial(self._turned, group)
            yield KafkaReader(consumer, handover, self._limits, interruptions, turned)
        finally:
            handover.give_up()
            await end_consumer(consumer, self._limits.stop)

    async def end_offsets(self, topic: str) -> dict[int, int]:
        """The next offset to be written, per partition; empty when there is no such topic."""
        return await self._ask("asking for the ends", lambda asker: asker.ends(topic))

    async def first_offsets(self, topic: str) -> dict[int, int]:
        """See ``Bus.first_offsets``."""
        return await self._ask("asking for the beginnings", lambda asker: asker.firsts(topic))

    async def at(self, places: Mapping[Place, int]) -> dict[Place, Record]:
        """See ``Bus.at``."""
        return await self._ask("looking at records", lambda asker: asker.at(places))

    async def behind(self, group: str, topics: Sequence[str]) -> dict[Place, int]:
        """Per partition, the records that ``group`` has not committed yet; 0 where it is up to date."""
        return await self._ask("asking how far a group is behind", lambda asker: asker.behind(group, topics))

    async def close(self) -> None:
        """Release the client that asks for ends."""
        async with self._asking:
            if self._asker is not None:
                asker, self._asker = self._asker, None
                await asker.close()

    async def _turned(self, group: str, partitions: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        return await self._ask("looking at what was read", lambda asker: asker.turned(group, partitions))

    async def _ask(self, doing: str, question: Callable[[Asker], Awaitable[AnswerT]]) -> AnswerT:
        async with self._asking:
            asker, self._asker = self._asker or Asker(self._bootstrap, self._client_id, self._limits), None
            done = False
            try:
                with troubles(doing):
                    async with asyncio.timeout(self._limits.ask):
                        answer = await question(asker)
                done = True
            finally:
                if not done:
                    await asker.close()
            self._asker = asker
            return answer

    async def _create(self, topics: Sequence[TopicSpec]) -> None:
        """Also before each new client: a broker that lost its disk gets its topics back."""
        if not topics:
            return
        admin = new_admin(self._bootstrap, self._client_id)
        try:
            await start(admin, "reaching the broker", self._limits.ask)
            with troubles("creating topics"):
                async with asyncio.timeout(self._limits.send):
                    await create_missing(admin, topics, self._replicas)
        finally:
            await end_admin(admin, self._limits.stop)
