"""Workers are held still for a while, at random or in the middle of a transaction, and wake up as if nothing had been.

Each service has two workers. While one of each is held, the others must take over what it read and sent; when it wakes,
what it still believes must do nothing twice.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.drive.house import Member
from libs.common.bus.flow import Service
from tests.chaos.crowd import Pace
from tests.chaos.scenario import Scenario, Trial
from tests.chaos.stage import Kind, Stage, open_stage
from tests.chaos.verdict import Verdict, expect
from tests.support.eventually import eventually

POINTS = (
    "consumer.after_read",
    "consumer.after_claim",
    "consumer.before_commit",
    "consumer.after_commit",
    "transaction.after_ledger",
    "relay.before_send",
    "relay.after_ack",
)
"""Where a worker is held when it is not held at random. Analytics says nothing, so its relay comes to no point."""
OPEN_TRANSACTION, HALF_A_STATEMENT = 15.0, 30.0
"""Seconds after which PostgreSQL ends a transaction whose client went silent: between two statements, and, which seldom
happens, between two messages of one (see ``Database``)."""
GRACE = 5.0


@dataclass(frozen=True, slots=True)
class Spell:
    """How long workers are held, and after how long the others count them as gone; seconds."""

    held: float
    stall: float

    @property
    def usually(self) -> float:
        """Until others have taken over: a frozen transaction keeps its locks until PostgreSQL ends it."""
        return max(self.stall, OPEN_TRANSACTION) + GRACE

    @property
    def at_most(self) -> float:
        """The same, at the worst place to be frozen at."""
        return max(self.stall, HALF_A_STATEMENT) + GRACE


async def hold_still(trial: Trial) -> list[Verdict]:
    """On both buses; in the short form on the embedded one."""
    kinds = (Kind.EIGHT_EMBEDDED,) if trial.short else (Kind.EIGHT_EMBEDDED, Kind.EIGHT_KAFKA)
    rounds = trial.times(whole=5, short=1)
    return [verdict for kind in kinds for verdict in await hold_in(trial, kind, Spell(held=30.0, stall=10.0), rounds)]


async def hold_in(trial: Trial, kind: Kind, spell: Spell, rounds: int) -> list[Verdict]:
    """One house; in each round a worker of every service."""
    settings = {"HUIYIN_STALL_SECONDS": f"{spell.stall:g}"}
    pace = Pace(citizens=4)
    async with open_stage(trial, kind, name=f"stopped-{kind}", workers=2, pace=pace, settings=settings) as stage:
        waits: list[float] = []
        async with stage.crowd.at_work():
            for _ in range(rounds):
                await stage.crowd.accepted(5)
                chosen = [drawn(stage.trial.lots, service) for service in Service]
                waits.append(await hold(stage, spell, chosen))
        tally = stage.crowd.tally
        what = f"stopped, {kind}"
        return [
            expect(f"{what}: workers held {spell.held:.0f} s", str(4 * rounds), 4 * len(waits), len(waits) == rounds),
            expect(
                f"{what}: others took over",
                f"median <= {spell.usually:.0f} s, all <= {spell.at_most:.0f} s",
                f"{median(waits):.1f} s, {max(waits):.1f} s",
                median(waits) <= spell.usually and max(waits) <= spell.at_most,
                f"each: {', '.join(f'{wait:.1f}' for wait in waits)} s, counted as gone after {spell.stall:.0f} s",
            ),
            expect(
                f"{what}: complaints refused", "0", len(tally.surprises), not tally.surprises, str(tally.surprises[:3])
            ),
            *await stage.check(what),
        ]


Chosen = tuple[str, str | None, int]
"""A worker, the point at which it is to be held, if at one, and the how many-eth time it comes there."""


def drawn(lots: random.Random, service: Service) -> Chosen:
    """One of a service's two workers, and where it is held."""
    points = [point for point in POINTS if service is not Service.ANALYTICS or not point.startswith("relay.")]
    name = lots.choice([f"{service}-worker", f"{service}-worker-2"])
    return name, lots.choice([None, lots.choice(points)]), lots.randint(1, 3)


async def hold(stage: Stage, spell: Spell, chosen: Sequence[Chosen]) -> float:
    """Hold these workers and let them go; seconds until a complaint made meanwhile was known to all services."""
    loop = asyncio.get_running_loop()
    held = await asyncio.gather(*(_hold(stage, *one) for one in chosen))
    began = loop.time()
    stage.trial.tell(f"held: {', '.join(f'{name} {where}' for (name, _, _), where in zip(chosen, held, strict=True))}")
    try:
        case_id = await stage.crowd.speak()
        await stage.crowd.known_everywhere(case_id, within=max(60.0, spell.held))
        took = loop.time() - began
        stage.trial.tell(f"others took over after {took:.1f} s")
        await asyncio.sleep(max(0.0, spell.held - took))
    finally:
        for name, _, _ in chosen:
            stage.house.resume(name)
    return took


async def _hold(stage: Stage, name: str, point: str | None, turn: int) -> str:
    """Held by a signal now, or by itself at a point that it comes to ``turn`` times; says where."""
    house, member = stage.house, stage.house.members[name]
    if point is None:
        house.pause(name)
        return "at random"
    # Both begin anew, so that it is not always the twin that has all the parts of the ledger.
    twin = name.removesuffix("-2") if name.endswith("-2") else f"{name}-2"
    await asyncio.gather(*(asyncio.to_thread(house.stop, each) for each in (name, twin)))
    member.start(HUIYIN_FAILPOINTS=f"{point}:hold:{turn}")
    try:
        await eventually(lambda: is_held(member), within=45.0, what=f"{name} comes to {point}")
    finally:
        house.start(twin)
    return f"at {point}"


def is_held(member: Member) -> bool:
    """Whether the process is stopped, as the kernel says."""
    if member.process is None:
        return False
    return Path(f"/proc/{member.process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


STOPPED = Scenario("stopped", hold_still, "SIGSTOP of a worker of each service for 30 s, on both buses")
