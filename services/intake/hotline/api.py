"""``POST /webhooks/{source}``: a hotline platform hands an order over."""

from typing import Annotated

from fastapi import APIRouter, Response

from libs.common.web.door import Door
from libs.common.web.fields import SourceName
from libs.common.web.signed import signed_by
from services.intake import rights
from services.intake.cases.api.registration import registered
from services.intake.cases.schemas import Receipt
from services.intake.hotline.schemas import HotlineOrder

router = APIRouter(prefix="/v1", tags=["hotline 热线"])


@router.post("/webhooks/{source}", status_code=201, response_model=Receipt)
async def take_order(
    source: SourceName, body: HotlineOrder, door: Annotated[Door, signed_by("source", rights.REGISTER)]
) -> Response:
    """Take an order of a hotline platform (热线工单), signed as Standard Webhooks say.

    Sent again with the same `webhook-id`, it gets the first answer again. Another message with a `source_no` that was
    registered before is refused with 409 naming its case.
    """
    return await registered(door, body, door.principal.token_id)
