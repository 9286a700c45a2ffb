"""A request is answered once, and every answer ends it."""

import pytest

from libs.common.rules.machine import OutOfTurn
from services.dispatch.requests.domain import STATE_LABELS, RequestState, answered


@pytest.mark.parametrize("answer", [RequestState.GRANTED, RequestState.REFUSED, RequestState.LAPSED])
def test_a_pending_request_takes_any_answer_and_no_second_one(answer: RequestState) -> None:
    assert answered(RequestState.PENDING, answer) is answer
    for again in RequestState:
        with pytest.raises(OutOfTurn, match="cannot be decided"):
            answered(answer, again)


def test_pending_is_no_answer() -> None:
    with pytest.raises(OutOfTurn):
        answered(RequestState.PENDING, RequestState.PENDING)


def test_every_state_has_both_labels() -> None:
    assert set(STATE_LABELS) == set(RequestState)
    assert all(zh and en for zh, en in STATE_LABELS.values())
