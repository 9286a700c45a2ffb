"""A stage: a fresh house of processes on a durable database and a bus, with people who use it and write down what they
are told."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.drive.database import execute
from bench.drive.house import HOST, House, Kind, Member, eight_processes, free_ports, one_process
from bench.drive.journal import Journal
from libs.common.bus.choose import BusKind, open_bus
from libs.common.bus.flow import Service
from libs.common.bus.port import Bus
from libs.common.database.engine import PATIENCE
from libs.programs.kafka import KafkaBroker
from libs.programs.postgres.server import EmbeddedPostgres
from tests.chaos.crowd import Crowd, Pace
from tests.chaos.oracle import Oracle
from tests.chaos.scenario import Trial
from tests.chaos.verdict import Verdict

READY_WITHIN = 120.0


@dataclass(frozen=True, slots=True)
class Ground:
    """What the processes stand on, and how they reach it: ``url`` and ``bootstrap`` may lead through a proxy."""

    folder: Path
    kind: Kind
    postgres: EmbeddedPostgres | None
    broker: KafkaBroker | None
    topic_prefix: str
    url: str | None
    bootstrap: str | None

    def through(self, *, url: str | None = None, bootstrap: str | None = None) -> "Ground":
        """The same, reached otherwise by the processes. The oracle goes straight."""
        return replace(self, url=url or self.url, bootstrap=bootstrap or self.bootstrap)


@dataclass(slots=True)
class Stage:
    """Everything that a scenario needs. ``house`` has the processes by name."""

    trial: Trial
    ground: Ground
    house: House
    journal: Journal
    crowd: Crowd

    @property
    def oracle(self) -> Oracle:
        """Who knows in the end what must have come of it."""
        ground = self.ground
        url = ground.postgres.dsn if ground.postgres is not None else self.house.database_url
        bus = BusKind.KAFKA if ground.broker is not None else BusKind.EMBEDDED
        bootstrap = ground.broker.bootstrap if ground.broker is not None else None
        return Oracle(self.house, self.journal.path, url, bus, bootstrap, ground.topic_prefix)

    def open_bus(self, client_id: str) -> Bus:
        """The bus, for somebody who is none of the house."""
        oracle = self.oracle
        return open_bus(oracle.bus, database_url=oracle.url, kafka_bootstrap=oracle.bootstrap, client_id=client_id)

    async def lose_the_log(self) -> None:
        """The embedded bus is gone, with all that was in it and all positions of its readers."""
        await execute(self.oracle.url, "DROP SCHEMA bus CASCADE")

    async def check(
        self,
        what: str,
        *,
        within: float = 180.0,
        simulated: bool = False,
        in_order: bool = True,
        by_hand: bool = False,
    ) -> list[Verdict]:
        """Wait until the house is quiet, then compare journal, database, topics and figures. ``what`` was tried."""
        oracle = replace(self.oracle, simulated=simulated, in_order=in_order, by_hand=by_hand)
        return await oracle.verdicts(what, within=within)

    async def restart(self, name: str, **environment: str) -> float:
        """Start a process again and wait until it says that it is ready; the seconds that took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        self.house.start(name, **environment)
        async with asyncio.timeout(READY_WITHIN):
            while not await self.house.is_ready(name):
                if not self.house.members[name].running:
                    raise RuntimeError(f"{name} ended at its start:\n{self.house.members[name].last_words()}")
                await asyncio.sleep(0.05)
        return loop.time() - began


@asynccontextmanager
async def open_ground(trial: Trial, kind: Kind, name: str = "stage") -> AsyncIterator[Ground]:
    """PostgreSQL that syncs to disk, and Kafka when the kind says so: the trial's, when it has one."""
    folder = trial.folder / name
    prefix = "".join(trial.lots.choices("abcdefghijklmnopqrstuvwxyz", k=8)) + "."
    if kind is Kind.ONE:
        yield Ground(folder, kind, None, None, "", None, None)
        return
    async with AsyncExitStack() as held:
        postgres = EmbeddedPostgres(folder / "postgres", durable=True)
        held.push_async_callback(asyncio.to_thread, postgres.stop)
        url = await asyncio.to_thread(postgres.start)
        broker = None
        if kind is Kind.EIGHT_KAFKA:
            broker = trial.broker or KafkaBroker(folder / "kafka")
            if trial.broker is None:
                held.push_async_callback(asyncio.to_thread, broker.stop)
            await asyncio.to_thread(broker.start)
        yield Ground(folder, kind, postgres, broker, prefix, url, broker.bootstrap if broker else None)


@asynccontextmanager
async def open_house(
    trial: Trial,
    ground: Ground,
    *,
    workers: int = 1,
    pace: Pace | None = None,
    settings: Mapping[str, str] | None = None,
    prepare: Callable[[House], None] | None = None,
) -> AsyncIterator[Stage]:
    """The processes, ready, with ``workers`` workers of each service: ``dispatch-worker``, ``dispatch-worker-2`` ...

    ``prepare`` sees them before they are started.
    """
    house = _house(ground, settings or {})
    if workers > 1:
        add_workers(house, workers)
    if prepare is not None:
        prepare(house)
    journal = Journal(ground.folder / "journal.ndjson")
    crowd = Crowd(house, journal, random.Random(trial.lots.getrandbits(64)), pace)
    try:
        house.start()
        took = await house.ready(READY_WITHIN)
        trial.tell(f"{len(house.members)} processes ready after {took:.1f} s ({ground.kind})")
        yield Stage(trial, ground, house, journal, crowd)
    finally:
        await asyncio.to_thread(house.end)
        await journal.close()


@asynccontextmanager
async def open_stage(
    trial: Trial,
    kind: Kind,
    *,
    name: str = "stage",
    workers: int = 1,
    pace: Pace | None = None,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Stage]:
    """Ground and house together, for scenarios that put nothing between them."""
    async with (
        open_ground(trial, kind, name) as ground,
        open_house(trial, ground, workers=workers, pace=pace, settings=settings) as stage,
    ):
        yield stage


def add_workers(house: House, workers: int, services: Iterable[Service] = tuple(Service)) -> None:
    """More workers of each of these services, beside the one that it has; not started yet."""
    for service in services:
        first = house.members[f"{service}-worker"]
        for number, port in enumerate(free_ports(workers - 1), start=2):
            name = f"{service}-worker-{number}"
            environment = {**first.environment, "HUIYIN_PORT": str(port)}
            log = first.log.with_name(f"{name}.log")
            house.members[name] = Member(name, first.command, port, log, environment)


def _house(ground: Ground, wanted: Mapping[str, str]) -> House:
    settings = {"HUIYIN_ANSWER_SECONDS": f"{PATIENCE:g}", **wanted}
    if ground.url is None:
        return one_process(ground.folder, **settings)
    house = eight_processes(
        ground.folder, ground.url, ground.bootstrap, HUIYIN_TOPIC_PREFIX=ground.topic_prefix, **settings
    )
    house.postgres, house.broker = ground.postgres, ground.broker
    return house


__all__ = ["HOST", "Ground", "Kind", "Stage", "add_workers", "open_ground", "open_house", "open_stage"]
