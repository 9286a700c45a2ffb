"""Every SELECT of who looks after which households: the ledger by person, what one has, what an area has."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.events.household_terms import HouseholdClass
from libs.common.security.policy import Scope, in_area
from services.intake.households.domain import COUNTING, Status
from services.intake.households.tables import ContactTally, Household

MOST_AT_ONCE = 5_000
"""Households that change hands in one go."""


def ledger_statement(scope: Scope, area_code: str | None, *, of_the_place: bool) -> Select[Any]:
    """By person what is within reach, of an area if one is named, and how many there are of the person anywhere.

    Those that nobody looks after stand under NULL. ``of_the_place``: within reach is all there is. Read from what is
    kept with each step: some rows a person, however many households there are.
    """
    person, many = col(ContactTally.contact_staff_id), col(ContactTally.households)
    within = () if of_the_place else _within(scope, col(ContactTally.area_code), area_code)
    here = (
        select(
            person,
            _sum(many).label("households"),
            *(
                _sum(many, col(ContactTally.household_class) == household_class).label(household_class.value)
                for household_class in HouseholdClass
            ),
        )
        .where(*within, many != 0)
        .group_by(person)
        .subquery("here")
    )
    if of_the_place:
        everywhere: ColumnElement[int] = here.c.households
    else:
        other = aliased(ContactTally)
        total = select(_sum(col(other.households))).where(col(other.contact_staff_id) == here.c.contact_staff_id)
        everywhere = total.scalar_subquery()
    counts = (column for column in here.c if column.name != "contact_staff_id")
    named = func.nullif(here.c.contact_staff_id, "").label("contact_staff_id")
    return select(named, *counts, everywhere.label("everywhere"))


def _sum(many: Mapped[int] | ColumnElement[int], condition: ColumnElement[bool] | None = None) -> ColumnElement[int]:
    """A whole number, 0 of nothing."""
    total = func.sum(many) if condition is None else func.sum(many).filter(condition)
    return func.coalesce(total, 0).cast(BigInteger)


async def ledger(session: Session, scope: Scope, area_code: str | None, *, of_the_place: bool) -> Sequence[Row[Any]]:
    """What the statement finds, in no order."""
    return (await session.execute(ledger_statement(scope, area_code, of_the_place=of_the_place))).all()


def ids_statement(scope: Scope, area_code: str | None, contact: str | None, *, counting: bool) -> Select[Any]:
    """Households within reach, of an area, of a contact person; up to one more than may change hands at once."""
    conditions = [*_within(scope, col(Household.area_code), area_code)]
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


def _within(scope: Scope, area: Mapped[str], area_code: str | None) -> list[ColumnElement[bool]]:
    return [scope.predicate(area, accused_columns=None), *in_area(area, area_code)]
