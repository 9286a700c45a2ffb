"""What is asked and shown of orders."""

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field

from libs.common.events.terms import SupervisionLevel
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, AreaCode, CaseId, Reason, RequestBody, UnitCode, Version
from libs.common.web.people import ResponsibleOut
from services.followup.supervision.domain import SupervisionState


class IssueSupervision(RequestBody):
    """人工督办. Without ``unit_code`` it goes to the lead unit."""

    case_id: CaseId
    level: SupervisionLevel
    reason: Reason
    unit_code: UnitCode | None = None
    reply_due: Annotated[
        date | None,
        Field(description="The day by which to answer it: its clock runs until that day is over (督办回复时限)"),
    ] = None


class SupervisionsQuery(PageQuery):
    """What the list of orders is narrowed to."""

    state: SupervisionState | None = None
    level: SupervisionLevel | None = None
    case_id: CaseId | None = None
    unit_code: UnitCode | None = None
    area_code: AreaCode | None = None


class SupervisionOut(AnswerBody):
    """An order of supervision (督办件)."""

    supervision_id: str
    case_id: str
    round: int
    level: SupervisionLevel
    unit_code: str | None
    area_code: str
    reason: str
    by_rule: bool
    rule_code: str | None
    issued_by: str
    issued_at: AwareDatetime
    reply_due: date | None
    state: SupervisionState
    reply: str | None
    replied_by: str | None
    replied_at: AwareDatetime | None
    responsible: Annotated[
        ResponsibleOut | None,
        Field(description="Who of the unit answers in this round (责任人)"),
    ] = None
    version: Version
