"""Every SELECT of mediations and their sessions."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Row, Select, and_, func, literal_column, not_, or_, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.mediation_terms import MediationStatus
from libs.common.rules.machine import Actor
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset, PageQuery
from services.dispatch.cases import queries as cases
from services.dispatch.cases.tables import Case
from services.dispatch.mediations.tables import Mediation, MediationSession

MEDIATIONS_KEYSET = Keyset("dispatch.mediations", (Mediation.given_at, Mediation.mediation_id), (datetime, str))
_AGREED = literal_column("mediation.status = 'agreed'", Boolean)
"""As a constant, so that every plan can prove that the partial index holds the rows."""
_CASE_OF = "SELECT case_id FROM mediation WHERE mediation_id = $1"


@dataclass(frozen=True, slots=True)
class MediationFilter:
    """What mediations are narrowed to; ``due_by``: agreements that somebody has to look at by that day."""

    status: MediationStatus | None = None
    kind: str | None = None
    mediator: str | None = None
    case_id: str | None = None
    due_by: date | None = None


async def of_case_in_reach(session: Session, scope: Scope, mediation_id: str) -> tuple[Mediation, Case]:
    """A mediation and its case, both locked, for whoever sees the case; else NotFound."""
    case = await _case_of(session, mediation_id)
    if case is None or not cases.reaches(scope, case):
        raise _unknown()
    return await _of(session, mediation_id), case


async def own_mediation(session: Session, scope: Scope, actor: Actor, mediation_id: str) -> tuple[Mediation, Case]:
    """A mediation that the caller was given, with its case, both locked; NotFound for everybody else."""
    case = await _case_of(session, mediation_id)
    if case is None or scope.is_about(case.accused_unit, case.also_accused):
        raise _unknown()
    mediation = await _of(session, mediation_id)
    if actor.staff_id is None or mediation.mediator != actor.staff_id:
        raise _unknown()
    return mediation, case


async def _case_of(session: Session, mediation_id: str) -> Case | None:
    """The case before its mediation, as whoever takes a step of the case locks it."""
    found = await session.fetch(_CASE_OF, mediation_id)
    return await session.one(Case, "case_id", found[0].case_id) if found else None


async def _of(session: Session, mediation_id: str) -> Mediation:
    mediation = await session.one(Mediation, "mediation_id", mediation_id)
    if mediation is None:
        raise _unknown()
    return mediation


def _unknown() -> NotFound:
    return NotFound("There is no such mediation, or you may not see it", "调解事项不存在或无权查看")


async def mediations_of(session: Session, case_id: str) -> list[Mediation]:
    """The mediations of a case, oldest first."""
    rows = await session.rows(Mediation, "case_id", case_id)
    return sorted(rows, key=lambda row: (row.given_at, row.mediation_id))


async def sessions_of(session: Session, mediation_id: str) -> list[MediationSession]:
    """Its sessions, oldest first."""
    statement = select(MediationSession).where(col(MediationSession.mediation_id) == mediation_id)
    return list((await session.execute(statement.order_by(col(MediationSession.number)))).scalars())


def own_statement(scope: Scope, actor: Actor, wanted: MediationFilter, page: PageQuery) -> Select[Mediation]:
    """What the caller was given to mediate, newest first, but for cases about the caller or a unit of theirs."""
    statement = select(Mediation).join(Case, col(Case.case_id) == col(Mediation.case_id))
    mine = col(Mediation.mediator) == (actor.staff_id or "")
    also: Any = col(Case.also_accused)
    if scope.own:
        own = sorted(scope.own)
        nobody = or_(col(Case.accused_unit).is_(None), not_(col(Case.accused_unit).in_(own)))
        mine = and_(mine, nobody, not_(also.overlap(own)))
    return MEDIATIONS_KEYSET.cut(_narrowed(statement, wanted).where(mine), page)


def reached_statement(scope: Scope, wanted: MediationFilter, page: PageQuery) -> Select[Mediation]:
    """The mediations of the cases in the caller's reach, newest first."""
    statement = select(Mediation).join(Case, col(Case.case_id) == col(Mediation.case_id))
    reached = cases.within(scope, col(Case.lead_unit))
    return MEDIATIONS_KEYSET.cut(_narrowed(statement, wanted).where(reached), page)


def _narrowed(statement: Select[Any], wanted: MediationFilter) -> Select[Any]:
    for name in ("status", "kind", "mediator", "case_id"):
        value = getattr(wanted, name)
        if value is not None:
            statement = statement.where(col(getattr(Mediation, name)) == value)
    if wanted.due_by is not None:
        statement = statement.where(_AGREED, col(Mediation.follow_up_on) <= wanted.due_by)
    return statement


async def list_mediations(session: Session, statement: Select[Mediation]) -> list[Mediation]:
    """The rows of a page, and one more when there is a next."""
    return list((await session.execute(statement)).scalars())


async def count_mediations(session: Session, scope: Scope) -> list[Row[Any]]:
    """How many there are of each kind and status in the caller's reach, and their sessions; none of no kind."""
    kind, status = col(Mediation.kind), col(Mediation.status)
    counts = func.count().label("mediations"), func.sum(col(Mediation.sessions)).label("sessions")
    statement = cases.of_cases(select(kind, status, *counts), session, scope, col(Mediation.case_id))
    statement = statement.group_by(kind, status)
    return list((await session.execute(statement.order_by(kind, status))).all())
