"""Sums of the roll-ups of visits and rounds, by one of their keys, and how far the fold of visits has come."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, literal, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.pack.areas import VILLAGE_DIGITS
from libs.common.visits.counting import CoverageSums, View
from libs.common.visits.placing import Terms
from services.analytics.counters.domain import CoverageCut, VisitCut
from services.analytics.rollups.tables import COVERAGE, TABLES, THINGS, VISITS
from services.analytics.visits.domain.counting import ANY_ROUND, NOBODY
from services.analytics.visits.domain.documents import terms_of
from services.analytics.visits.tables import VisitFreshnessRow, VisitPersonRow, VisitRoundRow

_DOOR = ("reached", "refused")
"""Somebody of the household stood at the door."""


@dataclass(frozen=True, slots=True)
class MadeVisits:
    """Which visits: of an area, on these days, both included; in a round or in any, by all or by one of them."""

    area_prefix: str
    first: date
    last: date
    round_id: str = ANY_ROUND
    cut: VisitCut = VisitCut.ALL
    member: str = NOBODY


@dataclass(frozen=True, slots=True)
class RowsAfter:
    """Which page of rows, in the order of their keys."""

    key: str | None
    most: int


def area_key(table: Table, digits: int) -> ColumnElement[Any]:
    """The code of the area of so many digits in which a row lies."""
    column = table.c.area_code
    return column if digits > VILLAGE_DIGITS else func.rpad(func.left(column, digits), VILLAGE_DIGITS, "0")


def _chosen(table: Table, wanted: MadeVisits) -> list[ColumnElement[bool]]:
    columns = table.c
    conditions = [
        columns.round_id == wanted.round_id,
        columns.cut == wanted.cut.value,
        columns.day.between(wanted.first, wanted.last),
        columns.area_code.like(f"{wanted.area_prefix}%"),
    ]
    return [*conditions, columns.member == wanted.member] if wanted.cut is VisitCut.ALL or wanted.member else conditions


def made_by(wanted: MadeVisits, key: ColumnElement[Any] | None, page: RowsAfter | None = None) -> Select[Any]:
    """The counters of visits, summed up by a key."""
    table = TABLES[VISITS.name]
    shown = literal("") if key is None else key
    sums = [func.sum(table.c[name]).label(name) for name in VISITS.names]
    statement = select(shown.label("of"), *sums).where(*_chosen(table, wanted)).group_by("of")
    return _paged(statement, key, page)


def members_of(wanted: MadeVisits) -> Select[Any]:
    """How many people, or teams, made any of these visits that counts."""
    table = TABLES[VISITS.name]
    return select(func.count(table.c.member.distinct())).where(*_chosen(table, wanted), table.c.visits > 0)


def things_of(wanted: MadeVisits, thing: str, after: tuple[str, str] | None, most: int) -> Select[Any]:
    """What these visits brought of one kind, by code and unit."""
    table = TABLES[THINGS.name]
    code, unit = table.c.code, table.c.unit
    statement = select(code, unit, func.sum(table.c.visits).label("visits"), func.sum(table.c.amount).label("amount"))
    statement = statement.where(*_chosen(table, wanted), table.c.thing == thing).group_by(code, unit)
    if after is not None:
        last, last_unit = after
        statement = statement.where((code > last) | ((code == last) & (unit > last_unit)))
    return statement.order_by(code, unit).limit(most)


def covered(
    round_ids: Collection[str],
    view: View,
    cut: CoverageCut,
    area_prefix: str,
    key: ColumnElement[Any] | None,
    *,
    members: Collection[str] | None = None,
    page: RowsAfter | None = None,
) -> Select[Any]:
    """Households of rounds, summed up by round and key."""
    table = TABLES[COVERAGE.name]
    columns = table.c
    shown = literal("") if key is None else key
    sums = [func.sum(columns[name]).label(name) for name in COVERAGE.names]
    conditions = [
        columns.round_id.in_(sorted(round_ids)),
        columns.view == view.value,
        columns.cut == cut.value,
        columns.area_code.like(f"{area_prefix}%"),
    ]
    if members is not None:
        conditions.append(columns.member.in_(sorted(members)))
    statement = select(columns.round_id, shown.label("of"), *sums).where(*conditions)
    return _paged(statement.group_by(columns.round_id, "of"), key, page)


def _paged(statement: Select[Any], key: ColumnElement[Any] | None, page: RowsAfter | None) -> Select[Any]:
    if page is None or key is None:
        return statement.order_by("of")
    if page.key is not None:
        statement = statement.where(key > page.key)
    return statement.order_by("of").limit(page.most)


def sums_in(row: Any) -> CoverageSums:
    """A row of ``covered`` as whole numbers."""
    return CoverageSums(**{name: int(getattr(row, name)) for name in COVERAGE.names})


def reached_by(wanted: MadeVisits, staff_ids: Collection[str], key: ColumnElement[Any] | None = None) -> Select[Any]:
    """Of each of these people, or by another key, how many households they reached at these visits, each once."""
    person = VisitPersonRow
    conditions = [
        col(person.staff_id).in_(sorted(staff_ids)),
        col(person.day).between(wanted.first, wanted.last),
        col(person.area_code).like(f"{wanted.area_prefix}%"),
        col(person.counts),
        col(person.outcome).in_(_DOOR),
    ]
    if wanted.round_id:
        rounds: Any = col(person.rounds)
        conditions.append(rounds.contains([wanted.round_id]))
    many = func.count(col(person.household_id).distinct()).label("households")
    own: ColumnElement[Any] = col(person.staff_id).label("of")
    return select(own if key is None else key.label("of"), many).where(*conditions).group_by("of")


async def rounds_between(session: Session, area_prefix: str, first: date, last: date) -> Sequence[VisitRoundRow]:
    """The rounds of which one of these days is one, in what is reached or around it."""
    row = VisitRoundRow
    around = [area_prefix[:digits] for digits in range(len(area_prefix))]
    lies = col(row.area_prefix).like(f"{area_prefix}%") | col(row.area_prefix).in_(around)
    statement = select(row).where(col(row.begins_on) <= last, col(row.ends_on) >= first, lies)
    return (await session.execute(statement.order_by(col(row.begins_on), col(row.round_id)))).scalars().all()


@dataclass(frozen=True, slots=True)
class SeenRound:
    """A round whose opening was told."""

    round_id: str
    name: str
    area_code: str
    terms: Terms
    closed_at: datetime | None


async def find_round(session: Session, round_id: str) -> SeenRound | None:
    """A round that was told of; None where none was."""
    statement = select(VisitRoundRow).where(col(VisitRoundRow.round_id) == round_id)
    row = (await session.execute(statement)).scalar_one_or_none()
    terms = None if row is None else terms_of(row.terms)
    if row is None or terms is None:
        return None
    return SeenRound(row.round_id, row.name, row.area_code, terms, row.closed_at)


@dataclass(frozen=True, slots=True)
class VisitsKnown:
    """How far the fold of visits has come."""

    as_of: datetime | None
    lag_seconds: float | None


async def visits_known(session: Session) -> VisitsKnown:
    """As of which event figures of visits stand; nothing before the first."""
    newest = select(VisitFreshnessRow).order_by(col(VisitFreshnessRow.as_of).desc()).limit(1)
    row = (await session.execute(newest)).scalar_one_or_none()
    if row is None:
        return VisitsKnown(None, None)
    return VisitsKnown(row.as_of, max(0.0, (row.folded_at - row.as_of).total_seconds()))
