"""HTTP in: a case as a promise."""

from typing import Annotated

from fastapi import APIRouter, Response

from libs.common.web.door import Door, needs
from libs.common.web.fields import CaseId
from services.followup import rights
from services.followup.overview.actions import showing
from services.followup.overview.schemas import CaseOut

router = APIRouter(prefix="/v1")


@router.get("/cases/{case_id}", response_model=CaseOut, tags=["cases"])
async def read_case(case_id: CaseId, door: Annotated[Door, needs(rights.READ_CASES)]) -> Response:
    """A case with its clocks, callbacks, orders and steps; a part that the caller has no right to see is null."""
    return door.answer(await door.read(lambda session: showing.show_case(session, door.scope, door.principal, case_id)))
