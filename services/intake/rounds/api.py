"""``/rounds``: rounds of visits (走访轮次), how far each has come, who is still to be visited, and who left."""

import uuid
from typing import Annotated

import uuid_utils
from fastapi import APIRouter, Path, Query, Response

from libs.common.rules.requests import Request
from libs.common.rules.versions import ANY_VERSION, ExpectedVersion
from libs.common.web.cursors import Page
from libs.common.web.door import Door, needs
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.intake import rights
from services.intake.rounds.actions import opening, showing, staging
from services.intake.rounds.schemas import (
    GapItem,
    GapQuery,
    LeftItem,
    LeftQuery,
    OpenRound,
    RoundCoverage,
    RoundCoverageQuery,
    RoundId,
    RoundOut,
    RoundQuery,
    RoundStages,
    StageQuery,
)

router = APIRouter(prefix="/v1/rounds", tags=["rounds 走访轮次"])

_IDS = uuid.UUID("b9f5c1a6-8f0e-5d52-9a5c-2f3f7c1f6a10")
InPath = Annotated[RoundId, Path()]
Reads = Annotated[Door, needs(rights.READ_ROUNDS)]
Keeps = Annotated[Door, needs(rights.KEEP_ROUNDS)]


@router.post("", response_model=RoundOut, status_code=201)
async def open_round(body: OpenRound, door: Keeps, once: IdempotencyKey) -> Response:
    """Open a round of visits and enter every household that it takes in (开启轮次).

    The same `round_id`, or Idempotency-Key, again goes on where it ended.
    """
    round_id = body.round_id or _id_of(door, once)

    async def effect() -> RoundOut:
        await opening.open_round(door.runtime.door_database, _asked(door), door.by, door.now, round_id, body)
        return await door.read(lambda session: showing.one(session, door.scope, round_id))

    return await door.write_once(effect, once)


@router.get("", response_model=Page[RoundOut])
async def list_rounds(query: Annotated[RoundQuery, Query()], door: Reads) -> Response:
    """Rounds that lie in what you reach, or around it, the latest first."""
    return door.answer(await door.read(lambda session: showing.page(session, door.scope, query)))


@router.get("/{round_id}", response_model=RoundOut)
async def one_round(round_id: InPath, door: Reads) -> Response:
    """A round: whom it takes in, from when to when, and what counts (轮次)."""
    return door.answer(await door.read(lambda session: showing.one(session, door.scope, round_id)))


@router.post("/{round_id}/closing", response_model=RoundOut)
async def close_round(round_id: InPath, door: Keeps, expected: IfMatch, once: IdempotencyKey) -> Response:
    """Close it (结束轮次). What is entered later about a household changes the next round only; visits are late."""

    async def effect() -> RoundOut:
        await opening.close_round(door.runtime.door_database, _asked(door, expected), door.by, door.now, round_id)
        return await door.read(lambda session: showing.one(session, door.scope, round_id))

    return await door.write_once(effect, once)


@router.get("/{round_id}/coverage", response_model=RoundCoverage)
async def round_coverage(round_id: InPath, query: Annotated[RoundCoverageQuery, Query()], door: Reads) -> Response:
    """How far it has come (走访覆盖), in whole numbers, by area, class, contact person or purpose; then or now."""
    return door.answer(await door.read(lambda session: showing.coverage(session, door.scope, round_id, query)))


@router.get("/{round_id}/stages", response_model=RoundStages)
async def round_stages(round_id: InPath, query: Annotated[StageQuery, Query()], door: Reads) -> Response:
    """How far it has come by stages (走访批次), such as leaders first; who went before theirs is told, and counts."""
    return door.answer(await door.read(lambda session: staging.stages(session, door.scope, round_id, query)))


@router.get("/{round_id}/gaps", response_model=Page[GapItem])
async def round_gaps(round_id: InPath, query: Annotated[GapQuery, Query()], door: Reads) -> Response:
    """Who was not reached yet (未访户), needs first. Names are looked at with a reason, household by household."""
    return door.answer(await door.read(lambda session: showing.gaps(session, door.scope, round_id, query)))


@router.get("/{round_id}/departures", response_model=Page[LeftItem])
async def round_departures(round_id: InPath, query: Annotated[LeftQuery, Query()], door: Reads) -> Response:
    """Who stood in it and does not any more (退出分母户): why, and who said so."""
    return door.answer(await door.read(lambda session: showing.left(session, door.scope, round_id, query)))


def _asked(door: Door, expected: ExpectedVersion = ANY_VERSION) -> Request:
    return Request(door.actor, door.scope, expected)


def _id_of(door: Door, once: str | None) -> str:
    """The same one for the same key of the same caller, so that a repeated request goes on with the same round."""
    if once is None:
        return str(uuid_utils.uuid7())
    return str(uuid.uuid5(_IDS, f"{door.principal.subject}\n{once}"))
