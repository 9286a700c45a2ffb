"""HTTP in: what stands behind the figures, and the cases that they are made of."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.web.cursors import Page
from libs.common.web.door import Door, needs
from libs.common.web.fields import CaseId
from services.analytics import rights
from services.analytics.drilldown import actions
from services.analytics.drilldown.schemas import (
    CaseOut,
    CaseRow,
    FigureCase,
    FigureCasesQuery,
    OpenCasesQuery,
)
from services.analytics.figures.actions.sight import live_scope

router = APIRouter(prefix="/v1")


@router.get("/figures/cases", response_model=Page[FigureCase], tags=["figures"], summary="Why 指标明细")
async def read_cases_behind(
    query: Annotated[FigureCasesQuery, Query()], door: Annotated[Door, needs(rights.SEE_CASES)]
) -> Response:
    """The cases behind a numerator, a denominator or a counter. Over all pages the amounts add up to that number."""
    return door.answer(
        await door.read(
            lambda session: actions.read_cases_behind(session, live_scope(session, door.principal, door.scope), query)
        )
    )


@router.get("/cases", response_model=Page[CaseRow], tags=["cases"], summary="Open cases 在办件")
async def read_open_cases(
    query: Annotated[OpenCasesQuery, Query()], door: Annotated[Door, needs(rights.SEE_CASES)]
) -> Response:
    """The open cases, all or those past their handling limit, of an area or a unit."""
    return door.answer(
        await door.read(
            lambda session: actions.read_open_cases(session, live_scope(session, door.principal, door.scope), query)
        )
    )


@router.get("/cases/{case_id}", response_model=CaseOut, tags=["cases"], summary="What a case counts as 单件计数")
async def read_case(case_id: CaseId, door: Annotated[Door, needs(rights.SEE_CASES)]) -> Response:
    """A case, and every figure that it counts in."""
    return door.answer(
        await door.read(
            lambda session: actions.read_case(session, live_scope(session, door.principal, door.scope), case_id)
        )
    )
