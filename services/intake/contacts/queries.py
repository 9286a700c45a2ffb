"""Every SELECT of who looks after which households: the ledger by person, what one has, what an area has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.events.household_terms import HouseholdClass
from libs.common.pack.areas import area_prefix
from libs.common.security.policy import Scope, in_area
from services.intake.households.domain import COUNTING, Status
from services.intake.households.tables import Household

_SUMS = ", ".join(
    f"coalesce(sum(households) FILTER (WHERE household_class = '{word}'), 0)::int AS {word}" for word in HouseholdClass
)
_WITHIN = " AND area_code LIKE $1 AND area_code LIKE $2"
EVERYWHERE = """
    SELECT contact_staff_id, sum(households)::int AS households FROM contact_tally
    WHERE contact_staff_id = ANY($1::text[]) GROUP BY 1
"""
BY_CLASS = f"""
    SELECT contact_staff_id, {_SUMS} FROM contact_tally
    WHERE contact_staff_id = ANY($3::text[]) AND area_code LIKE $1 AND area_code LIKE $2 GROUP BY 1
"""  # noqa: S608 - names of ours
MOST_AT_ONCE = 5_000
"""Households that change hands in one go."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Of which places: those of two areas at once. ``whole``: both are all there is."""

    prefixes: tuple[str, str]
    whole: bool

    @classmethod
    def of(cls, scope: Scope, area_code: str | None, place_code: str) -> "Reach":
        """What somebody reaches, of an area where one is asked for, in a place."""
        prefixes = (scope.area_prefix, "" if area_code is None else area_prefix(area_code))
        return cls(prefixes, all(area_prefix(place_code).startswith(one) for one in prefixes))

    @property
    def patterns(self) -> tuple[str, ...]:
        """As LIKE has them."""
        return tuple(f"{prefix}%" for prefix in self.prefixes)


def loads_statement(*, whole: bool) -> str:
    """By person how many households there are in two areas at once ($1 and $2 of their codes), or of all there is.

    Those that nobody looks after stand under no name. Read from what is kept with each step: some rows a person,
    however many households there are; as two columns, of which each person is little.
    """
    return f"""
        SELECT array_agg(contact_staff_id) AS people, array_agg(households) AS households
        FROM (SELECT contact_staff_id, sum(households)::int AS households FROM contact_tally
              WHERE households <> 0{"" if whole else _WITHIN} GROUP BY 1) AS here
    """  # noqa: S608 - names of ours


async def loads(session: Session, reach: Reach) -> dict[str, int]:
    """By person how many households there are; those that nobody looks after under no name."""
    (found,) = await session.fetch(loads_statement(whole=reach.whole), *(() if reach.whole else reach.patterns))
    return dict(zip(found.people or (), found.households or (), strict=True))


async def everywhere(session: Session, people: Sequence[str]) -> dict[str, int]:
    """How many each of these people has in all areas together."""
    return {row.contact_staff_id: row.households for row in await session.fetch(EVERYWHERE, [*people])}


async def by_class(session: Session, reach: Reach, people: Sequence[str]) -> dict[str, Any]:
    """Of each of these people a row with how many of each class there are."""
    rows = await session.fetch(BY_CLASS, *reach.patterns, [*people])
    return {row.contact_staff_id: row for row in rows}


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
