"""Keeping loops alive: back-off, progress marks, and a watchdog that restarts what stands still."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from libs.common.logs import get_logger

log = get_logger(__name__)


class Backoff:
    """Waits that double, with jitter, up to a longest one; ``reset`` after success."""

    def __init__(self, first: float = 0.2, longest: float = 10.0) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def reset(self) -> None:
        """Begin again with the first wait."""
        self._next = self._first

    async def wait(self) -> None:
        """Wait this time's while."""
        await asyncio.sleep(self._next * random.uniform(0.5, 1.0))  # noqa: S311 - jitter is no secret
        self._next = min(self._next * 2, self._longest)


class LoopProgress:
    """When a loop last got round, by a clock that never jumps."""

    def __init__(self) -> None:
        self._beat = time.monotonic()

    def beat(self) -> None:
        """The loop got round."""
        self._beat = time.monotonic()

    def age(self) -> float:
        """Seconds since it did."""
        return time.monotonic() - self._beat


_OF_THIS_LOOP: ContextVar[LoopProgress | None] = ContextVar("progress of this loop", default=None)


def still_at_work() -> None:
    """Say, in the midst of one long turn of a loop, that it goes on: else it is broken off, and begun anew for ever.

    Where no loop is, it says nothing.
    """
    progress = _OF_THIS_LOOP.get()
    if progress is not None:
        progress.beat()


async def keep_running(
    name: str, run: Callable[[], Awaitable[None]], progress: LoopProgress, *, patience: float = 90.0
) -> None:
    """Run ``run`` for ever: again after an error, with back-off, and anew when ``patience`` s bring no progress."""
    backoff = Backoff()
    while True:
        progress.beat()
        _OF_THIS_LOOP.set(progress)
        task = asyncio.ensure_future(run())
        try:
            await _watch(task, progress, patience)
        except asyncio.CancelledError:
            await stop(task)
            if being_cancelled():
                raise
            log.warning("loop was cancelled from within, begun again", loop=name)
        except TimeoutError:
            log.error("no progress, begun anew", loop=name)  # noqa: TRY400
            await stop(task)
        except Exception:
            log.exception("loop failed, begun again", loop=name)
        await backoff.wait()


def being_cancelled() -> bool:
    """Whether it is the present task that is to end, rather than something it waited for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _watch(task: "asyncio.Future[None]", progress: LoopProgress, patience: float) -> None:
    while not task.done():
        await asyncio.wait([task], timeout=patience / 6)
        if not task.done() and progress.age() > patience:
            raise TimeoutError
    await task


async def stop(task: "asyncio.Future[None]", within: float = 10.0) -> None:
    """Cancel a task and wait for its end, but not for ever."""
    task.cancel()
    await asyncio.wait([task], timeout=within)
