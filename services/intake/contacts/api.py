"""``/contacts``: who looks after which households (包保台账), and how households change hands."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.rules.requests import Request
from libs.common.web.door import Door, needs
from libs.common.web.headers import IdempotencyKey
from services.intake import rights
from services.intake.contacts.actions import assigning, showing
from services.intake.contacts.schemas import (
    AssignContacts,
    AssignedOut,
    ContactLedgerOut,
    ContactLedgerQuery,
    EvenedOut,
    EvenOut,
)

router = APIRouter(prefix="/v1/contacts", tags=["contacts 包保"])

Assigns = Annotated[Door, needs(rights.ASSIGN_CONTACTS)]


@router.get("", response_model=ContactLedgerOut)
async def contact_ledger(
    query: Annotated[ContactLedgerQuery, Query()], door: Annotated[Door, needs(rights.READ_CONTACTS)]
) -> Response:
    """By person how many households, of which classes, and whether that is too many; who has left (包保台账).

    Totals say of how many households somebody in office looks after: that is the coverage (包保覆盖率).
    """
    return door.answer(await door.read(lambda session: showing.page(session, door.scope, query)))


@router.post("/assignment", response_model=AssignedOut)
async def assign_contacts(body: AssignContacts, door: Assigns, once: IdempotencyKey) -> Response:
    """Give up to 2,000 households to a person, or to nobody, from a day on (包保分配). All of them, or none.

    422 names who would have more than the pack lets one person have. With `preview` nothing changes.
    """
    asked = Request(door.actor, door.scope)

    async def act(session: Session) -> AssignedOut:
        return await assigning.assign(session, asked, body, door.runtime.vault)

    if body.preview:
        return door.answer(await door.read(act))
    return await door.write(act, once)


@router.post("/evening", response_model=EvenedOut)
async def even_out_contacts(body: EvenOut, door: Assigns, once: IdempotencyKey) -> Response:
    """Share out the households of an area among people, equally within one (均等分配).

    As few as possible change hands; muted households stay with whom they are. The same question has the same answer,
    so whoever asks chooses nothing but the people. With `preview` nothing changes.
    """
    asked = Request(door.actor, door.scope)

    async def act(session: Session) -> EvenedOut:
        return await assigning.even(session, asked, body, door.runtime.vault)

    if body.preview:
        return door.answer(await door.read(act))
    return await door.write(act, once)
