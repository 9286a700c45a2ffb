"""Arbitration: called, units heard, ruled; and which sessions are open."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.web.cursors import Page
from libs.common.web.fields import CaseId
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.dispatch.arbitration import actions
from services.dispatch.arbitration.schemas import (
    ArbitrationItem,
    ArbitrationOut,
    ArbitrationsOut,
    ArbitrationsQuery,
    CallArbitration,
    HearingOut,
    HearUnit,
    RuleOnIt,
)
from services.dispatch.cases.api import asked, seen
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.disputes import queries
from services.dispatch.disputes.tables import ArbitrationSession, UnitHearing
from services.dispatch.rights import ConvenesArbitration, ReadsTriage, ReadsWork, RulesOnDispute

router = APIRouter(prefix="/v1", tags=["arbitration"])


@router.get("/arbitrations", response_model=Page[ArbitrationItem])
async def list_arbitrations(query: Annotated[ArbitrationsQuery, Query()], door: ReadsTriage) -> Response:
    """Sessions about whose a case is (争议裁定), newest first: those that are open unless another state is asked."""
    statement = queries.arbitrations_statement(door.scope, query.state, query)
    rows = await door.read(lambda session: queries.list_arbitrations(session, statement))
    return door.answer(queries.ARBITRATIONS_KEYSET.page(rows, query.limit, _item))


@router.get("/cases/{case_id}/arbitrations", response_model=ArbitrationsOut)
async def list_arbitrations_of_case(case_id: CaseId, door: ReadsWork) -> Response:
    """Every session about the case, with what each unit said and how it was ruled."""

    async def read(session: Session) -> ArbitrationsOut:
        await seen(session, door, case_id)
        said = await queries.hearings_of(session, case_id, lock=False)
        rows = await queries.sessions_of(session, case_id, lock=False)
        return ArbitrationsOut(items=[_with_hearings(row, said) for row in rows])

    return door.answer(await door.read(read))


@router.post("/cases/{case_id}/arbitration", response_model=WorkOut, status_code=201)
async def call_arbitration(
    case_id: CaseId, body: CallArbitration, door: ConvenesArbitration, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """提请裁定: of a case that no unit has, before so many gave it back that it goes up by itself. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.call(session, request, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/arbitration/hearings", response_model=WorkOut)
async def hear_unit(
    case_id: CaseId, body: HearUnit, door: ConvenesArbitration, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """听取意见: what a unit in dispute says, noted by somebody who is of none of them. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.hear(session, request, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/arbitration/ruling", response_model=WorkOut)
async def rule_on_dispute(
    case_id: CaseId, body: RuleOnIt, door: RulesOnDispute, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """裁定: once each unit was heard, by somebody of none of them; who is named cannot give it back. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.rule(session, request, case_id, body), once, keys=[case_id])


def _item(row: ArbitrationSession) -> ArbitrationItem:
    return ArbitrationItem.model_validate(row, from_attributes=True)


def _with_hearings(row: ArbitrationSession, said: Sequence[UnitHearing]) -> ArbitrationOut:
    hearings = [HearingOut.model_validate(one, from_attributes=True) for one in said if one.arbitration == row.version]
    return ArbitrationOut(**_item(row).model_dump(), hearings=hearings)
