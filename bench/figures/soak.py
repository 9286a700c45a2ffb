"""Memory over a long steady load: what ``huiyin run`` holds after the warm-up must be what it holds in the end.

Measured only where minutes are given. PSS of all its processes; PostgreSQL's shared buffers, which fill up to their
size and then stay, are told apart.
"""

import asyncio
import time
from dataclasses import dataclass, field

from bench.drive import processes
from bench.drive.arrivals import Phase, moments
from bench.drive.house import ONE, House
from bench.drive.office import open_office
from bench.figure import Context, Figure, at_most, median

RATE = 20.0
_EVERY = 10.0
_WARM_UP, _WINDOW = 0.25, 0.1
"""Shares of the whole time: of the warm-up, and of the two windows that are compared."""
_MB = 1_000_000


@dataclass(slots=True)
class Samples:
    """Megabytes by group, one sample after the other."""

    by_group: dict[str, list[float]] = field(default_factory=dict)

    def take(self, house: House) -> None:
        """One more."""
        for name, pids in house.groups().items():
            megabytes = sum(map(processes.proportional_bytes, pids)) / _MB
            self.by_group.setdefault(name, []).append(megabytes)

    def whole(self) -> list[float]:
        """Sums over the groups."""
        return [sum(one) for one in zip(*self.by_group.values(), strict=True)]


def growth(samples: list[float]) -> tuple[float, float]:
    """The medians of the first window after the warm-up, and of the last one."""
    begin, size = int(len(samples) * _WARM_UP), max(1, int(len(samples) * _WINDOW))
    return median(samples[begin : begin + size]), median(samples[-size:])


async def run(context: Context) -> list[Figure]:
    """``memory_growth``, where a soak was asked for."""
    if not context.soak_minutes:
        return []
    small = await context.ground.small_house()
    samples = await _soak(context, small.house)
    await context.ground.end_small_house()
    first, last = growth(samples.whole())
    parts = {name: growth(values) for name, values in samples.by_group.items()}
    told = ", ".join(f"{name} {before:.0f} -> {after:.0f} MB" for name, (before, after) in parts.items())
    process_before, process_after = parts[ONE]
    load = f"{context.soak_minutes:g} min of {RATE:g} lifecycles/s"
    return [
        Figure("memory_growth", at_most(0.05), last / first - 1, "of it", f"{first:.0f} MB after the warm-up", told),
        Figure("memory_growth_process", at_most(0.05), process_after / process_before - 1, "of it", "", load),
    ]


async def _soak(context: Context, house: House) -> Samples:
    samples = Samples()
    seconds = context.soak_minutes * 60
    async with open_office(house) as office:
        receiving = asyncio.create_task(office.receive(moments([Phase(RATE, seconds)], context.seed)))
        begun = time.monotonic()
        while not receiving.done():
            samples.take(house)
            told = (
                f"{(time.monotonic() - begun) / 60:.1f} min, {samples.whole()[-1]:.0f} MB, {office.tally.done} closed"
            )
            context.say(told)
            await asyncio.wait([receiving], timeout=_EVERY)
        await receiving
        await office.finish()
    return samples
