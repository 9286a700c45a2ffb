"""Builds indexes once the rows are there: sorting many keys costs a third of inserting each."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

# What a foreign key points at has to stay.
_OF_TABLE = """
    SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition,
        c.conname AS constraint_name, pg_get_constraintdef(c.oid) AS constraint_definition
    FROM pg_index AS i LEFT JOIN pg_constraint AS c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
    WHERE i.indrelid = $1::regclass
        AND NOT EXISTS (SELECT FROM pg_constraint AS f WHERE f.conindid = i.indexrelid AND f.contype = 'f')
    ORDER BY i.indexrelid
"""


@asynccontextmanager
async def bare(connection: Any, tables: Sequence[str]) -> AsyncIterator[None]:
    """Take the indexes of empty tables away, and build them again at the end."""
    again: list[str] = []
    for table in tables:
        for row in await connection.fetch(_OF_TABLE, table):
            if row["constraint_name"] is None:
                await connection.execute(f"DROP INDEX {row['name']}")
                again.append(row["definition"])
            else:
                name = row["constraint_name"]
                await connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
                again.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {row["constraint_definition"]}')
    yield
    for statement in again:
        await connection.execute(statement)


async def make_month(connection: Any, service: str, month: tuple[str, str, str]) -> str:
    """A table that is to become a month of a service's ledger, still without indexes; in place of one that is there."""
    name, begin, end = month
    await connection.execute(f"DROP TABLE IF EXISTS {service}.{name}")
    await connection.execute(
        f"CREATE TABLE {service}.{name} (LIKE {service}.ledger INCLUDING DEFAULTS INCLUDING CONSTRAINTS,"
        f" CONSTRAINT of_month CHECK (recorded_at >= '{begin}+00' AND recorded_at < '{end}+00'))"
    )
    return name


async def attach_month(connection: Any, service: str, month: tuple[str, str, str]) -> None:
    """Index it as the ledger is indexed, and make it a part of the ledger."""
    name, begin, end = month
    for row in await connection.fetch(_OF_TABLE, f"{service}.ledger"):
        if row["constraint_name"] is None:
            columns = row["definition"].partition(" USING ")[2]
            await connection.execute(f"CREATE INDEX ON {service}.{name} USING {columns}")
        else:
            await connection.execute(f"ALTER TABLE {service}.{name} ADD {row['constraint_definition']}")
    await connection.execute(
        f"ALTER TABLE {service}.ledger ATTACH PARTITION {service}.{name} FOR VALUES FROM ('{begin}+00') TO ('{end}+00')"
    )
    await connection.execute(f"ALTER TABLE {service}.{name} DROP CONSTRAINT of_month")
