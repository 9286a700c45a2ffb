"""HTTP in: what is published."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.web.cursors import Page, PageQuery
from libs.common.web.door import Door, needs
from services.analytics import rights
from services.analytics.publications import actions
from services.analytics.publications.schemas import PublicationOut

router = APIRouter(prefix="/v1")


@router.get("/publications", response_model=Page[PublicationOut], tags=["figures"], summary="Published 公布数据")
async def read_publications(
    query: Annotated[PageQuery, Query()], door: Annotated[Door, needs(rights.READ_PUBLISHED)]
) -> Response:
    """What everybody of the place may see: closed periods, the newest first, and no number that points at anybody."""
    return door.answer(
        await door.read(lambda session: actions.read_publications(session, door.scope, query.cursor, query.limit))
    )
