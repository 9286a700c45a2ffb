"""HTTP in: the reply to an order."""

from typing import Annotated

from fastapi import APIRouter, Response

from libs.common.rules.requests import Request
from libs.common.web.door import Door, needs
from libs.common.web.fields import Uuid
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.followup import rights
from services.followup.replies import actions
from services.followup.replies.schemas import ReplySupervision
from services.followup.supervision.schemas import SupervisionOut

router = APIRouter(prefix="/v1")


@router.post("/supervisions/{supervision_id}/reply", response_model=SupervisionOut, tags=["supervisions"])
async def reply_supervision(
    supervision_id: Uuid,
    body: ReplySupervision,
    door: Annotated[Door, needs(rights.REPLY_TO_SUPERVISIONS)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """督办回复: the unit answers this order; every other order waits for its own answer. Needs If-Match."""
    asked = Request(door.actor, door.scope, expected)
    return await door.write(
        lambda session: actions.reply(session, asked, supervision_id, body), once, keys=[supervision_id]
    )
