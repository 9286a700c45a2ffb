"""Chance that can be repeated, the model of citizens, and the pace of the people around a case."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.replay.asking import answers
from huiyin.replay.citizens import SIMULATED, CitizenReply, Experience, ask
from huiyin.replay.draws import Draws, stable_index
from huiyin.replay.habits import Habits
from libs.common.events.terms import Reached, ResultKind, Satisfaction
from libs.common.pack.directory import Directory
from libs.common.pack.loader import load_pack
from libs.common.pack.schema import AnswerKind, Question
from libs.common.time.due import due

DIRECTORY = Directory(load_pack(Path(__file__).parents[3] / "packs" / "demo"))
MONDAY = datetime(2025, 3, 3, 1, 0, tzinfo=UTC)
CONTENT = (Satisfaction.SATISFIED, Satisfaction.BASICALLY_SATISFIED)


def _habits(number: object, seed: int = 1) -> Habits:
    return Habits(Draws(seed, "test", str(number)), DIRECTORY)


def _answers(experience: Experience, citizens: int = 3_000) -> list[CitizenReply]:
    return [ask(Draws(1, "test", str(number)), experience, 1) for number in range(citizens)]


def _discontent(experience: Experience) -> float:
    said = [reply.satisfaction for reply in _answers(experience) if reply.satisfaction is not None]
    return said.count(Satisfaction.NOT_SATISFIED) / len(said)


def test_draws_depend_on_what_is_asked_and_on_nothing_else() -> None:
    draws = Draws(7, "a", "1")
    first = [draws.share("x"), draws.share("y", 2), draws.share("x")]
    again = Draws(7, "a", "1")
    assert [again.share("y", 2), again.share("x")] == [first[1], first[0]]
    assert len({Draws(7, "a", "2").share("x"), Draws(8, "a", "1").share("x"), Draws(7, "b", "1").share("x")}) == 3


def test_draws_are_even() -> None:
    shares = [Draws(1, "a", str(number)).share("x") for number in range(4_000)]
    assert all(0 <= share < 1 for share in shares)
    tenths = Counter(int(share * 10) for share in shares)
    assert all(300 < tenths[tenth] < 500 for tenth in range(10))


def test_weights_are_kept() -> None:
    found = Counter(Draws(1, "a", str(number)).weighted({"often": 3.0, "seldom": 1.0}, "x") for number in range(4_000))
    assert 0.7 < found["often"] / 4_000 < 0.8


def test_a_text_always_gets_the_same_place() -> None:
    assert stable_index("望山", 9) == stable_index("望山", 9)
    assert {stable_index(str(number), 9) for number in range(200)} == set(range(9))


def test_a_citizen_answers_the_same_every_time() -> None:
    experience = Experience(1, ResultKind.SUBSTANTIVE, 0.5)
    assert _answers(experience, 50) == _answers(experience, 50)
    draws = Draws(1, "test", "1")
    assert len({ask(draws, experience, attempt) for attempt in range(1, 30)}) > 1


def test_only_who_answered_says_something() -> None:
    for reply in _answers(Experience(1, ResultKind.STAGED, 3.0)):
        said = (reply.contacted, reply.solved, reply.satisfaction, reply.words)
        assert all(each is None for each in said) == (reply.reached is not Reached.ANSWERED)
        if reply.words is not None:
            assert reply.words.startswith(SIMULATED)


def test_late_and_empty_answers_please_less_and_another_round_more() -> None:
    in_time = _discontent(Experience(1, ResultKind.SUBSTANTIVE, 0.8))
    late = _discontent(Experience(1, ResultKind.SUBSTANTIVE, 1.5))
    very_late = _discontent(Experience(1, ResultKind.SUBSTANTIVE, 2.5))
    passed_on = _discontent(Experience(1, ResultKind.STAGED, 0.8))
    third = _discontent(Experience(3, ResultKind.STAGED, 0.8))
    assert in_time < late < very_late
    assert in_time < passed_on
    assert third < passed_on


def test_some_are_content_though_nothing_is_solved() -> None:
    replies = _answers(Experience(1, ResultKind.SUBSTANTIVE, 0.8))
    assert any(reply.satisfaction in CONTENT and reply.solved is False for reply in replies)


_DONE = st.one_of(st.none(), st.timedeltas(timedelta(0), timedelta(days=60)))


@given(st.integers(0, 10_000), _DONE)
def test_people_leave_room_for_what_the_data_tell(number: int, taken: timedelta | None) -> None:
    habits = _habits(number)
    done = None if taken is None else MONDAY + taken
    dispatched = habits.dispatched_at(MONDAY, done, 1)
    signed = habits.signed_at(dispatched, done, 2)
    reported = habits.reported_at(signed, done, 2)
    assert MONDAY < dispatched < signed
    if done is not None:
        assert signed <= max(done, dispatched + timedelta(milliseconds=1))
        assert reported is None or signed < reported < done


@given(st.integers(0, 10_000))
def test_returns_are_asked_within_the_limit(number: int) -> None:
    until = due(MONDAY, DIRECTORY.pack.returns.within.limit(), DIRECTORY.calendar())
    assert MONDAY < _habits(number).return_asked_at(MONDAY) < until


@given(st.integers(0, 10_000), st.timedeltas(timedelta(0), timedelta(days=400)), st.integers(1, 3))
def test_citizens_are_called_when_they_may_be(number: int, later: timedelta, attempt: int) -> None:
    since = MONDAY + later
    called = _habits(number).called_at(since, 1, attempt)
    local = called.astimezone(DIRECTORY.calendar().time_zone).time()
    assert since < called
    assert DIRECTORY.callback.opens_at <= local <= DIRECTORY.callback.closes_at


@pytest.mark.parametrize(("asked", "low", "high"), [("hotline", 0.75, 0.85), ("return", 0.02, 0.06)])
def test_shares(asked: str, low: float, high: float) -> None:
    habits = [_habits(number) for number in range(3_000)]
    if asked == "hotline":
        found = sum(each.by_hotline() for each in habits)
    else:
        found = sum(each.asks_return(MONDAY, None, 1) for each in habits)
    assert low < found / 3_000 < high


def test_citizens_answer_what_the_pack_asks_and_nothing_else() -> None:
    whole = CitizenReply(Reached.ANSWERED, True, True, Satisfaction.SATISFIED, "好")
    assert set(answers(DIRECTORY.callback.questions, whole)) == {
        *("reached", "contacted", "solved", "satisfaction", "words", "notes"),
    }
    own = [Question(code="polite", text="?", text_en="?", answer=AnswerKind.NOTE)]
    satisfied = Question(code="satisfied", text="?", text_en="?", answer=AnswerKind.SATISFACTION)
    said = answers([satisfied, *own], whole)
    assert set(said) == {"reached", "satisfaction", "words", "notes"}
    assert said["notes"] == {"polite": f"{SIMULATED}无"}
    assert answers([satisfied, *own], CitizenReply(Reached.NO_ANSWER)) == {"reached": Reached.NO_ANSWER}
