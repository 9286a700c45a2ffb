"""The visits and the households behind a number, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.visits.counting import View
from libs.common.web.cursors import Keyset
from services.analytics.counters.domain import VisitCut
from services.analytics.visits.domain.rows import VOID
from services.analytics.visits.queries.sums import MadeVisits
from services.analytics.visits.tables import VisitFactRow, VisitPersonRow, VisitPlaceRow

BY_HOUSEHOLD = Keyset("analytics.round_households", (col(VisitPlaceRow.household_id),), (str,), descending=False)


@dataclass(frozen=True, slots=True)
class VisitPlace:
    """Where a page of visits ended: the day and the id of the last."""

    day: Any
    visit_id: str


def visits_statement(wanted: MadeVisits, after: VisitPlace | None, most: int) -> Select[Any]:
    """The next of these visits, the newest first."""
    fact, person = VisitFactRow, VisitPersonRow
    day, visit_id = col(fact.day), col(fact.visit_id)
    statement: Select[Any] = select(fact)
    if wanted.cut is VisitCut.PERSON:
        day, visit_id = col(person.day), col(person.visit_id)
        statement = statement.join(person, visit_id == col(fact.visit_id)).where(col(person.staff_id) == wanted.member)
    statement = statement.where(
        col(fact.outcome) != VOID,
        day.between(wanted.first, wanted.last),
        col(fact.area_code).like(f"{wanted.area_prefix}%"),
        *_among(wanted),
    )
    if after is not None:
        statement = statement.where((day < after.day) | ((day == after.day) & (visit_id < after.visit_id)))
    return statement.order_by(day.desc(), visit_id.desc()).limit(most)


def _among(wanted: MadeVisits) -> list[ColumnElement[bool]]:
    rounds: Any = col(VisitFactRow.rounds)
    teams: Any = col(VisitFactRow.teams)
    conditions = [rounds.contains([wanted.round_id])] if wanted.round_id else []
    return [*conditions, teams.contains([wanted.member])] if wanted.cut is VisitCut.TEAM else conditions


async def visits_behind(
    session: Session, wanted: MadeVisits, after: VisitPlace | None, most: int
) -> Sequence[VisitFactRow]:
    """Up to so many."""
    return (await session.execute(visits_statement(wanted, after, most))).scalars().all()


@dataclass(frozen=True, slots=True)
class PlacesWanted:
    """Which households of a round."""

    round_id: str
    view: View
    area_prefix: str
    outcomes: tuple[str, ...] | None = None
    late: bool = False
    household_class: str | None = None
    contact_staff_id: str | None = None
    """Empty: those whom nobody looks after."""
    purpose: str | None = None
    team_id: str | None = None


def households_statement(wanted: PlacesWanted, cursor: str | None, most: int) -> Select[Any]:
    """The next households of a round, in the order of their ids."""
    place, now = VisitPlaceRow, wanted.view is View.NOW
    area = col(place.now_area_code if now else place.area_code)
    chosen = [
        (wanted.household_class, col(place.now_household_class if now else place.household_class)),
        (wanted.contact_staff_id, col(place.now_contact_staff_id if now else place.contact_staff_id)),
    ]
    purposes: Any = col(place.purposes)
    teams: Any = col(place.teams)
    conditions = [
        col(place.round_id) == wanted.round_id,
        area.like(f"{wanted.area_prefix}%"),
        *(column == value for value, column in chosen if value is not None),
        *([] if wanted.outcomes is None else [col(place.outcome).in_(wanted.outcomes)]),
        *([col(place.late)] if wanted.late else []),
        *([] if wanted.purpose is None else [purposes.contains([wanted.purpose])]),
        *([] if wanted.team_id is None else [teams.contains([wanted.team_id])]),
    ]
    statement: Select[Any] = select(place).where(*conditions, *BY_HOUSEHOLD.after(cursor))
    return statement.order_by(*BY_HOUSEHOLD.order()).limit(most)


async def households_behind(
    session: Session, wanted: PlacesWanted, cursor: str | None, most: int
) -> Sequence[VisitPlaceRow]:
    """Up to so many."""
    return (await session.execute(households_statement(wanted, cursor, most))).scalars().all()
