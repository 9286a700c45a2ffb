"""The log loses its tail, as by a power cut, and is filled again before anybody looks: what was accepted arrives."""

import asyncio
from datetime import UTC, datetime

from bench.drive.database import connected, rows
from libs.common.bus.flow import Service, Stream
from tests.chaos.crowd import Pace
from tests.chaos.outside.backlog import backlog_gone, log_refilled
from tests.chaos.outside.broker import BACKLOG_WITHIN
from tests.chaos.scenario import Scenario, Trial
from tests.chaos.stage import Kind, Stage, open_stage
from tests.chaos.verdict import Verdict, in_time
from tests.contract.bus.rigs import CUT_EMBEDDED
from tests.support.eventually import eventually

BUSY = Pace(citizens=4, pause=0.3)
LOST = 3
"""Records, and on Kafka what travelled in one batch with them."""
MEANWHILE = 12
"""Complaints that come in while nobody sends or reads."""
_UNSENT = "SELECT EXISTS (SELECT FROM {service}.ledger_unsent)"


async def cut_while_away(stage: Stage, rounds: int) -> list[Verdict]:
    """All workers are away; then one service after the other comes back, and fills the place of what is gone."""
    name = f"tail cut, workers away, {stage.ground.kind}"
    slowest = 0.0
    for _ in range(rounds):
        workers = [f"{service}-worker" for service in Service]
        for worker in workers:
            await asyncio.to_thread(stage.house.stop, worker)
        await cut(stage)
        # Nothing that they began can come to its end.
        async with stage.crowd.at_work(patience=1.0):
            await stage.crowd.accepted(MEANWHILE)
        for worker in stage.trial.lots.sample(workers, len(workers)):
            await stage.restart(worker)
            await _sent(stage, Service(worker.removesuffix("-worker")))
        slowest = max(slowest, await backlog_gone(stage, datetime.now(UTC)))
        stage.trial.tell(f"{name}: all was applied after {slowest:.1f} s at most")
    return [_applied(name, slowest), *await _refilled(name, stage)]


async def cut_under_load(stage: Stage, rounds: int) -> list[Verdict]:
    """Kafka is killed, loses its tail and is back at once; those who use it go on by themselves."""
    name, slowest = "tail cut under load, Kafka", 0.0
    for _ in range(rounds):
        async with stage.crowd.at_work():
            await stage.crowd.accepted(MEANWHILE)
            await cut(stage)
            await stage.crowd.accepted(MEANWHILE)
        slowest = max(slowest, await backlog_gone(stage, datetime.now(UTC)))
        stage.trial.tell(f"{name}: all was applied after {slowest:.1f} s at most")
    return [_applied(name, slowest), *await _refilled(name, stage)]


async def cut(stage: Stage) -> None:
    """Lose the last records of the longest partition of cases."""
    topic = f"{stage.oracle.topic_prefix}{Stream.CASES}"
    bus = stage.open_bus("cut")
    try:
        ends = await bus.end_offsets(topic)
    finally:
        await bus.close()
    longest = max(ends, key=lambda partition: ends[partition])
    if stage.ground.broker is not None:
        await asyncio.to_thread(stage.ground.broker.kill)
        stage.ground.broker.cut(topic, longest, LOST)
        await asyncio.to_thread(stage.ground.broker.start)
        return
    async with connected(stage.oracle.url, search_path="bus") as connection:
        for statement in CUT_EMBEDDED:
            await connection.execute(statement, topic, longest, LOST)


async def _sent(stage: Stage, service: Service) -> None:

    async def is_sent() -> bool:
        return not (await rows(stage.oracle.url, _UNSENT.format(service=service)))[0][0]

    await eventually(is_sent, within=60, what=f"{service} has sent what it had to say")


def _applied(name: str, seconds: float) -> Verdict:
    return in_time(f"{name}: all applied", seconds, BACKLOG_WITHIN)


async def _refilled(name: str, stage: Stage) -> list[Verdict]:
    full = await log_refilled(stage)
    told = in_time(f"{name}: in the topics again", full, BACKLOG_WITHIN)
    return [told, *await stage.check(name, in_order=False)]


async def _cut(trial: Trial) -> list[Verdict]:
    rounds = trial.times(whole=5, short=1)
    async with open_stage(trial, Kind.EIGHT_EMBEDDED, name="tail-embedded", pace=BUSY) as stage:
        async with stage.crowd.at_work():
            await stage.crowd.accepted(20)
        verdicts = await cut_while_away(stage, rounds)
    async with open_stage(trial, Kind.EIGHT_KAFKA, name="tail-kafka", pace=BUSY) as stage:
        async with stage.crowd.at_work():
            await stage.crowd.accepted(20)
        verdicts += await cut_while_away(stage, rounds)
        return [*verdicts, *await cut_under_load(stage, rounds)]


TAIL = Scenario("tail", _cut, "the last records of the log are lost and others stand there before anybody looks")
