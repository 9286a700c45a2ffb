"""``/plans``: which team visits which household on which day (走访排期)."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from libs.common.database.session import Session
from libs.common.rules.requests import Request
from libs.common.rules.versions import ANY_VERSION, ExpectedVersion
from libs.common.run.beside import beside
from libs.common.web.cursors import Page
from libs.common.web.door import Door, needs
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.intake import rights
from services.intake.plans.actions import making, showing
from services.intake.plans.domain.planning import PlannedTurns
from services.intake.plans.schemas import (
    MakePlan,
    PlanAgain,
    PlanId,
    PlanItem,
    PlannedItem,
    PlanOut,
    PlanQuery,
    SheetQuery,
)

router = APIRouter(prefix="/v1/plans", tags=["plans 走访排期"])

InPath = Annotated[PlanId, Path()]
Reads = Annotated[Door, needs(rights.READ_ROUNDS)]
Keeps = Annotated[Door, needs(rights.KEEP_ROUNDS)]


@router.get("", response_model=Page[PlanItem])
async def list_plans(query: Annotated[PlanQuery, Query()], door: Reads) -> Response:
    """Plans of areas that you reach, the newest first."""
    return door.answer(await door.read(lambda session: showing.page(session, door.scope, query)))


@router.post("", response_model=PlanOut, status_code=201)
async def make_plan(body: MakePlan, door: Keeps, once: IdempotencyKey) -> Response:
    """Plan a round (走访排期): each household that is still to be visited to exactly one team on one day.

    Key households come first, the round's gap is kept, loads are equal within one as far as that allows, and each list
    is in walking order. Teams whose stage of the round has not begun take nobody. With `preview` nothing is kept.
    """
    asked = _asked(door)
    return await _planned(
        door, asked, lambda session: making.gather_new(session, asked, body), once, preview=body.preview
    )


@router.get("/{plan_id}", response_model=PlanOut)
async def one_plan(plan_id: InPath, door: Reads) -> Response:
    """One plan, with what each team has on each day and how many of them were reached."""

    return door.answer(await door.read(lambda session: showing.one(session, door.scope, plan_id)))


@router.post("/{plan_id}/again", response_model=PlanOut)
async def plan_again(
    plan_id: InPath, body: PlanAgain, door: Keeps, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """Plan again what is not done yet (重新排期), such as after somebody fell ill. What was reached stays as it is."""
    asked = _asked(door, expected)
    gather = partial(making.gather_again, asked=asked, plan_id=plan_id, body=body)
    return await _planned(door, asked, gather, once, preview=body.preview)


@router.get("/{plan_id}/households", response_model=Page[PlannedItem])
async def plan_sheet(plan_id: InPath, query: Annotated[SheetQuery, Query()], door: Reads) -> Response:
    """A team's list of a day (走访单), in walking order."""
    return door.answer(await door.read(lambda session: showing.sheet_page(session, door.scope, plan_id, query)))


async def _planned(
    door: Door,
    asked: Request,
    gather: Callable[[Session], Awaitable[making.Material]],
    once: str | None,
    *,
    preview: bool,
) -> Response:
    async def worked_out() -> tuple[making.Material, PlannedTurns]:
        material = await door.read(gather)
        return material, await beside(making.work_out, material, door.runtime.vault)

    async def kept() -> PlanOut:
        material, planned = await worked_out()
        plan_id = await door.run(lambda session: making.keep(session, asked, material, planned))
        made = await door.read(lambda session: showing.one(session, door.scope, plan_id))
        return made.model_copy(update={"not_yet": showing.not_yet(material)})

    if not preview:
        return await door.write_once(kept, once)
    material, planned = await worked_out()

    async def told(session: Session) -> PlanOut:
        return showing.previewed(session, material, planned)

    return door.answer(await door.read(told), 200)


def _asked(door: Door, expected: ExpectedVersion = ANY_VERSION) -> Request:
    return Request(door.actor, door.scope, expected)
