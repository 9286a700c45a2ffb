"""What the API of followup takes and answers. Units and codes are explained by dispatch's directory."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from libs.common.events.terms import (
    Closing,
    Deadline,
    Kind,
    Reached,
    Satisfaction,
    SupervisionLevel,
    Urgency,
)
from libs.common.pack.schema import Answer, Question
from libs.common.web.cursors import DEFAULT_PAGE_SIZE, LONGEST_CURSOR
from libs.common.web.fields import (
    AnswerBody,
    AreaCode,
    CaseId,
    Flag,
    LongText,
    Moment,
    Reason,
    RequestBody,
    UnitCode,
    Version,
    fault,
)
from services.followup.domain.clocks import TimerState
from services.followup.domain.terms import Action, CallbackState, Status, SupervisionState
from services.followup.tables import Attempt, Callback, Matter

ItemCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="A question's code in the county pack")]


class RecordAttempt(RequestBody):
    """One try to ask the citizen (回访记录). Answers are given only when the citizen answered.

    What is asked, the questions of the case's pack say (`GET /callbacks/{callback_id}`): `contacted`, `solved`,
    `satisfaction`, and a text for each other question in `notes`, by its code. Where anything is answered, each
    required question is. It is a valid callback (有效回访) when the citizen answered and said how satisfied he is.
    """

    reached: Reached
    contacted: Flag | None = None
    solved: Flag | None = None
    satisfaction: Satisfaction | None = None
    words: LongText | None = None
    notes: Annotated[
        dict[ItemCode, LongText],
        Field(max_length=20, description="Answers to questions of the kind `note`, by code (其他问题的回答)"),
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _only_answers_count(self) -> Self:
        said = (self.contacted, self.solved, self.satisfaction)
        if self.reached is not Reached.ANSWERED and (self.notes or any(answer is not None for answer in said)):
            raise fault("reached", "nobody answered, so there are no answers", "未接通或拒访，不得填写回访答案")
        return self


class Decision(StrEnum):
    """What a review decides (核实结论)."""

    CLOSE_UNVERIFIED = "close_unverified"
    TRY_AGAIN = "try_again"


class ReviewCallback(RequestBody):
    """核实: what becomes of a case whose citizen was never reached."""

    decision: Decision
    reason: Reason


class IssueSupervision(RequestBody):
    """人工督办. Without ``unit_code`` it goes to the lead unit."""

    case_id: CaseId
    level: SupervisionLevel
    reason: Reason
    unit_code: UnitCode | None = None
    reply_due: Annotated[
        date | None, Field(description="The day by which to answer it: told with the order; no clock runs on it")
    ] = None


class ReplySupervision(RequestBody):
    """督办回复."""

    reply: LongText


class PageQuery(RequestBody):
    """Which page of a list."""

    cursor: Annotated[str | None, Field(max_length=LONGEST_CURSOR, description="`next_cursor` of the page before")] = (
        None
    )
    limit: Annotated[int, Field(ge=1, le=200, description="Most items to answer (每页条数)")] = DEFAULT_PAGE_SIZE


class CallbacksQuery(PageQuery):
    """What the callback queue is narrowed to; ``due_before`` keeps who may be called by then."""

    state: CallbackState = CallbackState.DUE
    handling_unit: UnitCode | None = None
    area_code: AreaCode | None = None
    due_before: Moment | None = None


class TimersQuery(PageQuery):
    """What the list of timers is narrowed to."""

    state: TimerState = TimerState.PENDING
    case_id: CaseId | None = None
    unit_code: UnitCode | None = None
    what: Deadline | None = None
    fires_before: Moment | None = None


class SupervisionsQuery(PageQuery):
    """What the list of orders is narrowed to."""

    state: SupervisionState | None = None
    level: SupervisionLevel | None = None
    case_id: CaseId | None = None
    unit_code: UnitCode | None = None
    area_code: AreaCode | None = None


class QuestionOut(AnswerBody):
    """One callback question (回访问题): what to read out, and which field its answer goes into."""

    code: str
    answer: Annotated[Answer, Field(description="The field of the attempt; `note`: `notes`, under this code")]
    text: str
    text_en: str
    required: Annotated[bool, Field(description="To be answered as soon as any question is")]

    @classmethod
    def of(cls, question: Question) -> Self:
        """As the pack has it."""
        return cls(
            code=question.code,
            answer=question.answer,
            text=question.text,
            text_en=question.text_en,
            required=question.required,
        )


class AttemptOut(AnswerBody):
    """One try."""

    attempt: int
    at: AwareDatetime
    caller: str
    caller_unit: str | None
    reached: Reached
    valid: bool
    contacted: bool | None
    solved: bool | None
    satisfaction: Satisfaction | None
    words: str | None
    notes: dict[str, str]


class CallbackItem(AnswerBody):
    """A callback in the queue (待回访)."""

    callback_id: str
    case_id: str
    case_no: str
    title: str
    kind: Kind
    urgency: Urgency
    area_code: str
    round: int
    current_round: int
    state: CallbackState
    handling_unit: str | None
    tries: int
    attempts: int
    next_try_at: AwareDatetime
    opened_at: AwareDatetime
    version: Version


class CallbackOut(CallbackItem):
    """A callback with its tries, and where the case stands after them."""

    status: Status
    """Of the case."""
    closing: Closing | None
    history: list[AttemptOut]

    @classmethod
    def of(cls, matter: Matter, callback: Callback, attempts: Sequence[Attempt]) -> Self:
        """The callback of a case."""
        history = [AttemptOut.model_validate(attempt, from_attributes=True) for attempt in attempts]
        fields = item_of(matter, callback).model_dump()
        return cls(**fields, status=matter.status, closing=matter.closing, history=history)


class CallbackWithQuestions(CallbackOut):
    """A callback and what is to be asked, by the pack version of its case."""

    questions: list[QuestionOut]


def item_of(matter: Matter, callback: Callback) -> CallbackItem:
    """The callback with what a caller needs to know of its case."""
    return CallbackItem(
        callback_id=callback.callback_id,
        case_id=callback.case_id,
        case_no=matter.case_no,
        title=matter.title,
        kind=matter.kind,
        urgency=matter.urgency,
        area_code=callback.area_code,
        round=callback.round,
        current_round=matter.round,
        state=callback.state,
        handling_unit=callback.handling_unit,
        tries=callback.tries,
        attempts=callback.attempts,
        next_try_at=callback.next_try_at,
        opened_at=callback.opened_at,
        version=callback.version,
    )


class TimerOut(AnswerBody):
    """A timer (定时器): ``warn``, ``miss``, or ``ladder:<n>`` with n the place in the pack's ladder."""

    timer_id: str
    case_id: str
    round: int
    what: Deadline
    step: str
    unit_code: str | None
    starts_at: AwareDatetime
    due_at: AwareDatetime
    fires_at: AwareDatetime
    pack_version: int
    state: TimerState
    error: str | None


class SupervisionOut(AnswerBody):
    """An order of supervision (督办件)."""

    supervision_id: str
    case_id: str
    round: int
    level: SupervisionLevel
    unit_code: str | None
    area_code: str
    reason: str
    by_rule: bool
    rule_code: str | None
    issued_by: str
    issued_at: AwareDatetime
    reply_due: date | None
    state: SupervisionState
    reply: str | None
    replied_by: str | None
    replied_at: AwareDatetime | None
    version: Version


class TransitionOut(AnswerBody):
    """One step of a case."""

    version: Version
    round: int
    action: Action
    from_status: Status | None
    to_status: Status
    who: str
    unit_code: str | None
    at: AwareDatetime
    why: str


class RetriedOut(AnswerBody):
    """How many failed timers of a case wait to fire again."""

    case_id: str
    retried: int


class CaseOut(AnswerBody):
    """A case as a promise. What the caller may not see is null, not an empty list."""

    case_id: str
    case_no: str
    status: Status
    round: int
    lead_unit: str | None
    area_code: str
    kind: Kind
    urgency: Urgency
    category_code: str | None
    title: str
    accused_unit: Annotated[
        str | None,
        Field(description="The unit complained about (被反映单位): it and those below it see nothing of the case"),
    ]
    callback_wanted: bool
    registered_at: AwareDatetime
    pack_version: int
    triage_due_at: AwareDatetime | None
    handle_due_at: AwareDatetime | None
    overdue: list[Deadline]
    sent_back: int
    closing: Closing | None
    satisfaction: Satisfaction | None
    version: Version
    timers: list[TimerOut] | None
    callbacks: list[CallbackOut] | None
    supervisions: list[SupervisionOut] | None
    transitions: list[TransitionOut]
