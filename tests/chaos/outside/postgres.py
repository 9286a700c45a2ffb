"""PostgreSQL goes away without warning and comes back, under load, again and again."""

import asyncio
import time
from dataclasses import dataclass
from statistics import median

from libs.programs.postgres.server import EmbeddedPostgres
from tests.chaos.crowd import Pace
from tests.chaos.outside.commits import lose_answers
from tests.chaos.outside.watching import READY_AGAIN, UNDERSTOOD, only, pids, ready_again, same_processes, watched
from tests.chaos.scenario import Scenario, Trial
from tests.chaos.stage import Kind, Stage, open_stage
from tests.chaos.verdict import Verdict, in_time
from tests.support.eventually import eventually

BUSY = Pace(citizens=10, pause=0.2)
FLOWS_AGAIN = 15.0
"""Seconds until events move again: a reader that has waited for a minute looks every ten seconds."""


async def stop_and_start(stage: Stage, rounds: int) -> list[Verdict]:
    """``immediate``, as a crash, then recovery. The crowd is at work."""
    name, lots, before = f"PostgreSQL away, {stage.ground.kind}", stage.trial.lots, pids(stage)
    returns: list[Return] = []
    async with watched(stage) as window:
        for number in range(rounds):
            returns.append(await go_away(stage, lots.uniform(0.0, 1.5)))
            stage.trial.tell(f"{name}: round {number + 1}, ready again after {returns[-1].ready:.1f} s")
    ready, refused = max(one.ready for one in returns), max(one.refused for one in returns)
    took = f"median {median(one.ready for one in returns):.2f} s of {rounds}"
    return [
        only(name, window),
        in_time(f"{name}: ready again", ready, READY_AGAIN, took),
        in_time(f"{name}: last 503 after it", refused, READY_AGAIN),
        same_processes(name, stage, before),
    ]


async def stay_away(stage: Stage, seconds: float) -> list[Verdict]:
    """Gone for so long that everybody waits for it with its longest pauses."""
    name, before = f"PostgreSQL away {seconds:.0f} s, {stage.ground.kind}", pids(stage)
    async with watched(stage) as window:
        found = await go_away(stage, seconds)
        began, steps = time.monotonic(), stage.crowd.tally.steps
        await eventually(lambda: stage.crowd.tally.steps > steps, within=120, what="a step of the staff")
        flows = time.monotonic() - began
    return [
        only(name, window),
        in_time(f"{name}: ready again", found.ready, READY_AGAIN),
        in_time(f"{name}: events flow again", flows, FLOWS_AGAIN),
        same_processes(name, stage, before),
    ]


@dataclass(frozen=True, slots=True)
class Return:
    """Seconds after PostgreSQL accepted connections again: until all processes were ready, and the last refusal."""

    ready: float
    refused: float


async def go_away(stage: Stage, seconds: float) -> Return:
    """One stop and one start, and some complaints afterwards."""
    postgres = stage.ground.postgres
    if postgres is None:
        raise ValueError("this house brings its own PostgreSQL")
    await asyncio.to_thread(postgres.stop, immediate=True)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(postgres.start)
    back = asyncio.get_running_loop().time()
    ready = await ready_again(stage)
    await stage.crowd.accepted(stage.trial.lots.randrange(5, 15))
    refusals = [one.at - back for one in stage.crowd.tally.seen if one.at > back and one.status not in UNDERSTOOD]
    return Return(ready, max(refusals, default=0.0))


async def _stops(trial: Trial) -> list[Verdict]:
    verdicts = []
    for kind in (Kind.EIGHT_EMBEDDED, Kind.EIGHT_KAFKA):
        async with open_stage(trial, kind, name=f"postgres-{kind}", pace=BUSY) as stage:
            async with stage.crowd.at_work():
                await stage.crowd.accepted(5)
                verdicts += await stop_and_start(stage, trial.times(whole=20, short=2))
                verdicts += await stay_away(stage, trial.times(whole=60, short=3))
            verdicts += await stage.check(f"PostgreSQL away, {kind}")
    return [*verdicts, *await _lost_answers(trial)]


async def _lost_answers(trial: Trial) -> list[Verdict]:
    postgres = EmbeddedPostgres(trial.folder / "commits")
    try:
        url = await asyncio.to_thread(postgres.start)
        return await lose_answers(url, trial.folder, trial.times(whole=100, short=6))
    finally:
        await asyncio.to_thread(postgres.stop)


POSTGRES = Scenario("postgres", _stops, "PostgreSQL stopped at once and started, 20 times under load, on both buses")
