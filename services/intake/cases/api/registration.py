"""``POST /cases``: one complaint comes in."""

from typing import Annotated

from fastapi import APIRouter, Response

from libs.common.bus.flow import Service
from libs.common.web.door import Door, needs
from libs.common.web.headers import IdempotencyKey
from services.intake import rights
from services.intake.cases.actions.drafts import check, draft_case
from services.intake.cases.actions.numbers import take_numbers
from services.intake.cases.actions.prepare import source_keys
from services.intake.cases.actions.register import register
from services.intake.cases.api.callers import desk_of
from services.intake.cases.schemas import Receipt, RegisterCase

router = APIRouter(prefix="/v1", tags=["cases 诉求件"])

CASES = f"/{Service.INTAKE}/v1/cases"


@router.post("/cases", status_code=201, response_model=Receipt)
async def register_case(
    body: RegisterCase, door: Annotated[Door, needs(rights.REGISTER)], once: IdempotencyKey
) -> Response:
    """Register a complaint (登记). A `source_no` that was registered before is refused with 409 naming its case."""
    return await registered(door, body, once)


async def registered(door: Door, body: RegisterCase, once: str | None) -> Response:
    """Register it, once only under a key, and answer with the receipt."""
    desk = desk_of(door)
    check(desk, body)
    [case_no] = await take_numbers(door.runtime.door_database, desk.shelved, desk.now)
    draft = draft_case(desk, body, case_no)
    return await door.write(
        lambda session: register(session, draft, desk.scope),
        once,
        keys=source_keys([draft]),
        location=lambda receipt: f"{CASES}/{receipt.case_id}",
        given_back=None if body.ref is None else {"ref": body.ref},
    )
