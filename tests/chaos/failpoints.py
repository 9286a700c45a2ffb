"""Killed at every await boundary by name: a process dies just there, is started again without, and nothing is lost.

Which process passes which point is said here; a point that nobody passes fails the trial, as does one that no test
knows. The points of the timers have a scenario of their own, since they need time that passes quickly.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from signal import SIGKILL
from typing import Any

from bench.drive.house import Member
from libs.common.bus.flow import Service
from libs.common.run.failpoints import POINTS
from tests.chaos.nuisance import drop_what_was_parked, write_nonsense
from tests.chaos.scenario import Scenario, Trial
from tests.chaos.stage import Kind, Stage, open_stage
from tests.chaos.verdict import Verdict, none_of

WRITERS = (Service.INTAKE, Service.DISPATCH, Service.FOLLOWUP)
"""Services whose doors take work, and whose ledgers grow with every case."""
DOOR = ("before_batch", "after_prepare", "before_commit", "after_commit")
TRANSACTION = ("before_ledger", "after_ledger")
RELAY = ("after_claim", "before_send", "after_ack", "after_mark")
CONSUMER = ("after_read", "before_apply", "after_claim", "before_commit", "after_commit", "after_offsets")
PARK = ("consumer.before_park", "consumer.after_park")
"""Passed when an event cannot be applied."""
NUMBERS = "door.after_numbers"
"""Passed when intake takes a block of case numbers."""
LINES = "door.after_lines"
"""Passed between the chunks of a batch."""
UPLOAD = "upload.after_bytes"
"""Passed when the bytes of a file are kept and its row is not there yet."""
LOSS = "relay.before_resend"
"""Passed when the broker lost its log; here it is the embedded one that does."""
ACK = "sender.before_ack"
"""Passed on Kafka alone: on the embedded bus sending is one statement."""
TIMERS = ("timers.before_fire", "timers.before_commit")

DIES_WITHIN = 120.0
AT_A_TIME = 4
"""Processes that are down or about to be, so that the others can go on."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A fail point in a process that passes it."""

    process: str
    point: str

    @property
    def rare(self) -> bool:
        """Whether it is passed so seldom that the first time has to do."""
        return self.point in (*PARK, NUMBERS, LINES, UPLOAD, LOSS)


def places(*, kafka: bool) -> list[Place]:
    """Every point in every process that passes it while cases come and go."""
    return sorted([*_at_the_doors(), *_at_work(kafka=kafka)])


def _at_the_doors() -> Iterator[Place]:
    for service in WRITERS:
        for point in (*_named("door", DOOR), *_named("transaction", TRANSACTION)):
            yield Place(f"{service}-api", point)
    for point in (NUMBERS, LINES, UPLOAD):
        yield Place("intake-api", point)


def _at_work(*, kafka: bool) -> Iterator[Place]:
    for service in Service:
        for point in (*_named("consumer", CONSUMER), *PARK, *_named("transaction", TRANSACTION)):
            yield Place(f"{service}-worker", point)
    for service in WRITERS:
        for point in (*_named("relay", RELAY), *([ACK] if kafka else [])):
            yield Place(f"{service}-worker", point)
    if not kafka:
        yield Place("dispatch-worker", LOSS)


def each_once(everywhere: Sequence[Place], lots: random.Random) -> list[Place]:
    """Of each point one place, the work shared among the processes."""
    chosen: list[Place] = []
    for point in sorted({place.point for place in everywhere}):
        load = {place: sum(one.process == place.process for one in chosen) for place in everywhere}
        able = [place for place in everywhere if place.point == point]
        fewest = min(load[place] for place in able)
        chosen.append(lots.choice([place for place in able if load[place] == fewest]))
    return chosen


async def kill_at_points(trial: Trial) -> list[Verdict]:
    """On the embedded bus every point in every process; on Kafka every point once."""
    embedded = places(kafka=False)
    if trial.scale < 1:
        embedded = each_once(embedded, trial.lots)
    verdicts = await kill_in(trial, Kind.EIGHT_EMBEDDED, embedded)
    if not trial.short:
        verdicts += await kill_in(trial, Kind.EIGHT_KAFKA, each_once(places(kafka=True), trial.lots))
    return verdicts


async def kill_in(trial: Trial, kind: Kind, chosen: Sequence[Place]) -> list[Verdict]:
    """One house; each of these places."""
    async with open_stage(trial, kind, name=f"failpoints-{kind}") as stage:
        left_out = none_of(f"failpoints, {kind}: points at which no process was killed", _left_out(chosen, kind))
        ordinary = [place for place in chosen if place.point != LOSS]
        lossy = [place for place in chosen if place.point == LOSS]
        verdicts = [left_out, *await kill_at(stage, ordinary)]
        # By itself and last, since nothing that the log was can be read afterwards.
        return verdicts + (await kill_at(stage, lossy, what=f"failpoints, {kind}, log lost") if lossy else [])


async def kill_at(stage: Stage, chosen: Sequence[Place], what: str | None = None) -> list[Verdict]:
    """Kill at these places in a house that is ready, and see what came of it."""
    killing = _Killing(stage, stage.trial.lots)
    async with stage.crowd.at_work():
        await stage.crowd.accepted(5)
        await killing.all(chosen)
    await drop_what_was_parked(stage)
    what = what or f"failpoints, {stage.ground.kind}"
    killed = none_of(f"{what}: points at which a process did not die", killing.survived, of=len(chosen))
    refused = none_of(f"{what}: complaints refused", stage.crowd.tally.surprises, of=stage.crowd.tally.accepted)
    return [killed, refused, *await stage.check(what)]


def _left_out(chosen: Iterable[Place], kind: Kind) -> list[str]:
    elsewhere = {*TIMERS, LOSS} if kind is Kind.EIGHT_KAFKA else {*TIMERS, ACK}
    return sorted(POINTS - {place.point for place in chosen} - elsewhere)


class _Killing:
    """Kills processes at points, some at a time, each process at one point after the other."""

    def __init__(self, stage: Stage, lots: random.Random) -> None:
        self.survived: list[str] = []
        self._stage = stage
        self._lots = lots
        self._room = asyncio.Semaphore(AT_A_TIME)

    async def all(self, chosen: Sequence[Place]) -> None:
        """Every place; the order among the processes is as it comes."""
        by_process: dict[str, list[Place]] = {}
        for place in chosen:
            by_process.setdefault(place.process, []).append(place)
        async with asyncio.TaskGroup() as group:
            for own in by_process.values():
                group.create_task(self._row(own))

    async def one(self, place: Place) -> None:
        """Start the process with the point armed, let it die there, and start it again without."""
        house, member = self._stage.house, self._stage.house.members[place.process]
        # Politely, so that on Kafka the group does not wait for one that is no more.
        await asyncio.to_thread(house.stop, place.process)
        said = member.log.stat().st_size
        turn = 1 if place.rare else self._lots.randint(1, 4)
        house.start(place.process, HUIYIN_FAILPOINTS=f"{place.point}:kill:{turn}")
        errand = self._errand(place.point)
        with suppress(TimeoutError):
            async with asyncio.timeout(DIES_WITHIN):
                await _end_of(member)
        last_words = member.log.read_bytes()[said:].decode(errors="replace")
        code = None if member.process is None else member.process.returncode
        if code != -SIGKILL or f"killed at fail point {place.point}\n" not in last_words:
            self.survived.append(f"{place.process} at {place.point} (status {code}): {last_words[-300:]}")
            house.kill(place.process)
        took = await self._stage.restart(place.process)
        if errand is not None:
            await errand
        self._stage.trial.tell(f"{place.process} died at {place.point}, turn {turn}; ready again after {took:.1f} s")

    def _errand(self, point: str) -> asyncio.Task[None] | None:
        """What has to be done for a process to come to a rare point."""
        stage = self._stage
        errands: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
            **dict.fromkeys(PARK, partial(write_nonsense, stage)),
            LINES: stage.crowd.send_batch,
            UPLOAD: stage.crowd.attach_file,
            LOSS: stage.lose_the_log,
        }
        return asyncio.create_task(errands[point]()) if point in errands else None

    async def _row(self, own: Sequence[Place]) -> None:
        for place in own:
            async with self._room:
                await self.one(place)


async def _end_of(member: Member) -> None:
    while member.running:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.05)


def _named(prefix: str, names: Sequence[str]) -> list[str]:
    return [f"{prefix}.{name}" for name in names]


FAILPOINTS = Scenario("failpoints", kill_at_points, "killed at every await boundary by name, started again without")
