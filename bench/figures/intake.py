"""How many cases the door takes, one by one and in bulk, beside what the database takes of the same rows by itself.

The door is intake's API alone, in two processes: what the other services do with the cases afterwards, at their own
pace, is measured as lifecycles. House and baseline stand on the same PostgreSQL with the same settings, one after the
other; the ratio of each run is what the median is taken of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.baselines.pgbench import Pressed, pgbench
from bench.baselines.registration import prepare, statement, take_sample
from bench.door import Door, open_door
from bench.drive.database import connected
from bench.drive.hammer import Hammer, Strokes
from bench.drive.house import Kind
from bench.drive.town import found_town
from bench.figure import Context, Figure, at_least, at_most, median
from libs.common.bus.flow import Service
from libs.common.security.principal import Role

CONNECTIONS = 64
ROWS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Window:
    """Seconds of each measurement; ``clients``: connections of pgbench, of which the fastest number counts."""

    warm_up: float
    house: float
    pgbench: float
    clients: tuple[int, ...]
    lines: int


QUICK = Window(warm_up=0.5, house=2.5, pgbench=2.0, clients=(8,), lines=3_000)
FULL = Window(warm_up=3.0, house=15.0, pgbench=8.0, clients=(4, 8, 16, 32), lines=30_000)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The script that writes the same rows, and how many it writes for each case."""

    script: Path
    rows: int
    url: str


async def run(context: Context) -> list[Figure]:
    """``intake_ratio``, ``ndjson_ratio`` and ``intake_rows_missing``; in full also ``intake_in_whole_house_ratio``."""
    window = QUICK if context.quick else FULL
    async with open_door(context.ground, context.seed) as door:
        struck, pressed = await _one_by_one(context, door, window)
        figures = [_door_figure(struck, pressed), await _in_bulk(context, door, window)]
        missing, told = await door.missing()
    figures.append(Figure("intake_rows_missing", at_most(0), missing, "rows", "cases that were answered for", told))
    if not context.quick:
        figures.append(await _in_whole_house(context, window, median([one.rate for one in pressed])))
    return figures


async def _one_by_one(context: Context, door: Door, window: Window) -> tuple[list[Strokes], list[Pressed]]:
    """The runs of the door, and beside each that of the baseline."""
    baseline = await _baseline(door, cases=1)
    struck: list[Strokes] = []
    pressed: list[Pressed] = []
    for number in range(context.runs):
        if number:
            await door.settle()
        struck.append(await door.hammer.strike(CONNECTIONS, window.warm_up, window.house))
        tried = [
            await pgbench(baseline.url, baseline.script, clients=many, seconds=window.pgbench)
            for many in window.clients
        ]
        pressed.append(max(tried, key=lambda one: one.rate))
        context.say(f"door {struck[-1].rate:.0f} cases/s, pgbench {pressed[-1].rate:.0f}")
    return struck, pressed


def _door_figure(struck: Sequence[Strokes], pressed: Sequence[Pressed]) -> Figure:
    rate, clients = median([one.rate for one in pressed]), pressed[0].clients
    return Figure(
        "intake_ratio",
        at_least(0.5),
        median([house.rate / alone.rate for house, alone in zip(struck, pressed, strict=True)]),
        "of pgbench",
        f"pgbench {rate:.0f} cases/s (the same rows, one statement a case, {clients} connections)",
        _told(struck),
    )


async def _in_whole_house(context: Context, window: Window, baseline: float) -> Figure:
    """The same while the other seven processes work on what comes in; nothing is asked of it."""
    url = await context.ground.database()
    async with context.ground.house(Kind.EIGHT_EMBEDDED, url) as house:
        await found_town(house)
        hammer = Hammer([house.ports[Service.INTAKE]], house.token("operator-1", Role.OPERATOR), context.seed)
        struck = [await hammer.strike(CONNECTIONS, window.warm_up, window.house) for _ in range(context.runs)]
    await context.ground.drop(url)
    rate = median([one.rate for one in struck])
    told = f"one process at the door, everybody else at work: {_told(struck)}"
    return Figure("intake_in_whole_house_ratio", None, rate / baseline, "of pgbench", "as for intake_ratio", told)


async def _in_bulk(context: Context, door: Door, window: Window) -> Figure:
    baseline = await _baseline(door, cases=ROWS_AT_ONCE)
    await door.register_bulk(window.lines // 10)
    rates, alone = [], []
    for number in range(context.runs):
        if number:
            await door.settle()
        _, seconds = await door.register_bulk(window.lines)
        rates.append(window.lines / seconds)
        pressed = await pgbench(baseline.url, baseline.script, clients=1, seconds=window.pgbench)
        alone.append(pressed.rate * ROWS_AT_ONCE)
        context.say(f"NDJSON {rates[-1]:.0f} lines/s, pgbench {alone[-1]:.0f}")
    return Figure(
        "ndjson_ratio",
        at_least(0.3),
        median([house / base for house, base in zip(rates, alone, strict=True)]),
        "of pgbench",
        f"pgbench {median(alone):.0f} cases/s ({baseline.rows} rows each, {ROWS_AT_ONCE} a statement, 1 connection)",
        f"{median(rates):.0f} lines/s in one request of {window.lines}",
    )


async def _baseline(door: Door, cases: int) -> Baseline:
    register = door.register if cases == 1 else door.register_line
    # The first one takes a block of case numbers, which the second finds there.
    await register()
    async with connected(door.url) as connection:
        sample = await take_sample(connection, register)
    async with connected(door.twin_url) as connection:
        await prepare(connection)
    script = door.folder / f"registration-{cases}.sql"
    script.write_text(statement(sample, cases), encoding="utf-8")
    return Baseline(script, sample.size, door.twin_url)


def _told(struck: Sequence[Strokes]) -> str:
    rate = median([one.rate for one in struck])
    p50, p99 = (median([one.percentile_ms(share) for one in struck]) for share in (0.5, 0.99))
    refused = sum(sum(one.statuses.values()) - one.created for one in struck)
    loading = median([one.loading for one in struck])
    told = f"{rate:.0f} cases/s on {CONNECTIONS} connections, p50 {p50:.0f} ms, p99 {p99:.0f} ms, {refused} not taken"
    return f"{told}, {loading:.2f} processors for the load itself"
