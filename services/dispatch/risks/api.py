"""HTTP in: group and risk matters, for those who handle the cases and for the leaders who were told."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath

from libs.common.database.session import Session
from libs.common.rules.requests import Request
from libs.common.web.cursors import Page
from libs.common.web.door import Door
from libs.common.web.fields import CaseId, Uuid
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.dispatch.cases.api import asked
from services.dispatch.rights import AcknowledgesRisks, ReadsRisks, ReportsRisks
from services.dispatch.risks import actions, queries
from services.dispatch.risks.queries import RiskFilter
from services.dispatch.risks.schemas import AcknowledgeRisk, ReportRisk, RiskOut, RisksQuery

router = APIRouter(prefix="/v1", tags=["risks 风险事项"])
RiskId = Annotated[Uuid, InPath(description="Risk id (风险事项编号), a UUID in lower case")]


@router.post("/cases/{case_id}/risks", response_model=RiskOut, status_code=201)
async def report_risk(case_id: CaseId, body: ReportRisk, door: ReportsRisks, once: IdempotencyKey) -> Response:
    """人工上报: whoever sorts or handles the case has the leaders on duty told at once."""
    request = Request(door.actor, door.scope)
    return await door.write(lambda session: actions.report(session, request, case_id, body), once, keys=[case_id])


@router.get("/risks", response_model=Page[RiskOut])
async def list_risks(query: Annotated[RisksQuery, Query()], door: ReadsRisks) -> Response:
    """风险台账: of the cases in the caller's reach, newest first; who was told when, who is late."""

    async def page(session: Session) -> Page[RiskOut]:
        rows = await queries.list_risks(session, queries.risks_statement(door.scope, _wanted(door, query), query))
        return queries.RISKS_KEYSET.page(rows, query.limit, partial(actions.shown, session))

    return door.answer(await door.read(page))


@router.get("/my-risks", response_model=Page[RiskOut])
async def list_own_risks(query: Annotated[RisksQuery, Query()], door: AcknowledgesRisks) -> Response:
    """我的风险提示: what the caller was told of, newest first."""

    async def page(session: Session) -> Page[RiskOut]:
        statement = queries.own_statement(door.scope, door.actor, _wanted(door, query), query)
        rows = await queries.list_risks(session, statement)
        return queries.RISKS_KEYSET.page(rows, query.limit, partial(actions.shown, session))

    return door.answer(await door.read(page))


@router.post("/my-risks/{risk_id}/acknowledgement", response_model=RiskOut)
async def acknowledge_risk(
    risk_id: RiskId, body: AcknowledgeRisk, door: AcknowledgesRisks, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """风险签收: a leader on duty has it, and says what is done at once. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.acknowledge(session, request, risk_id, body.note), once)


def _wanted(door: Door, query: RisksQuery) -> RiskFilter:
    return RiskFilter(query.kind, query.status, door.now if query.overdue else None)
