"""A burst: arrivals go from one to thirty-five lifecycles a second and back, among a million cases (open loop).

Every request of every step counts. The latency of a registration counts from the moment at which the citizen was to
come; an error is a request without a 2xx, or a case that nobody took.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.drive.arrivals import Phase, moments
from bench.drive.house import House, Kind
from bench.drive.office import open_office
from bench.drive.tally import Tally
from bench.figure import Context, Figure, at_most, below, median

_PEER = "a peer's published 57 % errors, p95 36 s"
_LOW, _HIGH = 1.0, 35.0
_P95 = 0.95


@dataclass(frozen=True, slots=True)
class Seen:
    """The runs on one house. ``unfinished``: cases that were registered and not closed in the end."""

    kind: Kind
    stock: int
    tallies: Sequence[Tally]
    unfinished: int

    @property
    def error_share(self) -> float:
        """Of all requests of all runs."""
        return sum(one.errors() for one in self.tallies) / max(1, sum(one.count() for one in self.tallies))

    @property
    def p95_ms(self) -> float:
        """The median of the runs."""
        return median([one.percentile(_P95) for one in self.tallies]) * 1000

    def told(self) -> str:
        """In words."""
        door = median([one.percentile(_P95, "register") for one in self.tallies]) * 1000
        closed = sum(one.done for one in self.tallies)
        return (
            f"{self.kind} with {self.stock} cases: p95 {self.p95_ms:.0f} ms, at the door {door:.0f} ms, {closed} closed"
        )


async def run(context: Context) -> list[Figure]:
    """``burst_error_share``, ``burst_p95_ms`` (of the worst house) and what was not finished."""
    if context.quick:
        small = await context.ground.small_house()
        seen = [await _look(context, small.house, 0, (0.5, 4.0, 0.5))]
    else:
        seen = [await _on(context, kind, max(context.stocks)) for kind in (Kind.EIGHT_EMBEDDED, Kind.EIGHT_KAFKA)]
    told = "; ".join(one.told() for one in seen)
    return [
        Figure("burst_error_share", at_most(0), max(one.error_share for one in seen), "of requests", _PEER, told),
        Figure("burst_p95_ms", below(500), max(one.p95_ms for one in seen), "ms", _PEER, told),
        Figure("burst_unfinished", at_most(0), sum(one.unfinished for one in seen), "cases"),
    ]


async def _on(context: Context, kind: Kind, stock: int) -> Seen:
    url = await context.ground.database(stock)
    async with context.ground.house(kind, url) as house:
        seen = await _look(context, house, stock, (10.0, 60.0, 10.0))
    await context.ground.drop(url)
    return seen


async def _look(context: Context, house: House, stock: int, seconds: tuple[float, float, float]) -> Seen:
    phases = [Phase(rate, length) for rate, length in zip((_LOW, _HIGH, _LOW), seconds, strict=True)]
    tallies = []
    async with open_office(house) as office:
        for number in range(context.runs):
            office.count_anew()
            await office.receive(moments(phases, context.seed + number))
            await office.finish()
            tallies.append(office.count_anew())
        return Seen(house.kind, stock, tallies, len(office.open))
