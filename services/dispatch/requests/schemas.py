"""What asks, and what decides."""

from datetime import date
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from libs.common.events.asking_terms import RequestKind
from libs.common.events.reasons import NotAcceptedFor
from libs.common.security.veil import Veil
from libs.common.time.due import LimitUnit
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import (
    AnswerBody,
    CategoryCode,
    Flag,
    LongText,
    Reason,
    RequestBody,
    ShortText,
    UnitCode,
    Version,
    fault,
)
from services.dispatch.asks.domain import RequestState
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


class AskExtension(RequestBody):
    """延期申请: how many more days, in the pack's own unit, for which of its reasons."""

    days: Annotated[int, Field(ge=1, le=1000, description="In the unit of the pack's longest", examples=[3])]
    reason_code: ItemCode
    note: Reason


class AskSuspension(RequestBody):
    """挂账申请: for which of the pack's reasons, and on which day it comes back by itself."""

    review_on: Annotated[date, Field(description="It comes back as this day begins", examples=["2026-03-20"])]
    reason_code: ItemCode
    note: Reason


class AskStaged(RequestBody):
    """阶段性答复申请: what the citizen is answered by now, why not for good, and on which day it is answered again."""

    answer: Annotated[LongText, Field(description="What the citizen is answered by now (阶段性答复)")]
    review_on: Annotated[date, Field(description="It comes back as this day begins", examples=["2026-03-20"])]
    reason_code: ItemCode
    note: Reason


class AskTermination(RequestBody):
    """终止办理申请: for which of the pack's reasons, and what proves it."""

    reason_code: ItemCode
    note: Reason
    evidence: Annotated[Reason, Field(description="What proves it: records, papers, photos by their names (证据)")]


class DecideRequest(RequestBody):
    """申请审批, by somebody else; what is granted the citizen is told in words of its own."""

    approved: Flag
    note: Reason
    notice: Annotated[
        Reason | None, Field(description="What the citizen is told; of what is granted alone (告知诉求人)")
    ] = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.approved and self.notice is None:
            raise fault("notice", "what is granted the citizen is told", "同意的须填写告知诉求人的内容")
        if not self.approved and self.notice is not None:
            raise fault("notice", "of what is refused the citizen is told nothing", "不予同意的不得填写告知内容")
        return self


class LiftSuspension(RequestBody):
    """提前恢复办理."""

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
    until: Annotated[AwareDatetime | None, Field(description="When it would be due then, or would come back")]
    days: Annotated[int | None, Field(description="How many more days (延期)")]
    unit: Annotated[LimitUnit | None, Field(description="What the days are counted in")]
    evidence: Annotated[str | None, Field(description="What proves the reason of a termination (证据)")]
    answer: Annotated[str | None, Field(description="What the citizen is answered by now, of a staged answer")]
    told: Annotated[str | None, Field(description="What the citizen is told of what was granted (告知诉求人)")]
    due_at: Annotated[AwareDatetime | None, Field(description="Until when it is to be decided (审核时限)")]
    raised_at: Annotated[AwareDatetime | None, Field(description="Since when it waits for the supervisors (提级审核)")]


class AllRequestsQuery(PageQuery):
    """Which requests of all cases."""

    kind: RequestKind | None = None
    state: RequestState | None = None
    raised: Annotated[bool | None, Field(description="Whether it went up, not decided in time (提级审核)")] = None


class RequestItem(AnswerBody):
    """One request in the list of all; whoever asked stands with its case."""

    case_id: str
    version: Version
    round: int
    kind: RequestKind
    reason_code: str
    asked_unit: str | None
    asked_at: AwareDatetime
    state: RequestState
    decided_at: AwareDatetime | None
    due_at: AwareDatetime | None
    raised_at: AwareDatetime | None


class RequestCount(AnswerBody):
    """How many requests of one kind are in one state; `GET /requests` with these opens to them."""

    kind: RequestKind
    state: RequestState
    requests: int
    raised: Annotated[int, Field(description="Of these, went up because nobody had decided in time (提级审核)")]


class RequestCountsOut(AnswerBody):
    """Requests by kind and what became of them (申请统计)."""

    items: list[RequestCount]


def veiled(request: RequestOut, veil: Veil | None) -> RequestOut:
    """As the case's own units see it: of what a door asked for the day alone, of what they asked themselves all."""
    if veil is None or request.kind is not RequestKind.NONACCEPTANCE:
        return request
    nobody = dict.fromkeys(("asked_by", "asked_by_staff", "asked_unit"))
    return request.model_copy(update={**nobody, "asked_at": veil.day(request.asked_at)})
