"""Rebalancing without loss: what was read is committed before its partition goes, or its commit is refused."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition

from libs.common.bus.port import Place, Record


class Handover:
    """What a member has read and not yet committed, and what it lost meanwhile.

    A rebalance waits for the commit of the batch under way, but not for ever. Without that, every rebalance would throw
    out each member that is busy, and each of them would cause the next rebalance by joining again.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._uncommitted: dict[Place, int] = {}
        self._lost: set[Place] = set()
        self._settled = asyncio.Event()
        self._settled.set()
        self.rebalancing = False
        self.new: set[TopicPartition] = set()
        """Partitions that came to this member and were not looked at yet."""

    def read(self, records: Collection[Record]) -> None:
        """Note what the member was given."""
        for record in records:
            place = Place(record.topic, record.partition)
            self._uncommitted[place] = record.offset + 1
            self._lost.discard(place)
        if records:
            self._settled.clear()

    def lost(self, places: Collection[Place]) -> set[Place]:
        """Those of ``places`` that went to another member since they were read."""
        return self._lost.intersection(places)

    def committed(self, positions: Mapping[Place, int]) -> None:
        """Note what was committed."""
        for place, offset in positions.items():
            if self._uncommitted.get(place, offset) <= offset:
                self._uncommitted.pop(place, None)
        if not self._uncommitted:
            self._settled.set()

    def give_up(self) -> None:
        """There will be no commit any more: do not wait for it."""
        self._settled.set()

    async def on_partitions_revoked(self, _revoked: Any) -> None:
        """aiokafka calls this before it joins again, and goes on when it returns."""
        self.rebalancing = True
        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds):
                await self._settled.wait()
        self._lost |= self._uncommitted.keys()
        self._uncommitted.clear()
        self._settled.set()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """aiokafka calls this when the member has its partitions."""
        self.new = set(assigned)
        self.rebalancing = False


ConsumerRebalanceListener.register(Handover)
