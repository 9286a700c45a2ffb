"""HTTP in: orders of supervision."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.rules.requests import Request
from libs.common.web.cursors import Page
from libs.common.web.door import Door, needs
from libs.common.web.fields import Uuid
from libs.common.web.headers import IdempotencyKey
from services.followup import rights
from services.followup.supervision import actions, queries
from services.followup.supervision.schemas import IssueSupervision, SupervisionOut, SupervisionsQuery

router = APIRouter(prefix="/v1")


@router.get("/supervisions", response_model=Page[SupervisionOut], tags=["supervisions"])
async def list_supervisions(
    query: Annotated[SupervisionsQuery, Query()], door: Annotated[Door, needs(rights.READ_SUPERVISIONS)]
) -> Response:
    """催办、督办: the newest first."""
    wanted = queries.SupervisionFilter(
        query.state, query.level, query.case_id, query.unit_code, query.area_code, door.principal.own_units
    )

    async def page(session: Session) -> Page[SupervisionOut]:
        rows = await queries.list_supervisions(session, door.scope, wanted, query)
        show = await actions.shown(session, rows, door.principal.own_units)
        return queries.SUPERVISION_KEYSET.page(rows, query.limit, show)

    return door.answer(await door.read(page))


@router.get("/supervisions/{supervision_id}", response_model=SupervisionOut, tags=["supervisions"])
async def read_supervision(supervision_id: Uuid, door: Annotated[Door, needs(rights.READ_SUPERVISIONS)]) -> Response:
    """One order."""

    async def one(session: Session) -> SupervisionOut:
        order = await queries.visible_supervision(session, door.scope, supervision_id)
        return (await actions.shown(session, [order], door.principal.own_units))(order)

    return door.answer(await door.read(one))


@router.post("/supervisions", response_model=SupervisionOut, status_code=201, tags=["supervisions"])
async def issue_supervision(
    body: IssueSupervision, door: Annotated[Door, needs(rights.ISSUE_SUPERVISIONS)], once: IdempotencyKey
) -> Response:
    """人工督办: a supervisor's own order about an open case."""
    asked = Request(door.actor, door.scope)
    return await door.write(
        lambda session: actions.issue(session, asked, body),
        once,
        keys=[body.case_id],
        location=lambda order: f"/followup/v1/supervisions/{order.supervision_id}",
    )
