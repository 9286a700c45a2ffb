"""What the citizen is asked: the questions of the case's pack (回访问题), and whether a try answers them."""

from collections.abc import Iterator, Sequence

from libs.common.errors import FieldError, Invalid
from libs.common.pack.schema import AnswerKind, Question
from services.followup.callbacks.schemas import RecordAttempt
from services.followup.cases.domain.terms import Purpose


def check_answers(questions: Sequence[Question], purpose: Purpose, body: RecordAttempt) -> None:
    """Only what is asked is answered, and as soon as anything is, all that the pack requires is.

    A citizen who was reached and answers nothing was tried; his words alone are no answer. Who is asked whether he
    takes the case back is asked nothing else.

    Raises:
        Invalid: names each field that is wrong, and the question.
    """
    if purpose is Purpose.WITHDRAWAL:
        faults = [*_not_asked((), body)]
    else:
        faults = [*_not_asked(questions, body), *(_not_answered(questions, body) if _answers_any(body) else ())]
        if body.withdraws is not None:
            faults.append(FieldError("withdraws", "this callback asks about the result", "本次回访为办理结果回访"))
    if faults:
        raise Invalid(
            "The answers do not fit the questions of the case's pack", "回访答案与本件县包的回访问题不符", fields=faults
        )


def _answers_any(body: RecordAttempt) -> bool:
    return bool(body.notes) or any(_given(body, answer) for answer in AnswerKind)


def _given(body: RecordAttempt, answer: AnswerKind) -> bool:
    return answer is not AnswerKind.NOTE and getattr(body, answer.value) is not None


def _not_asked(questions: Sequence[Question], body: RecordAttempt) -> Iterator[FieldError]:
    asked = {question.answer for question in questions}
    for answer in AnswerKind:
        if _given(body, answer) and answer not in asked:
            yield FieldError(answer.value, "the case's pack does not ask this", "本件县包的回访问题不含此项")
    notes = {question.code for question in questions if question.answer is AnswerKind.NOTE}
    for code in body.notes:
        if code not in notes:
            yield FieldError(f"notes/{code}", "is no such question of the case's pack", "本件县包没有该回访问题")


def _not_answered(questions: Sequence[Question], body: RecordAttempt) -> Iterator[FieldError]:
    notes = [question.code for question in questions if question.answer is AnswerKind.NOTE]
    for question in questions:
        if not question.required:
            continue
        if question.answer is AnswerKind.NOTE:
            # Where one text is asked for, the citizen's words are it.
            done = question.code in body.notes or (len(notes) == 1 and body.words is not None)
        else:
            done = _given(body, question.answer)
        if not done:
            field = f"notes/{question.code}" if question.answer is AnswerKind.NOTE else question.answer.value
            message = f"the pack requires an answer to '{question.code}': {question.text_en}"
            yield FieldError(field, message, f"县包规定必须回答“{question.code}”：{question.text}")
