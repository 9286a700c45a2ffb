"""Every SELECT of risks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Select, literal_column, not_, or_, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.rules.machine import Actor
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset, PageQuery
from services.dispatch.cases import queries as cases
from services.dispatch.cases.tables import Case
from services.dispatch.risks.domain import RiskStatus
from services.dispatch.risks.tables import Risk

RISKS_KEYSET = Keyset("dispatch.risks", (Risk.reported_at, Risk.risk_id), (datetime, str))
_WAITING = literal_column("risk.status = 'reported'", Boolean)
_OVERDUE = "SELECT count(*) AS n FROM risk WHERE status = 'reported' AND due_at <= $1"
_CASE_OF = "SELECT case_id FROM risk WHERE risk_id = $1"


@dataclass(frozen=True, slots=True)
class RiskFilter:
    """What risks are narrowed to; ``overdue_at``: those that nobody had acknowledged in time by then."""

    kind: str | None = None
    status: RiskStatus | None = None
    overdue_at: datetime | None = None


async def risks_of(session: Session, case_id: str) -> list[Risk]:
    """The risks of a case, oldest first."""
    return sorted(await session.rows(Risk, "case_id", case_id), key=lambda row: (row.reported_at, row.kind))


async def overdue_risks(session: Session) -> int:
    """Risks that somebody should have acknowledged by now."""
    return int((await session.fetch(_OVERDUE, session.now))[0].n)


async def told_risk(session: Session, scope: Scope, risk_id: str) -> tuple[Risk, Case]:
    """A risk with its case, both locked; NotFound for whoever the case is about. Who was told, the rules ask next."""
    found = await session.fetch(_CASE_OF, risk_id)
    case = await session.one(Case, "case_id", found[0].case_id) if found else None
    hidden = case is None or scope.is_about(case.accused_unit, case.also_accused) or not scope.covers(case.area_code)
    risk = None if hidden else await session.one(Risk, "risk_id", risk_id)
    if case is None or risk is None:
        raise NotFound("There is no such risk, or you may not see it", "风险事项不存在或无权查看")
    return risk, case


def risks_statement(scope: Scope, wanted: RiskFilter, page: PageQuery) -> Select[Risk]:
    """The risks of the cases in the caller's reach, newest first."""
    conditions = [cases.within(scope, col(Case.lead_unit)), *_narrowed(wanted)]
    statement = select(Risk).join(Case, col(Case.case_id) == col(Risk.case_id)).where(*conditions)
    return RISKS_KEYSET.cut(statement, page)


def own_statement(scope: Scope, actor: Actor, wanted: RiskFilter, page: PageQuery) -> Select[Risk]:
    """What the caller was told of, newest first, but for cases about the caller or a unit of theirs."""
    told: Any = col(Risk.told)
    also: Any = col(Case.also_accused)
    conditions: list[ColumnElement[bool]] = [told.contains([actor.staff_id or ""]), *_narrowed(wanted)]
    if scope.own:
        own = sorted(scope.own)
        conditions.append(or_(col(Case.accused_unit).is_(None), not_(col(Case.accused_unit).in_(own))))
        conditions.append(not_(also.overlap(own)))
    statement = select(Risk).join(Case, col(Case.case_id) == col(Risk.case_id)).where(*conditions)
    return RISKS_KEYSET.cut(statement, page)


def _narrowed(wanted: RiskFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.kind is not None:
        conditions.append(col(Risk.kind) == wanted.kind)
    if wanted.status is not None:
        conditions.append(col(Risk.status) == wanted.status)
    if wanted.overdue_at is not None:
        conditions += [_WAITING, col(Risk.due_at) <= wanted.overdue_at]
    return conditions


async def list_risks(session: Session, statement: Select[Risk]) -> list[Risk]:
    """The rows of a page, and one more when there is a next."""
    return list((await session.execute(statement)).scalars())
