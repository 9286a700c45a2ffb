"""What units ask for, by kind and decision: each is requested once, and granted, refused or lapsed once at most."""

import pytest

from libs.common.counters import Counter
from services.analytics.facts.domain.atoms import (
    Atom,
    Closure,
    DirectAnswer,
    Outcome,
    Passing,
    ReturnRequest,
    ReturnRuling,
    Stint,
    Withdrawal,
)
from services.analytics.facts.domain.fact import Fact
from services.analytics.facts.domain.objected import Reopening
from services.analytics.facts.domain.requested import AcceptanceRuling, RequestAnswer, UnitWish
from tests.unit.analytics.test_counting import A, B, at, counted, of, then, total

WORDS = ("REQUESTED", "GRANTED", "REFUSED", "LAPSED")
KINDS = ("extension", "suspension", "termination", "staged")
RETURNS = tuple(Counter[f"RETURNS_{word}"] for word in WORDS)
MOOT = [
    Stint(1, B, "0102", at(hours=3)),
    Stint(1, "", "", at(hours=3)),
    Passing(1, A, B, A, at(hours=3)),
    Outcome(1, A, "substantive", at(hours=3)),
    DirectAnswer(1, "", at(hours=3)),
    Closure(1, "withdrawn", None, at(hours=3)),
]


def counters(kind: str) -> tuple[Counter, ...]:
    return tuple(Counter[f"{_prefix(kind).upper()}_{word}"] for word in WORDS)


def _prefix(kind: str) -> str:
    return kind if kind == "staged" else f"{kind}s"


def asked(kind: str, *more: Atom) -> Fact:
    return of(Stint(1, A, "0101", at()), UnitWish(5, 1, kind, A, at(hours=1)), *more)


@pytest.mark.parametrize("kind", KINDS)
def test_each_has_one_answer(kind: str) -> None:
    assert total(asked(kind), *counters(kind)) == [1, 0, 0, 0]
    for place, word in enumerate(("granted", "refused", "lapsed"), start=1):
        answered = asked(kind, RequestAnswer(5, word, at(days=1)))
        expected = [int(other in (0, place)) for other in range(4)]
        assert total(answered, *counters(kind)) == expected
        assert counted(answered)[at(days=1).date(), A] == {f"{_prefix(kind)}_{word}": 1}
        assert total(then(answered, RequestAnswer(5, "refused", at(days=2))), *counters(kind)) == expected


@pytest.mark.parametrize("moot", MOOT, ids=lambda atom: type(atom).__name__)
@pytest.mark.parametrize("kind", KINDS)
def test_what_the_case_goes_on_without_has_lapsed(kind: str, moot: Atom) -> None:
    fact = asked(kind, moot)
    assert total(fact, *counters(kind)) == [1, 0, 0, 1]
    assert total(then(fact, RequestAnswer(5, "granted", at(hours=4))), *counters(kind)) == [1, 1, 0, 0]


@pytest.mark.parametrize("moot", [one for one in MOOT if not isinstance(one, Passing)], ids=lambda one: str(one)[:12])
def test_so_has_a_return(moot: Atom) -> None:
    fact = of(Stint(1, A, "0101", at()), ReturnRequest(1, A, "wrong_area", at(hours=1)), moot)
    assert total(fact, *RETURNS) == [1, 0, 0, 1]


def test_a_return_that_was_decided_has_not() -> None:
    first = of(Stint(1, A, "0101", at()), ReturnRequest(1, A, "wrong_area", at(hours=1)))
    refused = then(first, ReturnRuling(1, A, False, at(hours=2)))
    assert total(refused, *RETURNS) == [1, 0, 1, 0]
    again = then(refused, ReturnRequest(1, A, "overlap", at(hours=3)))
    assert total(again, *RETURNS) == [2, 0, 1, 0]
    assert total(then(again, Stint(1, B, "02", at(hours=4))), *RETURNS) == [2, 0, 1, 1]
    granted = then(again, ReturnRuling(1, A, True, at(hours=4)), Stint(1, B, "02", at(hours=4)))
    assert total(granted, *RETURNS) == [2, 1, 1, 0]


def test_what_ended_before_it_was_asked_lapsed_as_it_was_asked() -> None:
    """The door answered as the unit asked: the two crossed."""
    fact = of(Stint(1, A, "0101", at()), DirectAnswer(1, "", at(hours=1)), UnitWish(5, 1, "extension", A, at(days=2)))
    assert counted(fact)[at(days=2).date(), A] == {"extensions_requested": 1, "extensions_lapsed": 1}


def test_what_ends_another_round_ends_nothing_of_this() -> None:
    fact = of(
        Stint(1, A, "0101", at()),
        DirectAnswer(1, "", at(hours=1)),
        Withdrawal(at(hours=2)),
        Closure(1, "withdrawn", None, at(hours=2)),
        Reopening(1, 2, A, at(hours=3)),
        Stint(2, A, "0101", at(hours=3)),
        UnitWish(9, 2, "extension", A, at(hours=4)),
    )
    assert total(fact, *counters("extension")) == [1, 0, 0, 0]


def test_a_kind_that_is_not_counted_counts_nowhere() -> None:
    fact = of(Stint(1, A, "0101", at()), UnitWish(5, 1, "from the future", A, at(hours=1)))
    assert counted(fact) == counted(of(Stint(1, A, "0101", at())))


def triaged(*more: Atom) -> Fact:
    """A case at triage, of which somebody of no unit asks that it be not accepted."""
    return of(Stint(1, "", "", at()), UnitWish(5, 1, "nonacceptance", "", at(hours=1)), *more)


NONACCEPTANCES = counters("nonacceptance")


@pytest.mark.parametrize(("granted", "expected"), [(True, [1, 1, 0, 0]), (False, [1, 0, 1, 0])])
def test_who_decides_that_a_case_is_not_accepted_names_no_request(granted: bool, expected: list[int]) -> None:
    decided = triaged(AcceptanceRuling(1, granted, at(hours=2)))
    assert total(decided, *NONACCEPTANCES) == expected
    assert total(then(decided, AcceptanceRuling(1, not granted, at(hours=3))), *NONACCEPTANCES) == expected
    before = of(Stint(1, "", "", at()), AcceptanceRuling(1, granted, at(hours=1)))
    assert total(before, *NONACCEPTANCES) == [0, 0, 0, 0]


def test_each_nonacceptance_has_its_own_ruling_and_what_a_unit_got_has_lapsed() -> None:
    assert total(triaged(), *NONACCEPTANCES) == [1, 0, 0, 0]
    again = UnitWish(7, 1, "nonacceptance", "", at(hours=3))
    twice = triaged(AcceptanceRuling(1, False, at(hours=2)), again)
    assert total(twice, *NONACCEPTANCES) == [2, 0, 1, 0]
    assert total(then(twice, AcceptanceRuling(1, True, at(hours=4))), *NONACCEPTANCES) == [2, 1, 1, 0]
    assert total(then(twice, Stint(1, A, "0101", at(hours=4))), *NONACCEPTANCES) == [2, 0, 1, 1]
