"""What is sent and answered about whistles."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from libs.common.web.cursors import PageQuery
from libs.common.web.fields import (
    AnswerBody,
    AreaCode,
    CaseId,
    Evidence,
    LongText,
    Moment,
    Reason,
    RequestBody,
    StaffId,
    UnitCode,
    Version,
)
from libs.common.web.people import ResponsibleOut
from services.dispatch.appraisals.schemas import CallScoreOut, ClaimOut
from services.dispatch.calls.domain import CallStatus

KindCode = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="A kind of whistle of the pack (哨的种类代码)")
]


class SoundWhistle(RequestBody):
    """吹哨: of which kind, whom, to where, and what is to be done: all that the summoned units are told."""

    kind: KindCode
    units: Annotated[tuple[UnitCode, ...], Field(min_length=1, max_length=20)]
    place: Annotated[Reason, Field(description="Where to come, without anybody's door (报到地点)")]
    what: LongText
    due_at: Annotated[
        Moment | None, Field(description="Until when each has to do its part; not after the case's own limit")
    ] = None


class AcknowledgeCall(RequestBody):
    """接哨."""

    note: Reason | None = None
    responsible: Annotated[
        StaffId | None, Field(description="Who of the unit answers for it; may be named later, too (责任人)")
    ] = None


class Arrive(RequestBody):
    """报到: where the unit is now. The moment is that of the request."""

    area_code: AreaCode
    place: Reason | None = None


class ReportCall(RequestBody):
    """到场进展."""

    note: LongText


class FinishCall(RequestBody):
    """吹哨任务办结: what the unit did."""

    result: LongText
    evidence: Evidence = ()


class CancelCall(RequestBody):
    """撤销召集."""

    reason: Reason


class CallsQuery(PageQuery):
    """Which of the summoned units' tasks."""

    status: CallStatus | None = None
    case_id: Annotated[CaseId | None, Field(description="Those of this case alone (本件)")] = None
    responsible: Annotated[StaffId | None, Field(description="Those for which this person answers (责任人)")] = None


class CallOut(AnswerBody):
    """One summoned unit's task (吹哨任务). ``result`` of one that was let off is why."""

    case_id: str
    version: Annotated[Version, Field(description="Of the case by the whistle; with the unit it names the task")]
    unit_code: str
    kind: str
    street_unit: str
    area_code: str
    place: str
    what: str
    measures: Annotated[str, Field(description="As a consultation said (会商措施)")]
    status: CallStatus
    called_at: AwareDatetime
    times: Annotated[
        int,
        Field(description="The how manieth on this matter and area within the days of the pack: from 2 on a signal"),
    ]
    report_due_at: AwareDatetime | None
    due_at: AwareDatetime | None
    acknowledged_at: AwareDatetime | None
    arrived_at: AwareDatetime | None
    arrived_area: str | None
    arrived_place: str | None
    late: Annotated[bool, Field(description="Whether it came after its limit, or has not come and that is over")]
    given_back: Annotated[bool, Field(description="The county found that it was not the unit's task (退回)")]
    ended_at: AwareDatetime | None
    result: str | None
    evidence: Annotated[list[str], Field(description="Files that show it, by their SHA-256 (佐证附件)")]
    responsible: Annotated[
        ResponsibleOut | None, Field(description="Who of the unit answers for it; null: nobody was named (责任人)")
    ] = None


class CalledCaseOut(AnswerBody):
    """What a summoned unit sees of a case: the wording that travels, and its own task alone."""

    case_id: str
    case_no: str
    title: str
    text: str
    version: Annotated[Version, Field(description="Of the case now: what If-Match wants")]
    call: CallOut
    score: Annotated[CallScoreOut | None, Field(description="What the street scored it; null: not yet (评分)")]
    claims: Annotated[list[ClaimOut], Field(description="What the unit claimed, oldest first (本单位申请)")]
