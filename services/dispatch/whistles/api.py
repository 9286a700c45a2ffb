"""The whistle: a street's summons and its board, and what a summoned unit does."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.rules.requests import Request
from libs.common.web.cursors import Page
from libs.common.web.door import Door
from libs.common.web.fields import CaseId, UnitCode
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.dispatch.calls import queries
from services.dispatch.calls.tables import SummonedUnit
from services.dispatch.cases.api import asked
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.schemas import NameResponsible, WorkOut
from services.dispatch.rights import AnswersCall, CancelsTask, ReadsWhistles, Whistles
from services.dispatch.whistles import actions
from services.dispatch.whistles.schemas import (
    AcknowledgeCall,
    Arrive,
    CalledCaseOut,
    CallOut,
    CallsQuery,
    CancelCall,
    FinishCall,
    ReportCall,
    SoundWhistle,
)

router = APIRouter(prefix="/v1", tags=["whistles"])


@router.post("/cases/{case_id}/whistles", response_model=WorkOut, status_code=201)
async def sound_whistle(
    case_id: CaseId, body: SoundWhistle, door: Whistles, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """吹哨: a street that handles the case summons departments and enterprises to it. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.sound(session, request, case_id, body), once, keys=[case_id])


@router.get("/whistles", response_model=Page[CallOut])
async def list_whistles(query: Annotated[CallsQuery, Query()], door: ReadsWhistles) -> Response:
    """A street's board 吹哨看板: whom it summoned, who is on the way, there, late or never came; newest first."""
    return await _listed(door, query, called=False)


@router.get("/calls", response_model=Page[CallOut])
async def list_calls(query: Annotated[CallsQuery, Query()], door: ReadsWhistles) -> Response:
    """To what the caller's own unit was summoned 报到任务, newest first; a dispatcher sees all of the area."""
    return await _listed(door, query, called=True)


@router.get("/calls/{case_id}", response_model=CalledCaseOut)
async def read_call(case_id: CaseId, door: AnswersCall) -> Response:
    """What a summoned unit sees of the case: the wording that travels, and its own task alone."""
    return door.answer(await door.read(lambda session: actions.read(session, Request(door.actor, door.scope), case_id)))


@router.post("/calls/{case_id}/acknowledgement", response_model=CalledCaseOut)
async def acknowledge_call(
    case_id: CaseId, door: AnswersCall, expected: IfMatch, once: IdempotencyKey, body: AcknowledgeCall | None = None
) -> Response:
    """接哨: the unit has read it and is on its way. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: actions.acknowledge(session, request, case_id, body or AcknowledgeCall()), once, keys=[case_id]
    )


@router.post("/calls/{case_id}/responsible", response_model=CalledCaseOut)
async def name_responsible_of_call(
    case_id: CaseId, body: NameResponsible, door: AnswersCall, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """报到责任人: a summoned unit names who of its people answers for its task. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: actions.name(session, request, case_id, body.responsible), once, keys=[case_id]
    )


@router.post("/calls/{case_id}/arrival", response_model=CalledCaseOut)
async def arrive(case_id: CaseId, body: Arrive, door: AnswersCall, expected: IfMatch, once: IdempotencyKey) -> Response:
    """报到: the unit is there. Sent again it counts once, whatever version it names. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.arrive(session, request, case_id, body), once, keys=[case_id])


@router.post("/calls/{case_id}/progress", response_model=CalledCaseOut)
async def report_call(
    case_id: CaseId, body: ReportCall, door: AnswersCall, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """到场进展: a unit that is there says how far it is. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: actions.step(session, request, case_id, Action.CALL_REPORT, body.note, "note"),
        once,
        keys=[case_id],
    )


@router.post("/calls/{case_id}/result", response_model=CalledCaseOut)
async def finish_call(
    case_id: CaseId, body: FinishCall, door: AnswersCall, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """吹哨任务办结: a unit that came has done its part. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: actions.step(session, request, case_id, Action.CALL_DONE, body.result, "result", body.evidence),
        once,
        keys=[case_id],
    )


@router.post("/cases/{case_id}/calls/{unit_code}/cancellation", response_model=WorkOut)
async def cancel_call(
    case_id: CaseId, unit_code: UnitCode, body: CancelCall, door: CancelsTask, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """撤销召集: the street or a dispatcher lets a summoned unit off, with a reason. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: actions.cancel(session, request, case_id, unit_code, body.reason), once, keys=[case_id]
    )


async def _listed(door: Door, query: CallsQuery, *, called: bool) -> Response:
    wanted = queries.CallFilter(query.status, query.responsible, query.case_id)
    statement = queries.calls_statement(door.scope, query, wanted, called=called)

    async def calls(session: Session) -> list[SummonedUnit]:
        return await queries.list_calls(session, statement)

    rows = await door.read(calls)
    shown = partial(actions.call_out, staff=door.runtime.door_database.staff, now=door.now)
    return door.answer(queries.CALLS_KEYSET.page(rows, query.limit, shown))
