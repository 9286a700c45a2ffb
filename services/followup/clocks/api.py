"""HTTP in: the timers."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.web.cursors import Page
from libs.common.web.door import Door, needs
from services.followup import rights
from services.followup.clocks import queries
from services.followup.clocks.actions.showing import clocks_with_names
from services.followup.clocks.schemas import ClockOut, ClocksQuery

router = APIRouter(prefix="/v1")


@router.get("/timers", response_model=Page[ClockOut], tags=["timers"])
async def list_timers(
    query: Annotated[ClocksQuery, Query()], door: Annotated[Door, needs(rights.READ_TIMERS)]
) -> Response:
    """What comes next on each clock, or came last: what fires first stands first."""
    wanted = queries.ClockFilter(query.state, query.case_id, query.unit_code, query.what, query.fires_before)

    async def page(session: Session) -> Page[ClockOut]:
        rows = await queries.list_clocks(session, door.scope, wanted, query)
        show = await clocks_with_names(session, rows, door.principal.own_units)
        return queries.TIMER_KEYSET.page(rows, query.limit, show)

    return door.answer(await door.read(page))
