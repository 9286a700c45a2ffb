"""HTTP in: figures."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.web.door import Door, needs
from services.analytics import rights
from services.analytics.figures.actions import figures
from services.analytics.figures.actions.sight import live_scope
from services.analytics.figures.schemas import CountsOut, CountsQuery, FiguresOut, FiguresQuery

router = APIRouter(prefix="/v1")


@router.get("/figures", response_model=FiguresOut, tags=["figures"], summary="Rates and scores 指标")
async def read_figures(
    query: Annotated[FiguresQuery, Query()], door: Annotated[Door, needs(rights.READ_FIGURES)]
) -> Response:
    """Rates and scores by the formulas of the pack in force, each with its numerator, denominator and formula.

    ``micro`` pools all cases; ``macro`` is the mean of the rows' own rates: two different numbers that must not be
    mixed up. A rate without a denominator is null, printed as a dash.
    """
    return door.answer(
        await door.read(
            lambda session: figures.read_figures(session, live_scope(session, door.principal, door.scope), query)
        )
    )


@router.get("/figures/counts", response_model=CountsOut, tags=["figures"], summary="Plain counters 计数")
async def read_counts(
    query: Annotated[CountsQuery, Query()], door: Annotated[Door, needs(rights.READ_FIGURES)]
) -> Response:
    """The integers that all rates are made of, on one basis: the day of registration, of closing, or of happening."""
    return door.answer(
        await door.read(
            lambda session: figures.read_counts(session, live_scope(session, door.principal, door.scope), query)
        )
    )
