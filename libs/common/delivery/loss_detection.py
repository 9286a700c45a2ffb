"""What the broker acknowledged, hour by hour, and whether it still has it.

A broker that lost its log or its tail shows by an end before what it acknowledged. When others were quicker to fill it
again it may be longer than it ever was: then another record stands where one of this service stood. The first and the
last record of an hour are remembered: this service itself may have gone on sending before anybody looked, and then only
the first of them is gone. So that this does not happen, the relay looks before it marks anything that was sent after a
connection to the broker was lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any, NamedTuple

from libs.common.bus.port import Bus, Place

_MARK = """
    WITH sent AS (DELETE FROM ledger_unsent WHERE id = ANY($1::bigint[])),
    marks AS (
        SELECT * FROM unnest($2::text[], $3::int[], $4::bigint[], $5::uuid[], $6::bigint[], $7::uuid[],
                             $8::timestamptz[])
            AS m(topic, partition, next_offset, last_event, first_offset, first_event, oldest)
    )
    INSERT INTO relay_mark AS old
        (topic, partition, hour, next_offset, last_event, first_offset, first_event, oldest)
    SELECT topic, partition, date_trunc('hour', now()), next_offset, last_event, first_offset, first_event, oldest
    FROM marks
    ON CONFLICT (topic, partition, hour) DO UPDATE SET
        last_event = CASE WHEN EXCLUDED.next_offset > old.next_offset THEN EXCLUDED.last_event ELSE old.last_event END,
        next_offset = greatest(old.next_offset, EXCLUDED.next_offset),
        oldest = least(old.oldest, EXCLUDED.oldest)
"""
_COLUMNS = (
    "partition, next_offset, last_event::text AS last_event, first_offset, first_event::text AS first_event, oldest"
)
# The hours follow each other as the offsets do, unless the clock was set back between two of them. So the last is
# looked for among the hours of the last days, and the order is that of the offsets. The one before it is looked at too:
# a new hour may have begun between a loss and the next look.
_NEWEST = f"""
    SELECT mark.* FROM unnest($2::int[]) AS wanted(partition) CROSS JOIN LATERAL (
        SELECT * FROM (
            SELECT {_COLUMNS} FROM relay_mark
            WHERE topic = $1 AND relay_mark.partition = wanted.partition ORDER BY hour DESC LIMIT 72) AS latest
        ORDER BY next_offset DESC LIMIT 2) AS mark
"""  # noqa: S608 - names of columns
_ALL = f"SELECT {_COLUMNS} FROM relay_mark WHERE topic = $1 AND partition = $2 ORDER BY oldest"  # noqa: S608
_POINT_AGAIN = """
    INSERT INTO ledger_unsent (id, part, recorded_at)
    SELECT id, part, recorded_at FROM ledger WHERE stream = $1 AND recorded_at >= $2
    ON CONFLICT DO NOTHING
"""
_POINT_TO = """
    INSERT INTO ledger_unsent (id, part, recorded_at)
    SELECT id, part, recorded_at FROM ledger WHERE id = ANY($1::bigint[])
    ON CONFLICT DO NOTHING
"""
_FORGET = "DELETE FROM relay_mark WHERE topic = $1 AND partition = $2 AND oldest >= $3"


@dataclass(frozen=True, slots=True)
class Sent:
    """One event that the broker acknowledged: its row, what it is, and where it stands."""

    id: int
    event_id: str
    recorded_at: datetime
    place: Place
    offset: int


@dataclass(frozen=True, slots=True)
class Loss:
    """A partition that is not what it was, and the oldest event of what is gone."""

    place: Place
    oldest: datetime


class _Point(NamedTuple):
    """Where an event of ours stood."""

    partition: int
    offset: int
    event_id: str


async def mark_sent(connection: Any, events: Sequence[Sent]) -> None:
    """Forget the pointers to these events, and remember where the first and the last of each partition stand."""
    by_place: dict[Place, list[Sent]] = {}
    for event in events:
        by_place.setdefault(event.place, []).append(event)
    last = [max(some, key=_offset) for some in by_place.values()]
    first = [min(some, key=_offset) for some in by_place.values()]
    await connection.execute(
        _MARK,
        [event.id for event in events],
        [place.topic for place in by_place],
        [place.partition for place in by_place],
        [event.offset + 1 for event in last],
        [event.event_id for event in last],
        [event.offset for event in first],
        [event.event_id for event in first],
        [min(event.recorded_at for event in some) for some in by_place.values()],
    )


async def unmark(connection: Any, events: Sequence[Sent]) -> None:
    """Queue these events again: whether the log still has them is not known after all."""
    await connection.execute(_POINT_TO, [event.id for event in events])


async def find_losses(connection: Any, bus: Bus, topic: str) -> list[Loss]:
    """The partitions of a topic that no longer have what they acknowledged. Raises BusTrouble."""
    ends = await bus.end_offsets(topic)
    if not ends:
        return []
    log = _Log(bus, topic, await bus.first_offsets(topic), ends)
    newest = await connection.fetch(_NEWEST, topic, list(ends))
    there = await log.has(newest)
    lost = sorted({mark["partition"] for mark, is_there in zip(newest, there, strict=True) if not is_there})
    return [await _loss(connection, log, partition) for partition in lost]


async def send_again(connection: Any, stream: str, loss: Loss) -> int:
    """Queue what was lost, in the caller's transaction; gives how many events that are."""
    result: str = await connection.execute(_POINT_AGAIN, stream, loss.oldest)
    await connection.execute(_FORGET, loss.place.topic, loss.place.partition, loss.oldest)
    # PostgreSQL answers "INSERT 0 <rows>".
    return int(result.rpartition(" ")[2])


@dataclass(frozen=True, slots=True)
class _Log:
    """A topic as it is now: where its partitions begin and end, and what stands in between."""

    bus: Bus
    topic: str
    firsts: Mapping[int, int]
    ends: Mapping[int, int]

    async def has(self, marks: Sequence[Any]) -> list[bool]:
        """Whether the first and the last record of each mark stand where they stood."""
        points = [
            point
            for mark in marks
            for point in (
                _Point(mark["partition"], mark["first_offset"], mark["first_event"]),
                _Point(mark["partition"], mark["next_offset"] - 1, mark["last_event"]),
            )
        ]
        there = await self._standing(points)
        return [first in there and last in there for first, last in zip(points[::2], points[1::2], strict=True)]

    async def _standing(self, points: Sequence[_Point]) -> set[_Point]:
        """Those of the points that stand; one that grew too old and was removed counts."""
        distinct = dict.fromkeys(points)
        there = {point for point in distinct if point.offset < self.firsts[point.partition]}
        of_partition: dict[int, list[_Point]] = {}
        for point in distinct:
            if point not in there and point.offset < self.ends[point.partition]:
                of_partition.setdefault(point.partition, []).append(point)
        for turn in zip_longest(*of_partition.values()):
            asked = {Place(self.topic, point.partition): point for point in turn if point is not None}
            found = await self.bus.at({place: point.offset for place, point in asked.items()})
            there |= {
                point
                for place, point in asked.items()
                if place in found and found[place].headers.get("ce_id") == point.event_id
            }
        return there


async def _loss(connection: Any, log: _Log, partition: int) -> Loss:
    """Among the hours in their order: those that are there, those that are gone, and perhaps some after the loss."""
    marks = await connection.fetch(_ALL, log.topic, partition)
    first, last = 0, await _last_gone(log, marks)
    while first < last:
        middle = (first + last) // 2
        (is_there,) = await log.has([marks[middle]])
        first, last = (middle + 1, last) if is_there else (first, middle)
    return Loss(Place(log.topic, partition), min(mark["oldest"] for mark in marks[first:]))


async def _last_gone(log: _Log, marks: Sequence[Any]) -> int:
    for number in range(len(marks) - 1, 0, -1):
        (is_there,) = await log.has([marks[number]])
        if not is_there:
            return number
    return 0


def _offset(event: Sent) -> int:
    return event.offset
