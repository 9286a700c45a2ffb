"""Every SELECT of who looks after which households: the ledger by person, what one has, what an area has."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.events.household_terms import HouseholdClass
from libs.common.pack.areas import area_prefix
from libs.common.security.policy import Scope, in_area
from services.intake.households.domain import COUNTING, Status
from services.intake.households.tables import Household

_CLASSES = ", ".join(HouseholdClass)
_SUMS = ", ".join(
    f"coalesce(sum(households) FILTER (WHERE household_class = '{word}'), 0)::int AS {word}" for word in HouseholdClass
)
_WITHIN = " AND area_code LIKE $1 AND area_code LIKE $2"
_EVERYWHERE = """
    SELECT sum(other.households)::int FROM contact_tally AS other WHERE other.contact_staff_id = here.contact_staff_id
"""
MOST_AT_ONCE = 5_000
"""Households that change hands in one go."""


def ledger_statement(*, of_the_place: bool) -> str:
    """By person what is in two areas at once ($1 and $2 of their codes), and how many there are of the person anywhere.

    Those that nobody looks after stand under NULL. ``of_the_place``: both areas are all there is, and not asked. Read
    from what is kept with each step: some rows a person, however many households there are.
    """
    within, everywhere = ("", "here.households") if of_the_place else (_WITHIN, f"({_EVERYWHERE})")
    return f"""
        SELECT nullif(here.contact_staff_id, '') AS contact_staff_id, households, {_CLASSES}, {everywhere} AS everywhere
        FROM (SELECT contact_staff_id, sum(households)::int AS households, {_SUMS} FROM contact_tally
              WHERE households <> 0{within} GROUP BY 1) AS here
    """  # noqa: S608 - names of ours


async def ledger(session: Session, scope: Scope, area_code: str | None, *, of_the_place: bool) -> Sequence[Any]:
    """What the statement finds, in no order."""
    areas = () if of_the_place else (scope.area_prefix, "" if area_code is None else area_prefix(area_code))
    return await session.fetch(ledger_statement(of_the_place=of_the_place), *(f"{area}%" for area in areas))


def ids_statement(scope: Scope, area_code: str | None, contact: str | None, *, counting: bool) -> Select[Any]:
    """Households within reach, of an area, of a contact person; up to one more than may change hands at once."""
    area = col(Household.area_code)
    conditions = [scope.predicate(area, accused_columns=None), *in_area(area, area_code)]
    if contact is not None:
        conditions.append(col(Household.contact_staff_id) == contact)
    conditions.append(col(Household.status).in_(COUNTING) if counting else col(Household.status) != Status.ENDED)
    in_order = (col(Household.area_code), col(Household.household_id))
    return select(col(Household.household_id)).where(*conditions).order_by(*in_order).limit(MOST_AT_ONCE + 1)


async def find_ids(
    session: Session, scope: Scope, area_code: str | None, contact: str | None = None, *, counting: bool = False
) -> Sequence[str]:
    """What the statement finds."""
    statement = ids_statement(scope, area_code, contact, counting=counting)
    return (await session.execute(statement)).scalars().all()
