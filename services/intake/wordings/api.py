"""``/wordings``: which cases wait for a person's wording; ``/cases/{id}/wording``: what is proposed, and released."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.web.cursors import Page
from libs.common.web.door import Door, needs
from libs.common.web.fields import CaseId
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.intake import rights
from services.intake.cases.api.callers import request_of
from services.intake.cases.schemas import Receipt
from services.intake.cases.tables import Case
from services.intake.wordings.actions import propose, release
from services.intake.wordings.queries import OLDEST_FIRST, list_held
from services.intake.wordings.schemas import HeldItem, HeldList, ReleaseWording, WordingOut

router = APIRouter(prefix="/v1", tags=["wordings 转办文本"])


@router.get("/wordings", response_model=Page[HeldItem])
async def get_held_cases(
    chosen: Annotated[HeldList, Query()], door: Annotated[Door, needs(rights.RELEASE_WORDING)]
) -> Response:
    """Cases within your reach that wait for their wording (待审定), oldest first. Nothing of what was said is shown."""
    rows = await door.read(
        lambda session: list_held(session, door.scope, chosen.area_code, chosen.cursor, chosen.limit)
    )
    return door.answer(OLDEST_FIRST.page(rows, chosen.limit, _item))


@router.get("/cases/{case_id}/wording", response_model=WordingOut)
async def get_wording(case_id: CaseId, door: Annotated[Door, needs(rights.RELEASE_WORDING)]) -> Response:
    """What waits, as rules would let it travel (拟转办文本). The original is looked at with a reason, on the record."""
    vault = door.runtime.vault
    return door.answer(await door.read(lambda session: propose(session, door.scope, case_id, vault)))


@router.post("/cases/{case_id}/wording", response_model=Receipt)
async def release_wording(
    case_id: CaseId,
    body: ReleaseWording,
    door: Annotated[Door, needs(rights.RELEASE_WORDING)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """Say what travels (审定转办文本): confirm what is proposed, or write it. Only then is a unit looked for.

    What rules still find in it is refused with 422, each place by its characters.
    """
    request = request_of(door, expected)
    vault = door.runtime.vault
    return await door.write(lambda session: release(session, request, case_id, body, vault), once, keys=[case_id])


def _item(row: Case) -> HeldItem:
    return HeldItem.model_validate(row, from_attributes=True)
