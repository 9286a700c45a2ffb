"""``POST /upper-orders``: an order from above comes in, or comes again."""

from typing import Annotated

from fastapi import APIRouter, Response

from libs.common.web.door import Door, needs
from libs.common.web.headers import IdempotencyKey
from services.intake import rights
from services.intake.cases.actions.drafts import check, draft_case
from services.intake.cases.actions.numbers import take_numbers
from services.intake.cases.actions.prepare import source_keys
from services.intake.cases.api.callers import desk_of, request_of
from services.intake.upper_orders import actions
from services.intake.upper_orders.schemas import TakeUpperOrder, UpperOrderReceipt

router = APIRouter(prefix="/v1", tags=["upper orders 上级交办"])


@router.post("/upper-orders", response_model=UpperOrderReceipt)
async def take_upper_order(
    body: TakeUpperOrder, door: Annotated[Door, needs(rights.REGISTER)], once: IdempotencyKey
) -> Response:
    """Take in an order from above (上级交办): it becomes a case of its own, once.

    The same body and number again is the same case: with the same deadline nothing changes, with another one that one
    holds from now on, and so do the clock of the answer and our own handling limit.
    """
    desk = desk_of(door)
    check(desk, body)
    actions.check_order(desk, body)
    [case_no] = await take_numbers(door.runtime.door_database, desk.shelved, desk.now)
    draft = actions.under_order(draft_case(desk, body, case_no), body)
    asked = request_of(door)
    return await door.write(
        lambda session: actions.take_order(session, asked, draft),
        once,
        keys=source_keys([draft]),
        given_back=None if body.ref is None else {"ref": body.ref},
    )
