"""The rows that one registration writes, and the one statement that writes such rows without any house around it.

The rows are not listed here: a registration is made through the real door, and what it left in the tables of intake is
read back. So the baseline follows the tables of the day: as many rows, columns, indexes and bytes as the house writes.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

_SCHEMA = "intake"
_NOT_PER_CASE = frozenset({"case_number", "pack", "alembic_version"})
"""Tables that hold what many cases share."""

_COLUMNS = """
    SELECT c.relname AS table_name, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
           EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND a.attnum = ANY(i.indkey)) AS indexed
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = '' AND a.attgenerated = ''
    ORDER BY c.relname, a.attnum
"""
_MADE = """made AS MATERIALIZED (
    SELECT uuidv7()::text AS case_id, lpad(nextval('baseline_case_no')::text, 19, '0') AS case_no,
           replace(gen_random_uuid()::text, '-', '') AS key
    FROM generate_series(1, {cases}))"""
_ESCAPES = {"'": "''", "\\": "\\\\", ":": "\\x3a", "\n": "\\n"}
_ANSWERS = "answer"
_POINTER = "ledger_unsent"
"""It points at the row of the ledger, whose number only the database knows."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column and what the sample has in it, as text."""

    name: str
    type: str
    indexed: bool
    value: str | None


@dataclass(frozen=True, slots=True)
class Sample:
    """The rows of one registration, by table, and the words in them that differ from one to the next."""

    rows: Mapping[str, Sequence[Sequence[Column]]]
    words: Mapping[str, str]
    """What stands in the sample, and what stands for it in the statement."""

    @property
    def size(self) -> int:
        """Rows."""
        return sum(len(rows) for rows in self.rows.values())


async def take_sample(connection: Any, register: Callable[[], Awaitable[Mapping[str, str]]]) -> Sample:
    """Have one case registered, and read what that wrote; nobody else may write meanwhile.

    ``register`` answers the words that are this case's own, each with its name in the statement: case_id, case_no.
    """
    since = await connection.fetchval("SELECT pg_current_xact_id()::text::bigint")
    words = await register()
    columns: dict[str, list[Any]] = {}
    for row in await connection.fetch(_COLUMNS, _SCHEMA):
        if row["table_name"] not in _NOT_PER_CASE:
            columns.setdefault(row["table_name"], []).append(row)
    rows: dict[str, list[list[Column]]] = {}
    for table, described in columns.items():
        chosen = ", ".join(f'"{column["name"]}"::text' for column in described)
        query = f"SELECT {chosen} FROM {_SCHEMA}.{table} WHERE xmin::text::bigint > $1"  # noqa: S608 - catalogue names
        for found in await connection.fetch(query, since):
            values = [
                Column(column["name"], column["type"], column["indexed"], value)
                for column, value in zip(described, found, strict=True)
            ]
            rows.setdefault(table, []).append(values)
    return Sample(rows, {**words, **kept_names(rows)})


def kept_names(rows: Mapping[str, Sequence[Sequence[Column]]]) -> dict[str, str]:
    """What the kept answer is found by: a fingerprint of the Idempotency-Key, made under a key of the door's."""
    named = [column for row in rows.get(_ANSWERS, ()) for column in row if column.name == "idempotency_key"]
    return {column.value: "key" for column in named if column.value is not None}


async def prepare(connection: Any) -> None:
    """Make what the statement needs beside the tables."""
    await connection.execute("CREATE SEQUENCE IF NOT EXISTS baseline_case_no CACHE 100")


def statement(sample: Sample, cases: int) -> str:
    """One statement that writes the rows of so many registrations, each with ids of its own."""
    parts = [_MADE.format(cases=cases)]
    for table, rows in sample.rows.items():
        for number, row in enumerate(rows):
            parts.append(f"{table}_{number} AS ({_insert(table, row, sample.words)})")
    return "WITH " + ",\n".join(parts) + "\nSELECT count(*) FROM made;\n"


def _insert(table: str, row: Sequence[Column], words: Mapping[str, str]) -> str:
    names = ", ".join(f'"{column.name}"' for column in row)
    into = f"INSERT INTO {_SCHEMA}.{table} ({names})"
    if table == _POINTER:
        return f"{into} SELECT {names} FROM ledger_0"  # noqa: S608 - names of the catalogue
    values = ", ".join(_expression(column, words) for column in row)
    returning = " RETURNING id, part, recorded_at" if table == "ledger" else ""
    return f"{into} SELECT {values} FROM made{returning}"  # noqa: S608 - names of the catalogue, and quoted values


def _expression(column: Column, words: Mapping[str, str]) -> str:
    """The sample's value with the words of another case in it."""
    if column.value is None:
        return f"NULL::{column.type}"
    text, is_bytes = column.value, column.type == "bytea"
    if is_bytes:
        with suppress(UnicodeDecodeError):
            text = bytes.fromhex(column.value.removeprefix("\\x")).decode()
    found = [word for word in words if word in text]
    if is_bytes and not found:
        return _bytes(column)
    expression = _quoted(text)
    for word in found:
        expression = f"replace({expression}, {_quoted(word)}, made.{words[word]})"
    return f"convert_to({expression}, 'UTF8')" if is_bytes else f"{expression}::{column.type}"


def _bytes(column: Column) -> str:
    """Bytes as they are; in an index, where equal ones would cost less than different ones, others each time."""
    if not column.indexed or column.value is None:
        return f"{_quoted(column.value or '')}::bytea"
    length = len(bytes.fromhex(column.value.removeprefix("\\x")))
    return f"substr(sha256(convert_to(made.case_id, 'UTF8')), 1, {length})"


def _quoted(text: str) -> str:
    """A literal without a colon in it: pgbench would take what follows for the name of a variable."""
    return "E'" + "".join(_ESCAPES.get(sign, sign) for sign in text) + "'"
