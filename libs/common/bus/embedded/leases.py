"""Who reads which partition: leases (租约) held as session locks of PostgreSQL, shared out fairly within a group.

Every member holds a shared lock per topic it reads, so the members alive can be counted in pg_locks and nothing has to
beat. A partition is held by an exclusive lock; PostgreSQL frees it the moment its holder's connection is gone. A member
whose process is frozen keeps its connection: the others see in pg_stat_activity that it has been quiet too long and end
it. The epoch in the table ``position`` goes up with every new holder and fences off whoever held it before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from libs.common.bus.partitions import share
from libs.common.bus.port import Place

_TOPICS = "select id, name, partitions from topic where name = any($1::text[]) order by name"

_ENDS = "select topic_id, partition, next_offset from partition_end where topic_id = any($1::bigint[])"

_JOIN = "select pg_advisory_lock_shared(key) from unnest($1::bigint[]) as key"

# A lock on a 64-bit key shows its halves as classid and objid.
_LOCKS = """
with held as (
    select ((classid::bigint << 32) | objid::bigint) as key, pid, mode = 'ExclusiveLock' as lease
    from pg_locks
    where locktype = 'advisory' and objsubid = 1 and granted
        and database = (select oid from pg_database where datname = current_database())
)
select held.key, held.pid, held.lease, extract(epoch from clock_timestamp() - a.state_change)::float8 as quiet
from held left join pg_stat_activity a on a.pid = held.pid
where held.key = any($1::bigint[])
"""

_TRY = "select key, pg_try_advisory_lock(key) as got from unnest($1::bigint[]) as key"

_UNLOCK = "select pg_advisory_unlock(key) from unnest($1::bigint[]) as key"

_END_SESSIONS = "select pg_terminate_backend(pid) from unnest($1::integer[]) as pid"

# A position beyond the end belongs to a log that is no more: start at the earliest record. Where another record stands
# before it than the one that was read, the log lost its tail and was filled again: go on with the first record that was
# appended after that one. When a clock was set back in between, that cannot be told: start at the earliest.
_TAKE = """
insert into position as p (reader_group, topic_id, partition, next_offset, epoch)
select $1, t.topic_id, t.partition, 0, 1 from unnest($2::bigint[], $3::integer[]) as t(topic_id, partition)
on conflict (reader_group, topic_id, partition) do update set epoch = p.epoch + 1, next_offset = case
    when p.next_offset > (
        select e.next_offset from partition_end e where e.topic_id = p.topic_id and e.partition = p.partition
    ) then 0
    when p.read_up_to is null or p.read_up_to = (
        select e.appended_at from entry e
        where e.topic_id = p.topic_id and e.partition = p.partition and e.record_offset = p.next_offset - 1
    ) or not exists (
        select from entry e
        where e.topic_id = p.topic_id and e.partition = p.partition and e.record_offset < p.next_offset
    ) then p.next_offset
    else coalesce(nullif((
        select e.record_offset + 1 from entry e
        where e.topic_id = p.topic_id and e.partition = p.partition and e.record_offset < p.next_offset
            and e.appended_at <= p.read_up_to
        order by e.record_offset desc limit 1
    ), p.next_offset), 0) end
returning topic_id, partition, next_offset, epoch
"""


@dataclass(frozen=True, slots=True)
class LeasedTopic:
    """A topic as it stands now; a topic made again has another id."""

    id: int
    name: str
    partitions: int


@dataclass(slots=True)
class Holding:
    """A partition held: ``next_offset`` is the next record to fetch, ``epoch`` the right to commit."""

    topic_id: int
    epoch: int
    next_offset: int


@dataclass(slots=True)
class _View:
    """What pg_locks shows of one group."""

    members: dict[int, list[int]] = field(default_factory=dict)
    held: set[int] = field(default_factory=set)
    quiet: dict[int, float] = field(default_factory=dict)


class Leases:
    """One member's leases. Only ``look`` uses the connection; ``give_back`` may be called while it runs."""

    def __init__(self, connection: Any, schema: str, group: str, names: Sequence[str], *, stall_seconds: float) -> None:
        self.held: dict[Place, Holding] = {}
        self.surplus: list[Place] = []
        self.settled = False
        """Whether this member held just its share at its last look."""
        self._connection = connection
        self._pid: int = connection.get_server_pid()
        self._schema = schema
        self._group = group
        self._names = list(names)
        self._stall_seconds = stall_seconds
        self._topics: dict[str, LeasedTopic] = {}
        self._given_back: list[int] = []

    def give_back(self) -> None:
        """Let go of what is above this member's share; the next look unlocks it."""
        for place in self.surplus:
            holding = self.held.pop(place, None)
            if holding is not None:
                self._given_back.append(self._lease_key(holding.topic_id, place.partition))
        self.surplus = []

    async def look(self) -> bool:
        """Join, count, take what is due and free what was given back; true when something new is held."""
        await self._unlock()
        await self._learn()
        await self._check_ends()
        self.settled = False
        if not self._topics:
            return False
        view = await self._view()
        await self._end_stalled(view)
        self.surplus = [place for topic in self._topics.values() for place in self._above(topic, view)]
        wanted = [place for topic in self._topics.values() for place in self._due(topic, view)]
        self.settled = all(self._share(topic, view)[1] == len(self._mine(topic)) for topic in self._topics.values())
        return await self._take(wanted)

    async def _unlock(self) -> None:
        keys, self._given_back = self._given_back, []
        if keys:
            await self._connection.execute(_UNLOCK, keys)

    async def _learn(self) -> None:
        """Follow the topics: a new one is joined, one that was made again drops what was held of the old one."""
        rows = await self._connection.fetch(_TOPICS, self._names)
        topics = {row["name"]: LeasedTopic(row["id"], row["name"], row["partitions"]) for row in rows}
        if topics == self._topics:
            return
        known = {topic.id for topic in self._topics.values()}
        there = {topic.id for topic in topics.values()}
        for place in [place for place, holding in self.held.items() if holding.topic_id not in there]:
            self._given_back.append(self._lease_key(self.held.pop(place).topic_id, place.partition))
        await self._connection.execute(_JOIN, [self._member_key(topic_id) for topic_id in sorted(there - known)])
        self._topics = topics

    async def _check_ends(self) -> None:
        """A place to read from that lies beyond the end belongs to a log that is no more."""
        # Taken before the ends are read: the reader moves on meanwhile.
        before = {place: (holding, holding.next_offset) for place, holding in self.held.items()}
        rows = await self._connection.fetch(_ENDS, [topic.id for topic in self._topics.values()])
        ends = {(row["topic_id"], row["partition"]): row["next_offset"] for row in rows}
        for place, (holding, next_offset) in before.items():
            if next_offset > ends.get((holding.topic_id, place.partition), 0):
                holding.next_offset = 0

    async def _view(self) -> _View:
        members = {self._member_key(topic.id): topic.id for topic in self._topics.values()}
        leases = [
            self._lease_key(topic.id, partition)
            for topic in self._topics.values()
            for partition in range(topic.partitions)
        ]
        view = _View(members={topic_id: [] for topic_id in members.values()})
        for row in await self._connection.fetch(_LOCKS, [*members, *leases]):
            if row["quiet"] is not None:
                view.quiet[row["pid"]] = row["quiet"]
            if row["lease"]:
                view.held.add(row["key"])
            else:
                view.members[members[row["key"]]].append(row["pid"])
        return view

    async def _end_stalled(self, view: _View) -> None:
        stalled = [pid for pid, quiet in view.quiet.items() if quiet > self._stall_seconds and pid != self._pid]
        if stalled:
            await self._connection.execute(_END_SESSIONS, stalled)

    def _share(self, topic: LeasedTopic, view: _View) -> tuple[int, int]:
        """This member's rank among those of a topic, and how many partitions that gives it."""
        members = sorted(view.members[topic.id])
        # Turned by the topic, so that it is not always the same member that has one more.
        rank = (members.index(self._pid) + topic.id) % len(members)
        return rank, share(topic.partitions, len(members), rank)

    def _mine(self, topic: LeasedTopic) -> list[Place]:
        return sorted((place for place in self.held if place.topic == topic.name), key=lambda place: place.partition)

    def _above(self, topic: LeasedTopic, view: _View) -> list[Place]:
        return self._mine(topic)[self._share(topic, view)[1] :]

    def _due(self, topic: LeasedTopic, view: _View) -> list[Place]:
        rank, allowed = self._share(topic, view)
        missing = allowed - len(self._mine(topic))
        if missing <= 0:
            return []
        free = [p for p in range(topic.partitions) if self._lease_key(topic.id, p) not in view.held]
        # Members start at different places, so that two that look at once seldom want the same.
        start = rank % len(free) if free else 0
        return [Place(topic.name, partition) for partition in (free[start:] + free[:start])[:missing]]

    async def _take(self, wanted: list[Place]) -> bool:
        if not wanted:
            return False
        keys = {self._lease_key(self._topics[place.topic].id, place.partition): place for place in wanted}
        rows = await self._connection.fetch(_TRY, list(keys))
        got = [keys[row["key"]] for row in rows if row["got"]]
        if not got:
            return False
        topic_ids = [self._topics[place.topic].id for place in got]
        taken = await self._connection.fetch(_TAKE, self._group, topic_ids, [place.partition for place in got])
        names = {topic.id: topic.name for topic in self._topics.values()}
        for row in taken:
            place = Place(names[row["topic_id"]], row["partition"])
            self.held[place] = Holding(row["topic_id"], row["epoch"], row["next_offset"])
        return True

    def _member_key(self, topic_id: int) -> int:
        return _key("member", self._schema, self._group, str(topic_id))

    def _lease_key(self, topic_id: int, partition: int) -> int:
        return _key("lease", self._schema, self._group, str(topic_id), str(partition))


def _key(*parts: str) -> int:
    digest = blake2b("\0".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
