"""Orders from above count once, and as decided by the deadline that is in force at the answer, or is missed."""

from libs.common.counters import Counter
from services.analytics.facts.domain.atoms import LimitSet, Missed, Stint
from services.analytics.facts.domain.fact import Fact, fold
from services.analytics.facts.domain.ordered import AnsweredAbove, OrderedFromAbove
from tests.unit.analytics.test_counting import REGISTRATION, A, at, total

COUNTED = Counter.UPPER_ORDERS, Counter.UPPER_ORDERS_DUE, Counter.UPPER_ORDERS_ON_TIME


def limit(days: int, seq: int) -> LimitSet:
    return LimitSet(1, "upper", "", at(), at(days=days), at(), seq)


def ordered(*atoms: LimitSet | Missed | AnsweredAbove) -> Fact:
    fact = fold(fold(None, REGISTRATION), OrderedFromAbove(at(), 1))
    for atom in (Stint(1, A, "0101", at(), seq=1), *atoms):
        fact = fold(fact, atom)
    return fact


def test_one_that_runs_is_not_decided() -> None:
    assert total(ordered(limit(3, 1)), *COUNTED) == [1, 0, 0]
    assert total(fold(None, REGISTRATION), *COUNTED) == [0, 0, 0]


def test_an_answer_is_in_time_before_the_deadline_and_late_at_it() -> None:
    assert total(ordered(limit(3, 1), AnsweredAbove(at(days=2), 2)), *COUNTED) == [1, 1, 1]
    assert total(ordered(limit(3, 1), AnsweredAbove(at(days=3), 2)), *COUNTED) == [1, 1, 0]


def test_the_deadline_in_force_counts_earlier_or_later() -> None:
    later = ordered(limit(3, 1), limit(9, 2), AnsweredAbove(at(days=5), 3))
    earlier = ordered(limit(9, 1), limit(3, 2), AnsweredAbove(at(days=5), 3))
    assert [total(fact, *COUNTED) for fact in (later, earlier)] == [[1, 1, 1], [1, 1, 0]]
    after_it = ordered(limit(3, 1), AnsweredAbove(at(days=5), 2), limit(9, 3))
    assert total(after_it, *COUNTED) == [1, 1, 0]


def test_a_missed_one_is_decided_until_it_has_time_again() -> None:
    missed = ordered(limit(3, 1), Missed(1, "upper", at(days=3), at(days=3), 2))
    assert total(missed, *COUNTED) == [1, 1, 0]
    assert total(fold(missed, limit(9, 3)), *COUNTED) == [1, 0, 0]
