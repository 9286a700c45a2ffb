"""HTTP in: objections against closings."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.rules.requests import Request
from libs.common.web.cursors import Page
from libs.common.web.door import Door, needs
from libs.common.web.fields import Uuid
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.followup import rights
from services.followup.objections import actions, queries
from services.followup.objections.schemas import DecideObjection, ObjectionOut, ObjectionsQuery

router = APIRouter(prefix="/v1", tags=["objections"])


@router.get("/objections", response_model=Page[ObjectionOut])
async def list_objections(
    query: Annotated[ObjectionsQuery, Query()], door: Annotated[Door, needs(rights.READ_OBJECTIONS)]
) -> Response:
    """异议: what citizens have against the closing of their cases, the oldest first; `state=raised` waits."""
    wanted = queries.ObjectionFilter(query.state, query.case_id, query.area_code, door.principal.own_units)
    rows = await door.read(lambda session: queries.list_objections(session, door.scope, wanted, query))
    items = [ObjectionOut.of(row, case) for row, case in rows]
    return door.answer(queries.OBJECTION_KEYSET.page(items, query.limit, lambda item: item))


@router.get("/objections/{objection_id}", response_model=ObjectionOut)
async def read_objection(objection_id: Uuid, door: Annotated[Door, needs(rights.READ_OBJECTIONS)]) -> Response:
    """One objection, with its case and what was decided."""
    own = door.principal.own_units
    row, case = await door.read(lambda session: queries.visible_objection(session, door.scope, objection_id, own))
    return door.answer(ObjectionOut.of(row, case))


@router.post("/objections/{objection_id}/decision", response_model=ObjectionOut)
async def decide_objection(
    objection_id: Uuid,
    body: DecideObjection,
    door: Annotated[Door, needs(rights.DECIDE_OBJECTIONS)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """异议审核: granted, the case is reopened and its next round begins; refused, it stays closed. Needs If-Match.

    Never by who had a hand in the case in any round, asked its citizen, reviewed or closed it, nor by whoever took the
    objection, by whatever account; nor by anybody of a unit that handled it.
    """
    asked = Request(door.actor, door.scope, expected)
    return await door.write(
        lambda session: actions.decide_objection(session, asked, objection_id, body), once, keys=[objection_id]
    )
