"""What units asked for and what became of it (申请): by kind, each decided once, or moot as the case went on."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from libs.common.counters import Counter
from libs.common.events.asking_terms import RequestKind
from services.analytics.facts.domain.atoms import ReturnRequest
from services.analytics.facts.domain.deciding import Happening
from services.analytics.facts.domain.fact import Fact, precedes
from services.analytics.facts.domain.requested import UnitWish

REQUESTED, GRANTED, REFUSED, LAPSED = "requested", "granted", "refused", "lapsed"
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
}


def requests(fact: Fact) -> Iterator[Happening]:
    """Each request and what became of it, on its own day, for the unit that asked."""
    yield from _returns(fact)
    answers = {one.request: one for one in reversed(fact.answered_wishes)}
    for wish in fact.wishes:
        counters = _BY_KIND.get(wish.kind)
        if counters is None:
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
        following = fact.returns[place + 1] if place + 1 < len(fact.returns) else None
        decided = any(
            precedes(asked, ruling) and (following is None or precedes(ruling, following)) for ruling in fact.rulings
        )
        if not decided and (moot_at := _moot_at(fact, asked)) is not None:
            yield counters[LAPSED], asked.unit, moot_at, 1
    for ruling in fact.rulings:
        yield counters[GRANTED if ruling.approved else REFUSED], ruling.unit, ruling.at, 1


def _moot_at(fact: Fact, asked: UnitWish | ReturnRequest) -> datetime | None:
    """When the case went on without what nobody decided: to another unit, to its result, or to its end."""
    went_on = [
        *(hand.at for hand in fact.hands if precedes(asked, hand)),
        *(result.at for result in fact.outcomes if precedes(asked, result)),
        *(answer.at for answer in fact.answers if answer.round == asked.round),
        *(closure.at for closure in fact.closures if closure.round == asked.round),
    ]
    return max(min(went_on), asked.at) if went_on else None
