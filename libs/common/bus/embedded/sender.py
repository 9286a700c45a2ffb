"""Appending to the log: a whole batch in one statement, offsets given in commit order."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from libs.common.bus.embedded.connection import COMMAND_SECONDS, troubles
from libs.common.bus.partitions import partition_of
from libs.common.bus.port import BusTrouble, Message, Place

_TOPICS = "select id, name, partitions, max_message_bytes from topic where name = any($1::text[])"

# One statement is one transaction that a frozen client cannot leave open. The ends of the partitions are locked in
# sorted order, so that two senders never wait for each other in a circle, and stay locked until the commit: whoever
# reads an offset can be sure that all lower ones are there already.
_APPEND = """
with wanted as (
    select * from unnest($1::bigint[], $2::integer[], $3::integer[]) with ordinality
        as w(topic_id, partition, records, place)
), locked as materialized (
    select e.topic_id, e.partition, w.records, w.place
    from partition_end e join wanted w on w.topic_id = e.topic_id and w.partition = e.partition
    order by e.topic_id, e.partition
    for no key update of e
), moved as (
    update partition_end e set next_offset = e.next_offset + l.records
    from locked l where e.topic_id = l.topic_id and e.partition = l.partition
    returning l.place, e.topic_id, e.partition, e.next_offset - l.records as first_offset
), written as (
    insert into entry (topic_id, partition, record_offset, key, headers, value)
    select m.topic_id, m.partition, m.first_offset + r.nth, r.key, r.headers, r.value
    from unnest($4::integer[], $5::integer[], $6::text[], $7::text[], $8::bytea[])
        as r(place, nth, key, headers, value)
    join moved m on m.place = r.place
)
select place, first_offset from moved
"""


@dataclass(frozen=True, slots=True)
class _Topic:
    id: int
    partitions: int
    max_message_bytes: int


@dataclass(slots=True)
class _Batch:
    """Messages as the columns that the statement takes; places are numbered from 1."""

    places: dict[tuple[str, int], int] = field(default_factory=dict)
    topic_ids: list[int] = field(default_factory=list)
    records: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    nths: list[int] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)

    def fill(self, messages: Sequence[Message], topics: Mapping[str, _Topic]) -> None:
        """Take all; BusTrouble when a value is longer than its topic takes."""
        for name, key, headers, value in messages:
            topic = topics[name]
            if len(value) > topic.max_message_bytes:
                raise BusTrouble(f"{name} takes {topic.max_message_bytes} bytes, not {len(value)}")
            place = name, partition_of(key, topic.partitions)
            number = self.places.get(place)
            if number is None:
                number = self.places[place] = len(self.places) + 1
                self.topic_ids.append(topic.id)
                self.records.append(0)
            nth = self.records[number - 1]
            self.records[number - 1] = nth + 1
            self.numbers.append(number)
            self.nths.append(nth)
            self.headers.append(orjson.dumps(headers, default=dict).decode())


class EmbeddedSender:
    """Appends messages on a connection of its own."""

    interruptions = 0
    """A connection that is lost is the sender's end."""

    def __init__(self, connection: Any, ring: Callable[[set[str]], None]) -> None:
        self._connection = connection
        self._ring = ring
        self._topics: dict[str, _Topic] = {}
        self._turn = asyncio.Lock()
        self._broken = False

    async def send(self, messages: Sequence[Message]) -> list[tuple[Place, int]]:
        """Append all in one transaction; see ``Sender.send``."""
        if not messages:
            return []
        async with self._turn:
            if self._broken:
                raise BusTrouble("embedded bus: this sender failed before; build a new one")
            self._broken = True
            with troubles("sending"):
                async with asyncio.timeout(2 * COMMAND_SECONDS):
                    answer = await self._append(messages)
            self._broken = False
        self._ring({message.topic for message in messages})
        return answer

    async def _append(self, messages: Sequence[Message]) -> list[tuple[Place, int]]:
        await self._learn({message.topic for message in messages})
        batch = _Batch()
        batch.fill(messages, self._topics)
        rows = await self._connection.fetch(
            _APPEND,
            batch.topic_ids,
            [partition for _, partition in batch.places],
            batch.records,
            batch.numbers,
            batch.nths,
            [message.key for message in messages],
            batch.headers,
            [message.value for message in messages],
        )
        if len(rows) < len(batch.places):
            raise BusTrouble("embedded bus: a topic was made again or removed; its records were not written")
        first = {row["place"]: row["first_offset"] for row in rows}
        places = [Place(topic, partition) for topic, partition in batch.places]
        return [
            (places[number - 1], first[number] + nth) for number, nth in zip(batch.numbers, batch.nths, strict=True)
        ]

    async def _learn(self, names: set[str]) -> None:
        missing = sorted(names - self._topics.keys())
        if not missing:
            return
        for row in await self._connection.fetch(_TOPICS, missing):
            self._topics[row["name"]] = _Topic(row["id"], row["partitions"], row["max_message_bytes"])
        unknown = names - self._topics.keys()
        if unknown:
            raise BusTrouble(f"embedded bus: no such topic: {', '.join(sorted(unknown))}")
