"""Petitions by their kinds, settled at once or come again, and cases that are not counted: exact, late and undone."""

from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction

import pytest

from libs.common.counters import Counter
from libs.common.shares import Comparison, Met, judged
from services.analytics.counters.domain import COUNTERS, LEFT_OUT, Basis
from services.analytics.facts.domain.atoms import (
    Atom,
    CameAgain,
    Closure,
    Filing,
    Judgement,
    RepeatName,
    SentBack,
    Stint,
)
from services.analytics.facts.domain.counting import contribution
from services.analytics.facts.domain.fact import Fact, fold
from services.analytics.facts.domain.petitions import MERIT, NOT_COUNTED, PETITION, is_excluded
from services.analytics.figures.domain import Ratio
from tests.unit.analytics.test_counting import REGISTRATION, A, answered, at, day_of, of, then, total

CLOSED_AT = at(days=1)
AT_ONCE = Counter.FIRST_VISITS_SETTLED, Counter.SETTLED_AT_ONCE


def petition(kind: str = "first_visit", repeat_of: str = "") -> Fact:
    """A case registered as a petition, closed as the citizen confirmed it."""
    filed = fold(fold(None, REGISTRATION), Filing(kind, repeat_of, at(), seq=1))
    return then(filed, *settled())


def settled() -> tuple[Atom, ...]:
    return Stint(1, A, "0101", at()), answered(1, "satisfied"), Closure(1, "substantive", "satisfied", CLOSED_AT)


def again(after: timedelta, *, stands: bool = True, by: str = "case-2") -> CameAgain:
    return CameAgain(by, CLOSED_AT + after, 30, stands, CLOSED_AT + after)


def rate(facts: Iterable[Fact], above: Counter, below: Counter) -> Ratio:
    """Of those that are counted."""
    kept = [fact for fact in facts if not is_excluded(fact)]
    return Ratio(sum(total(fact, above)[0] for fact in kept), sum(total(fact, below)[0] for fact in kept))


def test_361_of_400_first_petitions_at_once_are_over_90_percent_and_360_are_not() -> None:
    one, other = petition(), then(petition(), again(timedelta(days=9)))
    backlog = [petition("backlog")] * 23
    for settled_at_once, met in ((361, Met.MET), (360, Met.NOT_MET)):
        facts = [*[one] * settled_at_once, *[other] * (400 - settled_at_once), *backlog]
        share = rate(facts, Counter.FIRST_VISITS_SETTLED, Counter.FIRST_VISITS)
        assert share == Ratio(settled_at_once, 400)
        assert judged(*share, Comparison.OVER, Fraction(90, 100)) is met
        assert rate(facts, Counter.BACKLOG_SETTLED, Counter.BACKLOG_CASES) == Ratio(23, 23)


@pytest.mark.parametrize(
    ("after", "at_once"),
    [
        (timedelta(hours=-3), 0),
        (timedelta(days=30, microseconds=-1), 0),
        (timedelta(days=30), 1),
        (timedelta(days=31), 1),
    ],
)
def test_what_comes_again_within_30_days_was_not_settled(after: timedelta, at_once: int) -> None:
    """Nor what came again before it was closed at all."""
    assert total(then(petition(), again(after)), *AT_ONCE) == [at_once, at_once]


def test_a_repeat_that_is_undone_is_settled_after_all() -> None:
    repeated = then(petition(), again(timedelta(days=9)))
    undone = then(repeated, again(timedelta(days=9), stands=False))
    assert (total(repeated, *AT_ONCE), total(undone, *AT_ONCE)) == ([0, 0], [1, 1])
    by_another = then(undone, again(timedelta(days=20), by="case-3"))
    assert total(by_another, *AT_ONCE) == [0, 0]


def test_a_repeat_that_is_heard_of_before_the_closing_counts_as_one_heard_of_after_it() -> None:
    filed = fold(fold(None, REGISTRATION), Filing("first_visit", "", at(), seq=1))
    early = then(filed, again(timedelta(days=9)), *settled())
    late = then(filed, *settled(), again(timedelta(days=9)))
    assert contribution(early, day_of) == contribution(late, day_of)


def test_what_was_sent_back_was_not_settled_at_once() -> None:
    sent_back = then(
        petition(), SentBack(1, 2, A, at(days=3)), Stint(2, A, "0101", at(days=3)), answered(2, "satisfied")
    )
    closed = then(sent_back, Closure(2, "substantive", "satisfied", at(days=5)))
    assert total(closed, Counter.FIRST_VISITS, *AT_ONCE, Counter.CLOSED_SUBSTANTIVE) == [1, 0, 0, 1]
    backlog = then(closed, Judgement(PETITION, "backlog", at(days=9)))
    assert total(backlog, Counter.FIRST_VISITS, Counter.BACKLOG_CASES, Counter.BACKLOG_SETTLED) == [0, 1, 1]


def test_only_what_the_citizen_confirmed_was_settled() -> None:
    filed = fold(fold(None, REGISTRATION), Filing("first_visit", "", at(), seq=1))
    unverified = then(filed, Stint(1, A, "0101", at()), Closure(1, "unverified", None, at(days=3)))
    assert total(unverified, Counter.FIRST_VISITS, *AT_ONCE) == [1, 0, 0]


def test_the_latest_classification_holds() -> None:
    kinds = (
        *(Counter.FIRST_VISITS, Counter.REPEAT_VISITS, Counter.BACKLOG_CASES),
        *(Counter.LEADER_VISITS, Counter.APPOINTMENTS),
    )
    fact = petition()
    assert total(fact, *kinds) == [1, 0, 0, 0, 0]
    for place, kind in enumerate(("first_visit", "repeat_visit", "backlog", "leader_visit", "appointment")):
        fact = then(fact, Judgement(PETITION, kind, at(days=2)))
        assert total(fact, *kinds) == [int(index == place) for index in range(5)]
    assert total(then(fact, Judgement(PETITION, "", at(days=3))), *kinds) == [0] * 5


def test_a_case_repeats_what_was_said_last() -> None:
    fact = petition(repeat_of="case-0")
    assert total(fact, Counter.REPEATS) == [1]
    assert total(then(fact, RepeatName("", at(days=1))), Counter.REPEATS) == [0]
    assert total(then(petition(), RepeatName("case-0", at(days=1))), Counter.REPEATS) == [1]


def test_a_registration_that_is_corrected_says_anew_what_kind_it_is() -> None:
    fact = petition()
    plain = fold(fact, REGISTRATION._replace(seq=9))
    assert total(plain, Counter.FIRST_VISITS) == [0]
    corrected = fold(plain, Filing("backlog", "", at(), seq=9))
    assert total(corrected, Counter.FIRST_VISITS, Counter.BACKLOG_CASES) == [0, 1]


def test_whether_a_demand_is_reasonable_is_what_was_judged_last_and_closes_nothing() -> None:
    words = Counter.REASONABLE, Counter.PARTLY_REASONABLE, Counter.UNREASONABLE
    fact = of(Stint(1, A, "0101", at()), Judgement(MERIT, "unreasonable", at(days=1)))
    assert total(fact, *words, Counter.CLOSED) == [0, 0, 1, 0]
    assert total(then(fact, Judgement(MERIT, "partly", at(days=2))), *words) == [0, 1, 0]
    assert fact.status is of(Stint(1, A, "0101", at())).status


def excluded(fact: Fact) -> Fact:
    return then(fact, Judgement(NOT_COUNTED, "granted", at(days=40)))


def test_what_is_not_counted_leaves_both_sides_and_stands_in_plain_counts() -> None:
    counted, left_out = petition(), excluded(petition())
    cells = contribution(left_out, day_of)
    for basis in Basis:
        plain = {cell: counts for cell, counts in cells.items() if cell.basis == basis}
        beside = {cell._replace(basis=basis): c for cell, c in cells.items() if cell.basis == LEFT_OUT[basis]}
        assert plain == beside
    assert total(left_out, Counter.REGISTERED, Counter.SATISFIED, Counter.NOT_COUNTED) == [1, 1, 1]
    without = {name for name in COUNTERS if name is not Counter.NOT_COUNTED}
    assert total(left_out, *without) == total(counted, *without)
    assert rate([counted] * 9 + [left_out], Counter.SATISFIED, Counter.VALID_CALLBACKS) == Ratio(9, 9)


def test_what_is_revoked_is_counted_as_if_nothing_had_been() -> None:
    revoked = then(excluded(petition()), Judgement(NOT_COUNTED, "", at(days=50)))
    assert contribution(revoked, day_of) == contribution(petition(), day_of)
    refused = then(petition(), Judgement(NOT_COUNTED, "", at(days=40)))
    assert contribution(refused, day_of) == contribution(petition(), day_of)
    assert contribution(excluded(revoked), day_of) == contribution(excluded(petition()), day_of)


def test_what_happens_to_a_case_that_is_not_counted_is_left_out_too() -> None:
    late = then(excluded(petition()), SentBack(1, 2, A, at(days=60)))
    sent_back = COUNTERS.index(Counter.SENT_BACK)
    sums: dict[str, int] = dict.fromkeys((*Basis, *LEFT_OUT.values()), 0)
    for cell, counts in contribution(late, day_of).items():
        sums[cell.basis] += counts[sent_back]
    open_now = {basis for basis in sums if not basis.startswith(Basis.CLOSED)}
    assert sums == {basis: int(basis in open_now) for basis in sums}
