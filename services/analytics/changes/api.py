"""HTTP in: what has become of a number."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.web.door import Door, needs
from services.analytics import rights
from services.analytics.changes import actions
from services.analytics.changes.schemas import ChangesOut, ChangesQuery
from services.analytics.figures.actions.sight import live_scope

router = APIRouter(prefix="/v1")


@router.get("/figures/changes", response_model=ChangesOut, tags=["figures"], summary="What changed 数据变动")
async def read_changes(
    query: Annotated[ChangesQuery, Query()], door: Annotated[Door, needs(rights.SEE_CASES)]
) -> Response:
    """A number as it was known at two moments, and the cases that make the difference: their changes add up to it."""
    return door.answer(
        await door.read(
            lambda session: actions.read_changes(session, live_scope(session, door.principal, door.scope), query)
        )
    )
