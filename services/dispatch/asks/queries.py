"""Every SELECT of requests."""

from sqlalchemy import select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.web.cursors import Keyset, PageQuery
from services.dispatch.asks.domain import RequestState
from services.dispatch.asks.tables import UnitRequest

REQUESTS_KEYSET = Keyset("dispatch.requests", (UnitRequest.version,), (int,), descending=False)


async def pending_of(session: Session, case_id: str) -> UnitRequest | None:
    """The request about a case that waits to be decided."""
    requests = await session.rows(UnitRequest, "case_id", case_id)
    return next((request for request in requests if request.state is RequestState.PENDING), None)


async def list_requests(session: Session, case_id: str, page: PageQuery) -> list[UnitRequest]:
    """The requests about a case, oldest first; one more than fit the page."""
    statement = select(UnitRequest).where(col(UnitRequest.case_id) == case_id)
    return list((await session.execute(REQUESTS_KEYSET.cut(statement, page))).scalars())
