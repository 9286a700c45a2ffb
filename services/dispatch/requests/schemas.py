"""What asks, and what decides."""

from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from libs.common.events.reasons import NotAcceptedFor
from libs.common.security.veil import Veil
from libs.common.web.fields import (
    AnswerBody,
    CategoryCode,
    Flag,
    Reason,
    RequestBody,
    ShortText,
    UnitCode,
    Version,
    fault,
)
from services.dispatch.requests.domain import RequestKind, RequestState
from services.dispatch.routing.schemas import ItemCode, SupportUnits


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


class AskNonacceptance(RequestBody):
    """不予受理申请: for which reason, and what the citizen is told: where to go instead, and why."""

    reason_code: Annotated[
        str,
        Field(
            pattern=r"^[a-z][a-z0-9_]{0,39}$",
            description=f"One of {', '.join(NotAcceptedFor)} (不予受理原因); a unit's reason to return it is none",
            examples=[NotAcceptedFor.LITIGATION.value],
        ),
    ]
    go_to: Annotated[ShortText, Field(description="The door that the citizen has to go to (去向指引)")]
    notice: Annotated[Reason, Field(description="What the citizen is told in writing (不予受理告知)")]


class DecideNonacceptance(RequestBody):
    """不予受理审核, by a second person."""

    approved: Flag
    note: Reason


class RequestOut(AnswerBody):
    """What a unit asked for about a case, and what became of it (申请)."""

    version: Version
    round: int
    kind: RequestKind
    reason_code: str
    note: str
    asked_by: Annotated[str | None, Field(description="Null: of a confidential case its own units do not see it")]
    asked_by_staff: str | None
    asked_unit: str | None
    asked_at: AwareDatetime
    state: RequestState
    decided_by: str | None
    decided_by_staff: str | None
    decided_at: AwareDatetime | None
    decision_note: str | None
    go_to: Annotated[str | None, Field(description="The door to go to, of what is asked not to be accepted (去向指引)")]


def veiled(request: RequestOut, veil: Veil | None) -> RequestOut:
    """As the case's own units see it: of what a door asked for the day alone, of what they asked themselves all."""
    if veil is None or request.kind is not RequestKind.NONACCEPTANCE:
        return request
    nobody = dict.fromkeys(("asked_by", "asked_by_staff", "asked_unit"))
    return request.model_copy(update={**nobody, "asked_at": veil.day(request.asked_at)})
