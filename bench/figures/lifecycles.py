"""Whole lifecycles a second: registered, dispatched, signed, handled, called back, closed, told by intake and counted.

Closed loop: so many cases are kept open, and everybody works as fast as the house lets him. A run counts what followup
closed in the window; afterwards everything that was registered must be in the tables, closed, told and counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.drive.house import House, Kind
from bench.drive.office import Office, open_office
from bench.drive.trial import Trial, all_counted, stand, steady
from bench.figure import Context, Figure, at_least, at_most, median

OPEN_CASES, OPEN_CASES_QUICK = 400, 200
_ASKED = at_least(200)
_FLAT = at_most(0.15)
_PEER = "a peer's published 37/s at 0 cases, 6.3/s with many, on 16 vCPU"
_FULL_KINDS = (Kind.EIGHT_EMBEDDED, Kind.EIGHT_KAFKA)


@dataclass(frozen=True, slots=True)
class Seen:
    """The runs on one house with one stock."""

    kind: Kind
    stock: int
    trials: list[Trial]
    missing: int
    after: float
    """Seconds from the last closing until all was told and counted."""

    @property
    def rate(self) -> float:
        """The median of the runs."""
        return median([trial.rate for trial in self.trials])

    @property
    def cost(self) -> float:
        """Milliseconds of CPU that a lifecycle cost everybody together, the load included; the median of the runs."""
        return median([sum(map(trial.cost, trial.cpu)) for trial in self.trials])

    def figure(self) -> Figure:
        """What is to be shown of it."""
        p95 = median([trial.tally.percentile(0.95) for trial in self.trials]) * 1000
        errors = sum(trial.tally.errors() for trial in self.trials)
        told = (
            f"{self.cost:.1f} ms CPU each, requests p95 {p95:.0f} ms, {errors} errors, counted {self.after:.1f} s later"
        )
        return Figure(f"lifecycles_{self.kind}_{self.stock}".replace("-", "_"), _ASKED, self.rate, "/s", "", told)


async def run(context: Context) -> list[Figure]:
    """``lifecycles_per_s`` (the lowest), one figure for each house and stock, their spread, and what is missing."""
    if context.quick:
        small = await context.ground.small_house()
        seen = [await _look(context, small.house, 0)]
    else:
        seen = [await _on(context, kind, stock) for stock in context.stocks for kind in _FULL_KINDS]
        seen.append(await _on(context, Kind.ONE, 0))
    lowest = min(seen, key=lambda one: one.rate)
    missing = sum(one.missing for one in seen)
    where = f"lowest: {lowest.kind} with {lowest.stock} cases; {lowest.figure().detail}"
    return [
        Figure("lifecycles_per_s", _ASKED, lowest.rate, "/s", _PEER, where),
        Figure("lifecycle_cpu_ms", None, max(one.cost for one in seen), "ms", "", _costs(seen)),
        *(one.figure() for one in seen if not context.quick),
        *(_spread(kind, seen) for kind in _FULL_KINDS if len(context.stocks) > 1 and not context.quick),
        Figure("lifecycles_missing", at_most(0), missing, "cases", "cases that were answered for"),
    ]


def _costs(seen: Sequence[Seen]) -> str:
    """What each process spent on a lifecycle, for the dearest house; the load generator among them."""
    dearest = max(seen, key=lambda one: one.cost)
    costs = {name: median([trial.cost(name) for trial in dearest.trials]) for name in dearest.trials[0].cpu}
    return f"{dearest.kind}: " + ", ".join(f"{name} {cost:.2f}" for name, cost in sorted(costs.items()))


async def _on(context: Context, kind: Kind, stock: int) -> Seen:
    url = await context.ground.database(stock)
    async with context.ground.house(kind, url) as house:
        seen = await _look(context, house, stock)
    await context.ground.drop(url)
    context.say(f"{kind} with {stock} cases: {seen.rate:.0f} lifecycles/s")
    return seen


async def _look(context: Context, house: House, stock: int) -> Seen:
    cases, warm_up, seconds = (OPEN_CASES_QUICK, 2.0, 4.0) if context.quick else (OPEN_CASES, 10.0, 30.0)
    before = await stand(house.database_url)
    async with open_office(house) as office:
        trials = [await steady(office, cases, seconds, warm_up) for _ in range(context.runs)]
        await office.finish()
        closed = before.counted + len(office.closed)
        after, seconds_after = await all_counted(house.database_url, closed)
    missing = _missing(office, before.taken, after.taken) + abs(closed - after.counted)
    return Seen(house.kind, stock, trials, missing, seconds_after)


def _missing(office: Office, before: int, after: int) -> int:
    """Cases that were answered for and are not there, or there and not answered for, or never closed."""
    return abs(len(office.registered) - (after - before)) + len(office.open)


def _spread(kind: Kind, seen: list[Seen]) -> Figure:
    rates = [one.rate for one in seen if one.kind is kind]
    name = f"lifecycles_spread_{kind}".replace("-", "_")
    told = ", ".join(f"{one.stock} cases {one.rate:.0f}/s" for one in seen if one.kind is kind)
    return Figure(name, _FLAT, 1 - min(rates) / max(rates), "of the highest", "", told)
