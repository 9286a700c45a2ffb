"""Every line of the house is spoiled in turn: what it carries is held, cut, slowed, sliced or half gone.

Three kinds of lines: the services' to PostgreSQL, theirs to Kafka, and the people's to the services.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bench.drive.house import HOST
from libs.common.bus.flow import Service
from libs.common.bus.port import BusTrouble
from libs.common.database.engine import PATIENCE
from libs.programs import launch
from libs.programs.kafka import KafkaBroker
from tests.chaos.crowd import Pace
from tests.chaos.outside.backlog import backlog_gone
from tests.chaos.outside.commits import line_to
from tests.chaos.outside.watching import (
    AWAY,
    NO_ANSWER,
    UNDERSTOOD,
    Window,
    causes,
    pids,
    ready_again,
    same_processes,
    watched,
    without_a_broker,
)
from tests.chaos.proxy import Proxy
from tests.chaos.scenario import Scenario, Trial
from tests.chaos.stage import Kind, Stage, open_ground, open_house
from tests.chaos.verdict import Verdict, expect, in_time, none_of

PACE = Pace(citizens=4, pause=0.6, timeout=20.0)
POOL_SECONDS = 3.0
RECOVERS = 60.0
_RESETS = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """What is done to a line, and for how many seconds in the whole trial and in the short form."""

    name: str
    spoil: Callable[[Proxy], None]
    whole: float
    short: float
    times: int = 1


FAULTS = (
    Fault("black hole", Proxy.black_hole, 30.0, 2.0),
    Fault("reset", Proxy.reset, 1.0, 0.3, times=_RESETS),
    Fault("refused", Proxy.refuse, 5.0, 1.0),
    Fault("slow", lambda line: line.slow(2.0), 20.0, 1.0),
    Fault("sliced", Proxy.slice, 10.0, 1.0),
    Fault("half open", Proxy.half_open, 10.0, 1.0),
    Fault("cut", lambda line: line.cut_after(20_000), 10.0, 1.0),
)


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of one kind: what may be answered while they are spoiled, and within how many seconds."""

    name: str
    proxies: Sequence[Proxy]
    allowed: Collection[int]
    answer_within: float


async def spoil(stage: Stage, lines: Lines, faults: Sequence[Fault], *, short: bool) -> list[Verdict]:
    """One fault after the other, each followed by a recovery of which nothing is left to do. The crowd is at work."""
    before = pids(stage)
    windows: dict[str, Window] = {}
    recovered: dict[str, float] = {}
    for fault in faults:
        async with watched(stage) as windows[fault.name]:
            for _ in range(fault.times):
                for proxy in lines.proxies:
                    fault.spoil(proxy)
                await asyncio.sleep(fault.short if short else fault.whole)
            for proxy in lines.proxies:
                proxy.heal()
            recovered[fault.name] = await _recovered(stage)
        seen = windows[fault.name]
        took = f"longest {seen.longest:.1f} s, well after {recovered[fault.name]:.1f} s"
        stage.trial.tell(f"{lines.name}, {fault.name}: {seen}; {took}")
    return [*_told(stage, lines, windows, recovered), same_processes(f"lines {lines.name}", stage, before)]


async def _recovered(stage: Stage) -> float:
    """Seconds until all are ready, complaints are taken again, and all that was said by then has been applied."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    await ready_again(stage)
    await stage.crowd.accepted(3, within=120)
    await backlog_gone(stage, datetime.now(UTC))
    return loop.time() - began


def _told(stage: Stage, lines: Lines, windows: dict[str, Window], recovered: dict[str, float]) -> list[Verdict]:
    name = f"lines {lines.name}"
    unlike = {fault: window.unlike(lines.allowed) for fault, window in windows.items()}
    wrong = [f"{fault}: {places}" for fault, places in unlike.items() if places]
    refused = causes(stage)
    for_the_bus = [f"{cause} x {count}" for cause, count in refused.items() if BusTrouble.__name__ in cause]
    if wrong:
        wrong.append(f"503 by the logs, of all lines: {dict(refused.most_common())}")
    longest = max(windows, key=lambda fault: windows[fault].longest)
    slowest = max(recovered, key=lambda fault: recovered[fault])
    unasked = sum(map(bool, unlike.values()))
    seconds, bound = windows[longest].longest, lines.answer_within + 1.0
    return [
        expect(
            f"{name}: answers that nobody expects", "0", unasked, not unasked, "; ".join(wrong) or ", ".join(windows)
        ),
        none_of(f"{name}: refusals for the bus's sake", for_the_bus),
        in_time(f"{name}: longest wait", seconds, bound, longest),
        in_time(f"{name}: well again by itself", recovered[slowest], RECOVERS, slowest),
    ]


@dataclass(frozen=True, slots=True)
class Wired:
    """A house whose lines can be spoiled."""

    stage: Stage
    lines: Sequence[Lines]


@asynccontextmanager
async def open_wired(trial: Trial) -> AsyncIterator[Wired]:
    """Eight processes, everything between them and the rest through proxies."""
    async with AsyncExitStack() as held:
        kafka = await held.enter_async_context(Proxy(HOST, launch.free_port()))
        broker = KafkaBroker(trial.folder / "kafka", port=kafka.port_behind, advertised=kafka.address)
        held.push_async_callback(asyncio.to_thread, broker.stop)
        ground = await held.enter_async_context(open_ground(replace(trial, broker=broker), Kind.EIGHT_KAFKA, "network"))
        postgres, url = await held.enter_async_context(line_to(str(ground.url)))
        through = ground.through(url=url, bootstrap=kafka.address)
        stage = await held.enter_async_context(open_house(trial, through, pace=PACE))
        doors = [await held.enter_async_context(Proxy(HOST, stage.house.ports[service])) for service in Service]
        stage.house.ports = {service: door.port for service, door in zip(Service, doors, strict=True)}
        usual = UNDERSTOOD | AWAY
        lines = (
            Lines("to PostgreSQL", [postgres], usual, PATIENCE + POOL_SECONDS),
            Lines("to Kafka", [kafka], without_a_broker(trial), PATIENCE),
            Lines("to the services", doors, usual | {NO_ANSWER}, PACE.timeout),
        )
        yield Wired(stage, lines)


async def _spoil_all(trial: Trial) -> list[Verdict]:
    verdicts = []
    async with open_wired(trial) as wired:
        for lines in wired.lines:
            async with wired.stage.crowd.at_work():
                await wired.stage.crowd.accepted(5)
                verdicts += await spoil(wired.stage, lines, FAULTS, short=trial.scale < 1)
            verdicts += await wired.stage.check(f"lines {lines.name}")
    return verdicts


NETWORK = Scenario("network", _spoil_all, "lines to PostgreSQL, to Kafka and to the services held, cut, slowed, sliced")
