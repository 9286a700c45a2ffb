"""HTTP in: a link is made for a citizen, and who had which made is shown."""

from typing import Annotated

from fastapi import APIRouter, Response

from libs.common.database.session import Session
from libs.common.web.door import Door, needs
from libs.common.web.fields import Uuid
from services.followup import rights
from services.followup.callbacks.queries import visible_callback
from services.followup.links import actions
from services.followup.links.queries import links_of
from services.followup.links.schemas import AnswerLinkOut, LinkRecord, LinksOut

router = APIRouter(prefix="/v1", tags=["callbacks"])


@router.post("/callbacks/{callback_id}/links", response_model=AnswerLinkOut, status_code=201)
async def make_link(callback_id: Uuid, door: Annotated[Door, needs(rights.RECORD_ATTEMPTS)]) -> Response:
    """A one-time link by which the citizen says himself whether he takes his case back (撤单确认链接).

    For a callback with the `purpose` `withdrawal` that is due, by whoever may record its tries. It is told this once,
    and sent or printed by the office; it opens a page that names no person. At most three are made for one wish.
    """
    made = await door.run(lambda session: actions.have_made(session, door, callback_id), keys=[callback_id])
    # Not through `door.write`: an answer that is kept for an Idempotency-Key would be a link in clear.
    return door.answer(made)


@router.get("/callbacks/{callback_id}/links", response_model=LinksOut)
async def list_links(callback_id: Uuid, door: Annotated[Door, needs(rights.READ_CALLBACKS)]) -> Response:
    """Who had links made for a callback, and which was used; never a link itself."""

    async def query(session: Session) -> LinksOut:
        await visible_callback(session, door.scope, callback_id)
        made = await links_of(session, callback_id)
        return LinksOut(items=[LinkRecord.model_validate(row, from_attributes=True) for row in made])

    return door.answer(await door.read(query))
