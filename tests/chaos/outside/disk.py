"""The disk under PostgreSQL is full, under load: that of its data, that of its log; also in the house of one process.

PostgreSQL refuses what needs room for data and goes on. Without room for its log it ends itself, again and again until
there is room; whoever looks after it starts it again: the machine's supervisor, which is played here by ours, and in
one process the house itself.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bench.drive.database import execute
from libs.common.run.supervise import stop
from libs.programs.postgres.cluster import PostgresUnavailable
from libs.programs.postgres.server import EmbeddedPostgres
from libs.programs.postgres.supervisor import keep_up
from tests.chaos.crowd import Pace
from tests.chaos.outside.room import CannotMount, Room, small_room
from tests.chaos.outside.watching import AWAY, UNDERSTOOD, only, pids, ready_again, same_processes, watched
from tests.chaos.scenario import Scenario, Trial
from tests.chaos.stage import Kind, Stage, open_ground, open_house
from tests.chaos.verdict import Verdict, expect, in_time, none_of, not_run
from tests.support.eventually import eventually

BUSY = Pace(citizens=8, pause=0.2)
READY_WITHIN = 10.0
MEGABYTES = 640
"""More than a trial writes, and less than makes a machine without swap uneasy."""
_EAT = "CREATE TABLE IF NOT EXISTS public.ballast (filling text)"
_BITE = "INSERT INTO public.ballast SELECT repeat(md5(n::text), 60) FROM generate_series(1, 500) AS n"


@dataclass(frozen=True, slots=True)
class Filled:
    """A house, and the room that can be filled under it."""

    stage: Stage
    room: Room
    name: str

    def panics(self) -> int:
        """How often PostgreSQL has given up since it was made."""
        log = self.stage.ground.folder / "postgres" / "postgres.log"
        return log.read_text(encoding="utf-8", errors="replace").count("PANIC:")


async def fill(filled: Filled, seconds: float) -> list[Verdict]:
    """Full for a while, then as before; nobody does anything else. The crowd is at work."""
    stage, name, before, ended = filled.stage, filled.name, pids(filled.stage), filled.panics()
    async with watched(stage) as window:
        filled.room.fill()
        refused = await _felt(stage)
        await asyncio.sleep(seconds)
        filled.room.empty()
        ready = await ready_again(stage, within=120.0)
        await stage.crowd.accepted(10, within=120.0)
    await _clear(stage)
    panics = f"PostgreSQL panicked {filled.panics() - ended} times"
    stage.trial.tell(f"{name}: {window}; {panics}; ready {ready:.1f} s after there was room again")
    return [
        expect(f"{name}: refused while it was", "> 0", refused, refused > 0, panics),
        only(name, window, UNDERSTOOD | AWAY),
        none_of(f"{name}: refusals that say too little", stage.crowd.tally.unclear),
        in_time(f"{name}: ready again", ready, READY_WITHIN),
        same_processes(name, stage, before),
    ]


async def _felt(stage: Stage) -> int:
    """Use up what PostgreSQL had set aside, until somebody is refused; how many were."""
    start = len(stage.crowd.tally.seen)

    async def refused() -> int:
        await _bite(stage)
        return sum(one.status in AWAY for one in stage.crowd.tally.seen[start:])

    return await eventually(refused, within=90.0, what="somebody is refused since the disk is full")


async def _bite(stage: Stage) -> None:
    """Write, and begin the next file of the log, as far as there is room; nothing while PostgreSQL starts anew."""
    with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, PostgresUnavailable):
        connection = await asyncpg.connect(stage.oracle.url, timeout=5, command_timeout=10)
        try:
            await connection.execute(_EAT)
            await connection.execute(_BITE)
            await connection.execute("SELECT pg_switch_wal()")
        finally:
            connection.terminate()


async def _clear(stage: Stage) -> None:
    await execute(stage.oracle.url, "DROP TABLE IF EXISTS public.ballast")


@asynccontextmanager
async def open_filled(trial: Trial, kind: Kind, what: str) -> AsyncIterator[Filled]:
    """A house whose PostgreSQL has its ``data`` or its ``log`` in a small room. Raises CannotMount."""
    name = f"disk-{what}-{kind}"
    async with AsyncExitStack() as held:
        postgres = trial.folder / name / "postgres"
        data = held.enter_context(small_room(postgres, MEGABYTES))
        room = data if what == "data" else held.enter_context(small_room(trial.folder / f"{name}-log", MEGABYTES))
        if what == "log":
            await asyncio.to_thread(_move_the_log, postgres, room)
        ground = await held.enter_async_context(open_ground(trial, kind, name))
        if ground.postgres is not None:
            held.push_async_callback(stop, asyncio.create_task(keep_up(ground.postgres)))
        stage = await held.enter_async_context(open_house(trial, ground, pace=BUSY))
        yield Filled(stage, room, f"{what} full, {kind}")


def _move_the_log(folder: Path, room: Room) -> None:
    """As `initdb --waldir` lays it out."""
    with EmbeddedPostgres(folder):
        pass
    log = folder / "cluster" / "pg_wal"
    owner = log.stat()
    for each in log.iterdir():
        shutil.move(each, room.folder / each.name)
    for each in (room.folder, *room.folder.rglob("*")):
        os.chown(each, owner.st_uid, owner.st_gid)
    log.rmdir()
    log.symlink_to(room.folder)


async def _fill_all(trial: Trial) -> list[Verdict]:
    kinds = [Kind.EIGHT_EMBEDDED] if trial.short else [Kind.EIGHT_EMBEDDED, Kind.EIGHT_KAFKA]
    cases = [(kind, what) for kind in (*kinds, Kind.ONE) for what in ("data", "log")]
    verdicts = []
    for kind, what in cases:
        try:
            async with open_filled(trial, kind, what) as filled:
                async with filled.stage.crowd.at_work():
                    await filled.stage.crowd.accepted(10)
                    for _ in range(trial.times(whole=3, short=1)):
                        verdicts += await fill(filled, trial.times(whole=20, short=4))
                verdicts += await filled.stage.check(filled.name)
        except CannotMount as error:
            return [not_run("disk full under PostgreSQL", str(error))]
    return verdicts


DISK = Scenario("disk", _fill_all, "the disk of PostgreSQL's data, then of its log, is full for a while, under load")
