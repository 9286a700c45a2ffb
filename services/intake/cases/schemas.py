"""What is sent about a case, and what is answered."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from libs.common.events.terms import Channel, Closing, Kind, Satisfaction, Urgency
from libs.common.web.cursors import DEFAULT_PAGE_SIZE, CursorText, PageSize
from libs.common.web.fields import (
    AnswerBody,
    AreaCode,
    CategoryCode,
    ExternalId,
    Flag,
    LongText,
    Moment,
    PastMoment,
    Reason,
    RequestBody,
    ShortText,
    SourceName,
    UnitCode,
    Version,
)
from services.intake.cases.domain.lifecycle import STATUS_LABELS, Status
from services.intake.requesters.schemas import RequesterIn, RequesterOut

CaseReference = Annotated[
    str,
    StringConstraints(pattern=r"^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9]{19})$"),
    Field(description="Case id, or the case number of 19 digits (诉求件编号或工单编号)"),
]


class RegisterCase(RequestBody):
    """A complaint (诉求) as it comes in, one by one or as a line of a batch."""

    channel: Channel
    kind: Kind
    urgency: Urgency = Urgency.NORMAL
    category_code: CategoryCode | None = None
    area_code: AreaCode
    accused_unit: Annotated[
        UnitCode | None,
        Field(description="The unit complained about (被反映单位): it never learns who did"),
    ] = None
    title: Annotated[ShortText | None, Field(description="Without one, the first sentence of the text")] = None
    text: LongText
    occurred_at: Annotated[
        PastMoment | None, Field(description="When the citizen spoke; without it, now. Not in the future")
    ] = None
    requester: RequesterIn | None = None
    confidential: Annotated[Flag, Field(description="The handling unit never learns who spoke (保密件)")] = False
    callback_wanted: Flag = True
    source_system: SourceName | None = None
    source_no: Annotated[
        ExternalId | None,
        Field(
            description="The number in that system: the same one is registered only once. It is kept in the clear, so "
            "one that looks like a mobile phone or ID number is refused"
        ),
    ] = None
    direct_answer: Annotated[
        LongText | None, Field(description="The answer, when it was given in the same breath (直接答复)")
    ] = None
    ref: Annotated[ExternalId | None, Field(description="The caller's own mark; given back, not kept")] = None


class SupplementCase(RequestBody):
    """What the citizen adds (补充)."""

    text: LongText


class UrgeCase(RequestBody):
    """What the citizen says who asks to hurry (催办来电)."""

    text: Reason


class WithdrawCase(RequestBody):
    """The citizen takes it back (撤单)."""

    reason: Reason


class AnswerCase(RequestBody):
    """The answer at the door (直接答复)."""

    answer: LongText


class CaseList(RequestBody):
    """What a list is narrowed to, and which page of it."""

    area_code: Annotated[AreaCode | None, Field(description="With all areas inside it")] = None
    category_code: Annotated[CategoryCode | None, Field(description="With all its sub-categories")] = None
    status: Status | None = None
    channel: Channel | None = None
    kind: Kind | None = None
    urgency: Urgency | None = None
    lead_unit: UnitCode | None = None
    source_system: SourceName | None = None
    source_no: ExternalId | None = None
    registered_from: Annotated[Moment | None, Field(description="Registered at this time or later")] = None
    registered_to: Annotated[Moment | None, Field(description="Registered before this time")] = None
    cursor: CursorText = None
    limit: PageSize = DEFAULT_PAGE_SIZE


class Receipt(AnswerBody):
    """Where a case stands after a change (回执)."""

    case_id: str
    case_no: Annotated[str, Field(description="The number for the citizen (工单编号), 19 digits")]
    status: Status
    status_zh: str
    round: int
    registered_at: datetime
    version: Version
    ref: str | None = None


class CaseItem(AnswerBody):
    """A case in a list."""

    case_id: str
    case_no: str
    channel: Channel
    kind: Kind
    urgency: Urgency
    category_code: str | None
    area_code: str
    title: str
    confidential: bool
    callback_wanted: bool
    source_system: str | None
    source_no: str | None
    occurred_at: datetime
    registered_at: datetime
    pack_version: int
    status: Status
    status_zh: str
    round: Annotated[int, Field(description="Round (轮次): every send-back opens the next")]
    lead_unit: str | None
    sign_due_at: datetime | None
    due_at: Annotated[datetime | None, Field(description="When the unit is to be done (办理时限)")]
    satisfaction: Annotated[Satisfaction | None, Field(description="The citizen's latest word (满意度)")]
    closing: Closing | None
    answered_directly: bool
    updated_at: datetime
    version: Version


class CaseOut(CaseItem):
    """A case, whole. ``requester`` is null for a caller who may not know, or when nobody gave a name."""

    text: Annotated[str, Field(description="Numbers of persons masked")]
    accused_unit: str | None
    supplements: tuple[str, ...]
    requester: RequesterOut | None


class TimelineItem(AnswerBody):
    """One thing that happened (办理纪实)."""

    at: datetime
    what: Annotated[str, Field(description="Name of the event, such as `assigned`")]
    round: int
    unit_code: str | None
    by: Annotated[str | None, Field(description="Account; null for the system or an unnamed person of the unit")]
    note: str
    status: Annotated[Status, Field(description="After it")]
    status_zh: str
    version: Annotated[int, Field(description="Of the case, after it")]


def status_zh(status: Status) -> str:
    """The Chinese label."""
    return STATUS_LABELS[status][0]
