"""``/migrants``: who is away for work (外出人员): found out, kept in contact with, and heard."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from libs.common.rules.requests import Request
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.door import Door, needs
from libs.common.web.headers import IdempotencyKey
from services.intake import rights
from services.intake.households.schemas import HouseholdId
from services.intake.migrants import actions
from services.intake.migrants.schemas import (
    AwayLookOut,
    AwayLookTaken,
    FeedbackItem,
    LookForAway,
    MigrantItem,
    MigrantQuery,
    UnlookedItem,
    UnlookedQuery,
)

router = APIRouter(prefix="/v1", tags=["migrants 外出人员"])
InPath = Annotated[HouseholdId, Path()]
Reads = Annotated[Door, needs(rights.READ_HOUSEHOLDS)]
ReadsVisits = Annotated[Door, needs(rights.READ_VISITS)]


@router.post("/households/{household_id}/away-looks", response_model=AwayLookTaken, status_code=201)
async def look_for_away(
    household_id: InPath,
    body: LookForAway,
    door: Annotated[Door, needs(rights.KEEP_HOUSEHOLDS)],
    once: IdempotencyKey,
) -> Response:
    """Whether people of it are away for work, as somebody found out (外出甄别): how, since when, where, until when.

    The household's class becomes `away`, or `resident` again, with it. 409 for a shop or a building.
    """
    asked, vault = Request(door.actor, door.scope), door.runtime.vault
    return await door.write(lambda session: actions.look(session, asked, household_id, body, vault), once)


@router.get("/households/{household_id}/away-looks", response_model=Page[AwayLookOut])
async def list_away_looks(household_id: InPath, query: Annotated[PageQuery, Query()], door: Reads) -> Response:
    """What was found out of a household (外出甄别记录), the newest first."""
    return door.answer(await door.read(lambda session: actions.looks(session, door.scope, household_id, query)))


@router.get("/migrants/unlooked", response_model=Page[UnlookedItem])
async def list_unlooked(query: Annotated[UnlookedQuery, Query()], door: Reads) -> Response:
    """Households of which nobody has found out for `households.away_look_months` (待甄别户), the longest first.

    Where the pack has no such term: those of which nobody ever has.
    """
    return door.answer(await door.read(lambda session: actions.unlooked(session, door.scope, query)))


@router.get("/migrants", response_model=Page[MigrantItem])
async def list_migrants(query: Annotated[MigrantQuery, Query()], door: ReadsVisits) -> Response:
    """Households that are away (外出人员), those without a word for longest first, with what they raised.

    `due=true`: those with whom nobody was in contact for `households.away_contact_days` (待联系).
    """
    return door.answer(await door.read(lambda session: actions.migrants(session, door.scope, query)))


@router.get("/migrants/{household_id}/feedback", response_model=Page[FeedbackItem])
async def list_feedback(household_id: InPath, query: Annotated[PageQuery, Query()], door: ReadsVisits) -> Response:
    """What a household raised at visits and calls (反馈), and what became of each; the newest first."""
    return door.answer(await door.read(lambda session: actions.feedback(session, door.scope, household_id, query)))
