"""``/visits``: figures of visits (走访统计), what is behind them, and what counts for oneself."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.web.cursors import Page
from libs.common.web.door import Door, needs
from services.analytics import rights
from services.analytics.figures.actions.sight import live_scope
from services.analytics.visits.actions import behind, counts, covering, people
from services.analytics.visits.schemas import (
    CoverageOut,
    CoverageQuery,
    MineOut,
    PeopleOut,
    RoundHouseholdOut,
    RoundHouseholdsQuery,
    ThingsOut,
    ThingsQuery,
    VisitBehind,
    VisitCountsOut,
    VisitCountsQuery,
    VisitsBehindQuery,
    VisitsQuery,
)

router = APIRouter(prefix="/v1/visits", tags=["visits 走访统计"])
Reads = Annotated[Door, needs(rights.READ_FIGURES)]
Opens = Annotated[Door, needs(rights.SEE_CASES)]


@router.get("/coverage", response_model=CoverageOut, summary="Coverage 走访覆盖")
async def read_coverage(query: Annotated[CoverageQuery, Query()], door: Reads) -> Response:
    """How far a round has come, by area, class, contact person, purpose or team; then or now.

    The denominators are those of the one table of denominators. A share below the whole never prints as 100 %.
    """
    return door.answer(
        await door.read(
            lambda session: covering.read_coverage(session, live_scope(session, door.principal, door.scope), query)
        )
    )


@router.get("/coverage/households", response_model=Page[RoundHouseholdOut], summary="Why 覆盖明细")
async def read_round_households(query: Annotated[RoundHouseholdsQuery, Query()], door: Opens) -> Response:
    """The households behind a number of a round, by id: as many as the number says."""
    return door.answer(
        await door.read(
            lambda session: covering.read_round_households(
                session, live_scope(session, door.principal, door.scope), query
            )
        )
    )


@router.get("/counts", response_model=VisitCountsOut, summary="Counters of visits 走访计数")
async def read_counts(query: Annotated[VisitCountsQuery, Query()], door: Reads) -> Response:
    """Visits by what came of them, matters by what became of them; all, or by area, day or team."""
    return door.answer(
        await door.read(
            lambda session: counts.read_counts(session, live_scope(session, door.principal, door.scope), query)
        )
    )


@router.get("/people", response_model=PeopleOut, summary="Who made visits 走访人员")
async def read_people(query: Annotated[VisitsQuery, Query()], door: Reads) -> Response:
    """The official list: what counts for each person who took part in visits, and how many visits there are to each."""
    return door.answer(
        await door.read(
            lambda session: people.read_people(session, live_scope(session, door.principal, door.scope), query)
        )
    )


@router.get("/mine", response_model=MineOut, summary="My own figure 本人走访数")
async def read_mine(door: Annotated[Door, needs(rights.READ_OWN_VISITS)]) -> Response:
    """What counts for you, this month and last, in all areas: the same numbers as in the official list.

    403 for an account that belongs to no member of the staff.
    """
    return door.answer(await door.read(lambda session: people.read_mine(session, door.principal.staff_id)))


@router.get("/things", response_model=ThingsOut, summary="What visits brought 走访成果")
async def read_things(query: Annotated[ThingsQuery, Query()], door: Reads) -> Response:
    """Materials handed out, topics gone through, findings and quantities, each with how many visits tell of it."""
    return door.answer(
        await door.read(
            lambda session: counts.read_things(session, live_scope(session, door.principal, door.scope), query)
        )
    )


@router.get("/behind", response_model=Page[VisitBehind], summary="Why 走访明细")
async def read_visits_behind(query: Annotated[VisitsBehindQuery, Query()], door: Opens) -> Response:
    """The visits behind a counter, or behind a thing, by id, the newest first. The amounts add up to the number."""
    return door.answer(
        await door.read(
            lambda session: behind.read_visits_behind(session, live_scope(session, door.principal, door.scope), query)
        )
    )
