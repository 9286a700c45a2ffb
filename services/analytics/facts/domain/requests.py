"""What units asked for and what became of it (申请): by kind, each decided once, or moot as the case went on."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from libs.common.counters import Counter
from libs.common.events.asking_terms import RequestKind
from services.analytics.facts.domain.atoms import Atom, ReturnRequest, ReturnRuling
from services.analytics.facts.domain.deciding import Happening
from services.analytics.facts.domain.fact import Fact, precedes
from services.analytics.facts.domain.requested import AcceptanceRuling, UnitWish

RulingT = TypeVar("RulingT", ReturnRuling, AcceptanceRuling)

REQUESTED, GRANTED, REFUSED, LAPSED = "requested", "granted", "refused", "lapsed"
_NONACCEPTANCE = RequestKind.NONACCEPTANCE.value
_BY_KIND: Mapping[str, Mapping[str, Counter]] = {
    RequestKind.RETURN.value: {
        REQUESTED: Counter.RETURNS_REQUESTED,
        GRANTED: Counter.RETURNS_GRANTED,
        REFUSED: Counter.RETURNS_REFUSED,
        LAPSED: Counter.RETURNS_LAPSED,
    },
    RequestKind.EXTENSION.value: {
        REQUESTED: Counter.EXTENSIONS_REQUESTED,
        GRANTED: Counter.EXTENSIONS_GRANTED,
        REFUSED: Counter.EXTENSIONS_REFUSED,
        LAPSED: Counter.EXTENSIONS_LAPSED,
    },
    RequestKind.SUSPENSION.value: {
        REQUESTED: Counter.SUSPENSIONS_REQUESTED,
        GRANTED: Counter.SUSPENSIONS_GRANTED,
        REFUSED: Counter.SUSPENSIONS_REFUSED,
        LAPSED: Counter.SUSPENSIONS_LAPSED,
    },
    RequestKind.TERMINATION.value: {
        REQUESTED: Counter.TERMINATIONS_REQUESTED,
        GRANTED: Counter.TERMINATIONS_GRANTED,
        REFUSED: Counter.TERMINATIONS_REFUSED,
        LAPSED: Counter.TERMINATIONS_LAPSED,
    },
    RequestKind.STAGED.value: {
        REQUESTED: Counter.STAGED_REQUESTED,
        GRANTED: Counter.STAGED_GRANTED,
        REFUSED: Counter.STAGED_REFUSED,
        LAPSED: Counter.STAGED_LAPSED,
    },
    _NONACCEPTANCE: {
        REQUESTED: Counter.NONACCEPTANCES_REQUESTED,
        GRANTED: Counter.NONACCEPTANCES_GRANTED,
        REFUSED: Counter.NONACCEPTANCES_REFUSED,
        LAPSED: Counter.NONACCEPTANCES_LAPSED,
    },
}


def requests(fact: Fact) -> Iterator[Happening]:
    """Each request and what became of it, on its own day, for the unit that asked."""
    yield from _returns(fact)
    yield from _nonacceptances(fact)
    answers = {one.request: one for one in reversed(fact.answered_wishes)}
    for wish in fact.wishes:
        counters = _BY_KIND.get(wish.kind)
        if counters is None or wish.kind == _NONACCEPTANCE:
            continue
        yield counters[REQUESTED], wish.unit, wish.at, 1
        answer = answers.get(wish.request)
        if answer is not None:
            yield counters[answer.answer], wish.unit, answer.at, 1
        elif (moot_at := _moot_at(fact, wish)) is not None:
            yield counters[LAPSED], wish.unit, moot_at, 1


def _returns(fact: Fact) -> Iterator[Happening]:
    """A return has no number: it is decided by the ruling that stands before the next one."""
    counters = _BY_KIND[RequestKind.RETURN.value]
    for place, asked in enumerate(fact.returns):
        yield counters[REQUESTED], asked.unit, asked.at, 1
        decided = _ruling_on(fact.returns, place, fact.rulings)
        if decided is None and (moot_at := _moot_at(fact, asked)) is not None:
            yield counters[LAPSED], asked.unit, moot_at, 1
    for ruling in fact.rulings:
        yield counters[GRANTED if ruling.approved else REFUSED], ruling.unit, ruling.at, 1


def _nonacceptances(fact: Fact) -> Iterator[Happening]:
    """Nor is that of a request that the case be not accepted named by who decides."""
    counters = _BY_KIND[_NONACCEPTANCE]
    wishes = [wish for wish in fact.wishes if wish.kind == _NONACCEPTANCE]
    for place, wish in enumerate(wishes):
        yield counters[REQUESTED], wish.unit, wish.at, 1
        ruling = _ruling_on(wishes, place, fact.acceptance_rulings)
        if ruling is not None:
            yield counters[GRANTED if ruling.granted else REFUSED], wish.unit, ruling.at, 1
        elif (moot_at := _moot_at(fact, wish)) is not None:
            yield counters[LAPSED], wish.unit, moot_at, 1


def _ruling_on(asked: Sequence[Atom], place: int, rulings: Sequence[RulingT]) -> RulingT | None:
    """The first behind what was asked there, and before what was asked next."""
    following = asked[place + 1] if place + 1 < len(asked) else None
    for ruling in rulings:
        if precedes(asked[place], ruling) and (following is None or precedes(ruling, following)):
            return ruling
    return None


def _moot_at(fact: Fact, asked: UnitWish | ReturnRequest) -> datetime | None:
    """When the case went on without what nobody decided: to another unit, to its result, or to its end."""
    went_on = [
        *(hand.at for hand in fact.hands if precedes(asked, hand)),
        *(result.at for result in fact.outcomes if precedes(asked, result)),
        *(answer.at for answer in fact.answers if answer.round == asked.round),
        *(closure.at for closure in fact.closures if closure.round == asked.round),
    ]
    return max(min(went_on), asked.at) if went_on else None
