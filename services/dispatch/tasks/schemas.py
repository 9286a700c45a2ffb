"""What a unit sends about its part of a case, and which work it asks for."""

from typing import Annotated

from pydantic import Field

from libs.common.events.terms import ResultKind
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import LongText, Moment, PastMoment, Reason, RequestBody, UnitCode
from services.dispatch.cases.domain.terms import Status
from services.dispatch.cases.schemas import Inside


class Sign(RequestBody):
    """签收."""

    note: Reason | None = None


class Report(RequestBody):
    """办理进展."""

    note: LongText


class HandIn(RequestBody):
    """办结反馈: the result as the citizen will be told it, and when the unit spoke with the citizen."""

    result_kind: ResultKind
    result: LongText
    contacted_at: PastMoment | None = None


class WorkQuery(PageQuery):
    """Which work."""

    unit_code: UnitCode | None = None
    status: Annotated[Status | None, Field(description="Without it: what units have to do (assigned, signed)")] = None
    overdue: bool | None = None
    due_before: Annotated[Moment | None, Field(description="Handling limit before this moment")] = None
    area_code: Inside = None
