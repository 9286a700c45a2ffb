"""The broker goes away, comes back, and comes back empty: complaints are taken all the while, and all arrives."""

import asyncio
from datetime import UTC, datetime

from libs.common.bus.flow import Service
from libs.programs.kafka import KafkaBroker
from tests.chaos.crowd import Pace
from tests.chaos.outside.backlog import backlog_gone, log_refilled
from tests.chaos.outside.watching import Window, only, pids, same_processes, watched, without_a_broker
from tests.chaos.scenario import Scenario, Trial
from tests.chaos.stage import Kind, Stage, open_stage
from tests.chaos.verdict import Verdict, expect, in_time

BUSY = Pace(citizens=6, pause=0.3)
AVAILABLE = 0.999
BACKLOG_WITHIN = 60.0


async def broker_away(stage: Stage, seconds: float) -> list[Verdict]:
    """Killed, and started again after a while. The crowd is at work."""
    broker = _broker(stage)
    name, before = f"Kafka away {seconds:.0f} s", pids(stage)
    async with watched(stage) as window:
        await asyncio.to_thread(broker.kill)
        await asyncio.sleep(seconds)
    await asyncio.to_thread(broker.start)
    took = await backlog_gone(stage, datetime.now(UTC))
    stage.trial.tell(f"{name}: what had gathered was applied {took:.1f} s after it was back")
    return [
        _taken(name, window),
        only(name, window, without_a_broker(stage.trial)),
        in_time(f"{name}: backlog gone", took, BACKLOG_WITHIN),
        same_processes(name, stage, before),
    ]


async def broker_wiped(stage: Stage) -> list[Verdict]:
    """Killed, and started again on an empty disk."""
    broker = _broker(stage)
    name, before = "Kafka wiped", pids(stage)
    async with watched(stage) as window:
        await asyncio.to_thread(broker.kill)
        broker.wipe()
        await asyncio.to_thread(broker.start)
        await stage.crowd.accepted(20)
    took = await backlog_gone(stage, datetime.now(UTC))
    full = await log_refilled(stage)
    stage.trial.tell(f"{name}: all was applied {took:.1f} s later, and in the topics again {full:.1f} s after that")
    return [
        _taken(name, window),
        in_time(f"{name}: all applied", took, BACKLOG_WITHIN),
        in_time(f"{name}: in the topics again", full, BACKLOG_WITHIN),
        same_processes(name, stage, before),
    ]


async def tables_wiped(stage: Stage) -> list[Verdict]:
    """The embedded bus loses its tables, under load, twice."""
    name, before = "bus tables wiped", pids(stage)
    async with watched(stage) as window:
        for _ in range(2):
            await stage.lose_the_log()
            await stage.crowd.accepted(20)
    took = await backlog_gone(stage, datetime.now(UTC))
    return [
        _taken(name, window),
        in_time(f"{name}: all applied", took, BACKLOG_WITHIN),
        same_processes(name, stage, before),
    ]


def _broker(stage: Stage) -> KafkaBroker:
    if stage.ground.broker is None:
        raise ValueError("this house has no Kafka")
    return stage.ground.broker


def _taken(name: str, window: Window) -> Verdict:
    good, asked = window.share_ok(Service.INTAKE)
    share = good / asked if asked else 0.0
    return expect(
        f"{name}: requests to intake answered",
        f">= {AVAILABLE:.1%}",
        f"{share:.2%}",
        share >= AVAILABLE,
        f"{good:,} of {asked:,}",
    )


async def _away(trial: Trial) -> list[Verdict]:
    async with open_stage(trial, Kind.EIGHT_KAFKA, name="broker", pace=BUSY) as stage:
        async with stage.crowd.at_work():
            await stage.crowd.accepted(20)
            verdicts = await broker_away(stage, trial.times(whole=60, short=5))
        verdicts += await stage.check("Kafka away")
        async with stage.crowd.at_work():
            verdicts += await broker_wiped(stage)
        verdicts += await stage.check("Kafka wiped", in_order=False)
    async with open_stage(trial, Kind.EIGHT_EMBEDDED, name="tables", pace=BUSY) as stage:
        async with stage.crowd.at_work():
            await stage.crowd.accepted(20)
            verdicts += await tables_wiped(stage)
        return [*verdicts, *await stage.check("bus tables wiped", in_order=False)]


BROKER = Scenario("broker", _away, "Kafka away for a minute, then wiped; the embedded bus without its tables")
