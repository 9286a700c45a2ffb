"""Rows without the ORM: plain objects, read in one statement and written in one statement per table.

A table's SQLModel class says which columns there are, and to the type checker what they hold. At run time a row is a
plain object with the same attributes: setting one costs nothing, and what changed is found by comparing with what was
read. So a list or a document in a row is replaced, never changed in place. (The ORM's row costs 0.3 ms to make and a
statement of its own to write; a busy office has time for neither.)
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, Protocol, cast

import orjson
from sqlalchemy import ARRAY, Dialect, Table, inspect, make_url
from sqlalchemy import Enum as WordColumn
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from libs.common.errors import Overtaken

Convert = Callable[[Any], Any]

_DIALECT: Dialect = make_url("postgresql://").get_dialect()()


class Runs(Protocol):
    """Runs a statement with positional parameters and gives its rows."""

    async def fetch(self, sql: str, *parameters: object) -> Sequence[Any]: ...


class StoredRow:
    """A row. ``as_read`` holds its columns as the database has them; None for a row that it has not yet."""

    __slots__ = ("__dict__", "as_read")

    def __init__(self, values: dict[str, Any], as_read: tuple[Any, ...] | None) -> None:
        self.__dict__ = values
        self.as_read = as_read


class Layout:
    """How the rows of one table are read and written."""

    def __init__(self, table: type[SQLModel]) -> None:
        self.table = cast("Table", inspect(table).local_table)
        self.columns = tuple(column.name for column in self.table.columns)
        self.keys = tuple(column.name for column in self.table.primary_key.columns)
        self._defaults = {name: field.default for name, field in table.model_fields.items() if not field.is_required()}
        self._values: Callable[[StoredRow], tuple[Any, ...]] = attrgetter(*self.columns)
        self._loads = [(column.name, load) for column in self.table.columns if (load := _load_of(column.type))]
        self._dumps = {column.name: _dump_of(column.type) for column in self.table.columns}
        self._types = {column.name: _type_name(column.type) for column in self.table.columns}
        self._casts = {column.name: _cast_of(column.type) for column in self.table.columns}

    def make(self, values: Mapping[str, Any]) -> StoredRow:
        """A new row; TypeError for a column that does not exist or is missing."""
        row = {**self._defaults, **values}
        if row.keys() != self._types.keys():
            wrong = sorted(row.keys() ^ self._types.keys())
            raise TypeError(f"a row of {self.table.name} lacks, or does not have: {', '.join(wrong)}")
        return StoredRow(row, None)

    def select(self, column: str, *, lock: bool) -> str:
        """The statement that finds rows by the values of a column, in the order of the primary key."""
        found = f"SELECT {', '.join(self.columns)} FROM {self.table.name} WHERE {column} = ANY($1::text[])"  # noqa: S608
        return f"{found} ORDER BY {', '.join(self.keys)}{' FOR UPDATE' if lock else ''}"

    def read(self, row: Iterable[Any]) -> StoredRow:
        """The row as an object."""
        values = dict(zip(self.columns, row, strict=True))
        for name, load in self._loads:
            values[name] = load(values[name])
        return StoredRow(values, tuple(values.values()))

    def changes(self, record: StoredRow) -> list[str]:
        """The columns of a row that was read which differ from what the database has."""
        now = self._values(record)
        if now == record.as_read or record.as_read is None:
            return []
        return [name for name, old, new in zip(self.columns, record.as_read, now, strict=True) if old != new]

    async def insert(self, rows: Runs, records: Sequence[StoredRow]) -> None:
        """Write new rows in one statement."""
        names = ", ".join(self.columns)
        values = ", ".join(f"{name}{self._casts[name]}" for name in self.columns)
        await rows.fetch(
            f"INSERT INTO {self.table.name} ({names}) SELECT {values} FROM {self._unnest(self.columns)}",  # noqa: S608
            *self._parameters(self.columns, records),
        )
        for record in records:
            record.as_read = self._values(record)

    async def update(self, rows: Runs, changed: Sequence[tuple[StoredRow, list[str]]]) -> None:
        """Write changed rows in one statement, which sets every column that changed in one of them.

        Raises Overtaken when one of them is gone: it was read without a lock, and somebody deleted it.
        """
        moved = {name for _, names in changed for name in names}
        setting = [name for name in self.columns if name in moved]
        columns = [*self.keys, *setting]
        table = self.table.name
        assignments = ", ".join(f"{name} = new.{name}{self._casts[name]}" for name in setting)
        same = " AND ".join(f"{table}.{name} = new.{name}" for name in self.keys)
        written = await rows.fetch(
            f"UPDATE {table} SET {assignments} FROM {self._unnest(columns)} WHERE {same} RETURNING 1",  # noqa: S608
            *self._parameters(columns, [record for record, _ in changed]),
        )
        if len(written) < len(changed):
            raise Overtaken(f"{len(changed) - len(written)} rows of {table} are gone")
        for record, _ in changed:
            record.as_read = self._values(record)

    async def delete(self, rows: Runs, record: StoredRow) -> None:
        """Delete one row."""
        same = " AND ".join(f"{name} = ${number}" for number, name in enumerate(self.keys, start=1))
        await rows.fetch(f"DELETE FROM {self.table.name} WHERE {same}", *(getattr(record, name) for name in self.keys))  # noqa: S608

    def _unnest(self, columns: Sequence[str]) -> str:
        places = ", ".join(f"${number}::{self._types[name]}[]" for number, name in enumerate(columns, start=1))
        return f"unnest({places}) AS new({', '.join(columns)})"

    def _parameters(self, columns: Sequence[str], records: Sequence[StoredRow]) -> list[list[Any]]:
        parameters = []
        for name in columns:
            dump = self._dumps[name]
            values = [getattr(record, name) for record in records]
            parameters.append(values if dump is None else [None if value is None else dump(value) for value in values])
        return parameters


@cache
def layout_of(table: type[SQLModel]) -> Layout:
    """The layout of a table, made once."""
    return Layout(table)


class RecordBook:
    """The rows that one transaction has read, made and changed."""

    def __init__(self, rows: Runs, *, locks: bool = True) -> None:
        self._rows = rows
        self._locks = locks
        self._groups: dict[tuple[type[SQLModel], str], dict[str, list[StoredRow]]] = {}
        self._known: defaultdict[type[SQLModel], list[StoredRow]] = defaultdict(list)
        self._inserts: defaultdict[type[SQLModel], list[StoredRow]] = defaultdict(list)

    async def load(self, table: type[SQLModel], column: str, values: Iterable[object], *, lock: bool) -> None:
        """Read the rows whose ``column`` is one of ``values``, those that were not read before.

        Locked, unless the caller wants none, or only reads: whoever looks never waits for who writes.
        """
        groups = self._groups.setdefault((table, column), {})
        missing = sorted({key for key in map(str, values) if key not in groups})
        if not missing:
            return
        groups.update((value, []) for value in missing)
        layout = layout_of(table)
        known = self._known[table]
        # What was made here the database does not have yet; it is there all the same.
        for record in [made for made in known if made.as_read is None and str(getattr(made, column)) in missing]:
            groups[str(getattr(record, column))].append(record)
        for row in await self._rows.fetch(layout.select(column, lock=lock and self._locks), missing):
            record = layout.read(row)
            known.append(record)
            groups[str(getattr(record, column))].append(record)

    def found(self, table: type[SQLModel], column: str, value: str) -> list[StoredRow]:
        """What was read, or made here, for a value."""
        return self._groups[table, column][value]

    def new(self, table: type[SQLModel], values: Mapping[str, Any]) -> StoredRow:
        """A new row, found from now on."""
        record = layout_of(table).make(values)
        self._known[table].append(record)
        for (kind, column), groups in self._groups.items():
            group = groups.get(getattr(record, column)) if kind is table else None
            if group is not None:
                group.append(record)
        return record

    def insert(self, table: type[SQLModel], values: Mapping[str, Any]) -> None:
        """A new row that nobody looks for."""
        self._inserts[table].append(layout_of(table).make(values))

    async def remove(self, record: StoredRow) -> None:
        """Delete a row, written already or not."""
        table = next(table for table, records in self._known.items() if record in records)
        self._known[table].remove(record)
        for (kind, column), groups in self._groups.items():
            if kind is table and record in groups.get(getattr(record, column), []):
                groups[getattr(record, column)].remove(record)
        if record.as_read is not None:
            await layout_of(table).delete(self._rows, record)

    async def write(self) -> None:
        """Write what was made and changed, all new rows first: at most two statements a table."""
        for table, records in self._known.items():
            new = [record for record in records if record.as_read is None]
            if new:
                await layout_of(table).insert(self._rows, new)
        for table, records in self._known.items():
            layout = layout_of(table)
            changed = [(record, names) for record in records if (names := layout.changes(record))]
            if changed:
                await layout.update(self._rows, changed)
        for table, records in self._inserts.items():
            await layout_of(table).insert(self._rows, records)
        self._inserts.clear()


def _load_of(kind: TypeEngine[Any]) -> Convert | None:
    """From what the driver gives to what the row holds; None where it is the same."""
    if isinstance(kind, WordColumn):
        words: dict[str, Enum] = {str(word.value): word for word in cast("type[Enum]", kind.enum_class)}
        return lambda value: None if value is None else words[value]
    return None


def _dump_of(kind: TypeEngine[Any]) -> Convert | None:
    """From what the row holds to a parameter; lists and documents travel as text: arrays of arrays do not nest."""
    if isinstance(kind, WordColumn):
        return lambda value: value.value if isinstance(value, Enum) else value
    if isinstance(kind, JSONB):
        return lambda value: orjson.dumps(value).decode()
    if isinstance(kind, ARRAY):
        return _array_literal
    return None


def _array_literal(texts: Iterable[str]) -> str:
    return "{" + ",".join('"' + str(text).replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts) + "}"


def _cast_of(kind: TypeEngine[Any]) -> str:
    if isinstance(kind, JSONB):
        return "::jsonb"
    return "::text[]" if isinstance(kind, ARRAY) else ""


def _type_name(kind: TypeEngine[Any]) -> str:
    """How PostgreSQL names the type of one parameter."""
    return "text" if isinstance(kind, ARRAY | JSONB) else kind.compile(dialect=_DIALECT)
