"""HTTP in: the callback queue, the timers, supervision, and a case as a promise."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.security.policy import Right
from libs.common.web.cursors import Page
from libs.common.web.door import Door, needs
from libs.common.web.fields import CaseId, Uuid
from libs.common.web.headers import IdempotencyKey, IfMatch
from libs.common.web.versions import ExpectedVersion
from services.followup.actions import asking, retrying, showing, supervision
from services.followup.actions.steps import Asked, AskedChange
from services.followup.domain.terms import Actor
from services.followup.queries import showing as queries
from services.followup.schemas import (
    CallbackItem,
    CallbackOut,
    CallbacksQuery,
    CallbackWithQuestions,
    CaseOut,
    IssueSupervision,
    RecordAttempt,
    ReplySupervision,
    RetriedOut,
    ReviewCallback,
    SupervisionOut,
    SupervisionsQuery,
    TimerOut,
    TimersQuery,
    item_of,
)
from services.followup.tables import TimerRow

router = APIRouter(prefix="/v1")


@router.get("/callbacks", response_model=Page[CallbackItem], tags=["callbacks"])
async def list_callbacks(
    query: Annotated[CallbacksQuery, Query()], door: Annotated[Door, needs(Right.CALLBACK_READ)]
) -> Response:
    """The queue (待回访): who is to be called first stands first."""
    wanted = queries.CallbackFilter(query.state, query.handling_unit, query.area_code, query.due_before)
    window = queries.Window(query.cursor, query.limit)
    rows = await door.read(lambda session: queries.list_callbacks(session, door.scope, wanted, window))
    items = [item_of(matter, callback) for callback, matter in rows]
    return door.answer(queries.CALLBACK_KEYSET.page(items, query.limit, lambda item: item))


@router.get("/callbacks/{callback_id}", response_model=CallbackWithQuestions, tags=["callbacks"])
async def read_callback(callback_id: Uuid, door: Annotated[Door, needs(Right.CALLBACK_READ)]) -> Response:
    """One callback with its tries, and the questions to ask: those of the pack version of its case."""
    return door.answer(await door.read(lambda session: showing.show_callback(session, door.scope, callback_id)))


@router.post("/callbacks/{callback_id}/attempts", response_model=CallbackOut, status_code=201, tags=["callbacks"])
async def record_attempt(
    callback_id: Uuid,
    body: RecordAttempt,
    door: Annotated[Door, needs(Right.CALLBACK_RECORD)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """回访记录: satisfied and solved closes the case, not satisfied or not solved sends it back. Needs If-Match.

    Not reached, or no word on satisfaction: the next try is due later; after the pack's number of tries a review is.
    An answer that the case's pack does not ask for, or a required one that is missing beside others, is a 422.
    The unit that handled the case never records.
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
    door: Annotated[Door, needs(Right.UNREACHABLE_REVIEW)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """核实: by somebody who made none of the tries and is not of the handling unit. Needs If-Match."""
    asked = _change(door, expected)
    return await door.write(lambda session: asking.review(session, asked, callback_id, body), once, keys=[callback_id])


@router.get("/cases/{case_id}", response_model=CaseOut, tags=["cases"])
async def read_case(case_id: CaseId, door: Annotated[Door, needs(Right.PROMISE_READ)]) -> Response:
    """A case with its clocks, callbacks, orders and steps; a part that the caller has no right to see is null."""
    return door.answer(await door.read(lambda session: showing.show_case(session, door.scope, door.principal, case_id)))


@router.post("/cases/{case_id}/timer-retry", response_model=RetriedOut, tags=["timers"])
async def retry_timers(
    case_id: CaseId, door: Annotated[Door, needs(Right.PARKED_MANAGE)], once: IdempotencyKey
) -> Response:
    """Let timers that were set aside fire again, once the cause has been mended."""
    return await door.write(lambda session: retrying.retry_timers(session, door.scope, case_id), once, keys=[case_id])


@router.get("/timers", response_model=Page[TimerOut], tags=["timers"])
async def list_timers(
    query: Annotated[TimersQuery, Query()], door: Annotated[Door, needs(Right.TIMER_READ)]
) -> Response:
    """What is going to happen, or happened: what fires first stands first."""
    wanted = queries.TimerFilter(query.state, query.case_id, query.unit_code, query.what, query.fires_before)
    window = queries.Window(query.cursor, query.limit)
    rows = await door.read(lambda session: queries.list_timers(session, door.scope, wanted, window))
    return door.answer(queries.TIMER_KEYSET.page(rows, query.limit, _timer))


@router.get("/supervisions", response_model=Page[SupervisionOut], tags=["supervisions"])
async def list_supervisions(
    query: Annotated[SupervisionsQuery, Query()], door: Annotated[Door, needs(Right.SUPERVISION_READ)]
) -> Response:
    """催办、督办: the newest first."""
    wanted = queries.SupervisionFilter(query.state, query.level, query.case_id, query.unit_code, query.area_code)
    window = queries.Window(query.cursor, query.limit)
    rows = await door.read(lambda session: queries.list_supervisions(session, door.scope, wanted, window))
    return door.answer(queries.SUPERVISION_KEYSET.page(rows, query.limit, supervision.shown))


@router.get("/supervisions/{supervision_id}", response_model=SupervisionOut, tags=["supervisions"])
async def read_supervision(supervision_id: Uuid, door: Annotated[Door, needs(Right.SUPERVISION_READ)]) -> Response:
    """One order."""
    order = await door.read(lambda session: queries.visible_supervision(session, door.scope, supervision_id))
    return door.answer(supervision.shown(order))


@router.post("/supervisions", response_model=SupervisionOut, status_code=201, tags=["supervisions"])
async def issue_supervision(
    body: IssueSupervision, door: Annotated[Door, needs(Right.SUPERVISION_ISSUE)], once: IdempotencyKey
) -> Response:
    """人工督办: a supervisor's own order about an open case."""
    asked = Asked(_actor(door), door.scope)
    return await door.write(
        lambda session: supervision.issue(session, asked, body),
        once,
        keys=[body.case_id],
        location=lambda order: f"/followup/v1/supervisions/{order.supervision_id}",
    )


@router.post("/supervisions/{supervision_id}/reply", response_model=SupervisionOut, tags=["supervisions"])
async def reply_supervision(
    supervision_id: Uuid,
    body: ReplySupervision,
    door: Annotated[Door, needs(Right.SUPERVISION_REPLY)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """督办回复: the unit answers this order; every other order waits for its own answer. Needs If-Match."""
    asked = _change(door, expected)
    return await door.write(
        lambda session: supervision.reply(session, asked, supervision_id, body), once, keys=[supervision_id]
    )


def _change(door: Door, expected: ExpectedVersion) -> AskedChange:
    return AskedChange(_actor(door), door.scope, expected)


def _actor(door: Door) -> Actor:
    return Actor(door.principal.subject, door.principal.unit_code)


def _timer(row: TimerRow) -> TimerOut:
    return TimerOut.model_validate(row, from_attributes=True)
