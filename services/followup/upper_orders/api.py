"""HTTP in: orders from above, and the answers to them."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.rules.requests import Request
from libs.common.web.cursors import Page
from libs.common.web.door import Door, needs
from libs.common.web.fields import CaseId
from libs.common.web.frame import Frame
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.followup import rights
from services.followup.upper_orders import queries
from services.followup.upper_orders.actions import answering
from services.followup.upper_orders.actions.printing import printed
from services.followup.upper_orders.labels import ABOUT, EVIDENCE, NOT_YET, REPLY, SIGNED, TEXTS
from services.followup.upper_orders.schemas import (
    DecideReply,
    SendReply,
    UpperOrderItem,
    UpperOrderOut,
    UpperOrdersQuery,
    WriteReply,
)

router = APIRouter(prefix="/v1/upper-orders", tags=["upper orders 上级交办"])

_FRAME = Frame(Path(__file__).parent / "templates", Cache_Control="no-store", X_Robots_Tag="noindex")
_WORDS = {"about": ABOUT, "texts": TEXTS, "evidence": EVIDENCE, "signed": SIGNED, "not_yet": NOT_YET}
_A_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The page", "content": {"text/html": {"schema": {"type": "string"}}}}
}


@router.get("", response_model=Page[UpperOrderItem])
async def list_upper_orders(
    query: Annotated[UpperOrdersQuery, Query()], door: Annotated[Door, needs(rights.READ_UPPER_ORDERS)]
) -> Response:
    """上级交办: what bodies above have ordered, the oldest first, with until when, answered or not, and on time."""
    own = door.principal.own_units
    wanted = queries.UpperOrderFilter(query.state, query.overdue, query.case_id, query.area_code, own)
    rows = await door.read(lambda session: queries.list_orders(session, door.scope, wanted, query))
    items = [UpperOrderItem.of_list(row, case, door.now) for row, case in rows]
    return door.answer(queries.UPPER_ORDER_KEYSET.page(items, query.limit, lambda item: item))


@router.get("/{case_id}", response_model=UpperOrderOut)
async def read_upper_order(case_id: CaseId, door: Annotated[Door, needs(rights.READ_UPPER_ORDERS)]) -> Response:
    """One order from above, by its case: every deadline that it had, and the answer as far as it is."""
    return door.answer(await door.read(lambda session: _whole(session, door, case_id)))


@router.get("/{case_id}/reply", response_class=Response, responses=_A_PAGE)
async def print_reply(case_id: CaseId, door: Annotated[Door, needs(rights.READ_UPPER_ORDERS)]) -> Response:
    """The answer (回复) as a page to print on A4; until it is approved it says that it is a draft."""
    order = await door.read(lambda session: _whole(session, door, case_id))
    zone = door.runtime.door_database.packs.current(door.now).directory.calendar().time_zone
    return _FRAME.page("reply.html", REPLY, words=_WORDS, reply=printed(order, zone))


@router.post("/{case_id}/reply", response_model=UpperOrderOut)
async def write_reply(
    case_id: CaseId,
    body: WriteReply,
    door: Annotated[Door, needs(rights.WRITE_UPPER_REPLY)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """回复拟稿: write the answer, or write it anew until it is sent; then it is approved anew. Needs If-Match."""
    asked = Request(door.actor, door.scope, expected)
    return await door.write(lambda session: answering.write_reply(session, asked, case_id, body), once, keys=[case_id])


@router.post("/{case_id}/reply/decision", response_model=UpperOrderOut)
async def decide_reply(
    case_id: CaseId,
    body: DecideReply,
    door: Annotated[Door, needs(rights.DECIDE_UPPER_REPLY)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """回复审核: approve what was written, or give it back. Never whoever wrote it, by whatever account."""
    asked = Request(door.actor, door.scope, expected)
    return await door.write(lambda session: answering.decide_reply(session, asked, case_id, body), once, keys=[case_id])


@router.post("/{case_id}/reply/sending", response_model=UpperOrderOut)
async def send_reply(
    case_id: CaseId,
    body: SendReply,
    door: Annotated[Door, needs(rights.SEND_UPPER_REPLY)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """回复报送: say that the approved answer was sent. Its clock ends: in time before the deadline, else late."""
    asked = Request(door.actor, door.scope, expected)
    return await door.write(lambda session: answering.send_reply(session, asked, case_id, body), once, keys=[case_id])


async def _whole(session: Session, door: Door, case_id: str) -> UpperOrderOut:
    row, case = await queries.visible_order(session, door.scope, case_id, door.principal.own_units)
    return UpperOrderOut.of(row, case, await queries.deadlines_of(session, case_id), session.now)
