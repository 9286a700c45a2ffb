"""Running a process's coroutine on the fastest loop there is, with a collector that suits long-lived objects."""

import asyncio
import gc
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop

ResultT = TypeVar("ResultT")

_YOUNG_OBJECTS = 50_000
"""Allocations between two collections. A batch makes tens of thousands of objects and lets them all go again."""


def run(work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """``asyncio.run`` on uvloop."""
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 50)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)
