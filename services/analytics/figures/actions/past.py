"""The past as a difference: what the cases that something was learned of since counted as then, and count as now."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from libs.common.database.session import Session
from libs.common.errors import invalid
from services.analytics.counters.domain import Basis, Cell, Counts, add, difference
from services.analytics.durations.domain import HourCell
from services.analytics.facts.actions.cache import day_rule, level_rule
from services.analytics.facts.domain.counting import contribution
from services.analytics.facts.domain.documents import SUPERSEDED, from_documents
from services.analytics.facts.domain.fact import Fact
from services.analytics.facts.domain.learned import known_at
from services.analytics.facts.domain.timing import times
from services.analytics.facts.queries import Among, changed_facts, known_now
from services.analytics.figures.actions.cuts import Cut
from services.analytics.rollups.queries import Selection

MOST_CHANGED = 5_000
"""Cases told as they were known before, for one answer."""
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Past:
    """A cut, and what to add to the roll-ups of now so that they are those of then."""

    cut: Cut
    changes: Mapping[Cell, Counts] = field(default_factory=dict)
    times: Mapping[HourCell, Counts] = field(default_factory=dict)


async def read_past(session: Session, cut: Cut, among: Among) -> Past:
    """What has changed since among some cases, of one moment with the roll-ups when read in their snapshot.

    Raises:
        Invalid: naming what the cut was asked by: it is none of this house, or more than MOST_CHANGED cases have
            changed since.
    """
    await check_reached(session, cut)
    rows = await changed_facts(session, cut.known, among, MOST_CHANGED + 1)
    if len(rows) > MOST_CHANGED:
        raise invalid(
            cut.field,
            f"more than {MOST_CHANGED} cases have changed since; ask for a smaller area or a later day",
            f"此后变动的诉求件超过 {MOST_CHANGED} 件，请缩小区域或选较近的日期",
        )
    changes: dict[Cell, Counts] = {}
    hours: dict[HourCell, Counts] = {}
    for number, row in enumerate(rows):
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
        now, then = fact_of(row), fact_at(row, cut)
        add(changes, difference(cells_of(session, now), cells_of(session, then)))
        add(hours, difference(times_of(session, now), times_of(session, then)))
    return Past(cut, changes, hours)


def among(selection: Selection, bases: Collection[Basis]) -> Among:
    """The cases that may count in a selection on these bases."""
    by_cohort = set(bases) == {Basis.REGISTERED}
    return Among(selection.area_prefix, (selection.first, selection.last) if by_cohort else None)


async def check_reached(session: Session, cut: Cut) -> None:
    """Invalid when the cut takes in more than has ever been learned here: it is none of this house."""
    now = await known_now(session)
    if any(then > known for then, known in zip(cut.known.positions, now.positions, strict=True)):
        raise invalid(cut.field, "no answer of this house bears this cut", "没有这个口径时点")


def fact_of(row: Any) -> Fact:
    """The fact as it is known now."""
    return from_documents(orjson.loads(row.doc), orjson.loads(row.places), orjson.loads(row.learned))


def fact_at(row: Any, cut: Cut | None) -> Fact | None:
    """The fact as it was known then; None when nothing was. Without a cut, as it is known now."""
    fact = fact_of(row)
    if cut is None:
        return fact
    learned = orjson.loads(row.learned)
    learned.pop(SUPERSEDED, None)
    return known_at(fact, learned, cut.known.positions)


def cells_of(session: Session, fact: Fact | None) -> Mapping[Cell, Counts]:
    """What a fact counts in; nothing before it was known."""
    if fact is None:
        return {}
    version = fact.registration.pack_version
    return contribution(fact, day_rule(session, version), level_rule(session, version))


def times_of(session: Session, fact: Fact | None) -> Mapping[HourCell, Counts]:
    """What times a fact counts with; none before it was known."""
    return {} if fact is None else times(fact, day_rule(session, fact.registration.pack_version))
