"""The lists of a case (四清单): read with every edition, and filled."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from libs.common.database.session import Session
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.fields import CaseId
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.dispatch.cases.api import asked, seen
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.lists import actions, queries
from services.dispatch.lists.schemas import CaseListOut, FillList
from services.dispatch.lists.tables import ListEdition
from services.dispatch.rights import FillsList, ReadsWork

router = APIRouter(prefix="/v1", tags=["cases"])
ListCode = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="A list's code in the pack (清单代码)")]


@router.get("/cases/{case_id}/lists", response_model=Page[CaseListOut])
async def list_lists(case_id: CaseId, query: Annotated[PageQuery, Query()], door: ReadsWork) -> Response:
    """Every edition of each list of the case (四清单), oldest first: the last of a list holds."""

    async def editions(session: Session) -> list[ListEdition]:
        await seen(session, door, case_id)
        return await queries.list_editions(session, case_id, query)

    rows = await door.read(editions)
    return door.answer(queries.LISTS_KEYSET.page(rows, query.limit, _edition))


@router.post("/cases/{case_id}/lists/{list_code}", response_model=WorkOut)
async def fill_list(
    case_id: CaseId, list_code: ListCode, body: FillList, door: FillsList, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """清单填报: whoever sorts or handles the case says what the list holds from now on. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: actions.fill(session, request, case_id, list_code, body), once, keys=[case_id]
    )


def _edition(row: ListEdition) -> CaseListOut:
    return CaseListOut.model_validate(row, from_attributes=True)
