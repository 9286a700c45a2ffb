"""``/households/{household_id}/notes``: what is for few (敏感情况), counted, written, and looked at on the record."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from libs.common.bus.flow import Service
from libs.common.rules.requests import Request
from libs.common.web.door import Door, needs
from libs.common.web.headers import IdempotencyKey
from libs.common.web.looks import Looks
from services.intake import rights
from services.intake.households.schemas import HouseholdId
from services.intake.notes import actions
from services.intake.notes.schemas import NotesOut, RevealedNotes, RevealNotes, WriteNote

router = APIRouter(prefix="/v1/households/{household_id}/notes", tags=["households 户"])
_LOOKS = Looks(Service.INTAKE)
InPath = Annotated[HouseholdId, Path()]


@router.get("", response_model=NotesOut)
async def count_notes(household_id: InPath, door: Annotated[Door, needs(rights.READ_HOUSEHOLDS)]) -> Response:
    """How many notes there are (敏感情况条数), and which fields are open to you now, written or not."""
    asked = Request(door.actor, door.scope)
    return door.answer(await door.read(lambda session: actions.shown(session, asked, household_id)))


@router.post("", response_model=NotesOut)
async def write_note(
    household_id: InPath, body: WriteNote, door: Annotated[Door, needs(rights.WRITE_NOTES)], once: IdempotencyKey
) -> Response:
    """Write down what is for few (敏感情况登记), or correct it. What was written is kept, and not shown."""
    asked, vault = Request(door.actor, door.scope), door.runtime.vault
    return await door.write(lambda session: actions.write(session, asked, household_id, body, vault), once)


@router.post("/reveal", responses={429: {}}, response_model=RevealedNotes)
async def reveal_notes(
    household_id: InPath, body: RevealNotes, door: Annotated[Door, needs(rights.REVEAL_NOTES)]
) -> Response:
    """Look at notes (查看敏感情况). Every look is recorded, with who looked, why, and at which fields.

    403 `notes-not-open` unless a team of yours is planned to go there, and only from some hours before that day until
    it is over, for posts that the pack names. 429 as for looks at who lives there.
    """
    asked, runtime = Request(door.actor, door.scope), door.runtime
    return await _LOOKS.show(
        door,
        household_id,
        lambda session: actions.reveal(session, asked, household_id, body, runtime.vault, runtime.looks_per_hour),
    )
