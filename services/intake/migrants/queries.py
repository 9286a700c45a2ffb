"""Every SELECT of migrants: who was not looked at, with whom to be in contact, what they raised, what was found out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.events.household_terms import HouseholdClass
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset, PageQuery
from services.intake.cases.tables import Case
from services.intake.households.domain import Status
from services.intake.households.tables import Household, HouseholdAwayLook
from services.intake.visits.tables import Visit, VisitMatter

LONGEST_UNLOOKED = Keyset(
    "intake.unlooked", (col(Household.away_looked_on), col(Household.household_id)), (date, str), descending=False
)
LONGEST_SILENT = Keyset(
    "intake.migrants", (col(Household.contacted_on), col(Household.household_id)), (date, str), descending=False
)
NEWEST_LOOK = Keyset("intake.away_looks", (col(HouseholdAwayLook.look_id),), (str,))
NEWEST_MATTER = Keyset(
    "intake.migrant_matters",
    (col(Visit.started_at), col(VisitMatter.visit_id), col(VisitMatter.number)),
    (datetime, str, int),
)
_COUNTS = (Status.REGISTERED, Status.MUTE_ASKED)
_AT_HOME = (HouseholdClass.RESIDENT, HouseholdClass.AWAY)
_LAST_LOOKS = """
    SELECT DISTINCT ON (household_id) household_id, since, to_code, expected_back
    FROM household_away_look WHERE household_id = ANY($1::text[]) AND away
    ORDER BY household_id, look_id DESC
"""
_RAISED = """
    SELECT visit.household_id, count(*)::int AS raised,
        count(*) FILTER (WHERE ended = 'explained')::int AS explained,
        count(cases.case_id) FILTER (WHERE cases.closing IS NULL AND cases.status <> 'withdrawn')::int AS open
    FROM visit JOIN visit_matter USING (visit_id) LEFT JOIN cases USING (case_id)
    WHERE visit.household_id = ANY($1::text[]) AND visit.status <> 'void' GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class MigrantFilter:
    """What the lists are narrowed to; None takes in everything. ``before``: only what was before this day."""

    before: date | None = None
    area_code: str | None = None
    contact_staff_id: str | None = None


def unlooked_statement(scope: Scope, query: MigrantFilter, page: PageQuery) -> Select[Household]:
    """One page of households where people live and nobody has looked since, the longest first, and one row more."""
    conditions = [col(Household.household_class).in_(_AT_HOME), *_narrowed(scope, query)]
    if query.before is not None:
        conditions.append(col(Household.away_looked_on) < query.before)
    return LONGEST_UNLOOKED.cut(select(Household).where(*conditions), page)


def migrants_statement(scope: Scope, query: MigrantFilter, page: PageQuery) -> Select[Household]:
    """One page of households that are away, those without a word for longest first, and one row more."""
    conditions = [col(Household.household_class) == HouseholdClass.AWAY, *_narrowed(scope, query)]
    if query.before is not None:
        conditions.append(col(Household.contacted_on) < query.before)
    return LONGEST_SILENT.cut(select(Household).where(*conditions), page)


def matters_statement(household_id: str, page: PageQuery) -> Select[Any]:
    """One page of what a household raised at visits, the newest first, and one row more."""
    statement = (
        select(
            *(col(Visit.started_at), col(Visit.day), col(Visit.outcome)),
            *(col(VisitMatter.visit_id), col(VisitMatter.number), col(VisitMatter.ended), col(VisitMatter.kind)),
            *(col(VisitMatter.category_code), col(VisitMatter.case_id), col(Case.case_no), col(Case.status)),
        )
        .join(VisitMatter, col(VisitMatter.visit_id) == col(Visit.visit_id))
        .join(Case, col(Case.case_id) == col(VisitMatter.case_id), isouter=True)
        .where(col(Visit.household_id) == household_id, col(Visit.status) != "void")
    )
    return NEWEST_MATTER.cut(cast("Select[Any]", statement), page)


def looks_statement(household_id: str, page: PageQuery) -> Select[HouseholdAwayLook]:
    """One page of what was found out of a household, the newest first, and one row more."""
    found = select(HouseholdAwayLook).where(col(HouseholdAwayLook.household_id) == household_id)
    return NEWEST_LOOK.cut(found, page)


async def rows_of(session: Session, statement: Select[Any]) -> Sequence[Any]:
    """Up to one row more than a page, each as an object."""
    return (await session.execute(statement)).scalars().all()


async def matters_of(session: Session, household_id: str, page: PageQuery) -> Sequence[Any]:
    """Up to one row more than a page of what it raised."""
    return (await session.execute(matters_statement(household_id, page))).all()


async def last_looks(session: Session, household_ids: Sequence[str]) -> dict[str, Any]:
    """By household where they went, as somebody found out last."""
    return {row.household_id: row for row in await session.fetch(_LAST_LOOKS, [*household_ids])}


async def raised_by(session: Session, household_ids: Sequence[str]) -> dict[str, Any]:
    """By household how many matters it raised at visits, and what became of them."""
    return {row.household_id: row for row in await session.fetch(_RAISED, [*household_ids])}


def _narrowed(scope: Scope, query: MigrantFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [col(Household.status).in_(_COUNTS)]
    if query.contact_staff_id is not None:
        found.append(col(Household.contact_staff_id) == query.contact_staff_id)
    found += in_area(col(Household.area_code), query.area_code)
    found.append(scope.predicate(col(Household.area_code), accused_columns=None))
    return found
