"""HTTP in: aid and referrals that came of cases, with lists and sums."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath

from libs.common.database.session import Session
from libs.common.rules.requests import Request
from libs.common.web.cursors import Page
from libs.common.web.fields import CaseId, Uuid
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.dispatch.aids import actions, queries
from services.dispatch.aids.queries import AidFilter
from services.dispatch.aids.schemas import (
    AidOut,
    AidsOut,
    AidsQuery,
    AidSum,
    AidSumsOut,
    AidSumsQuery,
    DecideAid,
    FindAid,
    SayOfAid,
)
from services.dispatch.cases.api import asked, seen
from services.dispatch.rights import DecidesAid, KeepsAid, ReadsAid

router = APIRouter(prefix="/v1", tags=["aid 救助帮扶"])
AidId = Annotated[Uuid, InPath(description="Aid id (救助事项编号), a UUID in lower case")]


@router.post("/cases/{case_id}/aids", response_model=AidOut, status_code=201)
async def find_aid(case_id: CaseId, body: FindAid, door: KeepsAid, once: IdempotencyKey) -> Response:
    """发现: a unit of the case found that somebody may be owed aid."""
    request = Request(door.actor, door.scope)
    return await door.write(lambda session: actions.find(session, request, case_id, body), once, keys=[case_id])


@router.get("/cases/{case_id}/aids", response_model=AidsOut)
async def list_aids_of_case(case_id: CaseId, door: ReadsAid) -> Response:
    """What aid came of one case, oldest first."""

    async def read(session: Session) -> AidsOut:
        await seen(session, door, case_id)
        return AidsOut(items=[actions.shown(row) for row in await queries.aids_of(session, case_id)])

    return door.answer(await door.read(read))


@router.get("/aids", response_model=Page[AidOut])
async def list_aids(query: Annotated[AidsQuery, Query()], door: ReadsAid) -> Response:
    """救助台账: aid that came of the cases in the caller's reach, newest first."""

    async def page(session: Session) -> Page[AidOut]:
        rows = await queries.list_aids(session, queries.aids_statement(door.scope, _wanted(query), query))
        return queries.AIDS_KEYSET.page(rows, query.limit, actions.shown)

    return door.answer(await door.read(page))


@router.get("/aid-sums", response_model=AidSumsOut)
async def sum_aids(query: Annotated[AidSumsQuery, Query()], door: ReadsAid) -> Response:
    """By kind, unit and status: how many, for how many people, what was granted; each opens to its list."""

    async def summed(session: Session) -> AidSumsOut:
        rows = await queries.sum_aids(session, door.scope, _wanted(query))
        return AidSumsOut(items=[AidSum.model_validate(row, from_attributes=True) for row in rows])

    return door.answer(await door.read(summed))


@router.post("/aids/{aid_id}/application", response_model=AidOut)
async def apply_for_aid(
    aid_id: AidId, body: SayOfAid, door: KeepsAid, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """申请: it was applied for. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.apply_for(session, request, aid_id, body.note), once)


@router.post("/aids/{aid_id}/decision", response_model=AidOut)
async def decide_on_aid(
    aid_id: AidId, body: DecideAid, door: DecidesAid, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """审批: granted or refused, by nobody who found or applied for it, nor of a unit that did. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.rule(session, request, aid_id, body), once)


@router.post("/aids/{aid_id}/dropping", response_model=AidOut)
async def drop_aid(aid_id: AidId, body: SayOfAid, door: KeepsAid, expected: IfMatch, once: IdempotencyKey) -> Response:
    """不再办理: nobody pursues it, and why. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.drop(session, request, aid_id, body.note), once)


def _wanted(query: AidsQuery | AidSumsQuery) -> AidFilter:
    return AidFilter(query.kind, query.status, query.found_unit, query.since, query.until)
