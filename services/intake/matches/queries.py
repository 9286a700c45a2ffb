"""Every SELECT of matches: what a household needs, who has something that fits, and what was confirmed."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset, PageQuery
from services.intake.households.domain import Status
from services.intake.households.queries import BY_AREA
from services.intake.households.tables import Household
from services.intake.matches.tables import HouseholdMatch

NEWEST_FIRST = Keyset("intake.household_matches", (col(HouseholdMatch.match_id),), (str,))
_TOPICS = """
    SELECT DISTINCT topic FROM visit CROSS JOIN LATERAL unnest(topics) AS topic
    WHERE household_id = $1 AND status <> 'void' AND day >= $2
"""
_LIVING = (Status.REGISTERED, Status.MUTE_ASKED)


async def topics_since(session: Session, household_id: str, since: date) -> frozenset[str]:
    """What the household spoke of at visits since a day."""
    return frozenset(row.topic for row in await session.fetch(_TOPICS, household_id, since))


def candidates_statement(
    scope: Scope, household: Household, resources: Collection[str], within: str, without: str | None, page: PageQuery
) -> Select[Household]:
    """One page by area of households in an area, and not in another inside it, that have one of these to give."""
    area = col(Household.area_code)
    conditions: list[ColumnElement[bool]] = [
        or_(*(col(Household.resources).contains([one]) for one in resources)),
        col(Household.status).in_(_LIVING),
        col(Household.household_id) != household.household_id,
        area.like(f"{within}%"),
        scope.predicate(area, accused_columns=None),
    ]
    if without is not None:
        conditions.append(~area.like(f"{without}%"))
    # Of words that few have, none may come for the whole register: so they are gathered first, and sorted then.
    in_order = (column.concat("") for column in BY_AREA.columns)
    found = select(Household).where(*conditions, *BY_AREA.after(page.cursor))
    return found.order_by(*in_order).limit(page.limit + 1)


async def candidates(
    session: Session, scope: Scope, household: Household, resources: Collection[str], area: tuple[str, str | None],
    page: PageQuery,
) -> Sequence[Household]:  # fmt: skip
    """Up to one row more than a page, of those in an area and not in the other."""
    statement = candidates_statement(scope, household, resources, *area, page)
    return (await session.execute(statement)).scalars().all()


def list_statement(household_id: str, page: PageQuery) -> Select[HouseholdMatch]:
    """One page of the matches of a household, that needs or that gives, the newest first."""
    of = or_(col(HouseholdMatch.household_id) == household_id, col(HouseholdMatch.giver_id) == household_id)
    return NEWEST_FIRST.cut(select(HouseholdMatch).where(of), page)


async def list_matches(session: Session, household_id: str, page: PageQuery) -> Sequence[HouseholdMatch]:
    """Up to one row more than a page."""
    return (await session.execute(list_statement(household_id, page))).scalars().all()
