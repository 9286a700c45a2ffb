"""``POST /requesters/{case_id}/reveal``: the one way to see who spoke; ``GET /reveals``: who looked."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.bus.flow import Service
from libs.common.web.cursors import Page
from libs.common.web.door import Door, needs
from libs.common.web.fields import CaseId
from libs.common.web.looks import Looks
from services.intake import rights
from services.intake.cases.api.callers import viewer_of
from services.intake.reveals.actions import reveal
from services.intake.reveals.queries import NEWEST_FIRST, RevealFilter, list_looks
from services.intake.reveals.schemas import Revealed, RevealItem, RevealList, RevealRequester
from services.intake.reveals.tables import Reveal

router = APIRouter(prefix="/v1", tags=["requesters 诉求人"])

_LOOKS = Looks(Service.INTAKE)


@router.post("/requesters/{case_id}/reveal", responses={429: {}}, response_model=Revealed)
async def reveal_requester(
    case_id: CaseId, body: RevealRequester, door: Annotated[Door, needs(rights.REVEAL)]
) -> Response:
    """Show who spoke, unmasked (查看诉求人). Every look is recorded, with who looked and why.

    429 when the person, by all accounts together, has looked as often within an hour as the office allows.
    """
    viewer, runtime = viewer_of(door), door.runtime
    return await _LOOKS.show(
        door,
        case_id,
        lambda session: reveal(session, viewer, case_id, body, runtime.vault, runtime.looks_per_hour),
    )


@router.get("/reveals", response_model=Page[RevealItem])
async def get_reveals(
    chosen: Annotated[RevealList, Query()], door: Annotated[Door, needs(rights.READ_REVEALS)]
) -> Response:
    """Looks at who spoke (查看记录) in cases within your reach, newest first; your own are among them."""
    narrowed = RevealFilter(**chosen.model_dump(exclude={"cursor", "limit"}))
    rows, numbers = await door.read(
        lambda session: list_looks(session, door.scope, narrowed, chosen.cursor, chosen.limit)
    )

    def item(row: Reveal) -> RevealItem:
        member = door.runtime.door_database.staff.member(row.by_staff)
        return RevealItem(
            account=row.who,
            staff_id=row.by_staff,
            staff_name=None if member is None else member.name,
            case_no=numbers[row.case_id],
            **row.model_dump(exclude={"who", "by_staff"}),
        )

    return door.answer(NEWEST_FIRST.page(rows, chosen.limit, item))
