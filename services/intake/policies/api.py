"""``/household-policies``: policies that households may be owed (帮扶政策), to be looked at, answered and counted."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from libs.common.rules.requests import Request
from libs.common.web.cursors import Page
from libs.common.web.door import Door, needs
from libs.common.web.headers import IdempotencyKey
from services.intake import rights
from services.intake.households.schemas import HouseholdId
from services.intake.policies import actions
from services.intake.policies.schemas import (
    AnswerPolicy,
    CountQuery,
    PoliciesOut,
    PolicyCode,
    PolicyCounts,
    PolicyItem,
    PolicyQuery,
)

router = APIRouter(prefix="/v1", tags=["households 户"])
Reads = Annotated[Door, needs(rights.READ_HOUSEHOLDS)]


@router.get("/household-policies", response_model=Page[PolicyItem])
async def list_policies(query: Annotated[PolicyQuery, Query()], door: Reads) -> Response:
    """Households within your reach that got worse, each with a policy that fits (政策匹配), the oldest first."""
    return door.answer(await door.read(lambda session: actions.page(session, door.scope, query)))


@router.get("/household-policies/counts", response_model=PolicyCounts)
async def count_policies(query: Annotated[CountQuery, Query()], door: Reads) -> Response:
    """By policy how many were matched, and what became of them (政策落实统计)."""
    return door.answer(await door.read(lambda session: actions.counts(session, door.scope, query)))


@router.post("/households/{household_id}/policies/{policy}/answer", response_model=PoliciesOut)
async def answer_policy(
    household_id: Annotated[HouseholdId, Path()],
    policy: Annotated[PolicyCode, Path()],
    body: AnswerPolicy,
    door: Annotated[Door, needs(rights.ANSWER_POLICIES)],
    once: IdempotencyKey,
) -> Response:
    """What became of it (政策落实): granted, explained, or that it does not apply. What was granted stays so."""
    asked, vault = Request(door.actor, door.scope), door.runtime.vault
    return await door.write(lambda session: actions.answer(session, asked, household_id, policy, body, vault), once)
