"""What is asked and shown of objections."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, Field

from libs.common.events.objecting import OBJECTIONS_ZH, ObjectionState
from libs.common.events.terms import Channel, Closing
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, AreaCode, CaseId, Flag, Reason, RequestBody, Version
from services.followup.cases.tables import Case
from services.followup.objections.tables import ObjectionRow


class DecideObjection(RequestBody):
    """异议审核: granted, the case is reopened; refused, it stays closed. The citizen can be told the reason."""

    granted: Flag
    reason: Reason


class ObjectionsQuery(PageQuery):
    """What the list is narrowed to."""

    state: ObjectionState | None = None
    case_id: CaseId | None = None
    area_code: AreaCode | None = None


class ObjectionOut(AnswerBody):
    """A citizen's objection to the closing of his case (异议), and what was decided."""

    objection_id: str
    case_id: str
    case_no: str
    area_code: str
    title: str
    closing: Annotated[Closing | None, Field(description="How the case is closed now; null once it was reopened")]
    round: Annotated[int, Field(description="The round whose closing it is against")]
    channel: Annotated[Channel, Field(description="How it came")]
    text: str
    raised_by: str | None
    raised_by_unit: str | None
    raised_at: AwareDatetime
    closed_at: AwareDatetime
    last_day: Annotated[date, Field(description="Until the end of that day it could be raised")]
    due_at: Annotated[AwareDatetime | None, Field(description="Until when it is to be decided (异议审核时限)")]
    state: ObjectionState
    state_zh: str
    decided_by: str | None
    decided_by_unit: str | None
    decided_at: AwareDatetime | None
    reason: str | None
    version: Version

    @classmethod
    def of(cls, row: ObjectionRow, case: Case) -> Self:
        """With its case."""
        kept = {name: getattr(row, name) for name in _KEPT}
        whose: dict[str, Any] = {
            "case_no": case.case_no,
            "area_code": case.area_code,
            "title": case.title,
            "closing": case.closing,
        }
        return cls(**kept, **whose, state_zh=OBJECTIONS_ZH[row.state])


_KEPT = ObjectionOut.model_fields.keys() - {"case_no", "area_code", "title", "closing", "state_zh"}
