"""The tables of the embedded bus."""

import re

import asyncpg

from libs.common.bus.embedded.connection import close, connect, troubles
from libs.common.bus.port import TopicSpec

_SCHEMA_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")

# Two processes may start at once, and CREATE ... IF NOT EXISTS alone can fail then. Whoever finds everything there does
# not take the lock: one that was frozen with it in hand must keep nobody from reading and sending.
_ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended('huiyin.bus.schema', 0))"

# A topic's id comes from the clock, so that a topic made again, even in a schema made again, is never taken for the
# old one: positions of the old log mean nothing in the new one.
_TABLES = """
create table if not exists topic (
    id bigint primary key,
    name text not null unique,
    partitions integer not null check (partitions > 0),
    max_message_bytes integer not null check (max_message_bytes > 0)
);
create table if not exists partition_end (
    topic_id bigint not null references topic (id) on delete cascade,
    partition integer not null,
    next_offset bigint not null default 0,
    primary key (topic_id, partition)
) with (fillfactor = 20);
create table if not exists entry (
    topic_id bigint not null,
    partition integer not null,
    record_offset bigint not null,
    key text not null,
    headers text not null,
    value bytea not null,
    appended_at timestamptz not null default now(),
    primary key (topic_id, partition, record_offset)
);
create table if not exists position (
    reader_group text not null,
    topic_id bigint not null references topic (id) on delete cascade,
    partition integer not null,
    next_offset bigint not null,
    epoch bigint not null,
    primary key (reader_group, topic_id, partition)
) with (fillfactor = 20);
alter table position add column if not exists read_up_to timestamptz;
comment on table entry is 'The log. No foreign key to topic: it would cost a look-up per record.';
comment on column position.read_up_to is
    'When the record before next_offset was appended: no longer that, and the log lost its tail and was filled again.';
comment on column position.epoch is 'Goes up with every new owner; a commit under an older epoch is refused.';
"""

_COMPLETE = "select exists (select from pg_attribute where attrelid = to_regclass($1) and attname = 'read_up_to')"

_THERE = "select count(*) from topic where name = any($1::text[])"

_NEW_TOPICS = """
with made as (
    insert into topic (id, name, partitions, max_message_bytes)
    select (extract(epoch from clock_timestamp()) * 1000000)::bigint + s.nth, s.name, s.partitions, s.max_bytes
    from unnest($1::text[], $2::integer[], $3::integer[]) with ordinality as s(name, partitions, max_bytes, nth)
    on conflict (name) do nothing
    returning id, partitions
)
insert into partition_end (topic_id, partition)
select made.id, number from made cross join lateral generate_series(0, made.partitions - 1) as number
"""


def checked_schema(name: str) -> str:
    """The name, if it is a plain lower-case identifier. Raises ValueError."""
    if not _SCHEMA_NAME.fullmatch(name):
        raise ValueError(f"schema {name!r} is not a plain lower-case identifier")
    return name


async def ensure_schema(dsn: str, schema: str) -> None:
    """Create schema and tables where they are missing. Safe when several processes start at once."""
    connection = await connect(dsn, schema, "schema")
    try:
        with troubles("creating the schema"):
            if await _complete(connection, schema):
                return
            async with connection.transaction():
                await connection.execute(_ONE_AT_A_TIME)
                if not await _complete(connection, schema):
                    await connection.execute(f'create schema if not exists "{schema}"')
                    await connection.execute(_TABLES)
    finally:
        await close(connection)


async def ensure_topics(dsn: str, schema: str, topics: list[TopicSpec]) -> None:
    """Create the topics that are missing; a topic that is there keeps its partitions."""
    connection = await connect(dsn, schema, "topics")
    try:
        with troubles("creating topics"):
            names = [topic.name for topic in topics]
            if await connection.fetchval(_THERE, names) == len(set(names)):
                return
            async with connection.transaction():
                await connection.execute(_ONE_AT_A_TIME)
                await connection.execute(
                    _NEW_TOPICS,
                    names,
                    [topic.partitions for topic in topics],
                    [topic.max_message_bytes for topic in topics],
                )
    finally:
        await close(connection)


async def _complete(connection: asyncpg.Connection, schema: str) -> bool:
    # Looking first keeps the usual start free of DDL and of the locks that DDL takes.
    return bool(await connection.fetchval(_COMPLETE, f"{schema}.position"))
