"""The tables as they are stated are those that the migrations make: columns, constraints, indexes, to the last letter.

What is stated is made in a schema of its own, and PostgreSQL says of both what it took them for.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

import pytest
from sqlalchemy import MetaData, String, Text, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import AutoString

from huiyin.house import SPECS
from libs.common.bus.flow import Service
from libs.common.database.migrate import migrate
from services.analytics.tables import Base as Analytics
from services.dispatch.cases.tables import Base as Dispatch
from services.followup.cases.tables import Base as Followup
from services.intake.tables import Base as Intake

STATED: Mapping[Service, MetaData] = {
    Service.INTAKE: Intake.metadata,
    Service.DISPATCH: Dispatch.metadata,
    Service.FOLLOWUP: Followup.metadata,
    Service.ANALYTICS: Analytics.metadata,
}
STATED_SCHEMA = "stated"

_BY_RARE = {"rare", "rare_beyond", "stray"} | {
    f"fact_{name}_idx"
    for name in (
        *("answered_directly", "closed_unverified", "not_satisfied", "reminders", "returns_refused"),
        *("returns_requested", "sent_back", "stray", "supervisions", "triaged", "withdrawn"),
        *("first_not_satisfied", "repeats", "backlog_cases", "unreasonable", "not_counted"),
        *("upper_orders", "calls", "extensions_requested", "suspensions_requested", "terminations_requested"),
    )
}
ONLY_MADE: Mapping[Service, set[str]] = {
    Service.INTAKE: set(),
    Service.DISPATCH: set(),
    Service.FOLLOWUP: {
        "closing_word",
        "attempt_closing_word",
        "matter_closed_by_the_citizen",
    },
    Service.ANALYTICS: _BY_RARE,
}
"""Columns that PostgreSQL works out itself, which no row of ours has, and what stands over them."""

_PARTS = """
    SELECT c.relname, part.name, part.said
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
    CROSS JOIN LATERAL (
        SELECT attname AS name, format_type(atttypid, atttypmod)
            || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END AS said
        FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND c.relkind = 'r'
        UNION ALL
        SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid = c.oid AND contype <> 'n'
        UNION ALL
        SELECT i.relname, replace(pg_get_indexdef(i.oid), n.nspname || '.', '') FROM pg_index JOIN pg_class AS i
        ON i.oid = indexrelid WHERE indrelid = c.oid
    ) AS part
    WHERE n.nspname = :schema
"""


class Part(NamedTuple):
    """A constraint or an index, and what PostgreSQL says of it."""

    table: str
    name: str
    said: str


async def parts_of(connection: AsyncConnection, schema: str) -> set[Part]:
    await connection.execute(text(f"SET search_path = {schema}"))
    rows = await connection.execute(text(_PARTS), {"schema": schema})
    return {Part(table, name, in_order(said)) for table, name, said in rows}


def in_order(said: str) -> str:
    """The same, with the words of closed lists in the order of the alphabet: which comes first means nothing."""
    return re.sub(r"ARRAY\[(.*?)\]", lambda found: f"ARRAY[{', '.join(sorted(found[1].split(', ')))}]", said)


def as_text(metadata: MetaData) -> MetaData:
    """The same tables, with texts as PostgreSQL has them: without a length."""
    copied = MetaData()
    for table in metadata.tables.values():
        for column in table.to_metadata(copied).columns:
            if isinstance(column.type, String | AutoString):
                column.type = Text()
    return copied


@pytest.mark.parametrize("service", STATED)
async def test_what_is_stated_is_what_the_migrations_make(service: Service, database_url: str) -> None:
    (history,) = (spec.migrations for spec in SPECS if spec.service == service)
    await migrate(database_url, str(service), history)
    engine = create_async_engine(make_url(database_url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE SCHEMA {STATED_SCHEMA}"))
        await connection.execute(text(f"SET search_path = {STATED_SCHEMA}"))
        await connection.run_sync(as_text(STATED[service]).create_all)
        stated, made = await parts_of(connection, STATED_SCHEMA), await parts_of(connection, str(service))
    made = {part for part in made if part.table in STATED[service].tables}
    assert stated - made == set()
    assert {part.name for part in made - stated} == ONLY_MADE[service]
