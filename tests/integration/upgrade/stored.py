"""The tables of a release before, as they are kept beside the test: laid out of a database, and laid into one.

Kept column by column, the rows of one case together, which is a third of the file that rows would be. What is chance
and means nothing is not kept: ids of events are made anew, and so are the hashes that follow from the events themselves
(the same chain since the first release); traces are left out.
"""

import io
import json
import lzma
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import asyncpg

from libs.common.ledger.append import GENESIS, chain

Connection = Any
"""Of asyncpg, which has no types."""
_MADE_ANEW = {"ledger": ("event_id", "hash"), "ledger_head": ("hash",)}
_LEFT_OUT = {("ledger", "traceparent")}
_TABLES_LEFT_OUT = {"alembic_version", "answer", "idempotency", "ledger_unsent", "rollup_coarse", "rollup_month"}
"""The last two are sums of ``rollup``, which a migration empties or drops unread."""
_NAMESPACE = UUID(int=0)
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0}]
"""Text has no alignment."""

_COLUMNS = """
    SELECT c.relname AS of_table, array_agg(a.attname::text ORDER BY a.attnum) AS columns
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
    WHERE c.relnamespace = $1::text::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    GROUP BY c.relname ORDER BY c.relname
"""
_SEQUENCES = """
    SELECT c.relname AS of_table, a.attname AS of_column,
           pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) AS sequence
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid
    WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
      AND pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) IS NOT NULL
"""

_MONTHS = """
    SELECT DISTINCT date_trunc('month', recorded_at AT TIME ZONE 'UTC')::date AS first,
           (date_trunc('month', recorded_at AT TIME ZONE 'UTC') + interval '1 month')::date AS after
    FROM laid
"""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; ``values`` are lines, as COPY writes them."""

    schema: str
    table: str
    name: str
    values: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """All that is kept; ``revisions`` by schema, where its tables stand."""

    revisions: Mapping[str, str]
    columns: Sequence[Column]

    def write(self, file: Path) -> None:
        """Columns of one name stand together: what one table says of a case, others say as well."""
        ordered = sorted(self.columns, key=lambda column: (column.name, column.table, column.schema))
        places = [(column.schema, column.table, column.name, len(column.values)) for column in ordered]
        head = json.dumps({"revisions": self.revisions, "columns": places}).encode()
        content = b"".join([head, b"\n", *(column.values for column in ordered)])
        file.write_bytes(lzma.compress(content, filters=_FILTERS))

    @classmethod
    def read(cls, file: Path) -> "Stored":
        """What was written."""
        head, _, content = lzma.decompress(file.read_bytes()).partition(b"\n")
        told, columns, begin = json.loads(head), [], 0
        for schema, table, name, length in told["columns"]:
            columns.append(Column(schema, table, name, content[begin : begin + length]))
            begin += length
        return cls(told["revisions"], columns)

    async def lay(self, url: str) -> None:
        """Put the rows into the empty tables of their revisions."""
        tables: dict[tuple[str, str], list[Column]] = {}
        for column in self.columns:
            tables.setdefault((column.schema, column.table), []).append(column)
        connection = await asyncpg.connect(url)
        try:
            await connection.execute("SET session_replication_role = replica")
            for (schema, table), columns in sorted(tables.items()):
                await _lay_table(connection, schema, table, columns)
            for schema in self.revisions:
                for row in await connection.fetch(_SEQUENCES, schema):
                    newest = f'SELECT max("{row["of_column"]}") FROM {schema}."{row["of_table"]}"'  # noqa: S608
                    await connection.execute(f"SELECT setval('{row['sequence']}', ({newest}))")
            await connection.execute("ANALYZE")
        finally:
            await connection.close()


async def stored_of(url: str, revisions: Mapping[str, str]) -> Stored:
    """All rows of these schemas."""
    connection = await asyncpg.connect(url)
    try:
        columns = [
            column
            for schema in revisions
            for row in await connection.fetch(_COLUMNS, schema)
            if row["of_table"] not in _TABLES_LEFT_OUT
            for column in await _columns_of(connection, schema, row["of_table"], row["columns"])
        ]
        return Stored(revisions, columns)
    finally:
        await connection.close()


async def _columns_of(connection: Connection, schema: str, table: str, columns: list[str]) -> list[Column]:
    kept = [name for name in columns if name not in _MADE_ANEW.get(table, ()) and (table, name) not in _LEFT_OUT]
    order = [name for name in ("key", "case_id", "seq", "version", "id") if name in kept] or kept[:1]
    listed, ordered = (", ".join(f'"{name}"' for name in names) for names in (kept, order))
    copied = io.BytesIO()
    await connection.copy_from_query(f'SELECT {listed} FROM {schema}."{table}" ORDER BY {ordered}', output=copied)  # noqa: S608
    rows = [line.split(b"\t") for line in copied.getvalue().splitlines()]
    values = [b"".join(value + b"\n" for value in column) for column in zip(*rows, strict=True)] or [b""] * len(kept)
    return [Column(schema, table, name, lines) for name, lines in zip(kept, values, strict=True)]


async def _lay_table(connection: Connection, schema: str, table: str, columns: Sequence[Column]) -> None:
    names = [column.name for column in columns]
    rows = io.BytesIO(b"".join(_lines(columns)))
    anew = _MADE_ANEW.get(table, ())
    if not anew:
        await connection.copy_to_table(table, schema_name=schema, source=rows, columns=names)
        return
    await connection.execute(f'CREATE TEMP TABLE laid (LIKE {schema}."{table}" INCLUDING GENERATED)')
    for name in anew:
        await connection.execute(f"ALTER TABLE laid ALTER {name} DROP NOT NULL")
    await connection.copy_to_table("laid", source=rows, columns=names)
    if table == "ledger":
        await _make_months(connection, schema)
        await _chain_anew(connection, schema)
    else:
        await _heads_anew(connection, schema)
    listed = ", ".join(f'"{name}"' for name in (*names, *anew))
    await connection.execute(
        f'INSERT INTO {schema}."{table}" ({listed}) OVERRIDING SYSTEM VALUE SELECT {listed} FROM laid'  # noqa: S608
    )
    await connection.execute("DROP TABLE laid")


def _lines(columns: Sequence[Column]) -> Iterator[bytes]:
    for row in zip(*(column.values.splitlines() for column in columns), strict=True):
        yield b"\t".join(row) + b"\n"


async def _make_months(connection: Connection, schema: str) -> None:
    """As the processes of that release did when they started; the default partition holds what is of no month."""
    for row in await connection.fetch(_MONTHS):
        first, after = row["first"], row["after"]
        await connection.execute(
            f"CREATE TABLE {schema}.ledger_{first:%Y_%m} PARTITION OF {schema}.ledger "
            f"FOR VALUES FROM ('{first}+00') TO ('{after}+00')"
        )


async def _chain_anew(connection: Connection, schema: str) -> None:
    rows = await connection.fetch(
        "SELECT id, stream, key, seq, type, payload::text AS payload, occurred_at FROM laid ORDER BY stream, key, seq"
    )
    ends: dict[tuple[str, str], bytes] = {}
    made: list[tuple[int, bytes, UUID]] = []
    for row in rows:
        place = row["stream"], row["key"]
        ends[place] = chain(
            ends.get(place, GENESIS),
            key=row["key"],
            seq=row["seq"],
            type_name=row["type"],
            payload=row["payload"].encode(),
            occurred_at=row["occurred_at"],
        )
        event_id = uuid5(_NAMESPACE, f"{schema} {row['stream']} {row['key']} {row['seq']}")
        made.append((row["id"], ends[place], event_id))
    await connection.execute(
        "UPDATE laid SET hash = m.hash, event_id = m.event_id "
        "FROM unnest($1::bigint[], $2::bytea[], $3::uuid[]) AS m(id, hash, event_id) WHERE laid.id = m.id",
        *([row[place] for row in made] for place in range(3)),
    )


async def _heads_anew(connection: Connection, schema: str) -> None:
    await connection.execute(
        f"UPDATE laid SET hash = l.hash FROM {schema}.ledger AS l "  # noqa: S608
        "WHERE (l.stream, l.key, l.seq) = (laid.stream, laid.key, laid.seq)"
    )
