"""The triage queue, a dispatcher's choices, and why a unit was chosen."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy import Row

from libs.common.database.session import Session
from libs.common.pack.schema import Duty
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.fields import CaseId
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.dispatch.cases.api import asked, item, seen
from services.dispatch.cases.queries import list_work
from services.dispatch.cases.schemas import WorkItem, WorkOut
from services.dispatch.cases.tables import Case
from services.dispatch.rights import Assigns, GivesTask, ReadsTriage, ReadsWork, Reassigns
from services.dispatch.routing import queries
from services.dispatch.routing.actions import assigning, giving_parts
from services.dispatch.routing.domain.choosing import named_lead
from services.dispatch.routing.schemas import (
    Assign,
    DecisionOut,
    DutyOut,
    ExplanationOut,
    GiveTask,
    Reassign,
    TriageQuery,
)

router = APIRouter(prefix="/v1", tags=["cases"])


@router.get("/triage", response_model=Page[WorkItem])
async def list_triage(query: Annotated[TriageQuery, Query()], door: ReadsTriage) -> Response:
    """What waits for a dispatcher (待派), oldest first."""
    wanted = queries.TriageFilter(query.area_code, query.urgency, query.overdue)
    statement = queries.triage_statement(door.scope, wanted, query)
    rows = await door.read(lambda session: list_work(session, statement))
    return door.answer(queries.TRIAGE_KEYSET.page(rows, query.limit, partial(item, door)))


@router.get("/cases/{case_id}/explanation", response_model=ExplanationOut)
async def explain(case_id: CaseId, door: ReadsWork) -> Response:
    """Why this unit, or why none: the decision, and what the duty directory of that day says (派单依据)."""

    async def explanation(session: Session) -> ExplanationOut:
        return _explained(session, await seen(session, door, case_id))

    return door.answer(await door.read(explanation))


@router.get("/cases/{case_id}/decisions", response_model=Page[DecisionOut])
async def list_decisions(case_id: CaseId, query: Annotated[PageQuery, Query()], door: ReadsWork) -> Response:
    """Every decision on who handles the case, oldest first: rule, candidates, pack version (派单决定)."""

    async def decisions(session: Session) -> list[Row[Any]]:
        await seen(session, door, case_id)
        return await queries.list_decisions(session, case_id, query)

    rows = await door.read(decisions)
    return door.answer(queries.DECISIONS_KEYSET.page(rows, query.limit, _decision))


@router.post("/cases/{case_id}/assignment", response_model=WorkOut)
async def assign(case_id: CaseId, body: Assign, door: Assigns, expected: IfMatch, once: IdempotencyKey) -> Response:
    """派单: give a case from triage to a unit. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: assigning.assign(session, request, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/reassignment", response_model=WorkOut)
async def reassign(
    case_id: CaseId, body: Reassign, door: Reassigns, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """改派、移交: give it to another unit, for a reason of the pack; the handling clock runs on. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: assigning.reassign(session, request, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/tasks", response_model=WorkOut, status_code=201)
async def give_task(
    case_id: CaseId, body: GiveTask, door: GivesTask, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """增派任务: the units that handle the case, or a dispatcher, give one more unit a part of it. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: giving_parts.give(session, request, case_id, body), once, keys=[case_id])


def _decision(row: Row[Any]) -> DecisionOut:
    return DecisionOut.model_validate(row, from_attributes=True)


def _explained(session: Session, case: Case) -> ExplanationOut:
    directory = session.packs.version(case.pack_version)
    lead = named_lead(directory, case.category_code, case.area_code)
    duty = directory.duty(case.category_code, case.area_code) if lead and case.category_code else None
    return ExplanationOut(
        case_id=case.case_id,
        round=case.round,
        status=case.status,
        lead_unit=case.lead_unit,
        support_units=case.support_units,
        category_code=case.category_code,
        by_rule=case.by_rule,
        explanation=case.explanation,
        pack_version=case.pack_version,
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
