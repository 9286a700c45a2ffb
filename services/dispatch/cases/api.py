"""One case as its unit sees it, with its history; and what every route about a case shares."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.rules.machine import Actor
from libs.common.rules.requests import Request
from libs.common.rules.versions import ExpectedVersion
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.door import Door
from libs.common.web.fields import CaseId
from services.dispatch.cases import queries
from services.dispatch.cases.actions.steps import shown
from services.dispatch.cases.schemas import HistoryEntryOut, WorkItem, WorkOut
from services.dispatch.cases.tables import Case, HistoryEntry
from services.dispatch.rights import ReadsWork

router = APIRouter(prefix="/v1", tags=["cases"])


@router.get("/cases/{case_id}", response_model=WorkOut)
async def read_case(case_id: CaseId, door: ReadsWork) -> Response:
    """One case, as its unit sees it."""
    return door.answer(shown(await door.read(lambda session: seen(session, door, case_id))))


@router.get("/cases/{case_id}/transitions", response_model=Page[HistoryEntryOut])
async def list_transitions(case_id: CaseId, query: Annotated[PageQuery, Query()], door: ReadsWork) -> Response:
    """Every step that the case took: who, for which unit, when and why; oldest first."""

    async def steps(session: Session) -> list[HistoryEntry]:
        await seen(session, door, case_id)
        return await queries.list_steps(session, case_id, query)

    rows = await door.read(steps)
    return door.answer(queries.STEPS_KEYSET.page(rows, query.limit, _step))


def asked(door: Door, expected: ExpectedVersion) -> Request:
    """The caller's request. The route itself reads the version, since that is how the document knows of If-Match."""
    return Request(Actor(door.principal.subject, door.principal.unit_code), door.scope, expected)


async def seen(session: Session, door: Door, case_id: str) -> Case:
    """The case, when the caller may see it; it is not locked."""
    return await queries.visible_case(session, door.scope, case_id, lock=False)


def item(case: Case) -> WorkItem:
    """The case as lists show it."""
    return WorkItem.model_validate(case, from_attributes=True)


def _step(step: HistoryEntry) -> HistoryEntryOut:
    return HistoryEntryOut.model_validate(step, from_attributes=True)
