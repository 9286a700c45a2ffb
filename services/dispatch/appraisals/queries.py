"""Every SELECT of whistles as a whole, of what units claim, and of what both sides came to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, and_, func, or_, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.whistle_terms import ClaimState
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset, PageQuery
from services.dispatch.appraisals.tables import CallScoreRow, ClaimRow, WhistleRow
from services.dispatch.calls.domain import OPEN_CALLS, CallStatus
from services.dispatch.calls.tables import SummonedUnit
from services.dispatch.cases.queries import of_cases, reaches, within
from services.dispatch.cases.tables import Case

WHISTLES_KEYSET = Keyset("dispatch.case_whistles", (WhistleRow.version,), (int,), descending=False)
SIGNALS_KEYSET = Keyset(
    "dispatch.whistle_signals",
    (WhistleRow.called_at, WhistleRow.case_id, WhistleRow.version),
    (datetime, str, int),
)
CLAIMS_KEYSET = Keyset(
    "dispatch.whistle_claims",
    (ClaimRow.asked_at, ClaimRow.case_id, ClaimRow.version),
    (datetime, str, int),
    descending=False,
)


_OVERDUE = "SELECT count(*) AS n FROM call_claim WHERE state = 'pending' AND due_at <= $1"


async def overdue_claims(session: Session) -> int:
    """Claims that should have been decided by now."""
    return int((await session.fetch(_OVERDUE, session.now))[0].n)


async def whistled_case(session: Session, scope: Scope, case_id: str, unit_code: str | None, *, lock: bool) -> Case:
    """A case that the caller sees, or at which its unit once whistled, whoever has it by now; else NotFound."""
    case = await session.one(Case, "case_id", case_id, lock=lock)
    if case is not None:
        streets = {row.street_unit for row in await session.rows(WhistleRow, "case_id", case_id, lock=lock)}
        if reaches(scope, case, *streets & {unit_code}):
            return case
    raise NotFound("There is no such case, or you may not see it", "诉求件不存在或无权查看")


def whistles_statement(case_id: str, page: PageQuery) -> Select[WhistleRow]:
    """The whistles of a case, oldest first."""
    return WHISTLES_KEYSET.cut(select(WhistleRow).where(col(WhistleRow.case_id) == case_id), page)


def signals_statement(scope: Scope, area_code: str | None, page: PageQuery) -> Select[WhistleRow]:
    """Whistles that were not the first on their category and area, newest first."""
    wanted = [within(scope, col(WhistleRow.street_unit)), col(WhistleRow.times) > 1]
    wanted += in_area(col(WhistleRow.area_code), area_code)
    statement = select(WhistleRow).join(Case, col(Case.case_id) == col(WhistleRow.case_id)).where(*wanted)
    return SIGNALS_KEYSET.cut(statement, page)


def claims_statement(scope: Scope, state: ClaimState | None, page: PageQuery) -> Select[ClaimRow]:
    """What summoned units claim, what waits longest first."""
    wanted = [within(scope, col(ClaimRow.unit_code))]
    if state is not None:
        wanted.append(col(ClaimRow.state) == state)
    statement = select(ClaimRow).join(Case, col(Case.case_id) == col(ClaimRow.case_id)).where(*wanted)
    return CLAIMS_KEYSET.cut(statement, page)


async def signal_counts(session: Session, scope: Scope, since: datetime, until: datetime) -> Sequence[RowMapping]:
    """By category and area how many whistles there were, where there was more than one; most first."""
    subject = col(WhistleRow.area_code), col(WhistleRow.category_code)
    many = func.count().label("whistles")
    whistles = select(*subject, many).where(*_called(WhistleRow, since, until))
    statement = (
        of_cases(whistles, session, scope, col(WhistleRow.case_id), col(WhistleRow.street_unit))
        .group_by(*subject)
        .having(many > 1)
        .order_by(many.desc(), *subject)
    )
    return (await session.execute(statement)).mappings().all()


async def streets_in(session: Session, scope: Scope, since: datetime, until: datetime) -> Sequence[RowMapping]:
    """By street that whistled then: its whistles, and what they came to."""
    street = col(WhistleRow.street_unit)
    counts = select(
        street,
        func.count().label("whistles"),
        func.count(col(WhistleRow.done_at)).label("done"),
        func.count().filter(col(WhistleRow.times) > 1).label("repeated"),
        func.count().filter(col(WhistleRow.needless)).label("needless"),
    ).where(*_called(WhistleRow, since, until))
    statement = of_cases(counts, session, scope, col(WhistleRow.case_id), street).group_by(street).order_by(street)
    return (await session.execute(statement)).mappings().all()


async def units_in(
    session: Session, scope: Scope, since: datetime, until: datetime, now: datetime
) -> Sequence[RowMapping]:
    """By unit that was summoned then: how it came, and what it was scored."""
    unit, arrived, due = col(SummonedUnit.unit_code), col(SummonedUnit.arrived_at), col(SummonedUnit.report_due_at)
    open_now = col(SummonedUnit.status).in_(OPEN_CALLS)
    over = or_(and_(open_now, due < now), and_(~open_now, due <= col(SummonedUnit.ended_at)))
    counted = {
        "called": func.count(),
        "in_time": func.count().filter(arrived.is_not(None), ~col(SummonedUnit.late)),
        "late": func.count().filter(arrived.is_not(None), col(SummonedUnit.late)),
        "never_came": func.count().filter(arrived.is_(None), over, ~col(SummonedUnit.given_back)),
        "given_back": func.count().filter(col(SummonedUnit.given_back)),
        "done": func.count().filter(col(SummonedUnit.status) == CallStatus.DONE),
        "scored": func.count(col(CallScoreRow.total)),
        "points": func.coalesce(func.sum(col(CallScoreRow.total)), 0),
        "most": func.coalesce(func.sum(col(CallScoreRow.most)), 0),
    }
    columns = [one.label(name) for name, one in counted.items()]
    statement = _of_units(select(unit, *columns), session, scope, since, until).group_by(unit).order_by(unit)
    return (await session.execute(statement)).mappings().all()


async def grades_in(session: Session, scope: Scope, since: datetime, until: datetime) -> Sequence[RowMapping]:
    """By unit and grade how many of its scores are of it."""
    unit, grade = col(SummonedUnit.unit_code), col(CallScoreRow.grade)
    statement = _of_units(select(unit, grade, func.count().label("scores")), session, scope, since, until)
    statement = statement.where(grade.is_not(None)).group_by(unit, grade).order_by(unit, grade)
    return (await session.execute(statement)).mappings().all()


def _of_units(statement: Any, session: Session, scope: Scope, since: datetime, until: datetime) -> Any:
    task = and_(
        col(CallScoreRow.case_id) == col(SummonedUnit.case_id),
        col(CallScoreRow.whistle) == col(SummonedUnit.version),
        col(CallScoreRow.unit_code) == col(SummonedUnit.unit_code),
    )
    joined = statement.select_from(SummonedUnit).outerjoin(CallScoreRow, task)
    joined = joined.where(*_called(SummonedUnit, since, until))
    return of_cases(joined, session, scope, col(SummonedUnit.case_id), col(SummonedUnit.unit_code))


def _called(table: type[WhistleRow] | type[SummonedUnit], since: datetime, until: datetime) -> list[Any]:
    return [col(table.called_at) >= since, col(table.called_at) < until]
