"""HTTP in: how a case counts."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.rules.requests import Request
from libs.common.rules.versions import ANY_VERSION, ExpectedVersion
from libs.common.security.principal import Role
from libs.common.web.cursors import Page
from libs.common.web.door import Door, needs
from libs.common.web.fields import CaseId, Uuid
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.followup import rights
from services.followup.cases.queries import veil_of
from services.followup.judgements import actions, queries
from services.followup.judgements.schemas import (
    AskExclusion,
    ClassifyPetition,
    DecideExclusion,
    ExclusionOut,
    ExclusionsQuery,
    JudgeDemand,
    JudgementOut,
    JudgementsOut,
    RevokeExclusion,
)

router = APIRouter(prefix="/v1", tags=["judgements"])
DecidesExclusion = Annotated[Door, needs(rights.DECIDE_EXCLUSIONS)]


@router.get("/cases/{case_id}/judgements", response_model=JudgementsOut)
async def read_judgements(case_id: CaseId, door: Annotated[Door, needs(rights.READ_CASES)]) -> Response:
    """How a case counts (认定): its kind of petition, whether it is reasonable and counted, and who said so."""
    own = door.principal.own_units
    return door.answer(await door.read(lambda session: actions.show(session, door.scope, case_id, own)))


@router.post("/cases/{case_id}/petition", response_model=JudgementOut, status_code=201)
async def classify_petition(
    case_id: CaseId,
    body: ClassifyPetition,
    door: Annotated[Door, needs(rights.CLASSIFY_PETITIONS)],
    once: IdempotencyKey,
) -> Response:
    """信访类别认定: by nobody who had a hand in the case, nor of a unit that had. It changes no promise."""
    asked = _asked(door)
    return await door.write(lambda session: actions.classify(session, asked, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/merit", response_model=JudgementOut, status_code=201)
async def judge_demand(
    case_id: CaseId, body: JudgeDemand, door: Annotated[Door, needs(rights.JUDGE_DEMANDS)], once: IdempotencyKey
) -> Response:
    """诉求是否合理: by nobody who had a hand in the case, nor of a unit that had. It changes no promise."""
    asked = _asked(door)
    return await door.write(lambda session: actions.judge(session, asked, case_id, body), once, keys=[case_id])


@router.get("/exclusions", response_model=Page[ExclusionOut])
async def list_exclusions(
    query: Annotated[ExclusionsQuery, Query()], door: Annotated[Door, needs(rights.READ_EXCLUSIONS)]
) -> Response:
    """不计入考核: what units asked for and what was decided, the newest first."""
    own = door.principal.own_units
    wanted = queries.ExclusionFilter(query.state, query.case_id, query.unit_code, query.area_code, own)

    async def found(session: Session) -> list[ExclusionOut]:
        rows = await queries.list_exclusions(session, door.scope, wanted, query)
        return [ExclusionOut.of(row, case, veil_of(session, case, own)) for row, case in rows]

    items = await door.read(found)
    return door.answer(queries.EXCLUSION_KEYSET.page(items, query.limit, lambda item: item))


@router.post("/exclusions", response_model=ExclusionOut, status_code=201)
async def ask_exclusion(
    body: AskExclusion, door: Annotated[Door, needs(rights.ASK_EXCLUSIONS)], once: IdempotencyKey
) -> Response:
    """不计入考核申请: the unit that handled a case asks that it be left out of the rates, with a reason of the pack."""
    asked = _asked(door)
    return await door.write(lambda session: actions.ask(session, asked, body), once, keys=[body.case_id])


@router.post("/exclusions/{exclusion_id}/decision", response_model=ExclusionOut)
async def decide_exclusion(
    exclusion_id: Uuid, body: DecideExclusion, door: DecidesExclusion, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """不计入考核审定: by a supervisor, or a leader of a unit above the one that asked. Needs If-Match.

    Never by who asked or had a hand in the case, nor by anybody of such a unit. Granted, the case leaves both sides of
    every rate; beside each rate stands how many were left out, and `figures/cases` opens them.
    """
    asked, supervises = _asked(door, expected), Role.SUPERVISOR in door.principal.roles
    return await door.write(
        lambda session: actions.decide(session, asked, exclusion_id, body, supervises=supervises), once
    )


@router.post("/exclusions/{exclusion_id}/revocation", response_model=ExclusionOut)
async def revoke_exclusion(
    exclusion_id: Uuid, body: RevokeExclusion, door: DecidesExclusion, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """恢复计入考核: by whoever may decide. Needs If-Match."""
    asked, supervises = _asked(door, expected), Role.SUPERVISOR in door.principal.roles
    return await door.write(
        lambda session: actions.revoke(session, asked, exclusion_id, body, supervises=supervises), once
    )


def _asked(door: Door, expected: ExpectedVersion = ANY_VERSION) -> Request:
    return Request(door.actor, door.scope, expected)
