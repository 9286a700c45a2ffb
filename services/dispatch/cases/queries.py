"""Every SELECT of a case and its history, and what the lists of cases share."""

from sqlalchemy import Boolean, ColumnElement, Select, and_, literal_column, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.security.policy import Column, Scope
from libs.common.web.cursors import Keyset, PageQuery
from services.dispatch.cases.domain.terms import DONE, OPEN, Status
from services.dispatch.cases.tables import Case, HistoryEntry

STEPS_KEYSET = Keyset("dispatch.transitions", (HistoryEntry.version,), (int,), descending=False)


async def visible_case(session: Session, scope: Scope, case_id: str, *, lock: bool = True) -> Case:
    """The case; NotFound when it is not there or not in the caller's reach: its lead's and its support units' it is."""
    case = await session.one(Case, "case_id", case_id, lock=lock)
    if case is None or not _allows(scope, case):
        raise NotFound("There is no such case, or you may not see it", "诉求件不存在或无权查看")
    return case


def _allows(scope: Scope, case: Case) -> bool:
    units = (case.lead_unit, *case.support_units)
    return any(scope.allows(case.area_code, unit, accused_unit=case.accused_unit) for unit in units)


async def list_work(session: Session, statement: Select[Case]) -> list[Case]:
    """The rows of a page, and one more when there is a next."""
    return list((await session.execute(statement)).scalars())


async def list_steps(session: Session, case_id: str, page: PageQuery) -> list[HistoryEntry]:
    """The steps of a case, oldest first."""
    statement = select(HistoryEntry).where(col(HistoryEntry.case_id) == case_id)
    return list((await session.execute(STEPS_KEYSET.cut(statement, page))).scalars())


def statuses(wanted: Status | None) -> ColumnElement[bool]:
    """Cases of a status; without one, those that units have to do.

    Written as constants, so that every plan, also a generic one, can prove that a partial index holds the rows.
    """
    if wanted is Status.TRIAGE:
        return _one_of(Status.TRIAGE)
    listed = _one_of(*(DONE if wanted in DONE else OPEN))
    return listed if wanted is None else and_(listed, _one_of(wanted))


def _one_of(*statuses: Status) -> ColumnElement[bool]:
    words = ", ".join(f"'{status.value}'" for status in statuses)
    return literal_column(f"work.status IN ({words})", Boolean)


def within(scope: Scope, unit: Column) -> ColumnElement[bool]:
    """What the caller's right reaches; ``unit`` is the column of the unit whose case it is."""
    return scope.predicate(col(Case.area_code), unit, accused_column=col(Case.accused_unit))
