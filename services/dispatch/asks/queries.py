"""Every SELECT of requests."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, not_, or_, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.events.asking_terms import RequestKind
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset, PageQuery
from services.dispatch.asks.domain import RequestState
from services.dispatch.asks.tables import UnitRequest
from services.dispatch.cases import queries as cases
from services.dispatch.cases.tables import Case

ALL_REQUESTS_KEYSET = Keyset(
    "dispatch.all_requests", (UnitRequest.asked_at, UnitRequest.case_id, UnitRequest.version), (datetime, str, int)
)
REQUESTS_KEYSET = Keyset("dispatch.requests", (UnitRequest.version,), (int,), descending=False)


async def pending_of(session: Session, case_id: str) -> UnitRequest | None:
    """The request about a case that waits to be decided."""
    requests = await session.rows(UnitRequest, "case_id", case_id)
    return next((request for request in requests if request.state is RequestState.PENDING), None)


async def list_requests(session: Session, case_id: str, page: PageQuery) -> list[UnitRequest]:
    """The requests about a case, oldest first; one more than fit the page."""
    statement = select(UnitRequest).where(col(UnitRequest.case_id) == case_id)
    return list((await session.execute(REQUESTS_KEYSET.cut(statement, page))).scalars())


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """What the requests of all cases are narrowed to."""

    kind: RequestKind | None = None
    state: RequestState | None = None
    raised: bool | None = None
    """Whether it went up because nobody had decided in time."""


def all_requests_statement(
    scope: Scope, wanted: RequestFilter, page: PageQuery, *, of_a_unit: bool
) -> Select[UnitRequest]:
    """The requests about the cases in the caller's reach, newest first."""
    statement = select(UnitRequest).join(Case, col(Case.case_id) == col(UnitRequest.case_id))
    conditions = _reached(scope, of_a_unit=of_a_unit)
    if wanted.kind is not None:
        conditions.append(col(UnitRequest.kind) == wanted.kind)
    if wanted.state is not None:
        conditions.append(col(UnitRequest.state) == wanted.state)
    if wanted.raised is not None:
        raised = col(UnitRequest.raised_at)
        conditions.append(raised.is_not(None) if wanted.raised else raised.is_(None))
    return ALL_REQUESTS_KEYSET.cut(statement.where(*conditions), page)


async def list_all_requests(session: Session, statement: Select[UnitRequest]) -> list[UnitRequest]:
    """The rows of a page, and one more when there is a next."""
    return list((await session.execute(statement)).scalars())


async def count_requests(session: Session, scope: Scope, *, of_a_unit: bool) -> list[Row[Any]]:
    """How many there are of each kind and state, and of these how many went up; none of no kind."""
    kind, state, raised = col(UnitRequest.kind), col(UnitRequest.state), col(UnitRequest.raised_at)
    counts = func.count().label("requests"), func.count(raised).label("raised")
    statement = cases.of_cases(select(kind, state, *counts), session, scope, col(UnitRequest.case_id))
    if of_a_unit:
        told = select(col(Case.case_id)).where(col(Case.case_id) == col(UnitRequest.case_id), col(Case.confidential))
        statement = statement.where(not_(and_(kind == RequestKind.NONACCEPTANCE, told.correlate(UnitRequest).exists())))
    statement = statement.group_by(kind, state).order_by(kind, state)
    return list((await session.execute(statement)).all())


_BY_KIND = "SELECT kind, state, count(*) AS n FROM request GROUP BY 1, 2"


async def requests_by_kind(session: Session) -> list[tuple[str, str, int]]:
    """How many of all there are of each kind and state."""
    return [(row.kind, row.state, int(row.n)) for row in await session.fetch(_BY_KIND)]


def _reached(scope: Scope, *, of_a_unit: bool) -> list[ColumnElement[bool]]:
    """People of a unit do not learn when a door told of a confidential case."""
    conditions = [cases.within(scope, col(Case.lead_unit))]
    if of_a_unit:
        at_a_door = col(UnitRequest.kind) == RequestKind.NONACCEPTANCE
        conditions.append(or_(not_(col(Case.confidential)), not_(at_a_door)))
    return conditions
