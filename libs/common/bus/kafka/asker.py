"""Asking Kafka how far a log reaches and how far a group has come, without joining the group."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from aiokafka import TopicPartition

from libs.common.bus.kafka.clients import end_admin, end_consumer, start
from libs.common.bus.kafka.limits import KafkaLimits
from libs.common.bus.kafka.reader import footprint, new_consumer, record_of
from libs.common.bus.kafka.topics import new_admin, partitions_of
from libs.common.bus.port import Place, Record

_BY_THE_BROKER = "1"
"""How a footprint begins whose time is the broker's own."""


class Asker:
    """An admin client and a consumer without a group, connected at the first question. The caller bounds each one."""

    def __init__(self, bootstrap: str, client_id: str, limits: KafkaLimits) -> None:
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

    async def firsts(self, topic: str) -> dict[int, int]:
        """The offset of the oldest record, per partition."""
        partitions = await self._partitions(topic)
        firsts = await self._consumer.beginning_offsets(partitions) if partitions else {}
        return {at.partition: first for at, first in firsts.items()}

    async def at(self, places: Mapping[Place, int]) -> dict[Place, Record]:
        """The records at these offsets, as far as there are any."""
        wanted = {TopicPartition(place.topic, place.partition): offset for place, offset in places.items()}
        return {Place(at.topic, at.partition): record_of(one) for at, one in (await self._messages(wanted)).items()}

    async def turned(self, group: str, partitions: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        """Where a group has to go back to, per partition whose log is no longer the one that it has read.

        There another record stands before its place than the one that it read, or none: the log lost its tail. What
        was appended later than that one was read by nobody of the group. When that cannot be told, since a clock was
        set back or senders write their own times, it is the earliest record.
        """
        await self._begin()
        committed = await self._admin.list_consumer_group_offsets(group, partitions=list(partitions))
        read = {at: known for at, known in committed.items() if known.offset > 0 and known.metadata}
        if not read:
            return {}
        first = await self._consumer.beginning_offsets(list(read))
        there = await self._messages({at: known.offset - 1 for at, known in read.items()})
        back = {}
        for at, known in read.items():
            is_kept = known.offset > first[at]
            if is_kept and (at not in there or footprint(there[at]) != known.metadata):
                back[at] = await self._first_after(at, known.metadata, known.offset, first[at])
        return back

    async def _first_after(self, at: TopicPartition, read: str, before: int, first: int) -> int:
        by_whom, moment, _ = read.split(" ", 2)
        if by_whom != _BY_THE_BROKER:
            return first
        found = (await self._consumer.offsets_for_times({at: int(moment) + 1})).get(at)
        return found.offset if found is not None and first <= found.offset < before else first

    async def _messages(self, wanted: Mapping[TopicPartition, int]) -> dict[TopicPartition, Any]:
        held = {at for topic in {at.topic for at in wanted} for at in await self._partitions(topic)}
        ends = await self._consumer.end_offsets([at for at in wanted if at in held])
        first = await self._consumer.beginning_offsets(list(ends))
        left = {at: wanted[at] for at, end in ends.items() if first[at] <= wanted[at] < end}
        found: dict[TopicPartition, Any] = {}
        try:
            while left:
                self._consumer.assign(list(left))
                for at, offset in left.items():
                    self._consumer.seek(at, offset)
                for at, messages in (await self._consumer.getmany(timeout_ms=1000, max_records=1)).items():
                    # What was compacted away or ended a transaction leaves a hole: the record behind it is another.
                    if messages and messages[0].offset == left.pop(at):
                        found[at] = messages[0]
        finally:
            self._consumer.unsubscribe()
        return found

    async def close(self) -> None:
        """End both clients in bounded time."""
        await end_admin(self._admin, self._limits.stop)
        await end_consumer(self._consumer, self._limits.stop)

    async def _begin(self) -> None:
        if not self._started:
            await start(self._admin, "reaching the broker", self._limits.ask)
            await start(self._consumer, "reaching the broker", self._limits.ask)
            self._started = True

    async def _partitions(self, topic: str) -> list[TopicPartition]:
        await self._begin()
        return [TopicPartition(topic, number) for number in await partitions_of(self._admin, topic)]
