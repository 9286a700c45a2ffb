"""What is sent and answered about letters."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from libs.common.events.letter_terms import LetterStatus
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, CaseId, LongText, Reason, RequestBody, ShortText, UnitCode, Version

LetterKindCode = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$"), Field(description="A kind of letter of the pack (函种)")
]
Digest = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Field(description="SHA-256 of a file of the case (附件摘要)", examples=["ab" * 32]),
]
Days = Annotated[
    int, Field(strict=True, ge=1, le=90, description="Within how many working days; by the kind if null (工作日)")
]


class DraftLetter(RequestBody):
    """函件拟稿: to whom, about which case if any, and what it says; what identifies a person is masked."""

    case_id: CaseId | None = None
    kind: LetterKindCode
    to_unit: UnitCode
    subject: ShortText
    body: LongText
    days: Days | None = None


class ReplyToLetter(RequestBody):
    """复函."""

    reply: LongText
    evidence: Annotated[tuple[Digest, ...], Field(max_length=50, description="Files that prove it (佐证附件)")] = ()


class AcceptReply(RequestBody):
    """复函认可."""

    opinion: Reason


class SendBack(RequestBody):
    """复函退回: why, and within how many working days from now another reply is due."""

    opinion: Reason
    days: Days | None = None


class RemindReceiver(RequestBody):
    """催复."""

    reminder: Reason


class WithdrawLetter(RequestBody):
    """撤回函件."""

    reason: Reason


class LettersQuery(PageQuery):
    """Which of the caller's unit's letters."""

    box: Annotated[
        Literal["received", "sent"], Field(description="Those that it got (收函), or those that it writes (发函)")
    ] = "received"
    status: LetterStatus | None = None
    overdue: Annotated[
        bool | None, Field(description="true: those not answered though their time has passed; false: the others")
    ] = None
    case_id: CaseId | None = None
    kind: LetterKindCode | None = None


class LetterItem(AnswerBody):
    """A letter (函件) in a list."""

    letter_id: str
    no: Annotated[str | None, Field(description="Its number (发文字号); null until it is sent")]
    kind: str
    kind_name: str
    case_id: str | None
    office: str
    office_name: str
    to_unit: str
    to_name: str
    subject: str
    status: LetterStatus
    days: Annotated[int, Field(description="Within how many working days a reply is due")]
    drafted_by: str
    drafted_at: AwareDatetime
    sent_by: Annotated[str | None, Field(description="Who signed it off (签发人)")]
    sent_at: AwareDatetime | None
    warn_at: AwareDatetime | None
    due_at: AwareDatetime | None
    acknowledged_at: AwareDatetime | None
    replied_at: AwareDatetime | None
    warned: Annotated[bool, Field(description="Whether it waits for a reply that is due soon (预警)")]
    overdue: Annotated[bool, Field(description="Whether it waits for a reply that was due (超期)")]
    late: Annotated[bool, Field(description="Whether a reply came after its deadline (逾期复函)")]
    reminders: int
    ended_at: AwareDatetime | None
    version: Version


class LetterOut(LetterItem):
    """A letter with all that it says, and the wording of its case that travels."""

    body: str
    case_no: str | None
    case_title: str | None
    case_text: str | None
    reply: str | None
    evidence: list[str]
    replied_by: str | None
    opinion: Annotated[str | None, Field(description="What the office said of the reply, or why it was withdrawn")]
    reminder: str | None
    reminded_at: AwareDatetime | None


class LetterFieldOut(AnswerBody):
    """A field that a template may name, by either word."""

    code: str
    zh: str
    en: str


class LetterTemplateOut(AnswerBody):
    """The template of a kind of letter: the office's own (edition from 1), or the one that is shipped (0)."""

    kind: str
    edition: int
    sha256: Annotated[str | None, Field(description="Of the office's own; null: the one that is shipped")]
    fields: Annotated[list[str], Field(description="Codes of the fields that it names")]
    uploaded_by: str | None
    uploaded_at: AwareDatetime | None


class LetterTemplatesOut(AnswerBody):
    """An office's templates, one for each kind of the pack, and the fields that there are."""

    office: str
    templates: list[LetterTemplateOut]
    fields: list[LetterFieldOut]
