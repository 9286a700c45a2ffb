"""Objections (异议) and reopened cases: counted apart, and the closing is taken back, but for the first word."""

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from libs.common.counters import Counter
from services.analytics.facts.domain.atoms import Closure, Stint, Withdrawal
from services.analytics.facts.domain.documents import from_documents, to_document, to_places
from services.analytics.facts.domain.fact import Fact, fold
from services.analytics.facts.domain.objected import ObjectionAtom, ObjectionRuling, Reopening
from services.analytics.facts.domain.status import Status
from tests.unit.analytics.test_counting import A, B, answered, at, of, then, total
from tests.unit.analytics.test_first_and_final import at_once

OBJECTED = Counter.OBJECTIONS, Counter.OBJECTIONS_GRANTED, Counter.REOPENED
ENDED = Counter.CLOSED, Counter.CLOSED_SUBSTANTIVE, Counter.CLOSED_IN_ONE_ROUND, Counter.SETTLED_AT_ONCE
RAISED = ObjectionAtom("o1", 1, at(days=2))
GRANTED = ObjectionRuling("o1", 1, True, at(days=3))
AGAIN = Reopening(1, 2, A, at(days=3))


def test_a_refused_objection_takes_nothing_back() -> None:
    fact = then(at_once(), RAISED, ObjectionRuling("o1", 1, False, at(days=3)))
    assert total(fact, *OBJECTED) == [1, 0, 0]
    assert (total(fact, *ENDED), fact.status) == ([1, 1, 1, 1], Status.CLOSED)


def test_a_reopened_case_is_closed_no_more_and_was_satisfied_when_first_asked() -> None:
    fact = then(at_once(), RAISED, GRANTED, AGAIN)
    assert total(fact, *OBJECTED, Counter.SENT_BACK) == [1, 1, 1, 0]
    assert total(fact, *ENDED) == [0, 0, 0, 0]
    assert total(fact, Counter.FIRST_SATISFIED, Counter.SATISFIED, Counter.SOLVED) == [1, 0, 0]
    assert (fact.status, fact.round, fact.closed_at) == (Status.SENT_BACK, 2, None)


def test_the_later_end_is_that_of_the_round_that_was_opened() -> None:
    fact = then(
        at_once(),
        *(RAISED, GRANTED, AGAIN, Stint(2, B, "0101", at(days=3))),
        answered(2, "basically_satisfied", when=at(days=6), unit=B),
        Closure(2, "substantive", "basically_satisfied", at(days=6)),
    )
    assert total(fact, *OBJECTED, *ENDED) == [1, 1, 1, 1, 1, 0, 0]
    assert total(fact, Counter.FIRST_SATISFIED, Counter.SATISFIED, Counter.BASICALLY_SATISFIED) == [1, 0, 1]


def test_a_case_that_a_release_before_withdrew_is_open_once_it_is_reopened() -> None:
    gone = of(Stint(1, A, "0101", at()), Withdrawal(at(days=1)), Closure(1, "withdrawn", None, at(days=1)))
    assert total(gone, Counter.WITHDRAWN) == [1]
    fact = then(gone, RAISED, GRANTED, AGAIN)
    assert (total(fact, Counter.WITHDRAWN), fact.status) == ([0], Status.SENT_BACK)


@given(order=st.permutations([RAISED, GRANTED, AGAIN]))
def test_whatever_comes_first_it_counts_the_same_and_is_kept_whole(order: list[ObjectionAtom]) -> None:
    fact: Fact = at_once()
    for place, atom in enumerate(order, 50):
        fact = fold(fact, atom._replace(seq=place))
    assert total(fact, *OBJECTED, *ENDED) == [1, 1, 1, 0, 0, 0, 0]
    assert from_documents(*map(_loaded, (to_document(fact), to_places(fact)))) == fact


def _loaded(document: str) -> Any:
    return orjson.loads(document)
