"""Reading from the log as a member of a group: all partitions held in one round trip, woken by NOTIFY and by a poll."""

import asyncio
import random
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import orjson

from libs.common.bus.embedded.connection import COMMAND_SECONDS, close, troubles
from libs.common.bus.embedded.leases import Holding, Leases
from libs.common.bus.port import BusTrouble, Place, Record

POLL_SECONDS = 2.0
"""Between two looks at the log, where no bell rang: a ring may be lost."""
LOOK_SECONDS = 0.2
SETTLED_SECONDS = 2.0
"""Between two looks at the leases, while they are to be shared out and once they are."""
BATCH_BYTES = 32 * 1024 * 1024

# Each partition gives its records in order up to its part of the bytes; the first one always comes, however big. The
# size of a stored value is known without unpacking it. There is no ORDER BY around it all: it would sort what comes in
# order, at a third of the cost of the whole; the reader checks the order instead.
_FETCH = """
select w.place, e.record_offset, e.key, e.headers, e.value
from unnest($1::bigint[], $2::integer[], $3::bigint[]) with ordinality as w(topic_id, partition, next_offset, place)
cross join lateral (
    select n.record_offset, n.key, n.headers, n.value from (
        select record_offset, key, headers, value,
            sum(octet_length(value)) over (order by record_offset rows unbounded preceding)
                - octet_length(value) as before
        from entry
        where topic_id = w.topic_id and partition = w.partition and record_offset >= w.next_offset
        order by record_offset limit $4
    ) n
    where n.before < $5
) e
limit $4
"""

_COMMIT = """
update position p set next_offset = c.next_offset, read_up_to = (
    select e.appended_at from entry e
    where e.topic_id = c.topic_id and e.partition = c.partition and e.record_offset = c.next_offset - 1
)
from unnest($2::bigint[], $3::integer[], $4::bigint[], $5::bigint[]) as c(topic_id, partition, next_offset, epoch)
where p.reader_group = $1 and p.topic_id = c.topic_id and p.partition = c.partition and p.epoch = c.epoch
returning p.partition
"""

_RING = "select pg_notify($1, $2)"

_ENDS = """
select w.place, e.next_offset from partition_end e
join unnest($1::bigint[], $2::integer[]) with ordinality as w(topic_id, partition, place)
    on e.topic_id = w.topic_id and e.partition = w.partition
"""


class EmbeddedReader:
    """A member of a group. A task of its own looks after the leases; the caller's task reads and commits."""

    def __init__(self, leases: Leases, lease_connection: Any, connection: Any, group: str, channel: str) -> None:
        self._leases = leases
        self._lease_connection = lease_connection
        self._connection = connection
        self._group = group
        self._channel = channel
        self._turn = asyncio.Lock()
        self._news = asyncio.Event()
        self._look_now = asyncio.Event()
        self._trouble: BusTrouble | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._first = 0

    async def start(self, topics: frozenset[str]) -> None:
        """Listen, take the first leases, and keep looking after them."""

        def heard(_connection: object, _pid: int, _channel: str, topic: str) -> None:
            if topic in topics:
                self._news.set()
            elif topic == self._group:
                self._look_now.set()

        with troubles("joining the group"):
            async with asyncio.timeout(2 * COMMAND_SECONDS):
                await self._lease_connection.add_listener(self._channel, heard)
                await self._leases.look()
                # Whoever has more than its share now need not find that out by itself.
                await self._lease_connection.execute(_RING, self._channel, self._group)
        self._keeper = asyncio.create_task(self._keep(), name=f"bus-leases-{self._group}")

    async def read(self, *, at_most: int, wait: float) -> list[Record]:
        """See ``Reader.read``."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait
        while True:
            self._still_well()
            # Whoever reads on is done with what it read before: the right moment to hand over.
            if self._leases.surplus:
                self._leases.give_back()
                self._look_now.set()
            self._news.clear()
            records = await self._fetch(at_most)
            left = deadline - loop.time()
            if records or left <= 0:
                return records
            with suppress(TimeoutError):
                async with asyncio.timeout(min(POLL_SECONDS, left)):
                    await self._news.wait()
            if not self._news.is_set() and loop.time() >= deadline:
                # Whoever reads on looks at once; to look here too would be to look twice.
                return []

    async def commit(self, positions: Mapping[Place, int]) -> None:
        """See ``Reader.commit``. A partition that is no longer this member's is refused."""
        self._still_well()
        holdings = [(place, self._leases.held.get(place), offset) for place, offset in positions.items()]
        mine = [(place.partition, holding, offset) for place, holding, offset in holdings if holding is not None]
        stored = 0
        if mine:
            rows = await self._run(
                "committing",
                _COMMIT,
                self._group,
                [holding.topic_id for _, holding, _ in mine],
                [partition for partition, _, _ in mine],
                [offset for _, _, offset in mine],
                [holding.epoch for _, holding, _ in mine],
            )
            stored = len(rows)
        if stored < len(positions):
            raise self._failed(BusTrouble("embedded bus: a partition belongs to another member by now"))

    def assignment(self) -> frozenset[Place]:
        """The partitions this member reads now."""
        return frozenset(self._leases.held)

    async def lag(self) -> dict[Place, int]:
        """See ``Reader.lag``."""
        self._still_well()
        held = [(place, holding.topic_id, holding.next_offset) for place, holding in self._leases.held.items()]
        rows = await self._run(
            "asking for the lag",
            _ENDS,
            [topic_id for _, topic_id, _ in held],
            [place.partition for place, _, _ in held],
        )
        ends = {row["place"]: row["next_offset"] for row in rows}
        return {
            place: max(0, ends.get(number, 0) - next_offset)
            for number, (place, _, next_offset) in enumerate(held, start=1)
        }

    async def close(self) -> None:
        """Stop, and free the leases by closing the connection that holds them."""
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
        await close(self._lease_connection)
        await close(self._connection)

    async def _fetch(self, at_most: int) -> list[Record]:
        held = list(self._leases.held.items())
        if not held:
            return []
        # Turned by one each time, so that a full partition does not starve the others.
        self._first = (self._first + 1) % len(held)
        held = held[self._first :] + held[: self._first]
        rows = await self._run(
            "reading",
            _FETCH,
            [holding.topic_id for _, holding in held],
            [place.partition for place, _ in held],
            [holding.next_offset for _, holding in held],
            at_most,
            BATCH_BYTES // len(held),
        )
        return self._received(held, rows)

    def _received(self, held: list[tuple[Place, Holding]], rows: list[Any]) -> list[Record]:
        # Lost while the answer was on its way? Then the new holder reads it.
        mine = [(*place, holding) if self._leases.held.get(place) is holding else None for place, holding in held]
        records = []
        for number, offset, key, headers, value in rows:
            if (source := mine[number - 1]) is None:
                continue
            topic, partition, holding = source
            if offset < holding.next_offset:
                raise self._failed(BusTrouble("embedded bus: records came out of order"))
            holding.next_offset = offset + 1
            # As Record(...) makes it, at half the cost: this is done for every record and group.
            records.append(tuple.__new__(Record, (topic, partition, offset, key, orjson.loads(headers), value)))
        return records

    async def _run(self, doing: str, sql: str, *parameters: object) -> list[Any]:
        async with self._turn:
            try:
                with troubles(doing):
                    rows: list[Any] = await self._connection.fetch(sql, *parameters)
                    return rows
            except BusTrouble as trouble:
                raise self._failed(trouble) from trouble.__cause__

    async def _keep(self) -> None:
        try:
            with troubles("looking after the leases"):
                while True:
                    with suppress(TimeoutError):
                        # Members that started together do not look together for ever.
                        apart = SETTLED_SECONDS if self._leases.settled else LOOK_SECONDS
                        async with asyncio.timeout(apart * random.uniform(0.75, 1.25)):  # noqa: S311
                            await self._look_now.wait()
                    self._look_now.clear()
                    if await self._leases.look() or self._leases.surplus:
                        self._news.set()
        except BusTrouble as trouble:
            self._failed(trouble)
        except Exception as error:
            # Whatever it is: a member without a keeper must not read on.
            self._failed(BusTrouble(f"embedded bus, looking after the leases: {error!r}"))
            raise

    def _failed(self, trouble: BusTrouble) -> BusTrouble:
        self._trouble = trouble
        self._news.set()
        return trouble

    def _still_well(self) -> None:
        if self._trouble is not None:
            raise BusTrouble(f"this reader failed before: {self._trouble.detail}") from self._trouble
