"""HTTP in: timers that were set aside."""

from typing import Annotated

from fastapi import APIRouter, Response

from libs.common.web.door import Door, needs
from libs.common.web.fields import CaseId
from libs.common.web.headers import IdempotencyKey
from services.followup import rights
from services.followup.ladder.actions import retrying
from services.followup.ladder.schemas import RetriedOut

router = APIRouter(prefix="/v1")


@router.post("/cases/{case_id}/timer-retry", response_model=RetriedOut, tags=["timers"])
async def retry_timers(
    case_id: CaseId, door: Annotated[Door, needs(rights.RETRY_TIMERS)], once: IdempotencyKey
) -> Response:
    """Let timers that were set aside fire again, once the cause has been mended."""
    return await door.write(lambda session: retrying.retry_timers(session, door.scope, case_id), once, keys=[case_id])
