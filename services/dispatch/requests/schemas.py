"""What asks, and what decides."""

from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from libs.common.web.fields import AnswerBody, CategoryCode, Flag, Reason, RequestBody, UnitCode, Version, fault
from services.dispatch.requests.domain import RequestKind, RequestState
from services.dispatch.routing.schemas import SupportUnits

ItemCode = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="A reason's code in the county pack (原因代码)")
]


class AskReturn(RequestBody):
    """退单申请."""

    reason_code: ItemCode
    note: Reason


class DecideReturn(RequestBody):
    """退单审核: refused, approved to another unit, or approved without one (back to triage)."""

    approved: Flag
    note: Reason
    lead_unit: UnitCode | None = None
    support_units: SupportUnits = ()
    category_code: CategoryCode | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.lead_unit is None and (self.support_units or self.category_code):
            raise fault(
                "lead_unit", "support_units and category_code need a lead_unit", "指定协办或类别时须指定主办单位"
            )
        if not self.approved and self.lead_unit is not None:
            raise fault("lead_unit", "a refused return names no new unit", "不同意退单时不得指定新的主办单位")
        return self


class RequestOut(AnswerBody):
    """What a unit asked for about a case, and what became of it (申请)."""

    version: Version
    round: int
    kind: RequestKind
    reason_code: str
    note: str
    asked_by: str
    asked_unit: str
    asked_at: AwareDatetime
    state: RequestState
    decided_by: str | None
    decided_at: AwareDatetime | None
    decision_note: str | None
