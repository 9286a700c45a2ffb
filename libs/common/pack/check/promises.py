"""Checks what is promised to the citizen: the callback, and the ladder of orders."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from libs.common.events.promise import Answerable
from libs.common.events.terms import DECLARED, Deadline, Kind, SupervisionLevel, Urgency
from libs.common.pack.problems import DocPath, Finding
from libs.common.pack.schema import (
    AnswerKind,
    CodedReason,
    LadderStep,
    OnOverdue,
    OnPassed,
    OnReturns,
    OnRound,
    Pack,
    Question,
    Recipient,
)

_LOUDNESS = tuple(SupervisionLevel)
"""Levels from the quietest to the loudest."""
_MINUTES = 60


def callback(pack: Pack) -> Iterator[Finding]:
    """Calling hours are a span of one day, tries can fit, and the citizen is asked what counts."""
    policy = pack.callback
    if policy.opens_at >= policy.closes_at:
        message = f"calls open at {policy.opens_at:%H:%M} and close at {policy.closes_at:%H:%M}"
        yield Finding(("callback", "closes_at"), message, "close later on the same day than you open")
    yield from _tries(pack)
    questions = ("callback", "questions")
    yield from double_codes(questions, policy.questions)
    answers = [question.answer for question in policy.questions]
    if AnswerKind.SATISFACTION not in answers:
        mend = "add a question with 'answer: satisfaction'"
        yield Finding(questions, "no question asks whether the citizen is satisfied, so no case can be closed", mend)
    for answer in (AnswerKind.CONTACTED, AnswerKind.SOLVED, AnswerKind.SATISFACTION):
        if answers.count(answer) > 1:
            yield Finding(questions, f"two questions fill '{answer}'", "let the second one be a note")


def _tries(pack: Pack) -> Iterator[Finding]:
    policy = pack.callback
    found = (pack.limits.find(Deadline.CALLBACK, kind, urgency) for kind in Kind for urgency in Urgency)
    shortest = min((limit.nominal_hours for limit in found if limit is not None), default=None)
    needed = policy.minutes_between_tries * (policy.tries - 1)
    if shortest is not None and needed > shortest * _MINUTES:
        message = f"{policy.tries} tries take {needed} minutes, the shortest callback limit is {shortest} hours"
        yield Finding(("callback", "minutes_between_tries"), message, "shorten the one or lengthen the other")


def ladder(pack: Pack) -> Iterator[Finding]:
    """Steps of one kind rise: each later than the one before and at least as loud."""
    steps = pack.ladder.steps
    yield from double_codes(("ladder", "steps"), steps)
    for index, step in enumerate(steps):
        path: DocPath = ("ladder", "steps", index)
        if isinstance(step.trigger, OnOverdue) and step.trigger.deadline.promise.by is Answerable.HOTLINE:
            yield from _hotline_clock(path, step)
    for kind in (
        *((OnOverdue, deadline) for deadline in DECLARED.values()),
        *((kind, None) for kind in (OnRound, OnReturns, OnPassed)),
    ):
        rungs = [(index, step) for index, step in enumerate(steps) if _same_clock(step, *kind)]
        for (_, lower), (index, higher) in pairwise(rungs):
            yield from _rise(("ladder", "steps", index), lower, higher)


def _hotline_clock(path: DocPath, step: LadderStep) -> Iterator[Finding]:
    """What the hotline promises: the unit in charge is not to blame."""
    if Recipient.LEAD in step.to or Recipient.SUPERIOR in step.to:
        message = f"'{step.code}' blames the lead unit for a late {getattr(step.trigger, 'deadline', '')}"
        yield Finding(path, message, "send it to hotline or supervisor")


def _same_clock(step: LadderStep, kind: type, deadline: Deadline | None) -> bool:
    return isinstance(step.trigger, kind) and getattr(step.trigger, "deadline", None) is deadline


def _rise(path: DocPath, lower: LadderStep, higher: LadderStep) -> Iterator[Finding]:
    if _height(higher) <= _height(lower):
        message = f"the step '{higher.code}' does not come after '{lower.code}'"
        yield Finding(path, message, "put the steps in the order in which they happen, each at its own time")
    if _LOUDNESS.index(higher.level) < _LOUDNESS.index(lower.level):
        message = f"the step '{higher.code}' comes later than '{lower.code}' but is less loud"
        yield Finding(path, message, f"raise its level to {lower.level} or above")


def _height(step: LadderStep) -> int:
    trigger = step.trigger
    match trigger:
        case OnOverdue():
            return trigger.hours
        case OnRound():
            return trigger.round
        case OnPassed():
            return trigger.times
    return trigger.units


def double_codes(path: DocPath, items: Iterable[CodedReason | LadderStep | Question]) -> Iterator[Finding]:
    """Each has a code of its own."""
    seen: set[str] = set()
    for index, item in enumerate(items):
        if item.code in seen:
            yield Finding((*path, index), f"the code '{item.code}' stands here a second time", "give it another code")
        seen.add(item.code)
