"""From what was asked of visits to the days, the area and the rows that it means."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.pack.areas import GRID_DIGITS, TOWN_DIGITS, VILLAGE_DIGITS, area_prefix
from libs.common.pack.directory import Directory
from libs.common.security.policy import Scope
from libs.common.time.moments import local_day
from libs.common.time.periods import Period, PeriodKind, period
from services.analytics.counters.domain import VisitCut
from services.analytics.figures.actions.question import reachable_area
from services.analytics.visits.domain.counting import ANY_ROUND, NOBODY
from services.analytics.visits.queries.sums import MadeVisits, SeenRound, find_round, visits_known
from services.analytics.visits.schemas import TeamVisitsQuery, VisitsQuery


@dataclass(frozen=True, slots=True)
class VisitQuestion:
    """A question made definite."""

    directory: Directory
    area_code: str
    wanted: MadeVisits

    def about(self) -> dict[str, Any]:
        """What an answer says of it."""
        wanted = self.wanted
        days = {"from_day": wanted.first, "until_day": wanted.last}
        return {"area_code": self.area_code, **days, "round_id": wanted.round_id or None}


async def make_definite(session: Session, scope: Scope, query: VisitsQuery) -> VisitQuestion:
    """The visits that are meant. NotFound for an area out of reach, or a round that concerns none of it."""
    pack = session.packs.current(session.now)
    area_code = reachable_area(pack, scope, query.area_code)
    month = present_month(session, pack.directory)
    last = query.until_day or max(today(session, pack.directory), query.from_day or date.min)
    first = query.from_day or min(month.first, last)
    if query.round_id is not None:
        await seen_round(session, scope, query.round_id)
    team_id = query.team_id if isinstance(query, TeamVisitsQuery) else None
    cut, member = VisitCut.ALL, NOBODY
    if query.staff_id is not None:
        cut, member = VisitCut.PERSON, query.staff_id
    elif team_id is not None:
        cut, member = VisitCut.TEAM, team_id
    wanted = MadeVisits(area_prefix(area_code), first, last, query.round_id or ANY_ROUND, cut, member)
    return VisitQuestion(pack.directory, area_code, wanted)


def today(session: Session, directory: Directory) -> date:
    """The place's day."""
    return local_day(session.now, directory.period_rules().time_zone)


def present_month(session: Session, directory: Directory) -> Period:
    """The month of the place's day, as the place cuts months."""
    return period(PeriodKind.MONTH, today(session, directory), directory.period_rules())


async def seen_round(session: Session, scope: Scope, round_id: str) -> SeenRound:
    """A round that lies in what is reached, or around it. NotFound."""
    row = await find_round(session, round_id)
    if row is None or not (scope.covers(row.area_code) or scope.area_prefix.startswith(row.terms.area_prefix)):
        raise NotFound
    return row


async def known(session: Session) -> dict[str, Any]:
    """As of when the figures stand."""
    found = await visits_known(session)
    return {"as_of": found.as_of, "lag_seconds": found.lag_seconds}


def digits_below(area_code: str) -> int:
    """How many digits tell apart the areas right below one."""
    below = {TOWN_DIGITS: VILLAGE_DIGITS, VILLAGE_DIGITS: GRID_DIGITS, GRID_DIGITS: GRID_DIGITS}
    return below.get(len(area_prefix(area_code)), TOWN_DIGITS)


def area_names(directory: Directory) -> Callable[[str], str | None]:
    """The name of an area of the pack in force."""
    return lambda code: directory.area(code).name if code in directory.area_codes else None


def person_names(session: Session) -> Callable[[str], str | None]:
    """The name of somebody of the staff."""

    def name(staff_id: str) -> str | None:
        member = session.staff.member(staff_id)
        return None if member is None else member.name

    return name
