"""What times a case counts with (用时): from a fact to cells of the cube of times."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from libs.common.counters import Span
from services.analytics.counters.domain import Counts
from services.analytics.durations.domain import HourCell, bucket_between
from services.analytics.facts.domain.counting import DayOf
from services.analytics.facts.domain.fact import Fact


class Spell(NamedTuple):
    """One time that something took: for which unit, and from when to when."""

    span: Span
    unit: str
    begun: datetime
    ended: datetime


def spells(fact: Fact) -> Iterator[Spell]:
    """Every time that a case counts with now."""
    for index, hand in enumerate(fact.hands):
        signature = fact.signed[index] if hand.works else None
        if signature is not None:
            yield Spell(Span.TO_SIGN, hand.works, hand.at, signature.at)
    for outcome, begun in fact.first_results:
        if begun is not None:
            yield Spell(Span.TO_HANDLE, outcome.unit, begun, outcome.at)
    if fact.closed_at is not None:
        yield Spell(Span.TO_CLOSE, fact.unit, fact.registration.at, fact.closed_at)


def times(fact: Fact, day_of: DayOf) -> dict[HourCell, Counts]:
    """The cells of the cube of times that a case counts in."""
    first = fact.registration
    about = fact.category, first.channel, first.kind
    cells: dict[HourCell, Counts] = {}
    for span, unit, begun, ended in spells(fact):
        bucket = bucket_between(begun, ended)
        cell = HourCell(span.value, day_of(ended), first.area_code, unit, *about, bucket)
        cells[cell] = (cells.get(cell, (0,))[0] + 1,)
    return cells
