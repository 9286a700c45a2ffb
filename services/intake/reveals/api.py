"""``POST /requesters/{case_id}/reveal``: the one way to see who spoke."""

from typing import Annotated

from fastapi import APIRouter, Response

from libs.common.web.door import Door, needs
from libs.common.web.fields import CaseId
from services.intake import rights
from services.intake.cases.api.callers import viewer_of
from services.intake.reveals.actions import reveal
from services.intake.reveals.schemas import Revealed, RevealRequester

router = APIRouter(prefix="/v1", tags=["requesters 诉求人"])


@router.post("/requesters/{case_id}/reveal", response_model=Revealed)
async def reveal_requester(
    case_id: CaseId, body: RevealRequester, door: Annotated[Door, needs(rights.REVEAL)]
) -> Response:
    """Show who spoke, unmasked (查看诉求人). Every look is recorded, with who looked and why."""
    viewer = viewer_of(door)
    vault = door.runtime.vault
    # Not through `door.write`: an answer that is kept for an Idempotency-Key would be an identity outside the vault.
    return door.answer(await door.run(lambda session: reveal(session, viewer, case_id, body, vault)))
