"""Work that keeps a processor busy for seconds: beside the event loop, one piece after the other, however many ask.

Others at the door go on meanwhile: the interpreter goes from one thread to the other every few milliseconds.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
ResultT = TypeVar("ResultT")

_ONE = ThreadPoolExecutor(max_workers=1, thread_name_prefix="beside")


async def beside(work: Callable[P, ResultT], *args: P.args, **kwargs: P.kwargs) -> ResultT:
    """What ``work`` gives. It runs in another thread, so it takes part in no transaction and changes nothing shared."""
    return await asyncio.get_running_loop().run_in_executor(_ONE, partial(work, *args, **kwargs))
