"""What is in the topics, read from their beginning by a reader of our own, on either bus."""

import asyncio
import uuid
from collections import defaultdict
from dataclasses import dataclass, field

from libs.common.bus.codec import from_record
from libs.common.bus.flow import Stream
from libs.common.bus.port import Bus, Record

_WITHIN = 120.0


@dataclass(slots=True)
class Found:
    """``places``: stream, source, key and seq by event id. ``disorder``: what did not first come in its turn.

    ``astray``: keys in more than one partition.
    """

    records: int = 0
    strange: int = 0
    """Of them, what is no event of ours."""
    places: dict[str, tuple[str, str, str, int]] = field(default_factory=dict)
    disorder: list[str] = field(default_factory=list)
    astray: list[str] = field(default_factory=list)
    _last: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    _partition: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, record: Record, stream: str) -> None:
        """One record more, in the order of its partition."""
        self.records += 1
        try:
            envelope = from_record(stream, record.headers, record.value)
        except ValueError:
            self.strange += 1
            return
        home = self._partition.setdefault((stream, envelope.key), record.partition)
        if home != record.partition:
            self.astray.append(f"{stream} {envelope.key} is in partitions {home} and {record.partition}")
        if envelope.event_id in self.places:
            return
        self.places[envelope.event_id] = (stream, envelope.source, envelope.key, envelope.seq)
        line = (stream, envelope.source, envelope.key)
        if envelope.seq != self._last[line] + 1:
            self.disorder.append(f"{' '.join(line)}: {envelope.seq} after {self._last[line]}")
        self._last[line] = max(self._last[line], envelope.seq)


async def read_topics(bus: Bus, topic_prefix: str) -> Found:
    """All records of all topics. TimeoutError when they cannot be read in two minutes."""
    found = Found()
    async with asyncio.timeout(_WITHIN):
        for stream in Stream:
            await _read(bus, f"{topic_prefix}{stream}", str(stream), found)
    return found


async def _read(bus: Bus, topic: str, stream: str, found: Found) -> None:
    left = {partition: end for partition, end in (await bus.end_offsets(topic)).items() if end}
    if not left:
        return
    async with bus.reader(f"oracle-{uuid.uuid4()}", [topic]) as reader:
        while left:
            for record in await reader.read(at_most=2_000, wait=0.25):
                found.take(record, stream)
                if record.offset + 1 >= left.get(record.partition, record.offset + 2):
                    del left[record.partition]
