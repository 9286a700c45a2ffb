"""``/points``: collection points (民情收集点) at estates and squares, their hours, and who is on duty there."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from libs.common.database.session import Session
from libs.common.rules.requests import Request
from libs.common.rules.versions import ANY_VERSION, ExpectedVersion
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.door import Door, needs
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.intake import rights
from services.intake.points.actions import keeping, manning, showing
from services.intake.points.schemas import (
    ChangePoint,
    DutyQuery,
    KeepDuty,
    OpenPoint,
    PointChangeItem,
    PointDutyOut,
    PointId,
    PointItem,
    PointOut,
    PointQuery,
)
from services.intake.points.tables import CollectionPoint

router = APIRouter(prefix="/v1/points", tags=["points 收集点"])

InPath = Annotated[PointId, Path()]
Reads = Annotated[Door, needs(rights.READ_VISITS)]
Keeps = Annotated[Door, needs(rights.KEEP_POINTS)]


@router.get("", response_model=Page[PointItem])
async def list_points(query: Annotated[PointQuery, Query()], door: Reads) -> Response:
    """Points within your reach, by area. With `on` those that are open then, and who is on duty."""
    return door.answer(await door.read(lambda session: showing.page(session, door.scope, query)))


@router.post("", response_model=PointOut, status_code=201)
async def open_point(body: OpenPoint, door: Keeps, once: IdempotencyKey) -> Response:
    """A collection point (设立收集点), open on days of the pack at its hours. 409: another point has this code."""
    asked = _asked(door)
    act = _answered(lambda session: keeping.open_point(session, asked, body))
    return await door.write(act, once, location=lambda point: f"/intake/v1/points/{point.point_id}")


@router.get("/{point_id}", response_model=PointOut)
async def one_point(point_id: InPath, door: Reads) -> Response:
    """One point as it is now: where, on which days, at which hours (收集点)."""
    return door.answer(await door.read(lambda session: showing.one(session, door.scope, point_id)))


@router.get("/{point_id}/changes", response_model=Page[PointChangeItem])
async def list_point_changes(point_id: InPath, query: Annotated[PageQuery, Query()], door: Reads) -> Response:
    """What became of a point (收集点变动记录), with all of it as it was by each step."""
    return door.answer(await door.read(lambda session: showing.changes(session, door.scope, point_id, query)))


@router.post("/{point_id}/change", response_model=PointOut)
async def change_point(
    point_id: InPath, body: ChangePoint, door: Keeps, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """Another name, place, days, hours or last day from now on (收集点变更). Needs If-Match."""
    asked = _asked(door, expected)
    return await door.write(_answered(lambda session: keeping.change_point(session, asked, point_id, body)), once)


@router.post("/{point_id}/duty", response_model=PointOut)
async def keep_duty(point_id: InPath, body: KeepDuty, door: Keeps, expected: IfMatch, once: IdempotencyKey) -> Response:
    """Who is on duty on all days of a span on which it is open (值守). Said again, it corrects what was said.

    409 names who is at another point at the same hours; 403 for whoever says of themself that they were on duty.
    """
    asked = _asked(door, expected)
    return await door.write(_answered(lambda session: manning.keep_duty(session, asked, point_id, body)), once)


@router.get("/{point_id}/duty", response_model=PointDutyOut)
async def list_duty(point_id: InPath, query: Annotated[DutyQuery, Query()], door: Reads) -> Response:
    """On which days of a span it is open, and who is on duty, with all that was said of it (值守记录)."""
    return door.answer(await door.read(lambda session: showing.duty(session, door.scope, point_id, query)))


def _asked(door: Door, expected: ExpectedVersion = ANY_VERSION) -> Request:
    return Request(door.actor, door.scope, expected)


def _answered(
    step: Callable[[Session], Awaitable[CollectionPoint]],
) -> Callable[[Session], Awaitable[PointOut]]:
    """The step, and the point as it is by it."""

    async def act(session: Session) -> PointOut:
        return showing.shown(session, await step(session))

    return act
