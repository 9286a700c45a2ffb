"""HTTP in: mediations of cases for those who handle them, and each mediator's own."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath

from libs.common.database.session import Session
from libs.common.rules.requests import Request
from libs.common.time.moments import local_day
from libs.common.web.cursors import Page
from libs.common.web.door import Door
from libs.common.web.fields import CaseId, Uuid
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.dispatch.cases.api import asked, seen
from services.dispatch.mediations import queries
from services.dispatch.mediations.actions import giving, mediating, showing
from services.dispatch.mediations.queries import MediationFilter
from services.dispatch.mediations.schemas import (
    GiveMediation,
    MediationCount,
    MediationCountsOut,
    MediationItem,
    MediationOut,
    MediationsOut,
    MediationsQuery,
    RecordAgreement,
    RecordSession,
    SayHowItEnded,
    SayWhetherKept,
)
from services.dispatch.rights import FollowsMediations, GivesMediations, Mediates, ReadsMediations

router = APIRouter(prefix="/v1", tags=["mediations 调解"])
MediationId = Annotated[Uuid, InPath(description="Mediation id (调解编号), a UUID in lower case")]


@router.post("/cases/{case_id}/mediations", response_model=MediationOut, status_code=201)
async def give_mediation(case_id: CaseId, body: GiveMediation, door: GivesMediations, once: IdempotencyKey) -> Response:
    """委托调解: by whoever sorts or handles the case, to somebody in office by a post that the pack lets mediate."""
    request = Request(door.actor, door.scope)
    return await door.write(
        lambda session: giving.give(session, request, case_id, body),
        once,
        keys=[case_id],
        location=lambda mediation: f"/dispatch/v1/mediations/{mediation.mediation_id}",
    )


@router.get("/cases/{case_id}/mediations", response_model=MediationsOut)
async def list_mediations_of_case(case_id: CaseId, door: ReadsMediations) -> Response:
    """The mediations of one case, oldest first."""

    async def read(session: Session) -> MediationsOut:
        await seen(session, door, case_id)
        rows = await queries.mediations_of(session, case_id)
        return MediationsOut(items=[showing.item(session, row) for row in rows])

    return door.answer(await door.read(read))


@router.get("/mediations", response_model=Page[MediationItem])
async def list_mediations(query: Annotated[MediationsQuery, Query()], door: ReadsMediations) -> Response:
    """调解台账: the mediations of the cases in the caller's reach, newest first."""

    async def page(session: Session) -> Page[MediationItem]:
        statement = queries.reached_statement(door.scope, _wanted(door, query), query)
        rows = await queries.list_mediations(session, statement)
        return queries.MEDIATIONS_KEYSET.page(rows, query.limit, partial(showing.item, session))

    return door.answer(await door.read(page))


@router.get("/mediation-counts", response_model=MediationCountsOut)
async def count_mediations(door: ReadsMediations) -> Response:
    """How many of each kind stand how, with their sessions; each opens to its list."""

    async def counted(session: Session) -> MediationCountsOut:
        rows = await queries.count_mediations(session, door.scope)
        return MediationCountsOut(items=[MediationCount.model_validate(row, from_attributes=True) for row in rows])

    return door.answer(await door.read(counted))


@router.get("/mediations/{mediation_id}", response_model=MediationOut)
async def read_mediation(mediation_id: MediationId, door: ReadsMediations) -> Response:
    """One mediation with its sessions, for whoever sees its case."""
    request = Request(door.actor, door.scope)
    return door.answer(await door.read(lambda session: showing.read(session, request, mediation_id)))


@router.post("/mediations/{mediation_id}/withdrawal", response_model=MediationOut)
async def withdraw_mediation(
    mediation_id: MediationId, body: SayHowItEnded, door: GivesMediations, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """终止调解: it is taken back from who was to mediate. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: giving.withdraw(session, request, mediation_id, body.note), once)


@router.post("/mediations/{mediation_id}/follow-up", response_model=MediationOut)
async def follow_up_agreement(
    mediation_id: MediationId, body: SayWhetherKept, door: FollowsMediations, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """协议履行认定: kept or broken, never by who mediated, and as kept not before its day. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: giving.follow_up(session, request, mediation_id, body), once)


@router.get("/my-mediations", response_model=Page[MediationItem])
async def list_own_mediations(query: Annotated[MediationsQuery, Query()], door: Mediates) -> Response:
    """我的调解: what the caller was given to mediate, newest first; no other case."""

    async def page(session: Session) -> Page[MediationItem]:
        statement = queries.own_statement(door.scope, door.actor, _wanted(door, query), query)
        rows = await queries.list_mediations(session, statement)
        return queries.MEDIATIONS_KEYSET.page(rows, query.limit, partial(showing.item, session))

    return door.answer(await door.read(page))


@router.get("/my-mediations/{mediation_id}", response_model=MediationOut)
async def read_own_mediation(mediation_id: MediationId, door: Mediates) -> Response:
    """One of the caller's mediations with the wording of its case that travels: no name, no phone."""
    request = Request(door.actor, door.scope)
    return door.answer(await door.read(lambda session: showing.read_own(session, request, mediation_id)))


@router.post("/my-mediations/{mediation_id}/sessions", response_model=MediationOut)
async def hold_session(
    mediation_id: MediationId, body: RecordSession, door: Mediates, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """调解会: when, where, who took part by kinds, and what was said. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: mediating.hold(session, request, mediation_id, body), once)


@router.post("/my-mediations/{mediation_id}/agreement", response_model=MediationOut)
async def record_agreement(
    mediation_id: MediationId, body: RecordAgreement, door: Mediates, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """调解协议: what the parties agreed and signed, after a session at least. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: mediating.agree(session, request, mediation_id, body), once)


@router.post("/my-mediations/{mediation_id}/failure", response_model=MediationOut)
async def record_failure(
    mediation_id: MediationId, body: SayHowItEnded, door: Mediates, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """调解不成: the parties did not agree, after a session at least. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: mediating.fail(session, request, mediation_id, body.note), once)


@router.post("/my-mediations/{mediation_id}/return", response_model=MediationOut)
async def return_mediation(
    mediation_id: MediationId, body: SayHowItEnded, door: Mediates, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """退回委托: the mediator gives it back, such as when concerned in it themselves (回避). Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: mediating.give_back(session, request, mediation_id, body.note), once)


def _wanted(door: Door, query: MediationsQuery) -> MediationFilter:
    zone = door.packs.current(door.now).directory.calendar().time_zone
    due_by = local_day(door.now, zone) if query.due else None
    return MediationFilter(query.status, query.kind, query.mediator, query.case_id, due_by)
