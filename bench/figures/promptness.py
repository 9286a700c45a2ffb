"""How soon a case is dispatched, and how soon it is counted, while cases come in steadily (open loop).

Seconds from the moment at which the citizen was to come, so that a slow answer of the door counts as well.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.drive.arrivals import Phase, arrivals, moments
from bench.drive.house import House, Kind
from bench.drive.office import Office, open_office
from bench.drive.tally import percentile
from bench.drive.watching import Watch
from bench.figure import Context, Figure, FigureOptions, at_most, below, median

RATE = 20.0
"""Cases a second: whole lifecycles, for everybody is at work."""
_P50, _P99 = 0.5, 0.99
_SEEN_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Seen:
    """The runs on one house."""

    kind: Kind
    watches: Sequence[Watch]

    def of(self, what: str, share: float) -> float:
        """Milliseconds, the median of the runs; ``what`` is a list of a watch."""
        return median([percentile(getattr(watch, what), share) for watch in self.watches]) * 1000


async def run(context: Context) -> list[Figure]:
    """``door_to_dispatched_p99_ms``, ``door_to_figures_p99_ms`` (of the slowest house), and cases never seen."""
    if context.quick:
        small = await context.ground.small_house()
        seen = [await _look(context, small.house, 4.0)]
    else:
        seen = [await _on(context, kind) for kind in Kind]
    never = sum(watch.waiting for one in seen for watch in one.watches)
    return [
        _slowest("door_to_dispatched_p99_ms", below(1000), seen, "dispatched"),
        _slowest("door_to_figures_p99_ms", below(2000), seen, "counted"),
        Figure("never_seen", at_most(0), never, "cases", "cases that were answered for"),
    ]


def _slowest(name: str, asked: FigureOptions, seen: Sequence[Seen], what: str) -> Figure:
    told = ", ".join(f"{one.kind} p50 {one.of(what, _P50):.0f} p99 {one.of(what, _P99):.0f}" for one in seen)
    slowest = max(one.of(what, _P99) for one in seen)
    return Figure(name, asked, slowest, "ms", "", f"steady {RATE:g} lifecycles/s; {told}")


async def _on(context: Context, kind: Kind) -> Seen:
    url = await context.ground.database()
    async with context.ground.house(kind, url) as house:
        seen = await _look(context, house, 60.0)
    await context.ground.drop(url)
    return seen


async def _look(context: Context, house: House, seconds: float) -> Seen:
    warm_up, load = [Phase(RATE, seconds / 4)], [Phase(RATE, seconds)]
    async with open_office(house) as office:
        await _receive(office, None, moments(warm_up, context.seed))
        watches = [await _watched(office, moments(load, context.seed + number)) for number in range(context.runs)]
        await office.finish()
    return Seen(house.kind, watches)


async def _watched(office: Office, planned: Iterable[float]) -> Watch:
    watch = Watch()
    looking = asyncio.create_task(watch.look(office.house.database_url))
    try:
        await _receive(office, watch, planned)
        await watch.all_seen(_SEEN_WITHIN)
    finally:
        looking.cancel()
        await asyncio.wait([looking])
    if not looking.cancelled() and (trouble := looking.exception()) is not None:
        raise trouble
    return watch


async def _receive(office: Office, watch: Watch | None, planned: Iterable[float]) -> None:
    async def come(moment: float) -> None:
        case_id = await office.register(moment)
        if case_id is not None and watch is not None:
            watch.came(case_id, moment)

    async with asyncio.TaskGroup() as citizens:
        async for moment in arrivals(planned):
            citizens.create_task(come(moment))
