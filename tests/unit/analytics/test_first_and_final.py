"""What citizens say when first asked (首次) and in the end (最终): two words of one case, each counted for itself."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import chain, repeat

from hypothesis import given
from hypothesis import strategies as st

from libs.common.counters import Counter
from libs.common.shares import Comparison, Met, judged, percent
from services.analytics.facts.domain.atoms import CallbackOpened, Closure, SentBack, Stint, Try
from services.analytics.facts.domain.fact import Fact, fold
from services.analytics.figures.domain import Ratio, ratio
from tests.unit.analytics.test_counting import A, B, answered, at, of, then, total

FIRST = Counter.FIRST_CALLBACKS, Counter.FIRST_SATISFIED, Counter.FIRST_BASICALLY_SATISFIED, Counter.FIRST_NOT_SATISFIED
FINAL = Counter.VALID_CALLBACKS, Counter.SATISFIED, Counter.BASICALLY_SATISFIED, Counter.NOT_SATISFIED
FIRST_RATE = {Counter.FIRST_SATISFIED: 10, Counter.FIRST_BASICALLY_SATISFIED: 9}, {Counter.FIRST_CALLBACKS: 10}
FINAL_RATE = {Counter.SATISFIED: 10, Counter.BASICALLY_SATISFIED: 9}, {Counter.VALID_CALLBACKS: 10}


def at_once(word: str = "satisfied") -> Fact:
    return of(
        Stint(1, A, "0101", at()),
        CallbackOpened(1, A, at()),
        answered(1, word),
        Closure(1, "substantive", word, at(days=1)),
    )


def at_the_second_time() -> Fact:
    """Sent back with the first word, satisfied by another unit in the next round."""
    return of(
        Stint(1, A, "0101", at()),
        answered(1, "not_satisfied", solved=False),
        SentBack(1, 2, A, at(days=1)),
        Stint(2, B, "0101", at(days=1)),
        answered(2, "satisfied", when=at(days=3), unit=B),
        Closure(2, "substantive", "satisfied", at(days=3)),
    )


def never_reached() -> Fact:
    unanswered = Try(1, 1, A, "no_answer", False, None, None, None, at(days=1))
    return of(Stint(1, A, "0101", at()), CallbackOpened(1, A, at()), unanswered, Closure(1, "unverified", None, at()))


def rates_of(facts: Iterable[Fact]) -> tuple[Ratio, Ratio]:
    """First and final, as a pack would declare them: basically satisfied counts nine tenths."""
    counters = tuple(Counter)
    sums = tuple(map(sum, zip(*(total(fact, *counters) for fact in facts), strict=True)))
    return ratio(sums, *FIRST_RATE), ratio(sums, *FINAL_RATE)


def many(*groups: tuple[int, Fact]) -> Iterable[Fact]:
    return chain.from_iterable(repeat(fact, times) for times, fact in groups)


def test_471_matters_462_of_them_satisfied_when_first_asked() -> None:
    """Those that nobody reached leave both sides of both."""
    first, final = rates_of(many((462, at_once()), (9, at_the_second_time()), (5, never_reached())))
    assert (first, final) == (Ratio(4620, 4710), Ratio(4710, 4710))
    assert (percent(*first, 1), percent(*first, 0), percent(*final, 1)) == ("98.1", "98", "100.0")
    one_less, _ = rates_of(many((461, at_once()), (10, at_the_second_time())))
    assert percent(*one_less, 0) == "98"
    assert judged(*first, Comparison.AT_LEAST, Fraction(98, 100)) is Met.MET
    assert judged(*one_less, Comparison.AT_LEAST, Fraction(98, 100)) is Met.NOT_MET


def test_who_is_basically_satisfied_counts_nine_tenths_in_both() -> None:
    groups = (441, at_once()), (21, at_once("basically_satisfied")), (9, at_the_second_time())
    first, final = rates_of(many(*groups))
    assert (first, percent(*first, 1)) == (Ratio(4599, 4710), "97.6")
    assert final == Ratio(4410 + 189 + 90, 4710)


def test_the_first_word_counts_for_whom_it_was_about() -> None:
    fact = at_the_second_time()
    assert total(fact, *FIRST) == [1, 0, 0, 1]
    assert total(fact, *FINAL) == [1, 1, 0, 0]
    assert (fact.valid_callbacks[0].unit, fact.valid_callbacks[-1].unit) == (A, B)


def test_a_case_that_is_reopened_was_satisfied_when_first_asked() -> None:
    reopened = then(at_once(), SentBack(1, 2, A, at(days=9)))
    assert total(reopened, *FIRST, Counter.FIRST_SOLVED) == [1, 1, 0, 0, 1]
    assert total(reopened, *FINAL, Counter.SOLVED) == [1, 0, 0, 0, 0]
    angry = then(reopened, answered(2, "not_satisfied", solved=False, when=at(days=10)))
    assert (total(angry, *FIRST), total(angry, *FINAL)) == ([1, 1, 0, 0], [1, 0, 0, 1])


@given(order=st.permutations(range(3)))
def test_a_first_word_that_comes_late_is_the_first(order: list[int]) -> None:
    """Whatever came before it: a try is told by its round and number, not by when it was heard."""
    words = [
        answered(1, "not_satisfied", solved=False)._replace(seq=11),
        answered(2, "basically_satisfied", when=at(days=3))._replace(seq=12),
        answered(3, "satisfied", when=at(days=5))._replace(seq=13),
    ]
    fact = of(Stint(1, A, "0101", at()), SentBack(1, 2, A, at()), SentBack(2, 3, A, at()))
    for place in order:
        fact = fold(fact, words[place])
    assert (total(fact, *FIRST), total(fact, *FINAL)) == ([1, 0, 0, 1], [1, 1, 0, 0])


def test_a_word_of_one_requester_who_waits_for_others_is_neither() -> None:
    waiting = Try(1, 1, A, "answered", False, True, True, "satisfied", at())
    decided = then(of(Stint(1, A, "0101", at()), waiting), answered(1, "not_satisfied", when=at(hours=2)))
    assert (total(decided, *FIRST), total(decided, *FINAL)) == ([1, 0, 0, 1], [1, 0, 0, 1])
