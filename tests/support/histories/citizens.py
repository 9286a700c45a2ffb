"""What the citizen says when he is called back, and whether the case goes on."""

from datetime import timedelta

from libs.common.events import cases, objections
from libs.common.events.terms import Closing, Reached, Satisfaction
from tests.support.histories.ways import UNITS, Life


def call_back(case: Life) -> bool:
    """Whether the case goes on in another round."""
    for attempt in range(1, 4):
        case.wait(10 if case.ways.by_the_rules else 30)
        word, solved = _try(case, attempt)
        if word is None:
            continue
        if solved and word is not Satisfaction.NOT_SATISFIED:
            return _end(case, Closing.SUBSTANTIVE, word)
        _send_back(case)
        return case.unit in UNITS or case.choice is not None
    return _end(case, Closing.UNVERIFIED, None)


def _try(case: Life, attempt: int) -> tuple[Satisfaction | None, bool | None]:
    """What the citizen says, if anybody is there."""
    rng = case.rng
    word: Satisfaction | None
    if case.ways.by_the_rules:
        unhappy = case.round < case.ways.rounds and case.maybe(case.ways.unhappy)
        reached, word = Reached.ANSWERED, Satisfaction.NOT_SATISFIED if unhappy else Satisfaction.SATISFIED
        contacted, solved = True, not unhappy
    else:
        reached = rng.choice((Reached.ANSWERED, Reached.ANSWERED, Reached.NO_ANSWER, Reached.REFUSED))
        word = rng.choice(list(Satisfaction)) if reached is Reached.ANSWERED else None
        contacted, solved = case.maybe(0.9), case.maybe(0.8)
    answers = (None, None) if word is None else (contacted, solved)
    case.say(
        cases.CallbackTried,
        attempt=attempt,
        reached=reached,
        valid=word is not None,
        contacted=answers[0],
        solved=answers[1],
        satisfaction=word,
        handling_unit=case.unit,
    )
    return word, answers[1]


def _send_back(case: Life) -> None:
    case.say(cases.CaseSentBack, next_round=case.round + 1, unit_code=case.unit)


def _end(case: Life, closing: Closing, word: Satisfaction | None) -> bool:
    case.say(cases.CaseClosed, closing=closing, satisfaction=word)
    if case.unit in UNITS and case.maybe(case.ways.reopened):
        case.wait()
        _object(case, granted=True)
        return True
    if case.ways.reopened and case.own.random() < case.ways.reopened:
        case.now += timedelta(hours=case.own.randrange(100))
        _object(case, granted=False)
    return False


def _object(case: Life, *, granted: bool) -> None:
    """What he has against the end of it, and what somebody else says to that."""
    which = {"objection_id": f"{case.case_id}-o{case.round}"}
    case.say(objections.ObjectionRaised, **which, by="operator-1")
    case.say(objections.ObjectionDecided, **which, granted=granted, by="leader-1", by_unit="S-GOV")
    if granted:
        case.say(objections.CaseReopened, **which, next_round=case.round + 1, unit_code=case.unit)
