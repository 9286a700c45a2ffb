"""Which case repeats which (重复诉求)."""

from typing import Annotated

from fastapi import APIRouter, Response

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.web.door import Door, needs
from libs.common.web.fields import CaseId
from libs.common.web.headers import IdempotencyKey
from services.intake import rights
from services.intake.cases.actions import repeats as actions
from services.intake.cases.actions.veiling import veil_of, veiled_repeat
from services.intake.cases.api.callers import request_of
from services.intake.cases.queries.reading import find_case
from services.intake.cases.schemas import NameRepeat, RepeatOut, RepeatsOut

router = APIRouter(prefix="/v1", tags=["cases 诉求件"])


@router.get("/cases/{case_id}/repeats", response_model=RepeatsOut)
async def get_repeats(case_id: CaseId, door: Annotated[Door, needs(rights.READ)]) -> Response:
    """Which earlier case it repeats and which later ones repeat it, and who said so (重复诉求)."""

    async def query(session: Session) -> RepeatsOut:
        case = await find_case(session, door.scope, case_id)
        if case is None:
            raise NotFound
        shown, veil = await actions.show_repeats(session, door.scope, case_id), veil_of(door, case)
        return shown.model_copy(update={"history": tuple(veiled_repeat(one, veil) for one in shown.history)})

    return door.answer(await door.read(query))


@router.post("/cases/{case_id}/repeats", status_code=201, response_model=RepeatOut)
async def name_repeat(
    case_id: CaseId, body: NameRepeat, door: Annotated[Door, needs(rights.NAME_REPEATS)], once: IdempotencyKey
) -> Response:
    """重复诉求认定: the case is about the matter of an earlier one, or is not after all; at any time, closed or not.

    The earlier one then was not settled at once (一次化解), if this one came within the days that the pack says. By no
    unit that led or answered one of them.
    """
    request = request_of(door)
    return await door.write(lambda session: actions.name_repeat(session, request, case_id, body), once)
