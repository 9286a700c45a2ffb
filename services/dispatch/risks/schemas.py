"""What is sent and answered about risks."""

from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, Reason, RequestBody, Version
from services.dispatch.risks.domain import RiskStatus

RiskKindCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$"),
    Field(description="A kind of risk of the pack (风险类别)"),
]


class ReportRisk(RequestBody):
    """风险上报: by a person, of a kind of the pack."""

    kind: RiskKindCode
    why: Reason


class AcknowledgeRisk(RequestBody):
    """风险签收: what is done at once."""

    note: Reason


class RisksQuery(PageQuery):
    """风险台账: of which kind, and how they stand."""

    kind: RiskKindCode | None = None
    status: RiskStatus | None = None
    overdue: Annotated[bool, Field(description="true: only those that nobody acknowledged in time (逾期未签收)")] = (
        False
    )


class RiskOut(AnswerBody):
    """A group or risk matter (风险事项) of a case."""

    risk_id: str
    case_id: str
    round: int
    kind: str
    by_rule: Annotated[bool, Field(description="By the pack's words and numbers, of which `why` says those met")]
    why: str
    told: Annotated[list[str], Field(description="Who was told at once, by staff id; empty: nobody is on duty there")]
    reported_by: str
    reported_at: AwareDatetime
    due_at: AwareDatetime
    status: RiskStatus
    overdue: Annotated[bool, Field(description="Whether nobody has acknowledged it though it was time")]
    note: str | None
    acknowledged_by: str | None
    acknowledged_at: AwareDatetime | None
    late: bool
    version: Version
