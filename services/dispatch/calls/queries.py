"""Every SELECT of summoned units."""

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Select, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset, PageQuery
from services.dispatch.calls.domain import CallStatus
from services.dispatch.calls.tables import SummonedUnit
from services.dispatch.cases.tables import Case

CALLS_KEYSET = Keyset(
    "dispatch.calls",
    (SummonedUnit.called_at, SummonedUnit.case_id, SummonedUnit.version, SummonedUnit.unit_code),
    (datetime, str, int, str),
)


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which of the summoned units' tasks; of what is None, all."""

    status: CallStatus | None = None
    responsible: str | None = None
    case_id: str | None = None


_TIMES = """
    SELECT count(DISTINCT (call.case_id, call.version)) AS n FROM call JOIN work USING (case_id)
    WHERE call.area_code = $1 AND call.called_at > $2 AND work.category_code IS NOT DISTINCT FROM $3
"""


async def calls_of(session: Session, case_id: str) -> list[SummonedUnit]:
    """The tasks of a case's summoned units, in the order in which they were called."""
    return sorted(await session.rows(SummonedUnit, "case_id", case_id), key=attrgetter("version", "unit_code"))


async def whistles_there(session: Session, area_code: str, category_code: str | None, since: datetime) -> int:
    """How many whistles there were on this category in this area since then."""
    return int((await session.fetch(_TIMES, area_code, since, category_code))[0].n)


async def called_case(session: Session, scope: Scope, case_id: str, unit_code: str | None, *, lock: bool) -> Case:
    """The case to which the caller's unit was summoned; NotFound when there is none in its reach."""
    case = await session.one(Case, "case_id", case_id, lock=lock)
    called = case is not None and unit_code in {call.unit_code for call in await calls_of(session, case_id)}
    if case is None or not called or not _allows(scope, case, unit_code):
        raise NotFound("There is no such case, or you may not see it", "诉求件不存在或无权查看")
    return case


def _allows(scope: Scope, case: Case, unit_code: str | None) -> bool:
    accused, also = case.accused_unit, case.also_accused
    return scope.allows(case.area_code, unit_code, accused_unit=accused, also_accused=also)


def calls_statement(scope: Scope, page: PageQuery, wanted: CallFilter, *, called: bool) -> Select[SummonedUnit]:
    """Whom the caller's unit summoned, or to what it was summoned, newest first; the cases about it are left out."""
    unit = col(SummonedUnit.unit_code if called else SummonedUnit.street_unit)
    accused = (col(Case.accused_unit), col(Case.also_accused))
    conditions = [scope.predicate(col(Case.area_code), unit, accused_columns=accused)]
    columns = (
        (col(SummonedUnit.status), wanted.status),
        (col(SummonedUnit.responsible_staff), wanted.responsible),
        (col(SummonedUnit.case_id), wanted.case_id),
    )
    conditions += [column == value for column, value in columns if value is not None]
    statement = select(SummonedUnit).join(Case, col(Case.case_id) == col(SummonedUnit.case_id)).where(*conditions)
    return CALLS_KEYSET.cut(statement, page)


async def list_calls(session: Session, statement: Select[SummonedUnit]) -> list[SummonedUnit]:
    """The rows of a page, and one more when there is a next."""
    return list((await session.execute(statement)).scalars())
