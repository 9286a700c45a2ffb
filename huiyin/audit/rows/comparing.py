"""Rows as they should be, beside the rows that are there: what is missing, what nobody said, which column differs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from typing import Any

import orjson
from pydantic import BaseModel

from huiyin.audit.case import INTAKE, CaseView
from huiyin.audit.report import Invariant
from huiyin.audit.snapshot import Row
from libs.common.events.accused import AccusedNamed, also_accused
from libs.common.events.base import SaidByHand
from libs.common.events.cases import CaseRegistered
from libs.common.security.masking import mask_text
from libs.common.security.vault import print_of_sealed

LONGEST = 300
"""Characters of a value that are shown."""

_ABOUT = ("case_id", "household_id")
"""What a violation names beside the row."""

Columns = Mapping[str, Any]
"""By column what it should hold: a value, one of a set, or one of the marks and wrappers below."""


class Unseen(Enum):
    """Why no ledger tells a column. docs/audit.md lists the columns of each reason but the first."""

    OLD = "the event is of a release that did not tell it yet"
    NUMBER = "a number that the database gave"
    SEALED = "sealed: only the vault opens it"
    WHO = "which account, of which unit: the event is of a release that did not tell it, or no event does"
    WORDS = "words that travel in no event"
    HERE = "when a service heard of it: no event tells"


@dataclass(frozen=True, slots=True)
class NotBefore:
    """When a service heard of something is told nowhere; it was not before this moment."""

    moment: datetime


@dataclass(frozen=True, slots=True)
class Json:
    """What the text of a json column means."""

    value: Any


@dataclass(frozen=True, slots=True)
class MaskedText:
    """A text that was cut, and masked once more: by the rules of its day, which grow from release to release."""

    text: str
    longest: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a sealed column holds, by its digest."""

    print: str


@dataclass(frozen=True, slots=True)
class WantedRows:
    """What should stand in a table about one case; ``by`` are the columns by which its rows are told apart.

    Of rows that these do not tell apart the first is compared with the first, the second with the second. ``table`` is
    the name among the rows of the view: that of the table, behind that of the service where two have one of that name.
    ``kept`` are the rows that are there, where they are not simply those. ``more``: there may be rows of before, when
    nobody said them.
    """

    service: str
    table: str
    by: tuple[str, ...]
    rows: Sequence[Columns]
    invariant: Invariant = Invariant.STATE
    kept: Sequence[Columns] | None = None
    more: bool = False


def told(event: BaseModel, field: str) -> Any:
    """What an event says, or that it is older than the field."""
    return getattr(event, field) if field in event.model_fields_set else Unseen.OLD


def as_told(event: BaseModel, *columns: str) -> dict[str, Any]:
    """Columns that stand as the event's fields of the same names say."""
    return {column: told(event, column) for column in columns}


def columns_of(state: Any) -> dict[str, Any]:
    """What a state of a service's rules is in its row."""
    values = ((field.name, getattr(state, field.name)) for field in fields(state))
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values}


def by_whom(event: SaidByHand) -> tuple[Any, Any, Any]:
    """The account that asked for it, the unit that it acts for, and the member of staff if that was known then."""
    return (Unseen.WHO, Unseen.WHO, None) if event.by is None else (event.by, event.by_unit, event.by_staff)


def also_accused_in(view: CaseView, reader: str) -> list[str]:
    """Who is complained about beside the registration's unit, as far as a service has heard, each once."""
    heard: list[CaseRegistered | AccusedNamed] = [*view.of(INTAKE, CaseRegistered, reader)]
    heard += view.of(INTAKE, AccusedNamed, reader)
    return list(dict.fromkeys(name for event in heard for name in also_accused(event)))


def differences(kept: Sequence[Row], wanted: WantedRows) -> Iterator[str]:
    """Every difference; a table of one row for each case that has none is for others to miss (I1)."""
    there = _numbered(kept if wanted.kept is None else wanted.kept, wanted.by)
    should = _numbered(wanted.rows, wanted.by)
    for place, row in should.items():
        if place in there:
            yield from (f"{_name(wanted, place)}: {difference}" for difference in _columns(there[place], row))
        elif wanted.by:
            yield f"{_name(wanted, place)} is not there, the events say {_row(row)}"
    for place in () if wanted.more else there.keys() - should.keys():
        yield f"{_name(wanted, place)} is there, nobody said so: {_row(there[place])}"


def _name(wanted: WantedRows, place: tuple[Any, ...]) -> str:
    values = [_shown(value) for column, value in zip(wanted.by, place, strict=False) if column not in _ABOUT]
    return " ".join((wanted.table.rpartition(".")[2], *values, *([str(place[-1])] if place[-1] > 1 else [])))


def _numbered(rows: Sequence[Columns], by: tuple[str, ...]) -> dict[tuple[Any, ...], Columns]:
    found: dict[tuple[Any, ...], Columns] = {}
    for row in rows:
        place, number = tuple(row[column] for column in by), 1
        while (*place, number) in found:
            number += 1
        found[*place, number] = row
    return found


def _columns(kept: Columns, wanted: Columns) -> Iterator[str]:
    for column, value in wanted.items():
        stored = kept[column]
        if stored == value or isinstance(value, Unseen):
            continue
        stored, should = _as_told(stored, value)
        if stored == should:
            continue
        if isinstance(should, NotBefore):
            if stored is None or stored < should.moment:
                yield f"{column} is {_shown(stored)}, the events say not before {_shown(should.moment)}"
        elif not (isinstance(should, frozenset) and stored in should):
            several = sorted(map(_shown, should)) if isinstance(should, frozenset) else [_shown(should)]
            yield f"{column} is {_shown(stored)}, the events say {' or '.join(several)}"


def _as_told(stored: Any, value: Any) -> tuple[Any, Any]:
    """Both in the form in which they are compared."""
    match value:
        case Json():
            return None if stored is None else orjson.loads(stored), value.value
        case MaskedText():
            plain = value.text[: value.longest]
            return stored, plain if stored == plain else mask_text(value.text)[: value.longest]
        case Sealed():
            return print_of_sealed(stored), value.print
        case _:
            return stored, value


def _row(row: Columns) -> str:
    values = (_shown(value) for column, value in row.items() if column != "key" and _is_told(value))
    return ", ".join(values)[:LONGEST]


def _is_told(value: object) -> bool:
    return value is not None and not isinstance(value, Unseen | NotBefore | Json | MaskedText | Sealed | frozenset)


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    return (value.isoformat() if isinstance(value, datetime) else str(value))[:LONGEST]
