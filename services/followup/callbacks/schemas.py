"""What is asked and shown of callbacks. Units and codes are explained by dispatch's directory."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AwareDatetime, Field, model_validator

from libs.common.events.terms import Closing, Kind, Reached, Satisfaction, Urgency
from libs.common.pack.schema import AnswerKind, Question
from libs.common.security.veil import Veil
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import (
    AnswerBody,
    AreaCode,
    Flag,
    LongText,
    Moment,
    Reason,
    RequestBody,
    UnitCode,
    Version,
    fault,
)
from services.followup.callbacks.tables import Attempt, Callback
from services.followup.cases.domain.terms import CallbackState, Purpose, Status
from services.followup.cases.tables import Case

ItemCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="A question's code in the county pack")]

ItemT = TypeVar("ItemT", bound="CallbackItem")


class RecordAttempt(RequestBody):
    """One try to ask the citizen (回访记录). Answers are given only when the citizen answered.

    What is asked, the questions of the case's pack say (`GET /callbacks/{callback_id}`): `contacted`, `solved`,
    `satisfaction`, and a text for each other question in `notes`, by its code. Where anything is answered, each
    required question is. It is a valid callback (有效回访) when the citizen answered and said how satisfied he is.
    A callback with the `purpose` `withdrawal` asks one thing, which is answered in `withdraws` (撤单核实).
    """

    reached: Reached
    contacted: Flag | None = None
    solved: Flag | None = None
    satisfaction: Satisfaction | None = None
    withdraws: Annotated[
        Flag | None, Field(description="Whether the citizen himself takes the case back (是否确认撤单)")
    ] = None
    words: LongText | None = None
    notes: Annotated[
        dict[ItemCode, LongText],
        Field(max_length=20, description="Answers to questions of the kind `note`, by code (其他问题的回答)"),
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _only_answers_count(self) -> Self:
        said = (self.contacted, self.solved, self.satisfaction, self.withdraws)
        if self.reached is not Reached.ANSWERED and (self.notes or any(answer is not None for answer in said)):
            raise fault("reached", "nobody answered, so there are no answers", "未接通或拒访，不得填写回访答案")
        return self


class ReviewDecision(StrEnum):
    """What a review decides (核实结论)."""

    CLOSE_UNVERIFIED = "close_unverified"
    CLOSE_UNASKED = "close_unasked"
    TRY_AGAIN = "try_again"


class ReviewCallback(RequestBody):
    """核实: what becomes of a case whose citizen was never reached, or wants no callback and was never called."""

    decision: ReviewDecision
    reason: Reason


class CallbacksQuery(PageQuery):
    """What the callback queue is narrowed to; ``due_before`` keeps who may be called by then."""

    state: CallbackState = CallbackState.DUE
    handling_unit: UnitCode | None = None
    area_code: AreaCode | None = None
    due_before: Moment | None = None


class QuestionOut(AnswerBody):
    """One callback question (回访问题): what to read out, and which field its answer goes into."""

    code: str
    answer: Annotated[
        AnswerKind | Literal["withdraws"],
        Field(description="The field of the attempt; `note`: `notes`, under this code"),
    ]
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


WITHDRAWS = QuestionOut(
    code="withdraws",
    answer="withdraws",
    text="您是否确认撤回该诉求？",
    text_en="Do you take this case back?",
    required=True,
)
"""What whoever is said to have withdrawn is asked, whatever the pack asks about results."""


class AttemptOut(AnswerBody):
    """One try."""

    attempt: int
    at: AwareDatetime
    caller: str
    caller_unit: str | None
    caller_staff: str | None
    reached: Reached
    valid: bool
    contacted: bool | None
    solved: bool | None
    satisfaction: Satisfaction | None
    withdraws: bool | None
    by_link: Annotated[
        bool,
        Field(description="By a one-time link (一次性链接), which `caller` had made: nobody spoke with him"),
    ]
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
    requester: Annotated[str, Field(description="Whom to ask (诉求人): each of a case is asked on its own")]
    purpose: Annotated[
        Purpose,
        Field(
            description="What for (回访目的): `closing` about the result, `withdrawal` whether he takes the case back"
        ),
    ]
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
    def of(cls, case: Case, callback: Callback, attempts: Sequence[Attempt]) -> Self:
        """The callback of a case."""
        history = [AttemptOut.model_validate(attempt, from_attributes=True) for attempt in attempts]
        fields = item_of(case, callback).model_dump()
        return cls(**fields, status=case.status, closing=case.closing, history=history)


class CallbackWithQuestions(CallbackOut):
    """A callback and what is to be asked, by the pack version of its case."""

    questions: list[QuestionOut]


def item_of(case: Case, callback: Callback) -> CallbackItem:
    """The callback with what a caller needs to know of its case."""
    return CallbackItem(
        callback_id=callback.callback_id,
        case_id=callback.case_id,
        case_no=case.case_no,
        title=case.title,
        kind=case.kind,
        urgency=case.urgency,
        area_code=callback.area_code,
        round=callback.round,
        current_round=case.round,
        requester=callback.requester,
        purpose=callback.purpose,
        state=callback.state,
        handling_unit=callback.handling_unit,
        tries=callback.tries,
        attempts=callback.attempts,
        next_try_at=callback.next_try_at,
        opened_at=callback.opened_at,
        version=callback.version,
    )


def veiled(item: ItemT, veil: Veil | None) -> ItemT:
    """A callback as the units of a confidential case see it: without the grid."""
    return item if veil is None else item.model_copy(update={"area_code": veil.area(item.area_code)})
