"""What is asked and shown of orders from above."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, Field

from libs.common.events.upper_terms import REPLIES_ZH, ReplyState
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import (
    AnswerBody,
    AreaCode,
    CaseId,
    Evidence,
    Flag,
    LongText,
    Reason,
    RequestBody,
    ShortText,
    Version,
)
from services.followup.cases.tables import Case
from services.followup.upper_orders.tables import UpperDeadlineRow, UpperOrderRow


class WriteReply(RequestBody):
    """回复拟稿: what was found, what was done, and how the matter is answered; what identifies a person is masked."""

    findings: Annotated[LongText, Field(description="What was found (调查情况)")]
    measures: Annotated[LongText, Field(description="What was done (办理情况)")]
    opinion: Annotated[LongText, Field(description="What the answer comes to (答复意见)")]
    evidence: Evidence = ()


class DecideReply(RequestBody):
    """回复审核: approved, it can be sent; else it is written again."""

    approved: Flag
    reason: Reason


class SendReply(RequestBody):
    """回复报送: by what way it went to the body above."""

    how: Annotated[ShortText, Field(description="Such as its own system, or a letter with its number (报送方式)")]


class UpperOrdersQuery(PageQuery):
    """What the list is narrowed to."""

    state: ReplyState | None = None
    overdue: Annotated[
        bool | None, Field(description="true: those not answered though their time has passed; false: the others")
    ] = None
    case_id: CaseId | None = None
    area_code: AreaCode | None = None


class UpperDeadlineOut(AnswerBody):
    """Another deadline that the order came again with (上级时限变更)."""

    edition: int
    due_at: AwareDatetime
    before: Annotated[AwareDatetime | None, Field(description="The one that it was before; null: none was named")]
    at: AwareDatetime
    who: Annotated[str | None, Field(description="The account that took it in")]


class UpperOrderItem(AnswerBody):
    """An order from above (上级交办), until when it is to be answered, and how far the answer is."""

    case_id: str
    case_no: str
    area_code: str
    title: str
    body: Annotated[str, Field(description="Who gave it (交办单位)")]
    number: Annotated[str, Field(description="Its number there (上级编号)")]
    received_at: AwareDatetime
    due_at: Annotated[AwareDatetime | None, Field(description="Until when it is to be answered (上级时限)")]
    edition: Annotated[int, Field(description="How many deadlines it has had; the first is 1")]
    handle_due_at: Annotated[AwareDatetime | None, Field(description="Our own handling limit (办理时限), ahead of it")]
    lead_unit: Annotated[str | None, Field(description="Who answers for the case (主办单位)")]
    state: ReplyState
    state_zh: str
    replied: bool
    overdue: Annotated[bool, Field(description="Not answered yet, though its time has passed")]
    on_time: Annotated[bool | None, Field(description="Once answered: whether before the deadline then in force")]
    sent_at: AwareDatetime | None
    version: Version

    @classmethod
    def of_list(cls, row: UpperOrderRow, case: Case, now: datetime) -> Self:
        """As it stands in a list."""
        return cls(**_shown(cls, row, case, now))


class UpperOrderOut(UpperOrderItem):
    """An order from above, whole."""

    draft: Annotated[int, Field(description="How often the answer was written; 0: never")]
    unit_code: Annotated[str | None, Field(description="The unit that worked on the case when it was written")]
    findings: str | None
    measures: str | None
    opinion: str | None
    evidence: tuple[str, ...]
    written_by: str | None
    written_at: AwareDatetime | None
    decided_by: str | None
    decided_at: AwareDatetime | None
    reason: Annotated[str | None, Field(description="Why it was approved or given back")]
    sent_by: str | None
    how: str | None
    deadlines: tuple[UpperDeadlineOut, ...]

    @classmethod
    def of(cls, row: UpperOrderRow, case: Case, deadlines: Sequence[UpperDeadlineRow], now: datetime) -> Self:
        """With every deadline that it had after its first."""
        told = tuple(
            UpperDeadlineOut(edition=one.edition, due_at=one.due_at, before=one.before, at=one.at, who=one.who)
            for one in deadlines
        )
        return cls(**_shown(cls, row, case, now), deadlines=told)


def _shown(model: type[UpperOrderItem], row: UpperOrderRow, case: Case, now: datetime) -> dict[str, Any]:
    kept = {name: getattr(row, name) for name in model.model_fields if hasattr(row, name)}
    of_case = {name: getattr(case, name) for name in ("case_no", "area_code", "title", "handle_due_at", "lead_unit")}
    replied = row.state is ReplyState.SENT
    overdue = not replied and row.due_at is not None and row.due_at <= now
    return kept | of_case | {"state_zh": REPLIES_ZH[row.state], "replied": replied, "overdue": overdue}
