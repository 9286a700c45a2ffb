"""Rows of counts, and the day that they stand on: what facts, roll-ups and answers share."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from functools import reduce
from operator import add as plus
from operator import neg, or_, sub
from typing import NamedTuple, TypeVar

from libs.common.counters import Counter, Trait

COUNTERS: tuple[Counter, ...] = tuple(Counter)
"""The order of the integers in a row of counts."""

RARE: frozenset[Counter] = frozenset(counter for counter in COUNTERS if Trait.RARE in counter.traits)
"""Each has an index of its own, so that the few cases that add to it are found."""

Counts = tuple[int, ...]
"""One integer for each of ``COUNTERS``."""

NOTHING: Counts = (0,) * len(COUNTERS)


WORD, LAST_BIT = 63, 125
"""Of a bigint, its sign apart; and of the two that a fact has. The last stands for every counter from its place on: a
bit only says where to look."""


def bits_of(counters: Iterable[Counter]) -> int:
    """A bit for each, at its place in ``COUNTERS``."""
    return reduce(or_, (1 << min(COUNTERS.index(counter), LAST_BIT) for counter in counters), 0)


def words_of(bits: int) -> tuple[int, int]:
    """The same as the two columns of a fact, ``counted`` and ``counted_beyond``."""
    return bits & (1 << WORD) - 1, bits >> WORD


class Basis(StrEnum):
    """On which assessment day a case's counters stand (统计口径). Each roll-up holds every basis."""

    REGISTERED = "registered"
    """All counters of a case on the day it was registered: the cohort's outcome so far."""
    CLOSED = "closed"
    """All counters of a closed case on the day it was closed."""
    HAPPENED = "happened"
    """Each counter on the day it happened itself; a limit on the day it falls due."""


LEFT_OUT: Mapping[str, str] = {basis.value: f"{basis.value}_left_out" for basis in Basis}
"""Where a case that is not counted (不计入考核) stands a second time: rates are what a basis holds, less this."""


class CoverageCut(StrEnum):
    """By what the households of a round are told apart (覆盖分组)."""

    CLASS = "class"
    PERSON = "person"
    """The contact person (包保人)."""
    PURPOSE = "purpose"
    """Households to which it was brought; no denominator of its own."""
    TEAM = "team"
    """Households that it reached; no denominator of its own."""


class VisitCut(StrEnum):
    """By what visits are told apart (走访分组): all, each once; or once for each person, or team, that made it."""

    ALL = "all"
    PERSON = "person"
    TEAM = "team"


class Thing(StrEnum):
    """What a visit brought (走访成果)."""

    MATERIAL = "material"
    TOPIC = "topic"
    FINDING = "finding"
    QUANTITY = "quantity"


class CoverageCell(NamedTuple):
    """The key of a row of the cube of rounds. ``""`` stands for nobody."""

    round_id: str
    view: str
    cut: str
    member: str
    area_code: str


class VisitCell(NamedTuple):
    """The key of a row of the cube of visits; of visits in whatever round, or none, ``round_id`` is empty."""

    round_id: str
    cut: str
    member: str
    day: date
    area_code: str


class ThingCell(NamedTuple):
    """The key of a row of the cube of what visits brought; ``unit`` says of a finding how it was told."""

    round_id: str
    cut: str
    member: str
    day: date
    area_code: str
    thing: str
    code: str
    unit: str


CellT = TypeVar("CellT", bound=tuple[object, ...])
"""The key of a row of any cube, in the order of its dimensions."""


class Cell(NamedTuple):
    """The key of a row of the cube of cases. ``""`` stands for no unit or no category."""

    basis: str
    day: date
    area_code: str
    unit_code: str
    category_code: str
    channel: str
    kind: str


def difference(old: Mapping[CellT, Counts], new: Mapping[CellT, Counts]) -> dict[CellT, Counts]:
    """What has to be added to roll-ups that hold ``old`` so that they hold ``new``."""
    changes: dict[CellT, Counts] = {}
    for cell, after in new.items():
        before = old.get(cell)
        if before is None:
            changes[cell] = after
        elif before != after:
            changes[cell] = tuple(map(sub, after, before))
    for cell in old.keys() - new.keys():
        changes[cell] = tuple(map(neg, old[cell]))
    return changes


def add(total: dict[CellT, Counts], changes: Mapping[CellT, Counts]) -> None:
    """Add ``changes`` to roll-ups in memory; a cell that becomes empty is dropped."""
    for cell, counts in changes.items():
        known = total.get(cell)
        summed = counts if known is None else tuple(map(plus, known, counts))
        if any(summed):
            total[cell] = summed
        else:
            total.pop(cell, None)
