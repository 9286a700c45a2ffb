"""Checks rate formulas (指标公式) and scores (综合得分)."""

from collections.abc import Iterator

from libs.common.counters import Counter
from libs.common.pack.problems import DocPath, Finding
from libs.common.pack.schema import AnswerKind, Formula, Pack, Score
from libs.common.shares import Comparison

_FED_BY = {
    Counter.CONTACTED: AnswerKind.CONTACTED,
    Counter.SOLVED: AnswerKind.SOLVED,
    Counter.SATISFIED: AnswerKind.SATISFACTION,
    Counter.BASICALLY_SATISFIED: AnswerKind.SATISFACTION,
    Counter.NOT_SATISFIED: AnswerKind.SATISFACTION,
    Counter.FIRST_SOLVED: AnswerKind.SOLVED,
    Counter.FIRST_SATISFIED: AnswerKind.SATISFACTION,
    Counter.FIRST_BASICALLY_SATISFIED: AnswerKind.SATISFACTION,
    Counter.FIRST_NOT_SATISFIED: AnswerKind.SATISFACTION,
}
"""Counters that stay at 0 for ever unless the callback asks for them."""
_WHOLE = 100


def formulas(pack: Pack) -> Iterator[Finding]:
    """Each version of a rate once, over counters that something feeds."""
    asked = {question.answer for question in pack.callback.questions}
    seen: set[tuple[str, int]] = set()
    for index, formula in enumerate(pack.formulas):
        path: DocPath = ("formulas", index)
        if (formula.code, formula.version) in seen:
            message = f"'{formula.code}' version {formula.version} stands here a second time"
            yield Finding(path, message, "give the changed formula the next version number")
        seen.add((formula.code, formula.version))
        for part, terms in (("numerator", formula.numerator), ("denominator", formula.denominator)):
            for counter in terms:
                answer = _FED_BY.get(counter)
                if answer is not None and answer not in asked:
                    message = f"'{formula.code}' counts '{counter}', which no callback question asks for"
                    yield Finding((*path, part, counter.value), message, f"add a question with 'answer: {answer}'")
        if formula.numerator == formula.denominator:
            yield Finding(path, f"'{formula.code}' is always 100 %", "correct its numerator or denominator")
        yield from _target(path, formula)


def scores(pack: Pack) -> Iterator[Finding]:
    """Weights of known rates that add up to 100."""
    rates = {formula.code for formula in pack.formulas}
    seen: set[tuple[str, int]] = set()
    for index, score in enumerate(pack.scores):
        path: DocPath = ("scores", index)
        if (score.code, score.version) in seen:
            message = f"'{score.code}' version {score.version} stands here a second time"
            yield Finding(path, message, "give the changed score the next version number")
        seen.add((score.code, score.version))
        for rate in score.weights:
            if rate not in rates:
                message = f"the score '{score.code}' weighs the unknown rate '{rate}'"
                yield Finding((*path, "weights", rate), message, f"use one of {', '.join(sorted(rates))}")
        yield from _target(path, score)
        total = sum(score.weights.values())
        if total != _WHOLE:
            message = f"the weights of '{score.code}' add up to {total}"
            yield Finding((*path, "weights"), message, "make them add up to 100")


def _target(path: DocPath, measure: Formula | Score) -> Iterator[Finding]:
    """A target that some figure can meet and some other cannot."""
    target = measure.target
    if target is None:
        return
    outcomes: dict[tuple[Comparison, object], str] = {
        (Comparison.AT_LEAST, 0): "is always met",
        (Comparison.UNDER, 0): "can never be met",
    }
    if isinstance(measure, Score):
        outcomes |= {
            (Comparison.OVER, _WHOLE): "can never be met",
            (Comparison.AT_MOST, _WHOLE): "is always met",
        }
    outcome = outcomes.get((target.comparison, target.share * _WHOLE))
    if outcome is not None:
        message, mend = f"the target of '{measure.code}' {outcome}", "correct its value, or how it is meant"
        yield Finding((*path, "target"), message, mend)
