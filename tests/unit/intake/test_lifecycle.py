"""Where a case stands: the table is sound, and no order of words can break the rules of rounds and ends."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.rules.machine import Actor, OutOfTurn, Unsound
from services.intake.cases.domain.lifecycle import (
    ACTION_LABELS,
    ENDS,
    MACHINE,
    OPEN,
    STATUS_LABELS,
    STEPS,
    Action,
    Party,
    Said,
    State,
    Status,
    decide,
    evolve,
)

NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)
CLERK = Actor("li", "H-12345")

HEARD_STEPS = [action for action, who in MACHINE.who.items() if who is not Party.DOOR]
DOOR_STEPS = [action for action, who in MACHINE.who.items() if who is Party.DOOR]
WORDS = st.tuples(st.sampled_from([*HEARD_STEPS, None]), st.integers(1, 4))
STATES = st.builds(
    State,
    status=st.sampled_from(Status),
    round=st.integers(1, 4),
    version=st.integers(1, 9),
    lead_unit=st.just("D-A"),
)


def heard(state: State, number: int, action: Action | None, **facts: Any) -> State:
    """The state after word of a round."""
    return evolve(state, Said(NOW, "", number, action=action, facts=facts))


def test_every_word_has_both_labels() -> None:
    assert set(STATUS_LABELS) == set(Status)
    assert set(ACTION_LABELS) == set(Action)


@pytest.mark.parametrize("missing", [action for action in Action if MACHINE.who[action] is not Party.DOOR])
def test_a_table_without_what_others_say_cannot_be_made(missing: Action) -> None:
    with pytest.raises(Unsound, match=f"{missing} must belong to one party, not none"):
        replace(MACHINE, steps=tuple(step for step in STEPS if step.action is not missing))


@given(STATES, WORDS)
def test_word_of_an_older_round_changes_nothing(state: State, word: tuple[Action | None, int]) -> None:
    action, number = word
    if number < state.round:
        assert heard(state, number, action, lead_unit="D-B") is state


@given(STATES, WORDS)
def test_a_closed_case_stays_as_it_is(state: State, word: tuple[Action | None, int]) -> None:
    closed = replace(state, status=Status.CLOSED)
    assert heard(closed, word[1], word[0], lead_unit="D-B") is closed


@given(STATES, st.lists(WORDS, max_size=12))
def test_a_withdrawn_case_can_only_be_closed(state: State, words: list[tuple[Action | None, int]]) -> None:
    present = replace(state, status=Status.WITHDRAWN)
    for action, number in words:
        present = heard(present, number, action)
        assert present.status in (Status.WITHDRAWN, Status.CLOSED)


@given(st.sampled_from([Status.REGISTERED, Status.ANSWERED]), st.lists(WORDS, max_size=20))
def test_no_order_of_words_breaks_the_rules(beginning: Status, words: list[tuple[Action | None, int]]) -> None:
    before = State(status=beginning)
    for action, number in words:
        after = heard(before, number, action, lead_unit="D-A")
        assert after.round >= before.round
        assert after.version == before.version + (after is not before)
        assert after is before or replace(after, version=before.version) != before
        if before.status in ENDS:
            assert after is before
        before = after


@given(STATES.filter(lambda state: state.status in (Status.HANDLED, Status.ANSWERED, Status.CALLBACK)))
def test_a_send_back_opens_the_next_round(state: State) -> None:
    after = heard(state, state.round, Action.SEND_BACK)
    assert (after.status, after.round, after.lead_unit) == (Status.SENT_BACK, state.round + 1, "D-A")
    assert (after.due_at, after.sign_due_at, after.answered_directly) == (None, None, False)


@given(STATES, st.sampled_from(DOOR_STEPS))
def test_the_door_does_what_it_says_is_possible(state: State, action: Action) -> None:
    if action not in MACHINE.possible(state.status):
        with pytest.raises(OutOfTurn, match="Possible: "):
            decide(state, action, CLERK, NOW, what="", note="")
        return
    after = evolve(state, decide(state, action, CLERK, NOW, what="", note=""))
    assert after.version == state.version + 1
    assert after.status is MACHINE.target(state.status, action)


def test_while_it_is_open_it_can_be_supplemented_and_withdrawn() -> None:
    for status in OPEN:
        assert {Action.SUPPLEMENT, Action.WITHDRAW} <= set(MACHINE.possible(status))
