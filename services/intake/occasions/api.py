"""``/occasions``: collections at points, fora (座谈会) and on-the-spot offices (现场办公会), with their cases."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from libs.common.rules.requests import Request
from libs.common.rules.versions import ANY_VERSION, ExpectedVersion
from libs.common.security.policy import has_right
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.door import Door, needs
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.intake import rights
from services.intake.cases.actions.numbers import take_numbers
from services.intake.cases.actions.prepare import source_keys
from services.intake.cases.api.callers import desk_of
from services.intake.occasions.actions import recording, showing
from services.intake.occasions.actions.preparing import find_venue, ready
from services.intake.occasions.schemas import (
    CorrectOccasion,
    OccasionChangeItem,
    OccasionId,
    OccasionItem,
    OccasionOut,
    OccasionQuery,
    RecordOccasion,
)
from services.intake.raised.actions.drafting import become_cases

router = APIRouter(prefix="/v1/occasions", tags=["occasions 活动"])

InPath = Annotated[OccasionId, Path()]
Reads = Annotated[Door, needs(rights.READ_VISITS)]


@router.post("", response_model=OccasionOut, status_code=201)
async def record_occasion(
    body: RecordOccasion, door: Annotated[Door, needs(rights.RECORD_VISIT)], once: IdempotencyKey
) -> Response:
    """An occasion as it was (活动登记), with the cases that it becomes. The same `occasion_id` again is the same one.

    A collection outside the hours of its point is kept, and says so.
    """
    database = door.runtime.door_database
    venue = await door.read(lambda session: find_venue(session, door.scope, body))
    desk, many = desk_of(door), len(become_cases(body.matters))
    numbers = await take_numbers(database, desk.shelved, desk.now, many) if many else []
    occasion = ready(desk, body, venue, numbers, database.staff)
    return await door.write(
        lambda session: recording.record(session, _asked(door), occasion),
        once,
        keys=source_keys([*occasion.drafts.values()]),
        location=lambda made: f"/intake/v1/occasions/{made.occasion_id}",
    )


@router.get("", response_model=Page[OccasionItem])
async def list_occasions(query: Annotated[OccasionQuery, Query()], door: Reads) -> Response:
    """Occasions within your reach, newest first, with how many matters were raised and what became of them."""
    return door.answer(await door.read(lambda session: showing.page(session, door.scope, query)))


@router.get("/{occasion_id}", response_model=OccasionOut)
async def one_occasion(occasion_id: InPath, door: Reads) -> Response:
    """One occasion, words masked."""
    return door.answer(await door.read(lambda session: showing.one(session, door.scope, occasion_id)))


@router.get("/{occasion_id}/changes", response_model=Page[OccasionChangeItem])
async def list_occasion_changes(occasion_id: InPath, query: Annotated[PageQuery, Query()], door: Reads) -> Response:
    """What became of its record (活动记录变动), each step with what it was before."""
    return door.answer(await door.read(lambda session: showing.changes(session, door.scope, occasion_id, query)))


@router.post("/{occasion_id}/correction", response_model=OccasionOut)
async def correct_occasion(
    occasion_id: InPath,
    body: CorrectOccasion,
    door: Annotated[Door, needs(rights.CORRECT_VISIT)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """Correct its record (活动更正): who was there or entered it, on that day; later somebody else."""
    asked, oversees = _asked(door, expected), has_right(door.principal, rights.VOID_VISIT)
    vault = door.runtime.vault
    return await door.write(
        lambda session: recording.correct(session, asked, occasion_id, body, vault, oversees=oversees), once
    )


def _asked(door: Door, expected: ExpectedVersion = ANY_VERSION) -> Request:
    return Request(door.actor, door.scope, expected)
