"""Which case, and whether a caller may see it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_
from sqlalchemy.orm import aliased
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.pack.areas import GRID_DIGITS
from libs.common.security.policy import Column, Scope
from libs.common.security.veil import Veil, veil_over
from services.followup.cases.tables import Case, HistoryEntry, working_unit_of

ACCUSED = (col(Case.accused_unit), col(Case.also_accused))
"""Who is complained about in a case, for what a scope shows of it."""


def sees_case(scope: Scope, case: Case) -> bool:
    """Whether the case is within reach: of the unit that leads, and of the one that works."""
    units = dict.fromkeys((case.lead_unit, working_unit_of(case)))
    accused, also = case.accused_unit, case.also_accused
    return any(scope.allows(case.area_code, unit, accused_unit=accused, also_accused=also) for unit in units)


def veil_of(session: Session, case: Case, own: Collection[str]) -> Veil | None:
    """What is over a confidential case for people of its own units, which lead it, work on it or had it before."""
    if case.confidential is False:
        return None
    zone = session.packs.current(session.now).directory.calendar().time_zone
    units = (case.lead_unit, case.delegate_unit, *case.handling_units)
    return veil_over(own, units, zone, confidential=True)


async def veils_of(session: Session, case_ids: Iterable[str], own: Collection[str]) -> Mapping[str, Veil | None]:
    """The same for several, in one round trip."""
    ids = [*dict.fromkeys(case_ids)]
    if not own:
        return dict.fromkeys(ids)
    await session.load(Case, "case_id", ids, lock=False)
    cases = [await session.one(Case, "case_id", case_id, lock=False) for case_id in ids]
    return {case.case_id: veil_of(session, case, own) for case in cases if case is not None}


def in_no_grid_of_theirs(case_id: Column, area_code: str | None, own: Collection[str]) -> list[ColumnElement[bool]]:
    """A question for one grid finds no confidential case of whoever asks: they do not see in which one it is."""
    if not own or area_code is None or len(area_code) != GRID_DIGITS:
        return []
    case = aliased(Case)
    return [not_(exists().where(col(case.case_id) == case_id, _is_veiled(case, own)))]


def none_of_theirs(own: Collection[str]) -> list[ColumnElement[bool]]:
    """Of a list of cases those that are confidential and of whoever asks are left out."""
    return [not_(_is_veiled(Case, own))] if own else []


def _is_veiled(case: type[Case], own: Collection[str]) -> ColumnElement[bool]:
    """As ``veil_of`` has it; of units that are not there yet nothing is theirs."""
    units = sorted(own)
    handled: Any = col(case.handling_units)
    led = func.coalesce(col(case.lead_unit).in_(units), false())
    works = func.coalesce(col(case.delegate_unit).in_(units), false())
    return and_(col(case.confidential).is_not(False), or_(led, works, handled.overlap(units)))


async def visible_case(session: Session, scope: Scope, case_id: str) -> Case:
    """The case, unlocked; NotFound when it is not there or not in the caller's reach."""
    case = await session.one(Case, "case_id", case_id, lock=False)
    if case is None or not sees_case(scope, case):
        raise no_such_case()
    return case


async def steps_of_case(session: Session, case_id: str) -> list[HistoryEntry]:
    """All steps of a case, oldest first."""
    rows = await session.rows(HistoryEntry, "case_id", case_id, lock=False)
    return sorted(rows, key=lambda step: step.version)


def no_such_case() -> NotFound:
    """What somebody hears who may not see it, too."""
    return NotFound("There is no such case, or you may not see it", "诉求件不存在或无权查看")
