"""Where a case stands: the table is sound, and no order of words can break the rules of rounds and ends."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.lifecycle import (
    BEGINNINGS,
    DOOR_LABELS,
    ENDS,
    OPEN,
    STATUS_LABELS,
    TRANSITIONS,
    Party,
    Standing,
    Status,
    Step,
    flaws,
    heard,
    possible_at_the_door,
    taken,
    target_of,
)

HEARD_STEPS = sorted({line.step for line in TRANSITIONS if line.by is not Party.DOOR})
DOOR_STEPS = sorted({line.step for line in TRANSITIONS if line.by is Party.DOOR})
WORDS = st.tuples(st.sampled_from([*HEARD_STEPS, None]), st.integers(1, 4))
STANDINGS = st.builds(
    Standing,
    status=st.sampled_from(Status),
    round=st.integers(1, 4),
    version=st.integers(1, 9),
    lead_unit=st.just("D-A"),
)


def test_the_table_is_sound() -> None:
    assert list(flaws()) == []
    assert set(STATUS_LABELS) == set(Status)
    assert set(DOOR_LABELS) == set(DOOR_STEPS)


@pytest.mark.parametrize("missing", TRANSITIONS, ids=lambda line: line.step.value)
def test_a_table_that_lacks_a_step_to_the_end_is_found(missing: object) -> None:
    rest = tuple(line for line in TRANSITIONS if line is not missing)
    needed = {Step.WITHDRAW, Step.QUEUE, Step.SIGN, Step.HAND_IN, Step.ASK, Step.SEND_BACK, Step.CLOSE}
    lost = [flaw for flaw in flaws(rest) if "never" in flaw]
    assert bool(lost) is (getattr(missing, "step", None) in needed)


def test_a_step_that_stands_twice_is_found() -> None:
    doubled = (*TRANSITIONS, replace(TRANSITIONS[0], target=Status.CLOSED))
    assert "registered x supplement stands twice" in list(flaws(doubled))


def test_an_end_that_goes_on_is_found() -> None:
    revived = (*TRANSITIONS, replace(TRANSITIONS[-1], step=Step.ASK, sources=(Status.CLOSED,), target=Status.CALLBACK))
    assert "closed is an end and goes on" in list(flaws(revived))


@given(STANDINGS, WORDS)
def test_word_of_an_older_round_changes_nothing(standing: Standing, word: tuple[Step | None, int]) -> None:
    step, number = word
    if number < standing.round:
        assert heard(standing, number, step, lead_unit="D-B") is standing


@given(STANDINGS, WORDS)
def test_a_closed_case_stays_as_it_is(standing: Standing, word: tuple[Step | None, int]) -> None:
    closed = replace(standing, status=Status.CLOSED)
    assert heard(closed, word[1], word[0], lead_unit="D-B") is closed


@given(STANDINGS, st.lists(WORDS, max_size=12))
def test_a_withdrawn_case_can_only_be_closed(standing: Standing, words: list[tuple[Step | None, int]]) -> None:
    present = replace(standing, status=Status.WITHDRAWN)
    for step, number in words:
        present = heard(present, number, step)
        assert present.status in (Status.WITHDRAWN, Status.CLOSED)


@given(st.sampled_from(BEGINNINGS), st.lists(WORDS, max_size=20))
def test_no_order_of_words_breaks_the_rules(beginning: Status, words: list[tuple[Step | None, int]]) -> None:
    before = Standing(status=beginning)
    for step, number in words:
        after = heard(before, number, step, lead_unit="D-A")
        assert after.round >= before.round
        assert after.version == before.version + (after is not before)
        assert after is before or replace(after, version=before.version) != before
        if before.status in ENDS:
            assert after is before
        before = after


@given(STANDINGS.filter(lambda standing: standing.status in (Status.HANDLED, Status.ANSWERED, Status.CALLBACK)))
def test_a_send_back_opens_the_next_round(standing: Standing) -> None:
    after = heard(standing, standing.round, Step.SEND_BACK)
    assert (after.status, after.round, after.lead_unit) == (Status.SENT_BACK, standing.round + 1, "D-A")
    assert (after.due_at, after.sign_due_at, after.answered_directly) == (None, None, False)


@given(STANDINGS, st.sampled_from(DOOR_STEPS))
def test_the_door_does_what_it_says_is_possible(standing: Standing, step: Step) -> None:
    after = taken(standing, step)
    assert (after is not None) is (step in possible_at_the_door(standing.status))
    if after is not None:
        assert after.version == standing.version + 1
        assert after.status is target_of(standing.status, step)


def test_while_it_is_open_it_can_be_supplemented_and_withdrawn() -> None:
    for status in OPEN:
        assert {Step.SUPPLEMENT, Step.WITHDRAW} <= set(possible_at_the_door(status))
