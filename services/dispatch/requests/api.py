"""Asking for something about a case (a return, more time, a suspension, no acceptance), and deciding on it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.events.asking_terms import RequestKind
from libs.common.security.policy import has_right
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.door import Door
from libs.common.web.fields import CaseId
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.dispatch.asks import queries
from services.dispatch.asks.tables import UnitRequest
from services.dispatch.cases.api import asked, seen
from services.dispatch.cases.queries import veil_of
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.cases.tables import Case
from services.dispatch.requests.actions import asking, giving_back
from services.dispatch.requests.schemas import (
    AllRequestsQuery,
    AskExtension,
    AskNonacceptance,
    AskReturn,
    AskStaged,
    AskSuspension,
    AskTermination,
    DecideNonacceptance,
    DecideRequest,
    DecideReturn,
    LiftSuspension,
    RequestCount,
    RequestCountsOut,
    RequestItem,
    RequestOut,
    veiled,
)
from services.dispatch.rights import (
    DECIDES_RAISED,
    AsksNonacceptance,
    AsksReturn,
    DecidesNonacceptance,
    DecidesRequest,
    DecidesReturn,
    LiftsSuspension,
    MakesRequest,
    ReadsTriage,
    ReadsWork,
)

router = APIRouter(prefix="/v1", tags=["cases"])


@router.get("/requests", response_model=Page[RequestItem])
async def list_all_requests(query: Annotated[AllRequestsQuery, Query()], door: ReadsTriage) -> Response:
    """What was asked for in all cases in reach, newest first: by kind, by what became of it, what went up (申请)."""
    wanted = queries.RequestFilter(query.kind, query.state, query.raised)
    of_a_unit = bool(door.principal.own_units)
    statement = queries.all_requests_statement(door.scope, wanted, query, of_a_unit=of_a_unit)
    rows = await door.read(lambda session: queries.list_all_requests(session, statement))
    return door.answer(queries.ALL_REQUESTS_KEYSET.page(rows, query.limit, _item))


@router.get("/request-counts", response_model=RequestCountsOut)
async def count_requests(door: ReadsTriage) -> Response:
    """How many requests there are of each kind and state (申请统计); each opens to its cases by `GET /requests`."""
    of_a_unit = bool(door.principal.own_units)
    rows = await door.read(lambda session: queries.count_requests(session, door.scope, of_a_unit=of_a_unit))
    return door.answer(RequestCountsOut(items=[RequestCount.model_validate(row, from_attributes=True) for row in rows]))


@router.get("/cases/{case_id}/requests", response_model=Page[RequestOut])
async def list_requests(case_id: CaseId, query: Annotated[PageQuery, Query()], door: ReadsWork) -> Response:
    """What units asked for about the case, oldest first, and how it was decided (申请)."""

    async def requests(session: Session) -> tuple[Case, list[UnitRequest]]:
        return await seen(session, door, case_id), await queries.list_requests(session, case_id, query)

    case, rows = await door.read(requests)
    veil = veil_of(door.packs, case, door.principal.own_units, door.now)
    return door.answer(queries.REQUESTS_KEYSET.page(rows, query.limit, lambda row: veiled(request_out(row), veil)))


@router.post("/cases/{case_id}/return", response_model=WorkOut)
async def ask_return(
    case_id: CaseId, body: AskReturn, door: AsksReturn, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """退单申请: the lead unit says it is not theirs, soon after it was assigned. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: giving_back.ask(session, request, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/return/decision", response_model=WorkOut)
async def decide_return(
    case_id: CaseId, body: DecideReturn, door: DecidesReturn, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """退单审核: by somebody else than who asked, and not of that unit. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: giving_back.decide(session, request, case_id, body, above=_stands_above(door)),
        once,
        keys=[case_id],
    )


@router.post("/cases/{case_id}/nonacceptance", response_model=WorkOut)
async def ask_nonacceptance(
    case_id: CaseId, body: AskNonacceptance, door: AsksNonacceptance, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """不予受理申请: of a case that no unit has, with the door to go to instead. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: giving_back.ask_nonacceptance(session, request, case_id, body), once, keys=[case_id]
    )


@router.post("/cases/{case_id}/nonacceptance/decision", response_model=WorkOut)
async def decide_nonacceptance(
    case_id: CaseId, body: DecideNonacceptance, door: DecidesNonacceptance, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """不予受理审核: by a second person, whatever accounts they have. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: giving_back.decide_nonacceptance(session, request, case_id, body, above=_stands_above(door)),
        once,
        keys=[case_id],
    )


@router.post("/cases/{case_id}/extension", response_model=WorkOut)
async def ask_extension(
    case_id: CaseId, body: AskExtension, door: MakesRequest, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """延期申请: by the unit that works, before its time is over and before the pack's hour of the last day."""
    request = asked(door, expected)
    return await door.write(lambda session: asking.ask_extension(session, request, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/extension/decision", response_model=WorkOut)
async def decide_extension(
    case_id: CaseId, body: DecideRequest, door: DecidesRequest, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """延期审批: by the hotline, or of few days by a unit above; never by who asked, nor by a unit that has the case."""
    request, kind = asked(door, expected), RequestKind.EXTENSION
    return await door.write(
        lambda session: asking.decide(session, request, case_id, kind, body, above=_stands_above(door)),
        once,
        keys=[case_id],
    )


@router.post("/cases/{case_id}/suspension", response_model=WorkOut)
async def ask_suspension(
    case_id: CaseId, body: AskSuspension, door: MakesRequest, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """挂账申请: by the unit that works; on its day the case comes back by itself. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: asking.ask_suspension(session, request, case_id, body), once, keys=[case_id]
    )


@router.post("/cases/{case_id}/suspension/decision", response_model=WorkOut)
async def decide_suspension(
    case_id: CaseId, body: DecideRequest, door: DecidesRequest, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """挂账审批: decided as more time is. A clock that was missed before goes on."""
    request, kind = asked(door, expected), RequestKind.SUSPENSION
    return await door.write(
        lambda session: asking.decide(session, request, case_id, kind, body, above=_stands_above(door)),
        once,
        keys=[case_id],
    )


@router.post("/cases/{case_id}/suspension/lifting", response_model=WorkOut)
async def lift_suspension(
    case_id: CaseId, body: LiftSuspension, door: LiftsSuspension, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """提前恢复: its clock runs on from now. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: asking.lift(session, request, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/staged-answer", response_model=WorkOut)
async def ask_staged_answer(
    case_id: CaseId, body: AskStaged, door: MakesRequest, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """阶段性答复申请: by the unit that works; the case comes back by itself on the day named. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: asking.ask_staged(session, request, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/staged-answer/decision", response_model=WorkOut)
async def decide_staged_answer(
    case_id: CaseId, body: DecideRequest, door: DecidesRequest, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """阶段性答复审批: decided as more time is; granted, the citizen is told the answer and the day."""
    request, kind = asked(door, expected), RequestKind.STAGED
    return await door.write(
        lambda session: asking.decide(session, request, case_id, kind, body, above=_stands_above(door)),
        once,
        keys=[case_id],
    )


@router.post("/cases/{case_id}/termination", response_model=WorkOut)
async def ask_termination(
    case_id: CaseId, body: AskTermination, door: MakesRequest, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """终止办理申请: by the unit that works, with a reason of the pack and what proves it. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: asking.ask_termination(session, request, case_id, body), once, keys=[case_id]
    )


@router.post("/cases/{case_id}/termination/decision", response_model=WorkOut)
async def decide_termination(
    case_id: CaseId, body: DecideRequest, door: DecidesRequest, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """终止办理审批: by the hotline alone; approved, the case ends as `procedural`, and its citizen may object."""
    request, kind = asked(door, expected), RequestKind.TERMINATION
    return await door.write(
        lambda session: asking.decide(session, request, case_id, kind, body, above=_stands_above(door)),
        once,
        keys=[case_id],
    )


def _stands_above(door: Door) -> bool:
    """Whether the caller decides what went up because nobody had decided in time."""
    return has_right(door.principal, DECIDES_RAISED)


def _item(request: UnitRequest) -> RequestItem:
    return RequestItem.model_validate(request, from_attributes=True)


def request_out(request: UnitRequest) -> RequestOut:
    """A request as it is answered."""
    return RequestOut.model_validate(request, from_attributes=True)
