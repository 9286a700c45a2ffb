"""What is sent about a case, and what is answered."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from libs.common.events.objecting import ObjectionState
from libs.common.events.reasons import NotAcceptedFor
from libs.common.events.terms import Channel, Closing, Declined, Kind, Petition, Satisfaction, Urgency
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
    StaffId,
    UnitCode,
    Uuid,
    Version,
    fault,
)
from services.intake.cases.domain.lifecycle import STATUS_LABELS, Status, Words
from services.intake.requesters.schemas import RequesterIn, RequesterOut

CaseReference = Annotated[
    str,
    StringConstraints(pattern=r"^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9]{19}|[0-9]{22})$"),
    Field(description="Case id, or the case number of 19 digits, of a town's own 22 (诉求件编号或工单编号)"),
]


AccusedUnits = Annotated[
    tuple[UnitCode, ...],
    Field(
        max_length=20,
        description="Units complained about (被反映单位): each takes no part in the case and sees nothing",
    ),
]
AccusedStaff = Annotated[
    tuple[StaffId, ...],
    Field(
        max_length=20,
        description="Members of staff complained about (被反映人): they see nothing of it, by whatever account, role "
        "or unit they come",
    ),
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
    accused_units: AccusedUnits = ()
    accused_staff: AccusedStaff = ()
    title: Annotated[ShortText | None, Field(description="Without one, the first sentence of the text")] = None
    text: LongText
    occurred_at: Annotated[
        PastMoment | None, Field(description="When the citizen spoke; without it, now. Not in the future")
    ] = None
    needed_by: Annotated[
        date | None,
        Field(
            description="The citizen's own date (需办日期), such as the start of a school term: handling is due by "
            "its end when that comes before the ordinary limit. Today or later",
            examples=["2026-09-01"],
        ),
    ] = None
    requester: RequesterIn | None = None
    confidential: Annotated[Flag, Field(description="The handling unit never learns who spoke (保密件)")] = False
    anonymous: Annotated[
        Flag,
        Field(
            description="Whoever spoke does not want to be known (匿名件): no name, ID number or home may be given. As "
            "of a confidential case, a person words what travels before a unit is found"
        ),
    ] = False
    callback_wanted: Annotated[
        Flag,
        Field(
            description="False only when the citizen said so himself; `callback_declined_how` and `_at` say how, when"
        ),
    ] = True
    callback_declined_how: Annotated[
        Declined | None, Field(description="How he said that he wants no callback (不需回访的表达方式)")
    ] = None
    callback_declined_at: Annotated[PastMoment | None, Field(description="When he said so. Not in the future")] = None
    source_system: SourceName | None = None
    source_no: Annotated[
        ExternalId | None,
        Field(
            description="The number in that system: the same one is registered only once. It is kept in the clear, so "
            "one that looks like a mobile phone or ID number is refused"
        ),
    ] = None
    petition: Annotated[Petition | None, Field(description="What kind of petition it is (信访类别), if it is one")] = (
        None
    )
    repeat_of: Annotated[
        Uuid | None, Field(description="Case id of the earlier case that it repeats (重复诉求); not in a batch")
    ] = None
    direct_answer: Annotated[
        LongText | None, Field(description="The answer, when it was given in the same breath (直接答复)")
    ] = None
    ref: Annotated[ExternalId | None, Field(description="The caller's own mark; given back, not kept")] = None


class SupplementCase(RequestBody):
    """What the citizen adds (补充); with whom he complains about beside those who are known."""

    text: LongText
    accused_units: AccusedUnits = ()
    accused_staff: AccusedStaff = ()


class NameAccused(RequestBody):
    """Who is complained about beside those who are known (补充被反映对象)."""

    accused_units: AccusedUnits = ()
    accused_staff: AccusedStaff = ()
    reason: Reason

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.accused_units or self.accused_staff):
            raise fault("accused_units", "name a unit or a member of staff", "须指定被反映单位或被反映人")
        return self


class UrgeCase(RequestBody):
    """What the citizen says who asks to hurry (催办来电)."""

    text: Reason


class WithdrawCase(RequestBody):
    """Somebody says that the citizen takes it back (申请撤单)."""

    reason: Reason


class ObjectToClosing(RequestBody):
    """What the citizen has against the closing of his case (异议), and how it came."""

    text: LongText
    channel: Channel


class AnswerCase(RequestBody):
    """The answer at the door (直接答复)."""

    answer: LongText


class NameRepeat(RequestBody):
    """Which earlier case this one repeats (重复诉求认定); null: none, after all."""

    repeat_of: Annotated[Uuid | None, Field(description="Case id of the earlier one")]
    reason: Reason


class CaseList(RequestBody):
    """What a list is narrowed to, and which page of it."""

    area_code: Annotated[AreaCode | None, Field(description="With all areas inside it")] = None
    category_code: Annotated[CategoryCode | None, Field(description="With all its sub-categories")] = None
    status: Status | None = None
    channel: Channel | None = None
    kind: Kind | None = None
    urgency: Urgency | None = None
    lead_unit: UnitCode | None = None
    delegate_unit: Annotated[
        UnitCode | None, Field(description="What was delegated to this unit and it works on (下派)")
    ] = None
    source_system: SourceName | None = None
    source_no: ExternalId | None = None
    registered_from: Annotated[Moment | None, Field(description="Registered at this time or later")] = None
    registered_to: Annotated[Moment | None, Field(description="Registered before this time")] = None
    cursor: CursorText = None
    limit: PageSize = DEFAULT_PAGE_SIZE


class Receipt(AnswerBody):
    """Where a case stands after a change (回执)."""

    case_id: str
    case_no: Annotated[str, Field(description="The number for the citizen (工单编号), 19 digits, of a town's own 22")]
    status: Status
    status_zh: str
    round: int
    registered_at: datetime
    version: Version
    ref: str | None = None


class ObjectionReceipt(Receipt):
    """Where the case stands, and the objection that waits to be decided (异议回执)."""

    objection_id: str
    last_day: Annotated[date, Field(description="Until the end of that day the closing could be objected to")]


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
    anonymous: bool
    callback_wanted: bool
    callback_declined_how: Declined | None
    callback_declined_at: datetime | None
    source_system: str | None
    source_no: str | None
    occurred_at: datetime
    registered_at: datetime
    needed_by: Annotated[date | None, Field(description="The citizen's own date (需办日期)")]
    pack_version: int
    status: Status
    status_zh: str
    round: Annotated[int, Field(description="Round (轮次): every send-back opens the next")]
    lead_unit: Annotated[str | None, Field(description="Who is accountable (主办单位)")]
    working_unit: Annotated[
        str | None, Field(description="Who works on it (承办单位): the lead, or who it was delegated to")
    ]
    sign_due_at: datetime | None
    due_at: Annotated[datetime | None, Field(description="When the unit is to be done (办理时限)")]
    satisfaction: Annotated[Satisfaction | None, Field(description="The citizen's latest word (满意度)")]
    closing: Closing | None
    answered_directly: bool
    words: Annotated[Words, Field(description="What travels of what was said (转办文本): `held` tells nothing yet")]
    words_due_at: Annotated[datetime | None, Field(description="When it is to be worded by a person (审定时限)")]
    withdrawal_wished: Annotated[
        bool, Field(description="The citizen is being asked whether he takes it back (撤单待核实)")
    ]
    objection_id: Annotated[str | None, Field(description="The latest objection (异议) against a closing of it")]
    objection_state: Annotated[ObjectionState | None, Field(description="What became of that objection")]
    not_accepted_for: Annotated[NotAcceptedFor | None, Field(description="Why it was not accepted (不予受理原因)")]
    go_to: Annotated[str | None, Field(description="Then the door that the citizen has to go to (去向指引)")]
    updated_at: datetime
    version: Version


class CaseOut(CaseItem):
    """A case, whole. ``requester`` is null for a caller who may not know, or when nobody gave a name."""

    text: Annotated[str, Field(description="What identifies a person masked")]
    accused_unit: Annotated[str | None, Field(description="The first unit complained about")]
    accused_units: Annotated[tuple[str, ...], Field(description="All units complained about (被反映单位)")]
    accused_staff: Annotated[tuple[str, ...], Field(description="Members of staff complained about (被反映人)")]
    supplements: tuple[str, ...]
    requester: RequesterOut | None
    requester_erased_at: Annotated[
        datetime | None, Field(description="When who spoke was erased for good (诉求人信息删除)")
    ]
    notice: Annotated[
        str | None,
        Field(description="What the citizen is told in writing when it is not accepted (不予受理告知)"),
    ]


class RepeatOut(AnswerBody):
    """What somebody said of a repeat (重复诉求认定)."""

    number: Annotated[int, Field(description="Which of the case's, from 1")]
    repeat_of: str | None
    reason: str
    who: str | None
    unit_code: str | None
    at: datetime


class RepeatsOut(AnswerBody):
    """Which earlier case a case repeats, and which later ones repeat it, as far as the caller may see them."""

    case_id: str
    repeat_of: str | None
    repeated_by: tuple[str, ...]
    history: tuple[RepeatOut, ...]


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
