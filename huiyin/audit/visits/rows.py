"""The rows that analytics keeps of a household, its visits and its places, and how they are read and compared."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import orjson

from huiyin.audit.queries import EVERYTHING, KeySpan
from huiyin.audit.snapshot import Row, Snapshot
from services.analytics.visits.domain.rows import ROW_TABLES, Rows, RowTable, Values


def row_streams(cut: Snapshot, span: KeySpan = EVERYTHING) -> dict[str, str]:
    """Every row of analytics about a household, by the name of its table."""
    where = f"WHERE true{span.condition(cut, 'household_id')} ORDER BY household_id{cut.collation}"
    return {
        table.name: f"SELECT household_id AS key, {shown(table)} FROM analytics.{table.name} {where}"  # noqa: S608
        for table in ROW_TABLES
    }


def shown(table: RowTable) -> str:
    """Its columns as the fold sends them: lists as words, documents as their text."""
    as_sent = {"text[]": "array_to_string({0}, ' ') AS {0}", "jsonb": "{0}::text AS {0}"}
    return ", ".join(as_sent.get(kind, "{0}").format(name) for name, kind in table.columns.items())


def row_differences(
    tables: Iterable[RowTable], stored: Mapping[str, Sequence[Row]], wanted: Rows
) -> Iterator[tuple[str, str]]:
    """Rows that are not what they should be: which one, and what differs."""
    for table in tables:
        kept = {tuple(row[name] for name in table.keys): row for row in stored[table.name]}
        for key in sorted(kept.keys() | wanted[table.name].keys(), key=str):
            named = f"{table.name} {' '.join(map(str, key))}"
            if key not in kept:
                yield named, "is not there"
            elif key not in wanted[table.name]:
                yield named, "is there, the events tell of none"
            else:
                yield from ((named, told) for told in _columns(table, kept[key], wanted[table.name][key]))


def _columns(table: RowTable, row: Row, values: Values) -> Iterator[str]:
    for (name, kind), should in zip(table.others.items(), values, strict=True):
        found = _read(row[name], kind)
        if found != _read(should, kind):
            yield f"{name} is {found}, the events say {_read(should, kind)}"


def _read(value: object, kind: str) -> object:
    return orjson.loads(str(value)) if kind == "jsonb" else value
