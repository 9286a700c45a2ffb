"""Asking Kafka how far a log reaches and how far a group has come, without joining the group."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import TopicPartition

from libs.common.bus.kafka.clients import end_admin, end_consumer, start
from libs.common.bus.kafka.limits import Limits
from libs.common.bus.kafka.reader import new_consumer, record_of
from libs.common.bus.kafka.topics import new_admin, partitions_of
from libs.common.bus.port import Place, Record


class Asker:
    """An admin client and a consumer without a group, connected at the first question. The caller bounds each one."""

    def __init__(self, bootstrap: str, client_id: str, limits: Limits) -> None:
        self._limits = limits
        self._admin: Any = new_admin(bootstrap, client_id)
        self._consumer: Any = new_consumer(bootstrap, client_id, None, limits)
        self._started = False

    async def ends(self, topic: str) -> dict[int, int]:
        """The next offset to be written, per partition; empty when there is no such topic."""
        partitions = await self._partitions(topic)
        ends = await self._consumer.end_offsets(partitions) if partitions else {}
        return {at.partition: end for at, end in ends.items()}

    async def behind(self, group: str, topics: Sequence[str]) -> dict[Place, int]:
        """Per partition, the records that the group has not committed yet."""
        partitions = [at for topic in topics for at in await self._partitions(topic)]
        if not partitions:
            return {}
        committed = await self._admin.list_consumer_group_offsets(group, partitions=partitions)
        ends = await self._consumer.end_offsets(partitions)
        first = await self._consumer.beginning_offsets(partitions)
        places = {}
        for at in partitions:
            known = committed.get(at)
            # -1 says that there is no position: everything that is still there lies ahead.
            position = max(first[at], known.offset if known is not None else -1)
            places[Place(at.topic, at.partition)] = max(0, ends[at] - position)
        return places

    async def at(self, places: Mapping[Place, int]) -> dict[Place, Record]:
        """The records at these offsets, as far as there are any."""
        held = {at for topic in {place.topic for place in places} for at in await self._partitions(topic)}
        wanted = {TopicPartition(place.topic, place.partition): offset for place, offset in places.items()}
        ends = await self._consumer.end_offsets([at for at in wanted if at in held])
        first = await self._consumer.beginning_offsets(list(ends))
        left = {at: wanted[at] for at, end in ends.items() if first[at] <= wanted[at] < end}
        found: dict[Place, Record] = {}
        try:
            while left:
                self._consumer.assign(list(left))
                for at, offset in left.items():
                    self._consumer.seek(at, offset)
                for at, messages in (await self._consumer.getmany(timeout_ms=1000, max_records=1)).items():
                    # What was compacted away or ended a transaction leaves a hole: the record behind it is another.
                    if messages and messages[0].offset == left.pop(at):
                        found[Place(at.topic, at.partition)] = record_of(messages[0])
        finally:
            self._consumer.unsubscribe()
        return found

    async def close(self) -> None:
        """End both clients in bounded time."""
        await end_admin(self._admin, self._limits.stop)
        await end_consumer(self._consumer, self._limits.stop)

    async def _partitions(self, topic: str) -> list[TopicPartition]:
        if not self._started:
            await start(self._admin, "reaching the broker", self._limits.ask)
            await start(self._consumer, "reaching the broker", self._limits.ask)
            self._started = True
        return [TopicPartition(topic, number) for number in await partitions_of(self._admin, topic)]
