"""What the broker acknowledged, hour by hour, and whether it still has it.

A broker that lost its log or its tail shows by an end before what it acknowledged. When others were quicker to fill it
again it may be longer than it ever was: then another record stands where this service's last one stood. What was lost
is found by halving, since all that is older than an hour that is still there is there too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from libs.common.bus.port import Bus, Place

_MARK = """
    WITH sent AS (DELETE FROM ledger_unsent WHERE id = ANY($1::bigint[])),
    marks AS (
        SELECT * FROM unnest($2::text[], $3::int[], $4::bigint[], $5::uuid[], $6::timestamptz[])
            AS m(topic, partition, next_offset, last_event, oldest)
    )
    INSERT INTO relay_mark AS old (topic, partition, hour, next_offset, last_event, oldest)
    SELECT topic, partition, date_trunc('hour', now()), next_offset, last_event, oldest FROM marks
    ON CONFLICT (topic, partition, hour) DO UPDATE SET
        last_event = CASE WHEN EXCLUDED.next_offset > old.next_offset THEN EXCLUDED.last_event ELSE old.last_event END,
        next_offset = greatest(old.next_offset, EXCLUDED.next_offset),
        oldest = least(old.oldest, EXCLUDED.oldest)
"""
# The hours follow each other as the offsets do, unless the clock was set back between two of them. So the last is
# looked for among the hours of the last days, and the order is that of the offsets.
_NEWEST = """
    SELECT mark.* FROM unnest($2::int[]) AS wanted(partition) CROSS JOIN LATERAL (
        SELECT * FROM (
            SELECT partition, next_offset, last_event::text AS last_event FROM relay_mark
            WHERE topic = $1 AND relay_mark.partition = wanted.partition ORDER BY hour DESC LIMIT 72) AS latest
        ORDER BY next_offset DESC LIMIT 1) AS mark
"""
_ALL = """
    SELECT partition, next_offset, last_event::text AS last_event, oldest FROM relay_mark
    WHERE topic = $1 AND partition = $2 ORDER BY next_offset
"""
_POINT_AGAIN = """
    INSERT INTO ledger_unsent (id, part, recorded_at)
    SELECT id, part, recorded_at FROM ledger WHERE stream = $1 AND recorded_at >= $2
    ON CONFLICT DO NOTHING
"""
_FORGET = "DELETE FROM relay_mark WHERE topic = $1 AND partition = $2 AND next_offset >= $3"


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
    """A partition that is not what it was: where the first hour that is gone had ended, and its oldest event."""

    place: Place
    next_offset: int
    oldest: datetime


async def mark_sent(connection: Any, events: Sequence[Sent]) -> None:
    """Forget the pointers to these events, and remember where the last of each partition stands."""
    last: dict[Place, Sent] = {}
    oldest: dict[Place, datetime] = {}
    for event in events:
        known = last.get(event.place)
        if known is None or known.offset < event.offset:
            last[event.place] = event
        oldest[event.place] = min(oldest.get(event.place, event.recorded_at), event.recorded_at)
    await connection.execute(
        _MARK,
        [event.id for event in events],
        [place.topic for place in last],
        [place.partition for place in last],
        [event.offset + 1 for event in last.values()],
        [event.event_id for event in last.values()],
        [oldest[place] for place in last],
    )


async def find_losses(connection: Any, bus: Bus, topic: str) -> list[Loss]:
    """The partitions of a topic that no longer have what they acknowledged. Raises BusTrouble."""
    ends = await bus.end_offsets(topic)
    if not ends:
        return []
    newest = await connection.fetch(_NEWEST, topic, list(ends))
    there = await _still_there(bus, topic, ends, newest)
    lost = [row["partition"] for row, is_there in zip(newest, there, strict=True) if not is_there]
    return [await _loss(connection, bus, topic, partition, ends) for partition in lost]


async def send_again(connection: Any, stream: str, loss: Loss) -> str:
    """Queue what was lost, in the caller's transaction; gives what PostgreSQL says about it."""
    result: str = await connection.execute(_POINT_AGAIN, stream, loss.oldest)
    await connection.execute(_FORGET, loss.place.topic, loss.place.partition, loss.next_offset)
    return result


async def _loss(connection: Any, bus: Bus, topic: str, partition: int, ends: Mapping[int, int]) -> Loss:
    marks = await connection.fetch(_ALL, topic, partition)
    first, last = 0, len(marks) - 1
    while first < last:
        middle = (first + last) // 2
        (is_there,) = await _still_there(bus, topic, ends, [marks[middle]])
        first, last = (middle + 1, last) if is_there else (first, middle)
    oldest = min(mark["oldest"] for mark in marks[first:])
    return Loss(Place(topic, partition), marks[first]["next_offset"], oldest)


async def _still_there(bus: Bus, topic: str, ends: Mapping[int, int], marks: Sequence[Any]) -> list[bool]:
    """Whether the last record of each mark stands where it stood. One that grew too old and was removed counts."""
    places = {Place(topic, mark["partition"]): mark["next_offset"] - 1 for mark in marks}
    found = await bus.at({place: offset for place, offset in places.items() if offset < ends[place.partition]})
    return [
        offset < ends[place.partition]
        and (place not in found or found[place].headers.get("ce_id") == mark["last_event"])
        for (place, offset), mark in zip(places.items(), marks, strict=True)
    ]
