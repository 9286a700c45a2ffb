"""A fact as a plain document and back, as the fact table keeps it. Marks are lists: fields are added at their end."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, get_type_hints

from services.analytics.domain.fact import PLACES, Fact
from services.analytics.domain.marks import Registration


def _moments(kind: type[Any]) -> frozenset[int]:
    hints = get_type_hints(kind)
    return frozenset(index for index, name in enumerate(kind._fields) if hints[name] is datetime)


_KINDS = {name: (kind, _moments(kind)) for kind, name in PLACES.items()}
_REGISTRATION = _moments(Registration)


def to_document(fact: Fact) -> dict[str, Any]:
    """Strings, numbers, booleans, nulls and lists only; times in UTC."""
    document: dict[str, Any] = {"registration": _row(fact.registration)}
    for name in _KINDS:
        marks = getattr(fact, name)
        if marks:
            document[name] = [_row(mark) for mark in marks]
    return document


def from_document(document: Mapping[str, Any]) -> Fact:
    """The fact that ``to_document`` was given."""
    kinds = {name: _read(name, rows) for name, rows in document.items() if name != "registration"}
    return Fact(Registration(*_values(document["registration"], _REGISTRATION)), **kinds)


def _read(name: str, rows: list[list[Any]]) -> tuple[Any, ...]:
    kind, moments = _KINDS[name]
    return tuple(kind(*_values(row, moments)) for row in rows)


def _row(mark: Iterable[Any]) -> list[Any]:
    return [value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value for value in mark]


def _values(row: list[Any], moments: frozenset[int]) -> list[Any]:
    return [datetime.fromisoformat(value) if index in moments else value for index, value in enumerate(row)]
