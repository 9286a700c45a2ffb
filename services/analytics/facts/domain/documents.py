"""A fact as documents and back, as the fact table keeps it: its atoms, and beside them the places of their events.

Atoms are lists: fields are added at their end, where they are left out while they say nothing, and what a newer release
added there is passed over. The places stand
apart, since a release that did not know them reads and writes the atoms as ever; what it wrote has none. So do the
stamps of the events, by which a fact is told as it was known before.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, repeat
from operator import itemgetter
from types import MappingProxyType
from typing import Any, get_type_hints

import orjson

from services.analytics.facts.domain.atoms import Registration
from services.analytics.facts.domain.fact import Fact
from services.analytics.facts.domain.learned import Learned
from services.analytics.facts.domain.places import PLACES


def _moments(kind: type[Any]) -> frozenset[int]:
    hints = get_type_hints(kind)
    return frozenset(index for index, name in enumerate(kind._fields) if hints[name] is datetime)


_KINDS = {name: (kind, _moments(kind)) for kind, name in PLACES.items()}
_ATOMS = itemgetter(*_KINDS)
_REGISTRATION = _moments(Registration)
_GROWN = {
    name: tuple(kind._field_defaults.values())[-2::-1] for kind, name in PLACES.items() if len(kind._field_defaults) > 1
}
"""Kinds that have such fields, and what these are when they say nothing, the last first; ``seq`` stands apart."""
_FIRST = "registration"
SUPERSEDED = "registrations"
"""Beside the sources, which are none of this name."""


def to_document(fact: Fact) -> str:
    """The atoms as JSON: an object of lists, each atom a list of its fields; times in UTC, as the events give them."""
    first = fact.registration
    document: dict[str, Any] = {_FIRST: first[:-2] if first.confidential is None else first[:-1]}
    for name, atoms in _kept(fact):
        if atoms:
            document[name] = [_said(atom) for atom in atoms] if name in _GROWN else [atom[:-1] for atom in atoms]
    return orjson.dumps(document).decode()


def _said(atom: Any) -> tuple[Any, ...]:
    said: tuple[Any, ...] = atom[:-1]
    for nothing in _GROWN[PLACES[type(atom)]]:
        if said[-1] != nothing:
            break
        said = said[:-1]
    return said


def _kept(fact: Fact) -> Iterator[tuple[str, tuple[Any, ...]]]:
    return zip(_KINDS, _ATOMS(fact.__dict__), strict=True)


def to_places(fact: Fact) -> str:
    """The place of each atom's event in its source's ledger, as JSON: an object of lists in the order of the atoms."""
    places = {_FIRST: [fact.registration.seq]}
    for name, atoms in _kept(fact):
        if atoms:
            places[name] = [atom.seq for atom in atoms]
    return orjson.dumps(places).decode()


def to_learned(fact: Fact, learned: Learned) -> str:
    """The stamps as JSON, by source, and the registrations that were corrected since."""
    document: dict[str, Any] = dict(learned)
    if fact.superseded:
        document[SUPERSEDED] = [(one.seq, *one[:-1]) for one in fact.superseded]
    return orjson.dumps(document).decode()


def from_documents(
    document: Mapping[str, Any],
    places: Mapping[str, Sequence[int]],
    learned: Mapping[str, Sequence[Any]] = MappingProxyType({}),
) -> Fact:
    """The fact that they were made from. Atoms without a place have 0."""
    (first,) = _read(Registration, _REGISTRATION, [document[_FIRST]], places.get(_FIRST, ()))
    kinds = {
        name: tuple(_read(*_KINDS[name], rows, places.get(name, ())))
        for name, rows in document.items()
        if name != _FIRST
    }
    earlier = learned.get(SUPERSEDED, ())
    superseded = _read(Registration, _REGISTRATION, [row[1:] for row in earlier], [row[0] for row in earlier])
    return Fact(first, superseded=tuple(superseded), **kinds)


def _read(kind: type[Any], moments: frozenset[int], rows: Sequence[list[Any]], places: Sequence[int]) -> list[Any]:
    known = len(kind._fields) - 1
    found = zip(rows, chain(places, repeat(0)), strict=False)
    return [kind(*_values(row[:known], moments), seq=seq) for row, seq in found]


def _values(row: list[Any], moments: frozenset[int]) -> list[Any]:
    return [datetime.fromisoformat(value) if index in moments else value for index, value in enumerate(row)]
