"""``/households/{household_id}/candidates`` and ``/matches``: what others have to give that fits (资源对接)."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from libs.common.rules.requests import Request
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.door import Door, needs
from libs.common.web.headers import IdempotencyKey
from services.intake import rights
from services.intake.households.schemas import HouseholdId
from services.intake.matches import actions
from services.intake.matches.schemas import CandidateQuery, Candidates, ConfirmMatch, EndMatch, MatchId, MatchOut

router = APIRouter(prefix="/v1/households/{household_id}", tags=["households 户"])
InPath = Annotated[HouseholdId, Path()]
Keeps = Annotated[Door, needs(rights.KEEP_MATCHES)]


@router.get("/candidates", response_model=Candidates)
async def list_candidates(household_id: InPath, query: Annotated[CandidateQuery, Query()], door: Keeps) -> Response:
    """Who has something that fits a need of the household (资源对接候选), by the pack's rules, with nobody's name.

    Needs are its kinds (重点户类型), and the topics of its visits of half a year.
    """
    return door.answer(await door.read(lambda session: actions.offered(session, door.scope, household_id, query)))


@router.get("/matches", response_model=Page[MatchOut])
async def list_matches(
    household_id: InPath, query: Annotated[PageQuery, Query()], door: Annotated[Door, needs(rights.READ_HOUSEHOLDS)]
) -> Response:
    """What was confirmed of the household (对接记录), whether it needs or gives, the newest first."""
    return door.answer(await door.read(lambda session: actions.page(session, door.scope, household_id, query)))


@router.post("/matches", response_model=MatchOut, status_code=201)
async def confirm_match(household_id: InPath, body: ConfirmMatch, door: Keeps, once: IdempotencyKey) -> Response:
    """A person confirms that a resource of another household fits a need of this one (确认对接)."""
    asked, vault = Request(door.actor, door.scope), door.runtime.vault

    def place(match: MatchOut) -> str:
        return f"/intake/v1/households/{match.household_id}/matches"

    return await door.write(
        lambda session: actions.confirm(session, asked, household_id, body, vault), once, location=place
    )


@router.post("/matches/{match_id}/end", response_model=MatchOut)
async def end_match(
    household_id: InPath, match_id: Annotated[MatchId, Path()], body: EndMatch, door: Keeps, once: IdempotencyKey
) -> Response:
    """It fits no more, or never did (解除对接)."""
    asked, vault = Request(door.actor, door.scope), door.runtime.vault
    return await door.write(lambda session: actions.end(session, asked, household_id, match_id, body, vault), once)
