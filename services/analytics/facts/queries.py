"""One fact, those that a caller may see or that are hidden from it, and how far the fold has come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.ledger.schema import PARTS
from libs.common.security.policy import Scope
from services.analytics.facts.domain.documents import SUPERSEDED
from services.analytics.facts.domain.learned import PART_BITS
from services.analytics.facts.tables import FactRow, FreshnessRow, KnownDayRow, KnownFromRow


async def fact_row(session: Session, scope: Scope, case_id: str) -> FactRow | None:
    """A case by its id, when it may be seen."""
    statement = select(FactRow).where(col(FactRow.case_id) == case_id, visible_to(scope))
    return (await session.execute(statement)).scalar_one_or_none()


async def hidden_cases(session: Session, scope: Scope, first: date, last: date) -> Sequence[Any]:
    """The documents of the cases hidden from the caller of which anything may count on these days."""
    hidden = hidden_from(scope)
    if not hidden:
        return ()
    within = [col(FactRow.first_day) <= last, col(FactRow.last_day) >= first]
    return (await session.execute(select(*documents()).where(*hidden, *within))).all()


async def ever_hidden_cases(session: Session, scope: Scope) -> Sequence[Any]:
    """The same of any days: what counts on them now need not be what counted before."""
    hidden = hidden_from(scope)
    return (await session.execute(select(*documents()).where(*hidden))).all() if hidden else ()


def visible_to(scope: Scope) -> ColumnElement[bool]:
    """The cases that a caller may see."""
    accused = col(FactRow.accused_unit), col(FactRow.also_accused)
    within = scope.predicate(col(FactRow.area_code), col(FactRow.unit_code), accused_columns=accused)
    return and_(within, col(FactRow.unlisted).is_(False)) if scope.without_unlisted else within


def counted_for(scope: Scope) -> list[ColumnElement[bool]]:
    """``visible_to`` for what an index alone answers: the few hidden cases are found first, and left out by id."""
    within = scope.predicate(col(FactRow.area_code), col(FactRow.unit_code), accused_columns=None)
    hidden = hidden_from(scope)
    return [within, col(FactRow.case_id).not_in(select(col(FactRow.case_id)).where(*hidden))] if hidden else [within]


def hidden_from(scope: Scope) -> list[ColumnElement[bool]]:
    """The cases inside the caller's area that it may not see; no condition when there are none for it.

    Every case about somebody (被反映单位、被反映人) is unlisted, those about the caller among them.
    """
    # The constants are the indexes' own, so that every plan can prove that the index holds the rows.
    if scope.without_unlisted:
        return [
            literal_column("fact.unlisted IS NOT FALSE", Boolean),
            col(FactRow.area_code).like(scope.area_prefix + "%"),
        ]
    return [about(scope)] if scope.own else []


def about(scope: Scope) -> ColumnElement[bool]:
    """The cases about whom the caller is or acts for (被反映单位、被反映人)."""
    # The constants are those of the indexes, so that every plan can prove that they hold the rows.
    own = sorted(scope.own)
    also: Any = col(FactRow.also_accused)
    first = and_(literal_column("fact.accused_unit <> ''", Boolean), col(FactRow.accused_unit).in_(own))
    return or_(first, and_(literal_column("fact.also_accused <> '{}'", Boolean), also.overlap(own)))


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far the fold has come."""

    as_of: datetime | None
    lag_seconds: float | None
    """How long after it happened the newest event was folded."""


async def freshness(session: Session) -> Freshness:
    """As of which event the figures stand; nothing before the first."""
    return (await known_now(session)).fresh


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Of a part in which nothing was folded yet."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that was known at some moment: how far each part had come."""

    positions: tuple[int, ...]
    since: datetime
    """Whatever was learned after it has been learned at this moment or later."""
    as_of: datetime
    folded_at: datetime

    @property
    def fresh(self) -> Freshness:
        """What an answer says of it."""
        if self.as_of <= _EPOCH:
            return Freshness(None, None)
        return Freshness(self.as_of, max(0.0, (self.folded_at - self.as_of).total_seconds()))


async def known_now(session: Session) -> Known:
    """All that is committed."""
    rows = (await session.execute(select(FreshnessRow))).scalars().all()
    return _known({row.part: row for row in rows})


async def known_on(session: Session, day: date) -> Known | None:
    """All that was known at the end of an assessment day; None when nobody noted it."""
    begins = (await session.execute(select(KnownFromRow))).scalar_one_or_none()
    if begins is not None and day < begins.day:
        return None
    ended = select(KnownDayRow).where(col(KnownDayRow.day) <= day)
    ended = ended.ext(distinct_on(col(KnownDayRow.part))).order_by(col(KnownDayRow.part), col(KnownDayRow.day).desc())
    parts: dict[int, FreshnessRow | KnownDayRow] = {
        row.part: row for row in (await session.execute(ended)).scalars().all()
    }
    last = select(FreshnessRow).where(col(FreshnessRow.day) <= day)
    parts |= {row.part: row for row in (await session.execute(last)).scalars().all()}
    return _known(parts)


def _known(parts: Mapping[int, FreshnessRow | KnownDayRow]) -> Known:
    newest = max(parts.values(), key=lambda row: row.as_of, default=None)
    return Known(
        positions=tuple(parts[part].position if part in parts else 0 for part in range(PARTS)),
        since=min((row.learned_at for row in parts.values()), default=_EPOCH) if len(parts) == PARTS else _EPOCH,
        as_of=_EPOCH if newest is None else newest.as_of,
        folded_at=_EPOCH if newest is None else newest.folded_at,
    )


@dataclass(frozen=True, slots=True)
class Among:
    """Which cases may count at all: of an area, and, where only that day counts, registered on these days."""

    area_prefix: str
    registered: tuple[date, date] | None


def learned_after(known: Known, among: Among) -> list[ColumnElement[bool]]:
    """The cases of which something was learned after all that."""
    within = [col(FactRow.area_code).like(among.area_prefix + "%")]
    if among.registered is not None:
        within.append(col(FactRow.registered_day).between(*among.registered))
    # Whatever a correction says now, such a case may have counted elsewhere.
    corrected = func.jsonb_exists(col(FactRow.learned), SUPERSEDED)
    return [
        col(FactRow.learned_at) >= known.since,
        _BEYOND.bindparams(positions=list(known.positions)),
        or_(and_(*within), corrected),
    ]


_BEYOND: Any = text(f"fact.stamp >> {PART_BITS} > (:positions)[(fact.stamp & {(1 << PART_BITS) - 1}) + 1]").bindparams(
    bindparam("positions", type_=ARRAY(BigInteger))
)


async def changed_facts(session: Session, known: Known, among: Among, at_most: int) -> Sequence[Any]:
    """``doc``, ``places`` and ``learned`` of the cases of which something was learned after all that."""
    statement = select(*documents()).where(*learned_after(known, among)).limit(at_most)
    return (await session.execute(statement)).all()


_DOCUMENTS = ("doc", "places", "learned")


def documents() -> list[Any]:
    """What a fact is made from, as text, and whether its times are counted."""
    return [col(FactRow.timed), *(cast(col(getattr(FactRow, name)), Text).label(name) for name in _DOCUMENTS)]
