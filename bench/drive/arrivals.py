"""When people come: at moments that do not wait for how quickly they are served (open loop).

A loader that sends the next request when the last is answered slows down with the house and hides how bad it is. Here
the moments are fixed beforehand, and a latency counts from the moment planned.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phase:
    """So many arrivals a second on average, for so many seconds."""

    rate: float
    seconds: float


def moments(phases: Sequence[Phase], seed: int) -> Iterator[float]:
    """Seconds from the start, ascending: a Poisson process whose rate changes by phase. Same seed, same moments."""
    dice = random.Random(seed)  # noqa: S311 - load, not a secret
    begin = 0.0
    for phase in phases:
        end, moment = begin + phase.seconds, begin
        while phase.rate > 0 and (moment := moment + dice.expovariate(phase.rate)) < end:
            yield moment
        begin = end


async def arrivals(planned: Iterable[float]) -> AsyncIterator[float]:
    """Each planned moment on the loop's clock, when it has come; at once those that were missed meanwhile."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    for moment in planned:
        due = start + moment
        if (wait := due - loop.time()) > 0:
            await asyncio.sleep(wait)
        yield due
