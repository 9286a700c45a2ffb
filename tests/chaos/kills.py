"""kill -9 at random over all processes, under load, again and again: nothing is lost, nothing happens twice."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from signal import SIGKILL
from statistics import median

from bench.drive.house import ONE
from tests.chaos.crowd import Pace
from tests.chaos.scenario import Scenario, Trial
from tests.chaos.stage import Kind, Stage, open_stage
from tests.chaos.verdict import Verdict, expect

WHOLE_MACHINE = 0.5
"""Of the kills of the house in one process, the share that takes its PostgreSQL along, as a power cut does."""
KILLED_AT_START = 0.2
"""Share of the rounds in which the process is killed once more while it starts."""
RESTART_SECONDS = 10.0
"""From the start of a killed process until it says that it is ready; the short form, on any machine, only tells."""


async def kill_at_random(trial: Trial) -> list[Verdict]:
    """On the embedded bus, on Kafka, and the whole house in one process."""
    kinds = (Kind.EIGHT_EMBEDDED,) if trial.short else (Kind.EIGHT_EMBEDDED, Kind.EIGHT_KAFKA, Kind.ONE)
    return [verdict for kind in kinds for verdict in await kill_in(trial, kind, rounds=trial.times(whole=30, short=4))]


async def kill_in(trial: Trial, kind: Kind, *, rounds: int) -> list[Verdict]:
    """One house."""
    async with open_stage(trial, kind, name=f"kills-{kind}", pace=Pace(batch_every=10.0)) as stage:
        return await kill_rounds(stage, rounds)


def kill(stage: Stage, victim: str, *, whole: bool) -> None:
    """Kill a process; in one process, when ``whole``, its PostgreSQL with it, which else shuts down by itself."""
    children = stage.house.groups().get("postgres", set()) if victim == ONE and whole else set()
    stage.house.kill(victim)
    for pid in sorted(children):
        with suppress(ProcessLookupError):
            os.kill(pid, SIGKILL)


async def kill_rounds(stage: Stage, rounds: int) -> list[Verdict]:
    """Kill so many times in a house that is ready, and see what came of it."""
    lots, kind = stage.trial.lots, stage.ground.kind
    restarts: list[float] = []
    victims: Counter[str] = Counter()
    async with stage.crowd.at_work():
        for victim in drawn_victims(lots, sorted(stage.house.members), rounds):
            await stage.crowd.accepted(3)
            await asyncio.sleep(lots.uniform(0.2, 0.6))
            kill(stage, victim, whole=lots.random() < WHOLE_MACHINE)
            victims[victim] += 1
            if lots.random() < KILLED_AT_START:
                stage.house.start(victim)
                await asyncio.sleep(lots.uniform(0.5, 3.0))
                stage.house.kill(victim)
            restarts.append(await stage.restart(victim))
            stage.trial.tell(f"{kind}: killed {victim}, ready again after {restarts[-1]:.1f} s")
    return [*told(stage, rounds, restarts, victims), *await stage.check(f"kills, {kind}")]


def drawn_victims(lots: random.Random, names: Sequence[str], rounds: int) -> list[str]:
    """Each process as often as any other, as far as that goes, in an order by lot."""
    drawn: list[str] = []
    while len(drawn) < rounds:
        drawn += lots.sample(names, len(names))
    return drawn[:rounds]


def told(stage: Stage, rounds: int, restarts: Sequence[float], victims: Counter[str]) -> list[Verdict]:
    """What the people saw."""
    tally, kind = stage.crowd.tally, stage.ground.kind
    killed = ", ".join(f"{name} {count}" for name, count in sorted(victims.items()) if name != ONE)
    counted = (
        f"{tally.accepted} accepted ({tally.batches} batches), {tally.steps} steps, {tally.closed} closed, "
        f"{tally.retried} retried"
    )
    return [
        expect(f"kills, {kind}: rounds", str(rounds), len(restarts), len(restarts) == rounds, killed),
        expect(f"kills, {kind}: complaints refused", "0", len(tally.surprises), not tally.surprises, counted),
        expect(
            f"kills, {kind}: ready after a restart, longest",
            f"<= {RESTART_SECONDS:.0f} s",
            f"{max(restarts):.1f} s",
            stage.trial.short or max(restarts) <= RESTART_SECONDS,
            f"median {median(restarts):.1f} s; longest wait of a client {tally.longest_wait:.1f} s",
        ),
    ]


KILLS = Scenario("kills", kill_at_random, "kill -9 at random over all processes, on both buses and in one process")
