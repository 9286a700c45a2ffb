"""Wait until something holds, and say what was seen when it never did."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

ValueT = TypeVar("ValueT")

_LONGEST_PAUSE = 0.1


@overload
async def eventually(
    probe: Callable[[], Awaitable[ValueT]], *, within: float = 30.0, what: str = "the condition"
) -> ValueT: ...


@overload
async def eventually(probe: Callable[[], ValueT], *, within: float = 30.0, what: str = "the condition") -> ValueT: ...


async def eventually(probe: Callable[[], object], *, within: float = 30.0, what: str = "the condition") -> object:
    """Ask ``probe`` until it answers something true, and answer that.

    A probe may also assert: an ``AssertionError`` or ``OSError`` (not up yet) counts as "not yet". After ``within``
    seconds fails with ``what`` and the last answer or error.
    """
    deadline = time.monotonic() + within
    pause = 0.005
    while True:
        seen: object
        cause: Exception | None = None
        try:
            answer = probe()
            value = await answer if inspect.isawaitable(answer) else answer
            if value:
                return value
            seen = value
        except (AssertionError, OSError) as error:
            seen, cause = f"{type(error).__name__}: {error}", error
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not hold within {within:g} s; last seen: {seen!r}") from cause
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)
