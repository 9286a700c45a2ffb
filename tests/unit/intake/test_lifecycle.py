"""Where a case stands: the table is sound, and no order of words can break the rules of rounds and ends."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.events.objecting import ObjectionState
from libs.common.rules.machine import Actor, OutOfTurn, Unsound
from services.intake.cases.domain.lifecycle import (
    ACTION_LABELS,
    AFTER_THE_END,
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

HEARD_STEPS = [action for action, who in MACHINE.who.items() if who not in (Party.DOOR, Party.DESK)]
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
def test_a_closed_case_stays_as_it_is_unless_it_is_reopened(state: State, word: tuple[Action | None, int]) -> None:
    closed, (action, number) = replace(state, status=Status.CLOSED), word
    after = heard(closed, number, action, lead_unit="D-B")
    if number > state.round:
        assert after.status is not Status.CLOSED or action is Action.CLOSE
    elif number < state.round or action not in AFTER_THE_END:
        assert after is closed


@given(STATES)
def test_a_reopened_case_is_at_the_beginning_of_its_next_round(state: State) -> None:
    closed = replace(state, status=Status.CLOSED, closing="substantive", satisfaction="satisfied")
    after = heard(closed, state.round, Action.REOPEN)
    assert (after.status, after.round, after.closing) == (Status.SENT_BACK, state.round + 1, None)
    assert after.satisfaction == "satisfied"
    assert heard(after, state.round, Action.REOPEN) is after
    early = heard(closed, state.round + 1, Action.ASSIGN)
    assert (early.status, early.closing, heard(early, state.round, Action.REOPEN)) == (Status.ASSIGNED, None, early)


@pytest.mark.parametrize("state", [ObjectionState.RAISED, ObjectionState.REFUSED])
def test_a_closing_is_objected_to_once(state: ObjectionState) -> None:
    closed = State(Status.CLOSED, round=2, closing="unverified", objection_id="o7", objection_state=state)
    with pytest.raises(OutOfTurn, match="Objection o7"):
        decide(closed, Action.OBJECT, CLERK, NOW, what="", note="")
    another = replace(closed, objection_state=ObjectionState.GRANTED)
    facts = {"objection_id": "o8", "objection_state": ObjectionState.RAISED}
    after = evolve(another, decide(another, Action.OBJECT, CLERK, NOW, what="", note="", **facts))
    assert (after.status, after.objection_id, after.closing) == (Status.CLOSED, "o8", "unverified")


@given(STATES, st.lists(WORDS, max_size=12))
def test_a_withdrawn_case_can_only_be_closed(state: State, words: list[tuple[Action | None, int]]) -> None:
    present = replace(state, status=Status.WITHDRAWN)
    for action, number in words:
        present = heard(present, number, action)
        assert present.status in (Status.WITHDRAWN, Status.CLOSED)
        if present.status is Status.CLOSED:
            return


@given(st.sampled_from([Status.REGISTERED, Status.ANSWERED]), st.lists(WORDS, max_size=20))
def test_no_order_of_words_breaks_the_rules(beginning: Status, words: list[tuple[Action | None, int]]) -> None:
    before = State(status=beginning)
    for action, number in words:
        after = heard(before, number, action, lead_unit="D-A")
        assert after.round >= before.round
        assert after.version == before.version + (after is not before)
        assert after is before or replace(after, version=before.version) != before
        if before.status in ENDS and action not in AFTER_THE_END:
            assert after is before or number > before.round
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
    if action is Action.WISH and state.withdrawal_wished:
        with pytest.raises(OutOfTurn, match="asked already"):
            decide(state, action, CLERK, NOW, what="", note="")
        return
    after = evolve(state, decide(state, action, CLERK, NOW, what="", note=""))
    assert after.version == state.version + 1
    assert after.status is MACHINE.target(state.status, action)


def test_while_it_is_open_it_can_be_supplemented_and_a_withdrawal_told() -> None:
    for status in OPEN:
        assert {Action.SUPPLEMENT, Action.WISH} <= set(MACHINE.possible(status))


@given(STATES)
def test_a_wish_to_withdraw_leaves_a_case_where_it_stands(state: State) -> None:
    state = replace(state, status=Status.SIGNED, withdrawal_wished=False)
    wished = evolve(state, decide(state, Action.WISH, CLERK, NOW, what="", note=""))
    assert replace(wished, withdrawal_wished=False, version=state.version) == state
    assert wished.withdrawal_wished
    assert not heard(wished, state.round, None, withdrawal_wished=False).withdrawal_wished
    assert not heard(wished, state.round, Action.CLOSE, closing="withdrawn").withdrawal_wished
