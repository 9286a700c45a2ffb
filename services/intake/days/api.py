"""``/visit-days`` and ``/area-days``: on which days areas go out (走访日), and which of them did (片区走访日)."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.web.door import Door, needs
from services.intake import rights
from services.intake.days.actions import counting, showing
from services.intake.days.schemas import AreaDaysOut, AreaDaysQuery, SpanQuery, VisitDaysOut

router = APIRouter(prefix="/v1/visit-days", tags=["days 走访日"])
areas_router = APIRouter(prefix="/v1/area-days", tags=["days 走访日"])

Reads = Annotated[Door, needs(rights.READ_TEAMS)]


@router.get("", response_model=VisitDaysOut)
async def visit_days(query: Annotated[SpanQuery, Query()], door: Reads) -> Response:
    """The recurring days of the pack (走访日) in a span, and what becomes of those that fall on a holiday."""

    async def find(session: Session) -> VisitDaysOut:
        return showing.visit_days(session, query)

    return door.answer(await door.read(find))


@areas_router.get("", response_model=AreaDaysOut)
async def area_days(query: Annotated[AreaDaysQuery, Query()], door: Reads) -> Response:
    """Which areas within your reach went out on the recurring days of a span, and which did not, by day and by area.

    An area went out when somebody of a team of it was there, as kept by somebody else (`/teams/{team_id}/attendance`).
    """
    return door.answer(await door.read(lambda session: counting.area_days(session, door.scope, query)))
