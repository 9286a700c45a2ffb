"""Letters about a case and scores of summoned units, by example: in time, late, open; given, received, raised."""

from libs.common.counters import Counter
from services.analytics.facts.domain.atoms import Atom, Closure, Stint
from services.analytics.facts.domain.fact import Fact
from services.analytics.facts.domain.lettered import LetterAtom, ScoreAtom, ScoreChange
from tests.unit.analytics.test_counting import A, B, at, counted, of, then, total

LETTERS = Counter.LETTERS, Counter.LETTERS_ON_TIME, Counter.LETTERS_LATE, Counter.LETTERS_OPEN
SCORES = Counter.SCORES_GIVEN, Counter.SCORES_RECEIVED, Counter.SCORE_POINTS, Counter.SCORE_MOST
POWER = "3.P-POWER"


def step(word: str, hours: float, *, late: bool = False, letter: str = "L-1") -> LetterAtom:
    return LetterAtom(letter, word, B, late, at(hours=hours))


def written(*more: Atom) -> Fact:
    return of(Stint(1, A, "0101", at()), step("sent", 1), *more)


def test_a_letter_is_open_until_it_is_answered_in_time_or_late() -> None:
    assert total(written(), *LETTERS) == [1, 0, 0, 1]
    in_time = written(step("replied", 30))
    assert total(in_time, *LETTERS) == [1, 1, 0, 0]
    assert counted(in_time)[at(hours=30).date(), B] == {"letters_on_time": 1}
    assert total(written(step("replied", 30, late=True)), *LETTERS) == [1, 0, 1, 0]


def test_one_that_is_sent_back_waits_again_and_one_that_is_withdrawn_does_not() -> None:
    back = written(step("replied", 2), step("sent_back", 3))
    assert total(back, *LETTERS) == [1, 0, 0, 1]
    assert total(then(back, step("replied", 4, late=True)), *LETTERS) == [1, 0, 1, 0]
    assert total(then(back, step("withdrawn", 4)), *LETTERS) == [1, 0, 0, 0]
    assert total(of(Stint(1, A, "0101", at()), step("withdrawn", 1)), *LETTERS) == [0, 0, 0, 0]


def test_each_letter_stands_for_itself_and_none_is_open_once_its_case_has_ended() -> None:
    two = written(step("sent", 2, letter="L-2"), step("replied", 3, letter="L-2"))
    assert total(two, *LETTERS) == [2, 1, 0, 1]
    assert total(then(two, Closure(1, "withdrawn", None, at(hours=4))), *LETTERS) == [2, 1, 0, 0]


def test_a_score_counts_for_its_street_and_its_points_for_the_unit() -> None:
    scored = of(Stint(1, A, "0101", at()), ScoreAtom(POWER, A, 60, 100, at(hours=5)))
    assert total(scored, *SCORES) == [1, 1, 60, 100]
    day = at(hours=5).date()
    assert counted(scored)[day, "P-POWER"] == {"scores_received": 1, "score_points": 60, "score_most": 100}
    assert counted(scored)[day, A]["scores_given"] == 1
    raised = then(scored, ScoreChange(POWER, 80, at(days=2)))
    assert total(raised, *SCORES) == [1, 1, 80, 100]
    assert counted(raised)[day, "P-POWER"]["score_points"] == 80
    assert total(then(scored, ScoreChange("3.D-OTHER", 80, at(days=2))), *SCORES) == [1, 1, 60, 100]
