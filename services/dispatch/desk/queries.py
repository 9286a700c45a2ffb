"""Every SELECT of the desk."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.events.asking_terms import RequestKind
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset, PageQuery
from services.dispatch.asks.domain import RequestState
from services.dispatch.asks.tables import UnitRequest
from services.dispatch.cases import queries as cases
from services.dispatch.cases.tables import Case

WAITING_KEYSET = Keyset(
    "dispatch.waiting_requests",
    (UnitRequest.asked_at, UnitRequest.case_id, UnitRequest.version),
    (datetime, str, int),
    descending=False,
)


def waiting_statement(scope: Scope, kinds: Collection[RequestKind], page: PageQuery) -> Select[UnitRequest]:
    """What waits to be decided in the caller's reach, what was asked for first comes first."""
    statement = select(UnitRequest).join(Case, col(Case.case_id) == col(UnitRequest.case_id))
    reached = cases.within(scope, col(Case.lead_unit))
    pending = col(UnitRequest.state) == RequestState.PENDING
    statement = statement.where(pending, col(UnitRequest.kind).in_(sorted(kinds)), reached)
    return WAITING_KEYSET.cut(statement, page)


async def list_waiting(session: Session, statement: Select[UnitRequest]) -> list[UnitRequest]:
    """The rows of a page, and one more when there is a next."""
    return list((await session.execute(statement)).scalars())
