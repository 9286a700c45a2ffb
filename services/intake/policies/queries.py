"""Every SELECT of policies that households may be owed: a list, what one has, and how many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset, PageQuery
from services.intake.households.tables import Household, HouseholdPolicy, PolicyStatus

OLDEST_FIRST = Keyset(
    "intake.household_policies",
    (
        col(HouseholdPolicy.matched_at),
        col(HouseholdPolicy.household_id),
        col(HouseholdPolicy.version),
        col(HouseholdPolicy.policy),
    ),
    (datetime, str, int, str),
    descending=False,
)
_AREAS = "SELECT household_id, area_code FROM household WHERE household_id = ANY($1::text[])"
_COUNTS = """
    SELECT policy, matched.status, count(*)::int AS many
    FROM household_policy AS matched JOIN household USING (household_id)
    WHERE household.area_code LIKE $1 || '%' AND household.area_code LIKE $2 || '%' GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class PolicyFilter:
    """What the list is narrowed to."""

    status: PolicyStatus | None = None
    policy: str | None = None
    area_code: str | None = None
    household_id: str | None = None


def list_statement(scope: Scope, query: PolicyFilter, page: PageQuery) -> Select[HouseholdPolicy]:
    """One page, those that have waited for longest first, and one row more."""
    household = col(Household.household_id) == col(HouseholdPolicy.household_id)
    statement = select(HouseholdPolicy).join(Household, household)
    equal = (
        (HouseholdPolicy.status, query.status),
        (HouseholdPolicy.policy, query.policy),
        (HouseholdPolicy.household_id, query.household_id),
    )
    conditions: list[ColumnElement[bool]] = [col(column) == value for column, value in equal if value is not None]
    conditions += in_area(col(Household.area_code), query.area_code)
    conditions.append(scope.predicate(col(Household.area_code), accused_columns=None))
    return OLDEST_FIRST.cut(statement.where(*conditions), page)


async def list_policies(
    session: Session, scope: Scope, query: PolicyFilter, page: PageQuery
) -> Sequence[HouseholdPolicy]:
    """Up to one row more than a page."""
    return (await session.execute(list_statement(scope, query, page))).scalars().all()


async def areas_of(session: Session, household_ids: Sequence[str]) -> dict[str, str]:
    """Where these households are."""
    rows = await session.fetch(_AREAS, [*household_ids])
    return {row.household_id: row.area_code for row in rows}


async def matched_of(session: Session, household_id: str) -> Sequence[HouseholdPolicy]:
    """All that a household was matched with, locked."""
    return await session.rows(HouseholdPolicy, "household_id", household_id)


async def counts_of(session: Session, reach: str, area: str) -> Sequence[Any]:
    """By policy and status how many there are, of households whose area begins with both."""
    return await session.fetch(_COUNTS, reach, area)
