"""HTTP in: the queue of callbacks, tries and reviews."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.rules.requests import Request
from libs.common.rules.versions import ExpectedVersion
from libs.common.web.cursors import Page
from libs.common.web.door import Door, needs
from libs.common.web.fields import Uuid
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.followup import rights
from services.followup.callbacks import queries
from services.followup.callbacks.actions import asking, showing
from services.followup.callbacks.schemas import (
    CallbackItem,
    CallbackOut,
    CallbacksQuery,
    CallbackWithQuestions,
    RecordAttempt,
    ReviewCallback,
    item_of,
    veiled,
)
from services.followup.cases.queries import veil_of

router = APIRouter(prefix="/v1")


@router.get("/callbacks", response_model=Page[CallbackItem], tags=["callbacks"])
async def list_callbacks(
    query: Annotated[CallbacksQuery, Query()], door: Annotated[Door, needs(rights.READ_CALLBACKS)]
) -> Response:
    """The queue (待回访): who is to be called first stands first."""
    wanted = queries.CallbackFilter(query.state, query.handling_unit, query.area_code, query.due_before)
    own = door.principal.own_units

    async def found(session: Session) -> list[CallbackItem]:
        rows = await queries.list_callbacks(session, door.scope, wanted, query)
        return [veiled(item_of(case, callback), veil_of(session, case, own)) for callback, case in rows]

    items = await door.read(found)
    return door.answer(queries.CALLBACK_KEYSET.page(items, query.limit, lambda item: item))


@router.get("/callbacks/{callback_id}", response_model=CallbackWithQuestions, tags=["callbacks"])
async def read_callback(callback_id: Uuid, door: Annotated[Door, needs(rights.READ_CALLBACKS)]) -> Response:
    """One callback with its tries, and the questions to ask: those of the pack version of its case."""
    own = door.principal.own_units
    return door.answer(await door.read(lambda session: showing.show_callback(session, door.scope, callback_id, own)))


@router.post("/callbacks/{callback_id}/attempts", response_model=CallbackOut, status_code=201, tags=["callbacks"])
async def record_attempt(
    callback_id: Uuid,
    body: RecordAttempt,
    door: Annotated[Door, needs(rights.RECORD_ATTEMPTS)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """回访记录: satisfied and solved closes the case, not satisfied or not solved sends it back. Needs If-Match.

    Not reached, or no word on satisfaction: the next try is due later; after the pack's number of tries a review is.
    An answer that the case's pack does not ask for, or a required one that is missing beside others, is a 422.
    Nobody who had a hand in the case, and nobody of a unit that had, ever records it (403).
    """
    asked = _change(door, expected)
    return await door.write(
        lambda session: asking.record_attempt(session, asked, callback_id, body),
        once,
        keys=[callback_id],
        location=f"/followup/v1/callbacks/{callback_id}",
    )


@router.post("/callbacks/{callback_id}/review", response_model=CallbackOut, tags=["callbacks"])
async def review(
    callback_id: Uuid,
    body: ReviewCallback,
    door: Annotated[Door, needs(rights.REVIEW_UNREACHABLE)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """核实: by somebody who made none of the tries and had no hand in the case, nor had their unit. Needs If-Match."""
    asked = _change(door, expected)
    return await door.write(lambda session: asking.review(session, asked, callback_id, body), once, keys=[callback_id])


def _change(door: Door, expected: ExpectedVersion) -> Request:
    return Request(door.actor, door.scope, expected)
