"""A fact as a document and back, as the fact table keeps it. Marks are lists: fields are added at their end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_type_hints

import orjson

from services.analytics.domain.fact import PLACES, Fact
from services.analytics.domain.marks import Registration


def _moments(kind: type[Any]) -> frozenset[int]:
    hints = get_type_hints(kind)
    return frozenset(index for index, name in enumerate(kind._fields) if hints[name] is datetime)


_KINDS = {name: (kind, _moments(kind)) for kind, name in PLACES.items()}
_REGISTRATION = _moments(Registration)


def to_document(fact: Fact) -> str:
    """A fact as JSON: an object of lists, each mark a list of its fields; times in UTC, as the events give them."""
    document: dict[str, Any] = {"registration": fact.registration}
    for name in _KINDS:
        marks = getattr(fact, name)
        if marks:
            document[name] = marks
    return orjson.dumps(document, default=list).decode()


def from_document(document: Mapping[str, Any]) -> Fact:
    """The fact that ``to_document`` was given, from what its JSON says."""
    kinds = {name: _read(name, rows) for name, rows in document.items() if name != "registration"}
    return Fact(Registration(*_values(document["registration"], _REGISTRATION)), **kinds)


def _read(name: str, rows: list[list[Any]]) -> tuple[Any, ...]:
    kind, moments = _KINDS[name]
    return tuple(kind(*_values(row, moments)) for row in rows)


def _values(row: list[Any], moments: frozenset[int]) -> list[Any]:
    return [datetime.fromisoformat(value) if index in moments else value for index, value in enumerate(row)]
