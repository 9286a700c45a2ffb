"""HTTP in: the timers."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.web.cursors import Page
from libs.common.web.door import Door, needs
from services.followup import rights
from services.followup.clocks import queries
from services.followup.clocks.schemas import ClockOut, ClocksQuery

router = APIRouter(prefix="/v1")


@router.get("/timers", response_model=Page[ClockOut], tags=["timers"])
async def list_timers(
    query: Annotated[ClocksQuery, Query()], door: Annotated[Door, needs(rights.READ_TIMERS)]
) -> Response:
    """What comes next on each clock, or came last: what fires first stands first."""
    wanted = queries.ClockFilter(query.state, query.case_id, query.unit_code, query.what, query.fires_before)
    rows = await door.read(lambda session: queries.list_clocks(session, door.scope, wanted, query))
    return door.answer(queries.TIMER_KEYSET.page(rows, query.limit, ClockOut.of))
