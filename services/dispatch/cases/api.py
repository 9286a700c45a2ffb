"""One case as its unit sees it, with its history; and what every route about a case shares."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.rules.requests import Request
from libs.common.rules.versions import ExpectedVersion
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.door import Door
from libs.common.web.fields import CaseId
from libs.common.web.headers import IdempotencyKey, IfMatch
from libs.common.web.people import responsible_out
from services.dispatch.cases import queries
from services.dispatch.cases.actions import naming
from services.dispatch.cases.actions.steps import shown
from services.dispatch.cases.schemas import HistoryEntryOut, NameResponsible, WorkItem, WorkOut, veiled, veiled_step
from services.dispatch.cases.tables import Case, HistoryEntry, working_unit_of
from services.dispatch.rights import ReadsWork, Signs

router = APIRouter(prefix="/v1", tags=["cases"])


@router.get("/cases/{case_id}", response_model=WorkOut)
async def read_case(case_id: CaseId, door: ReadsWork) -> Response:
    """One case, as its unit sees it."""

    async def read(session: Session) -> WorkOut:
        return shown(session, await seen(session, door, case_id), door.actor)

    return door.answer(await door.read(read))


@router.post("/cases/{case_id}/responsible", response_model=WorkOut)
async def name_responsible(
    case_id: CaseId, body: NameResponsible, door: Signs, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """责任人: the lead unit names who of its people answers for the case. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: naming.name(session, request, case_id, body.responsible), once, keys=[case_id]
    )


@router.get("/cases/{case_id}/transitions", response_model=Page[HistoryEntryOut])
async def list_transitions(case_id: CaseId, query: Annotated[PageQuery, Query()], door: ReadsWork) -> Response:
    """Every step that the case took: who, for which unit, when and why; oldest first."""

    async def steps(session: Session) -> tuple[Case, list[HistoryEntry]]:
        return await seen(session, door, case_id), await queries.list_steps(session, case_id, query)

    case, rows = await door.read(steps)
    veil = queries.veil_of(door.packs, case, door.principal.own_units, door.now)
    return door.answer(queries.STEPS_KEYSET.page(rows, query.limit, lambda row: veiled_step(_step(row), veil)))


def asked(door: Door, expected: ExpectedVersion) -> Request:
    """The caller's request. The route itself reads the version, since that is how the document knows of If-Match."""
    return Request(door.actor, door.scope, expected)


async def seen(session: Session, door: Door, case_id: str) -> Case:
    """The case, when the caller may see it; it is not locked."""
    return await queries.visible_case(session, door.scope, case_id, lock=False)


def item(door: Door, case: Case) -> WorkItem:
    """The case as lists show it."""
    staff = door.runtime.door_database.staff
    responsible = responsible_out(staff, case.responsible_staff, working_unit_of(case), door.now)
    shown_item = WorkItem.of(case).model_copy(update={"responsible": responsible})
    return veiled(shown_item, queries.veil_of(door.packs, case, door.principal.own_units, door.now))


def _step(step: HistoryEntry) -> HistoryEntryOut:
    return HistoryEntryOut.model_validate(step, from_attributes=True)
