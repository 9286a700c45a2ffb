"""The clock: the only place where the product asks what time it is, so that a test or a replay can answer."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Protocol

from libs.common.time.moments import as_utc


def system_now() -> datetime:
    """The machine's time, for tokens and signatures; never a simulated one."""
    return datetime.now(UTC)


class Clock(Protocol):
    """What the product may ask about time. Every datetime given back is aware and in UTC."""

    @property
    def simulated(self) -> bool:
        """Whether time stands still between explicit moves."""
        ...

    def now(self) -> datetime:
        """The present moment."""
        ...

    def reacting_to(self, occurred_at: datetime) -> datetime:
        """The time that a consequence of an event from `occurred_at` carries."""
        ...

    async def wait_until(self, moment: datetime, *, at_most: float) -> None:
        """Return when `moment` has come, or after `at_most` real seconds: the caller must look at `now()` again."""
        ...


class SystemClock:
    """The clock of the machine."""

    @property
    def simulated(self) -> bool:
        """Never: this is real time."""
        return False

    def now(self) -> datetime:
        """The machine's time. It may jump; whoever waits caps the wait and looks again."""
        return system_now()

    def reacting_to(self, occurred_at: datetime) -> datetime:
        """Now: a consequence happens when it happens, however late the event arrives.

        But never before its cause, which a clock that was ahead may have stamped: nothing takes less than no time.
        """
        return max(self.now(), as_utc(occurred_at, "occurred_at"))

    async def wait_until(self, moment: datetime, *, at_most: float) -> None:
        """Sleep until `moment`, at most `at_most` seconds. Lets other tasks run even when nothing is left to wait."""
        left = (as_utc(moment) - self.now()).total_seconds()
        await asyncio.sleep(max(0.0, min(left, at_most)))


class SimulatedClock:
    """A clock that moves only when told to, and only forward. For one event loop; not for several threads.

    `now()` is the position of the clock, or the moment set by `at` for the code run inside it. The override lives in a
    context variable, so concurrent tasks do not see each other's; a task started inside `at` keeps it for its life.
    """

    def __init__(self, start: datetime) -> None:
        """Start standing still at `start`.

        Raises:
            ValueError: `start` is naive.
        """
        self._position = as_utc(start, "start")
        self._override: ContextVar[datetime | None] = ContextVar("simulated_moment", default=None)
        self._waiting: dict[asyncio.Future[None], datetime] = {}

    @property
    def simulated(self) -> bool:
        """Always."""
        return True

    def now(self) -> datetime:
        """The moment of the innermost `at` around the caller, else the position of the clock."""
        return self._override.get() or self._position

    def reacting_to(self, occurred_at: datetime) -> datetime:
        """The time of the cause: a replay then gives the same times however its work interleaves."""
        return as_utc(occurred_at, "occurred_at")

    def advance_to(self, moment: datetime) -> None:
        """Move the clock to `moment`, or leave it there, and wake everybody whose moment has come.

        Raises:
            ValueError: `moment` is naive, or earlier than the clock's position.
        """
        target = as_utc(moment)
        if target < self._position:
            message = f"the clock stands at {self._position.isoformat()} and cannot go back to {target.isoformat()}"
            raise ValueError(message)
        self._position = target
        for woken, awaited in self._waiting.items():
            if awaited <= target and not woken.done():
                woken.set_result(None)

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Run the code inside as if it were `moment`, whatever the clock's position, which stays. For replays.

        Raises:
            ValueError: `moment` is naive, or earlier than that of an enclosing `at`.
        """
        inner = as_utc(moment)
        outer = self._override.get()
        if outer is not None and inner < outer:
            message = f"inside {outer.isoformat()} time cannot go back to {inner.isoformat()}"
            raise ValueError(message)
        token = self._override.set(inner)
        try:
            yield
        finally:
            self._override.reset(token)

    async def wait_until(self, moment: datetime, *, at_most: float) -> None:
        """Return as soon as the clock has been moved to `moment` or past it, or after `at_most` real seconds."""
        awaited = as_utc(moment)
        if max(self.now(), self._position) >= awaited or at_most <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        self._waiting[woken] = awaited
        try:
            await asyncio.wait((woken,), timeout=at_most)
        finally:
            del self._waiting[woken]
