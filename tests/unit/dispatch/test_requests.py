"""A request is answered once, and every answer ends it."""

import pytest

from libs.common.rules.machine import OutOfTurn
from services.dispatch.requests.domain import STATE_LABELS, State, answered


@pytest.mark.parametrize("answer", [State.GRANTED, State.REFUSED, State.LAPSED])
def test_a_pending_request_takes_any_answer_and_no_second_one(answer: State) -> None:
    assert answered(State.PENDING, answer) is answer
    for again in State:
        with pytest.raises(OutOfTurn, match="cannot be decided"):
            answered(answer, again)


def test_pending_is_no_answer() -> None:
    with pytest.raises(OutOfTurn):
        answered(State.PENDING, State.PENDING)


def test_every_state_has_both_labels() -> None:
    assert set(STATE_LABELS) == set(State)
    assert all(zh and en for zh, en in STATE_LABELS.values())
