"""A whistle as a whole: consultation, done mark, scores, claims; and what streets and units came to."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.security.policy import has_right
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.door import Door
from libs.common.web.fields import CaseId, UnitCode
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.dispatch.appraisals import queries
from services.dispatch.appraisals.actions import appraising, claiming
from services.dispatch.appraisals.actions.keeping import whistles_of
from services.dispatch.appraisals.schemas import (
    AppraisalOut,
    ClaimOut,
    ClaimsQuery,
    DecideClaim,
    FinishWhistle,
    MakeClaim,
    PeriodQuery,
    RecordConsultation,
    ScoreUnit,
    SignalCountOut,
    SignalCountsOut,
    SignalOut,
    SignalsQuery,
    StreetAppraisalOut,
    UnitAppraisalOut,
    WhistleOut,
)
from services.dispatch.appraisals.tables import ClaimRow, WhistleRow
from services.dispatch.cases.api import asked
from services.dispatch.rights import DECIDES_RAISED, AnswersCall, DecidesClaim, ReadsWhistles, Whistles

router = APIRouter(prefix="/v1", tags=["whistles"])
Number = Annotated[int, Path(ge=1, le=2_147_483_647)]


@router.get("/cases/{case_id}/whistles", response_model=Page[WhistleOut])
async def list_case_whistles(case_id: CaseId, query: Annotated[PageQuery, Query()], door: ReadsWhistles) -> Response:
    """The whistles of a case, oldest first: done or not, consultations, scores, and what the units claim."""

    async def whistles(session: Session) -> tuple[list[WhistleRow], dict[int, WhistleOut]]:
        unit = door.actor.unit_code
        case = await queries.whistled_case(session, door.scope, case_id, unit, lock=False)
        rows = list((await session.execute(queries.whistles_statement(case_id, query))).scalars())
        found = (await whistles_of(session, case)).appraisal
        return rows, {one.version: WhistleOut.of(case_id, case.version, one, found) for one in found.whistles}

    rows, shown = await door.read(whistles)
    return door.answer(queries.WHISTLES_KEYSET.page(rows, query.limit, lambda row: shown[row.version]))


@router.post("/cases/{case_id}/whistles/{whistle}/consultations", response_model=WhistleOut, status_code=201)
async def hold_consultation(
    case_id: CaseId,
    whistle: Number,
    body: RecordConsultation,
    door: Whistles,
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """会商: what the summoned units found together, and a task for each with its own limit. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: appraising.consult(session, request, case_id, whistle, body), once, keys=[case_id]
    )


@router.post("/cases/{case_id}/whistles/{whistle}/done", response_model=WhistleOut)
async def mark_whistle_done(
    case_id: CaseId, whistle: Number, body: FinishWhistle, door: Whistles, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """吹哨事项办结: the street that whistled ticks every criterion, once no task is open. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: appraising.mark_done(session, request, case_id, whistle, body), once, keys=[case_id]
    )


@router.post("/cases/{case_id}/whistles/{whistle}/scores/{unit_code}", response_model=WhistleOut, status_code=201)
async def score_unit(
    case_id: CaseId,
    whistle: Number,
    unit_code: UnitCode,
    body: ScoreUnit,
    door: Whistles,
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """评分: the street that whistled scores a unit whose task has ended, once. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: appraising.score(session, request, case_id, whistle, unit_code, body), once, keys=[case_id]
    )


@router.post("/calls/{case_id}/claims", response_model=ClaimOut, status_code=201)
async def make_claim(
    case_id: CaseId, body: MakeClaim, door: AnswersCall, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """退回吹哨任务、评分异议、不当吹哨: a summoned unit claims it, each once; clocks run on. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: claiming.claim(session, request, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/claims/{claim}/decision", response_model=ClaimOut)
async def decide_claim(
    case_id: CaseId, claim: Number, body: DecideClaim, door: DecidesClaim, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """被召集单位申请审核: by somebody of the county, of neither side, who had no hand in it. Needs If-Match."""
    request, above = asked(door, expected), has_right(door.principal, DECIDES_RAISED)
    return await door.write(
        lambda session: claiming.decide(session, request, case_id, claim, body, above=above), once, keys=[case_id]
    )


@router.get("/whistle-claims", response_model=Page[ClaimOut])
async def list_claims(query: Annotated[ClaimsQuery, Query()], door: ReadsWhistles) -> Response:
    """What summoned units claim, the oldest first; `state=pending` waits. A unit sees its own."""
    statement = queries.claims_statement(door.scope, query.state, query)

    async def claims(session: Session) -> list[ClaimRow]:
        return list((await session.execute(statement)).scalars())

    rows = await door.read(claims)
    return door.answer(queries.CLAIMS_KEYSET.page(rows, query.limit, lambda row: ClaimOut.of(row.case_id, row)))


@router.get("/whistle-signals", response_model=Page[SignalOut])
async def list_signals(query: Annotated[SignalsQuery, Query()], door: ReadsWhistles) -> Response:
    """重复吹哨: whistles that were not the first on their category and area in the days of the pack, newest first."""
    statement = queries.signals_statement(door.scope, query.area_code, query)

    async def signals(session: Session) -> list[WhistleRow]:
        return list((await session.execute(statement)).scalars())

    rows = await door.read(signals)
    return door.answer(queries.SIGNALS_KEYSET.page(rows, query.limit, SignalOut.of))


@router.get("/whistle-signals/counts", response_model=SignalCountsOut)
async def count_signals(query: Annotated[PeriodQuery, Query()], door: ReadsWhistles) -> Response:
    """On which category and area there was more than one whistle in that time, and how many; most first."""
    _check_period(query)
    rows = await door.read(lambda session: queries.signal_counts(session, door.scope, query.since, query.until))
    items = [SignalCountOut(**row) for row in rows]
    return door.answer(SignalCountsOut(since=query.since, until=query.until, items=items))


@router.get("/whistle-appraisals", response_model=AppraisalOut)
async def read_appraisal(query: Annotated[PeriodQuery, Query()], door: ReadsWhistles) -> Response:
    """双考核: of the whistles called in that time, what each street and each summoned unit came to.

    A unit sees its own.
    """
    _check_period(query)
    return door.answer(await door.read(partial(_appraisal, door, query)))


async def _appraisal(door: Door, query: PeriodQuery, session: Session) -> AppraisalOut:
    asked_for = session, door.scope, query.since, query.until
    grades: dict[str, dict[str, int]] = {}
    for row in await queries.grades_in(*asked_for):
        grades.setdefault(row["unit_code"], {})[row["grade"]] = row["scores"]
    units = [
        UnitAppraisalOut(**row, grades=grades.get(row["unit_code"], {}))
        for row in await queries.units_in(*asked_for, door.now)
    ]
    streets = [StreetAppraisalOut(**row) for row in await queries.streets_in(*asked_for)]
    return AppraisalOut(since=query.since, until=query.until, streets=streets, units=units)


def _check_period(query: PeriodQuery) -> None:
    if query.until <= query.since:
        raise invalid("until", "must lie after since", "须晚于 since")
