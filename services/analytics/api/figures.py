"""HTTP in: figures, what stands behind them, and the cases that they are made of."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.security.policy import Right
from libs.common.web.cursors import Page
from libs.common.web.door import Door, needs
from libs.common.web.fields import CaseId
from services.analytics.actions import explaining, figures
from services.analytics.schemas import (
    CaseBehind,
    CaseOut,
    CaseRow,
    CasesBehindQuery,
    CountsOut,
    CountsQuery,
    FiguresOut,
    FiguresQuery,
    OpenCasesQuery,
)

router = APIRouter(prefix="/v1")


@router.get("/figures", response_model=FiguresOut, tags=["figures"], summary="Rates and scores 指标")
async def read_figures(
    query: Annotated[FiguresQuery, Query()], door: Annotated[Door, needs(Right.FIGURE_READ)]
) -> Response:
    """Rates and scores by the formulas of the pack in force, each with its numerator, denominator and formula.

    ``micro`` pools all cases; ``macro`` is the mean of the rows' own rates: two different numbers that must not be
    mixed up. A rate without a denominator is null, printed as a dash.
    """
    return door.answer(await door.read(lambda session: figures.read_figures(session, door.scope, query)))


@router.get("/figures/counts", response_model=CountsOut, tags=["figures"], summary="Plain counters 计数")
async def read_counts(
    query: Annotated[CountsQuery, Query()], door: Annotated[Door, needs(Right.FIGURE_READ)]
) -> Response:
    """The integers that all rates are made of, on one basis: the day of registration, of closing, or of happening."""
    return door.answer(await door.read(lambda session: figures.read_counts(session, door.scope, query)))


@router.get("/figures/cases", response_model=Page[CaseBehind], tags=["figures"], summary="Why 指标明细")
async def read_cases_behind(
    query: Annotated[CasesBehindQuery, Query()], door: Annotated[Door, needs(Right.FIGURE_CASES)]
) -> Response:
    """The cases behind a numerator, a denominator or a counter. Over all pages the amounts add up to that number."""
    return door.answer(await door.read(lambda session: explaining.read_cases_behind(session, door.scope, query)))


@router.get("/cases", response_model=Page[CaseRow], tags=["cases"], summary="Open cases 在办件")
async def read_open_cases(
    query: Annotated[OpenCasesQuery, Query()], door: Annotated[Door, needs(Right.FIGURE_CASES)]
) -> Response:
    """The open cases, all or those past their handling limit, of an area or a unit."""
    return door.answer(await door.read(lambda session: explaining.read_open_cases(session, door.scope, query)))


@router.get("/cases/{case_id}", response_model=CaseOut, tags=["cases"], summary="What a case counts as 单件计数")
async def read_case(case_id: CaseId, door: Annotated[Door, needs(Right.FIGURE_CASES)]) -> Response:
    """A case, and every figure that it counts in."""
    return door.answer(await door.read(lambda session: explaining.read_case(session, door.scope, case_id)))
