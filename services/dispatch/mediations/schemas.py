"""What is sent and answered about mediation."""

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from libs.common.events.mediation_terms import MediationStatus
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import (
    AnswerBody,
    AreaCode,
    CaseId,
    Day,
    FileDigest,
    Flag,
    LongText,
    PastMoment,
    Reason,
    RequestBody,
    ShortText,
    StaffId,
    Version,
)

ListedWord = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$"), Field(description="A word of the pack's mediation rules")
]


class GiveMediation(RequestBody):
    """委托调解: to whom, of what kind, and what it is about; what identifies a person is masked."""

    mediator: StaffId
    kind: ListedWord
    subject: ShortText


class RecordSession(RequestBody):
    """调解会: when, where, and who took part by kinds; nobody's name."""

    held_at: PastMoment
    venue: ListedWord
    area_code: AreaCode
    took_part: Annotated[
        tuple[ListedWord, ...], Field(min_length=1, max_length=20, description="Kinds of people, each once (参加人员)")
    ]
    people: Annotated[int, Field(strict=True, ge=2, le=1_000, description="How many in all, the mediator aside (人数)")]
    note: LongText


class RecordAgreement(RequestBody):
    """调解协议: what was agreed, the file that the parties signed, and from which day on it is looked at."""

    terms: LongText
    document: FileDigest
    follow_up_on: Annotated[Day | None, Field(description="By the pack's days if null (回访日期)")] = None


class SayHowItEnded(RequestBody):
    """Why it was not agreed (调解不成), or why it ends (终止调解)."""

    note: Reason


class SayWhetherKept(RequestBody):
    """协议履行情况: kept or broken, and how somebody who did not mediate knows."""

    kept: Flag
    note: Reason


class MediationsQuery(PageQuery):
    """调解台账: of which kind and whose, and how they stand."""

    status: MediationStatus | None = None
    kind: ListedWord | None = None
    mediator: StaffId | None = None
    case_id: CaseId | None = None
    due: Annotated[
        bool, Field(description="true: only agreements of which somebody has to say by now if they are kept (待回访)")
    ] = False


class MediationItem(AnswerBody):
    """A mediation (调解) in a list."""

    mediation_id: str
    case_id: str
    kind: str
    subject: str
    mediator: Annotated[str, Field(description="Who mediates (调解员), by staff id")]
    mediator_unit: str
    post: str
    given_by: str
    given_at: AwareDatetime
    status: MediationStatus
    sessions: Annotated[int, Field(description="How many sessions were held (调解次数)")]
    last_held_at: AwareDatetime | None
    agreed_at: AwareDatetime | None
    follow_up_on: date | None
    due: Annotated[bool, Field(description="Whether somebody has to say by now if its agreement is kept (待回访)")]
    ended_at: AwareDatetime | None
    version: Version


class SessionOut(AnswerBody):
    """A session (调解会)."""

    number: int
    held_at: AwareDatetime
    venue: str
    area_code: str
    took_part: list[str]
    people: int
    note: str
    recorded_by: str
    recorded_at: AwareDatetime


class MediationOut(MediationItem):
    """A mediation with its sessions and the wording of its case that travels: nobody's name, phone or door."""

    case_no: str
    case_title: Annotated[str | None, Field(description="null of a confidential case")]
    case_text: Annotated[str | None, Field(description="null of a confidential case")]
    area_code: str
    terms: str | None
    document: Annotated[str | None, Field(description="SHA-256 of the agreement that was signed (协议摘要)")]
    note: str | None
    ended_by: str | None
    held: list[SessionOut]


class MediationsOut(AnswerBody):
    """The mediations of one case, oldest first."""

    items: list[MediationItem]


class MediationCount(AnswerBody):
    """How many mediations of one kind stand so; the list filtered by both opens to them."""

    kind: str
    status: MediationStatus
    mediations: int
    sessions: int


class MediationCountsOut(AnswerBody):
    """Mediations of cases in the caller's reach, counted."""

    items: list[MediationCount]
