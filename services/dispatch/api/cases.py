"""The units' lists, the triage queue, and every step that a person takes on a case."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.pack.schema import Duty
from libs.common.security.policy import Right
from libs.common.web.cursors import Page
from libs.common.web.door import Door, needs
from libs.common.web.fields import CaseId
from libs.common.web.headers import IdempotencyKey, IfMatch
from libs.common.web.versions import ExpectedVersion
from services.dispatch import queries
from services.dispatch.actions import assigning, handling, returning
from services.dispatch.actions.choosing import named_lead
from services.dispatch.actions.steps import Asked, shown
from services.dispatch.domain.terms import Actor
from services.dispatch.schemas import (
    AskReturn,
    Assign,
    DecideReturn,
    DutyOut,
    ExplanationOut,
    HandIn,
    PageQuery,
    Report,
    Sign,
    TransitionOut,
    TriageQuery,
    WorkItem,
    WorkOut,
    WorkQuery,
)
from services.dispatch.tables import Transition, Work

router = APIRouter(prefix="/v1", tags=["cases"])


@router.get("/work", response_model=Page[WorkItem])
async def list_work(query: Annotated[WorkQuery, Query()], door: Annotated[Door, needs(Right.WORK_READ)]) -> Response:
    """A unit's list (待办), what is due first comes first."""
    wanted = queries.WorkFilter(query.unit_code, query.status, query.overdue, query.due_before, query.area_code)
    statement = queries.work_statement(door.scope, wanted, queries.Window(query.cursor, query.limit))
    rows = await door.read(lambda session: queries.list_work(session, statement))
    return door.answer(queries.WORK_KEYSET.page(rows, query.limit, _item))


@router.get("/triage", response_model=Page[WorkItem])
async def list_triage(
    query: Annotated[TriageQuery, Query()], door: Annotated[Door, needs(Right.TRIAGE_READ)]
) -> Response:
    """What waits for a dispatcher (待派), oldest first."""
    wanted = queries.TriageFilter(query.area_code, query.urgency, query.overdue)
    statement = queries.triage_statement(door.scope, wanted, queries.Window(query.cursor, query.limit))
    rows = await door.read(lambda session: queries.list_work(session, statement))
    return door.answer(queries.TRIAGE_KEYSET.page(rows, query.limit, _item))


@router.get("/cases/{case_id}", response_model=WorkOut)
async def read_case(case_id: CaseId, door: Annotated[Door, needs(Right.WORK_READ)]) -> Response:
    """One case, as its unit sees it."""
    return door.answer(shown(await door.read(lambda session: _seen(session, door, case_id))))


@router.get("/cases/{case_id}/transitions", response_model=Page[TransitionOut])
async def list_transitions(
    case_id: CaseId, query: Annotated[PageQuery, Query()], door: Annotated[Door, needs(Right.WORK_READ)]
) -> Response:
    """Every step that the case took: who, for which unit, when and why; oldest first."""

    async def steps(session: Session) -> list[Transition]:
        await _seen(session, door, case_id)
        return await queries.list_steps(session, case_id, queries.Window(query.cursor, query.limit))

    rows = await door.read(steps)
    return door.answer(queries.STEPS_KEYSET.page(rows, query.limit, _step))


@router.get("/cases/{case_id}/explanation", response_model=ExplanationOut)
async def explain(case_id: CaseId, door: Annotated[Door, needs(Right.WORK_READ)]) -> Response:
    """Why this unit, or why none: the decision, and what the duty directory of that day says (派单依据)."""

    async def explanation(session: Session) -> ExplanationOut:
        return _explained(session, await _seen(session, door, case_id))

    return door.answer(await door.read(explanation))


@router.post("/cases/{case_id}/assignment", response_model=WorkOut)
async def assign(
    case_id: CaseId,
    body: Assign,
    door: Annotated[Door, needs(Right.CASE_ASSIGN)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """派单: give a case from triage to a unit. Needs If-Match."""
    asked = _asked(door, expected)
    return await door.write(lambda session: assigning.assign(session, asked, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/reassignment", response_model=WorkOut)
async def reassign(
    case_id: CaseId,
    body: Assign,
    door: Annotated[Door, needs(Right.CASE_REASSIGN)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """改派: give it to another unit; the handling clock runs on. Needs If-Match."""
    asked = _asked(door, expected)
    return await door.write(lambda session: assigning.reassign(session, asked, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/signature", response_model=WorkOut)
async def sign(
    case_id: CaseId,
    door: Annotated[Door, needs(Right.CASE_SIGN)],
    expected: IfMatch,
    once: IdempotencyKey,
    body: Sign | None = None,
) -> Response:
    """签收: the lead unit takes it on. Needs If-Match."""
    asked = _asked(door, expected)
    return await door.write(
        lambda session: handling.sign(session, asked, case_id, body or Sign()), once, keys=[case_id]
    )


@router.post("/cases/{case_id}/progress", response_model=WorkOut)
async def report(
    case_id: CaseId,
    body: Report,
    door: Annotated[Door, needs(Right.PROGRESS_REPORT)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """办理进展: the lead unit says how far it is. Needs If-Match."""
    asked = _asked(door, expected)
    return await door.write(lambda session: handling.report(session, asked, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/result", response_model=WorkOut)
async def hand_in(
    case_id: CaseId,
    body: HandIn,
    door: Annotated[Door, needs(Right.RESULT_SUBMIT)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """办结反馈: the lead unit says it is done; then the citizen is asked. Needs If-Match."""
    asked = _asked(door, expected)
    return await door.write(lambda session: handling.hand_in(session, asked, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/return", response_model=WorkOut)
async def ask_return(
    case_id: CaseId,
    body: AskReturn,
    door: Annotated[Door, needs(Right.RETURN_REQUEST)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """退单申请: the lead unit says it is not theirs, soon after it was assigned. Needs If-Match."""
    asked = _asked(door, expected)
    return await door.write(lambda session: returning.ask(session, asked, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/return/decision", response_model=WorkOut)
async def decide_return(
    case_id: CaseId,
    body: DecideReturn,
    door: Annotated[Door, needs(Right.RETURN_DECIDE)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """退单审核: by somebody else than who asked, and not of that unit. Needs If-Match."""
    asked = _asked(door, expected)
    return await door.write(lambda session: returning.decide(session, asked, case_id, body), once, keys=[case_id])


def _asked(door: Door, expected: ExpectedVersion) -> Asked:
    actor = Actor(door.principal.subject, door.principal.unit_code)
    return Asked(actor, door.scope, expected)


async def _seen(session: Session, door: Door, case_id: str) -> Work:
    return await queries.visible_work(session, door.scope, case_id, lock=False)


def _item(work: Work) -> WorkItem:
    return WorkItem.model_validate(work, from_attributes=True)


def _step(step: Transition) -> TransitionOut:
    return TransitionOut.model_validate(step, from_attributes=True)


def _explained(session: Session, work: Work) -> ExplanationOut:
    directory = session.packs.version(work.pack_version)
    lead = named_lead(directory, work.category_code, work.area_code)
    duty = directory.duty(work.category_code, work.area_code) if lead and work.category_code else None
    return ExplanationOut(
        case_id=work.case_id,
        round=work.round,
        status=work.status,
        lead_unit=work.lead_unit,
        support_units=work.support_units,
        category_code=work.category_code,
        by_rule=work.by_rule,
        explanation=work.explanation,
        pack_version=work.pack_version,
        duty=_duty(duty) if duty else None,
        duty_leads=lead.unit_code if lead else None,
    )


def _duty(duty: Duty) -> DutyOut:
    return DutyOut(
        category_code=duty.category,
        area_level=duty.area_level,
        lead=duty.lead,
        support=list(duty.support),
        taken_back=duty.taken_back,
        basis=duty.basis,
    )
