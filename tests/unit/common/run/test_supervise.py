"""Loops go on through errors and through cancellations of what they waited for, and end when they are to end."""

import asyncio
from contextlib import suppress

import pytest

from libs.common.run import supervise
from libs.common.run.supervise import Backoff, LoopProgress, keep_running, still_at_work
from tests.support.eventually import eventually


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(_self: Backoff) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(supervise.Backoff, "wait", at_once)


@pytest.mark.parametrize("error", [RuntimeError("broken"), asyncio.CancelledError()])
async def test_a_loop_that_ends_badly_is_begun_again(error: BaseException) -> None:
    begun = 0

    async def fail_twice() -> None:
        nonlocal begun
        begun += 1
        if begun < 3:
            raise error
        await asyncio.Event().wait()

    task = asyncio.create_task(keep_running("loop", fail_twice, LoopProgress()))
    await eventually(lambda: begun == 3, what="a third beginning")
    assert not task.done()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_a_loop_that_stands_still_is_begun_anew() -> None:
    begun = 0

    async def stand_still() -> None:
        nonlocal begun
        begun += 1
        await asyncio.Event().wait()

    task = asyncio.create_task(keep_running("loop", stand_still, LoopProgress(), patience=0.01))
    await eventually(lambda: begun >= 2, what="a second beginning")
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_long_turn_that_says_that_it_goes_on_gets_on() -> None:
    """Such as a round of two hundred thousand households, which are one transaction: it would never end."""
    beats = 0

    class Counted(LoopProgress):
        def beat(self) -> None:
            nonlocal beats
            beats += 1
            super().beat()

    async def take_long() -> None:
        for _ in range(3):
            await asyncio.create_task(_say())
        await asyncio.Event().wait()

    async def _say() -> None:
        still_at_work()

    task = asyncio.create_task(keep_running("loop", take_long, Counted()))
    await eventually(lambda: beats == 4, what="its beginning, and three words of it")
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    still_at_work()
    assert beats == 4, "who is in no loop says nothing"
