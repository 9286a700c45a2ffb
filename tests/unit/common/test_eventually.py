"""The waiting helper itself: it ends when the condition holds and tells what it saw when it does not."""

import pytest

from tests.support.eventually import eventually


async def test_answers_the_first_true_value() -> None:
    answers = iter([0, None, 7])

    assert await eventually(lambda: next(answers)) == 7


async def test_takes_a_failed_assertion_for_not_yet() -> None:
    answers = iter([1, 2, 3])

    async def reaches_three() -> bool:
        assert next(answers) == 3
        return True

    assert await eventually(reaches_three)


async def test_says_what_was_expected_and_what_was_seen() -> None:
    with pytest.raises(AssertionError, match=r"the queue is empty did not hold within 0 s; last seen: 0"):
        await eventually(lambda: 0, within=0, what="the queue is empty")
