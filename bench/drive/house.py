"""The house as it really runs: one process, or eight on a PostgreSQL and either bus.

    async with open_house(Kind.EIGHT_KAFKA, folder) as house: ...

Started, killed, held still and ended by name: ``huiyin`` in one process, else ``intake-api``, ``intake-worker``,
``dispatch-api`` and so on. None of them outlives the process that started it.
"""

import asyncio
import base64
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM
from subprocess import Popen
from typing import Any

from bench.drive import processes
from bench.drive.client import Client, Unanswered
from bench.drive.member import HOST, Member, free_ports
from huiyin.office.people import CallRefused, People
from huiyin.office.wire import Call, Response
from libs.common.bus.flow import Service
from libs.common.pack.loader import document, load_pack
from libs.common.pack.schema import Pack
from libs.common.security.issuer import LocalIssuer
from libs.common.security.principal import Role
from libs.programs import launch
from libs.programs.kafka import KafkaBroker
from libs.programs.postgres.server import EmbeddedPostgres, running_dsn

__all__ = [
    "COUNTY",
    "DEMO_PACK",
    "HOST",
    "ONE",
    "House",
    "HouseTrouble",
    "Kind",
    "Member",
    "eight_processes",
    "free_ports",
    "one_process",
    "open_house",
]

ROOT = Path(__file__).parents[2]
DEMO_PACK = ROOT / "packs" / "demo"
COUNTY = "999001000000"
ONE = "huiyin"
_PUBLISHER = "dispatch-api"
_TOKEN_LIFETIME = timedelta(hours=12)
_PAUSE = 0.02
_UNAVAILABLE = 500


class Kind(StrEnum):
    """How the house runs."""

    ONE = "one"
    EIGHT_EMBEDDED = "eight-embedded"
    EIGHT_KAFKA = "eight-kafka"


class HouseTrouble(Exception):
    """The house did not do what it was started for; the message holds the end of a process's log."""


@dataclass(slots=True)
class House:
    """The processes by name, and everything that somebody needs who talks with them."""

    kind: Kind
    folder: Path
    members: dict[str, Member]
    ports: dict[Service, int]
    given_url: str | None = None
    pack: Pack | None = None
    """That it is given as it starts; the demo pack unless told otherwise."""
    postgres: EmbeddedPostgres | None = None
    broker: KafkaBroker | None = None
    token_age: timedelta = timedelta(0)
    """How long ago tokens are said to have been issued, and how much longer they last: for clocks that are set."""
    _issuer: LocalIssuer = field(init=False)

    def __post_init__(self) -> None:
        """Make the issuer's key before any process asks for it."""
        self._issuer = LocalIssuer.load_or_create(self.folder, lambda: datetime.now(UTC) - self.token_age)

    @property
    def database_url(self) -> str:
        """The database, as its superuser. In one process it is known once the house has been ready."""
        url = self.given_url or running_dsn(self.folder / "postgres", within=0)
        if url is None:
            raise HouseTrouble("the embedded PostgreSQL does not run yet")
        return url

    def base(self, service: Service) -> str:
        """Where a service answers, as a URL without a path."""
        return f"http://{HOST}:{self.ports[service]}"

    @contextmanager
    def people(self, *, timeout: float = 30.0) -> Iterator[People]:
        """Whoever works with the house, over connections of their own; ``timeout`` in seconds is for each call."""
        clients = {service: Client(HOST, port, timeout=timeout) for service, port in self.ports.items()}

        async def send(call: Call) -> Response:
            return await clients[Service(call.path.split("/", 2)[1])](call)

        try:
            yield People(lambda who, roles, area, unit: self.token(who, *roles, area=area, unit=unit), COUNTY, send)
        finally:
            for client in clients.values():
                client.close()

    def token(
        self, subject: str, *roles: Role, unit: str | None = None, area: str = COUNTY, staff_id: str | None = None
    ) -> str:
        """An access token of the house's issuer."""
        return self._issuer.issue(subject, roles, area, unit, _TOKEN_LIFETIME + 2 * self.token_age, staff_id)

    def add(self, name: str) -> int:
        """Add another process like ``name``, called ``<name>-2`` and so on; not started. Answers its port."""
        like = self.members[name]
        number = 2
        while (added := f"{name}-{number}") in self.members:
            number += 1
        (port,) = free_ports(1)
        environment = {**like.environment, "HUIYIN_PORT": str(port)}
        self.members[added] = Member(added, like.command, port, like.log.with_name(f"{added}.log"), environment)
        return port

    def start(self, *names: str, **environment: str) -> None:
        """Start these processes, all when none is named; ``environment`` holds for this time only."""
        for name in names or tuple(self.members):
            self.members[name].start(**environment)

    def kill(self, name: str) -> None:
        """As if its machine had gone."""
        self._end(name, [(SIGKILL, 30.0)])

    def stop(self, name: str) -> bool:
        """Ask it to end; whether it did within 30 s, else it is killed."""
        return self._end(name, [(SIGTERM, 30.0)])

    def pause(self, name: str) -> None:
        """Hold it still: its connections stay open and nothing moves."""
        self._living(name).send_signal(SIGSTOP)

    def resume(self, name: str) -> None:
        """Let it go on."""
        self._living(name).send_signal(SIGCONT)

    def end(self, *, politely: bool = True) -> None:
        """End all processes that run; politely, what one process embeds is shut down well, too."""
        signal = SIGTERM if politely else SIGKILL
        running = [name for name, member in self.members.items() if member.running]
        for name in running:
            self._living(name).send_signal(SIGCONT)
            self._living(name).send_signal(signal)
        for name in running:
            self._end(name, [(signal, 30.0)])

    def pids(self) -> dict[str, int]:
        """Process ids of the members that run, by name."""
        return {name: member.process.pid for name, member in self.members.items() if member.running and member.process}

    def groups(self) -> dict[str, set[int]]:
        """All processes by what they are: each member by its name, ``postgres`` and ``kafka`` whole."""
        roots = {name: {pid} for name, pid in self.pids().items()}
        if self.postgres is not None and self.postgres.pid is not None:
            roots["postgres"] = {self.postgres.pid}
        if self.broker is not None and self.broker.pid is not None:
            roots["kafka"] = {self.broker.pid}
        groups = {name: processes.tree(pids) for name, pids in roots.items()}
        if ONE in groups:
            groups["postgres"] = processes.named(groups[ONE], "postgres")
            groups[ONE] -= groups["postgres"]
        return groups

    async def ready(self, within: float = 90.0) -> float:
        """Wait until every process that was started answers /readyz; seconds that it took.

        Where dispatch's API is among eight processes, it is given its pack; one that is in force already stays.

        Raises:
            HouseTrouble: a process ended, or is not ready ``within`` seconds.
        """
        begin = time.monotonic()
        deadline = begin + within
        if _PUBLISHER in self.pids():
            await self._all_answer("/readyz?exclude=pack", deadline)
            await self._give_pack(self.pack or load_pack(DEMO_PACK), deadline)
        await self._all_answer("/readyz", deadline)
        return time.monotonic() - begin

    async def publish(self, pack: Pack) -> None:
        """Publish a county pack through dispatch's API; one that is in force already changes nothing."""
        with self.people() as people:
            try:
                await people.person("pack-loader", Role.ADMIN).do("/dispatch/v1/directory/packs", document(pack))
            except CallRefused as refused:
                raise HouseTrouble(f"the pack was not taken: {refused}: {refused.problem}") from refused

    async def _give_pack(self, pack: Pack, deadline: float) -> None:
        """As often as the database is not available in time: beside a million cases, none of them in memory yet."""
        while True:
            try:
                return await self.publish(pack)
            except HouseTrouble as trouble:
                refused = trouble.__cause__
                wrong = isinstance(refused, CallRefused) and refused.status < _UNAVAILABLE
                if wrong or time.monotonic() > deadline:
                    raise
                await asyncio.sleep(_PAUSE)

    async def is_ready(self, name: str) -> bool:
        """Whether one process says that it is ready now."""
        return await _answers(self.members[name].port, "/readyz")

    async def _all_answer(self, path: str, deadline: float) -> None:
        for member in self.members.values():
            while member.process is not None and not await _answers(member.port, path):
                if not member.running:
                    raise HouseTrouble(f"{member.name} has ended; its log ends with:\n{member.last_words()}")
                if time.monotonic() > deadline:
                    raise HouseTrouble(f"{member.name} does not answer {path}; its log:\n{member.last_words()}")
                await asyncio.sleep(_PAUSE)

    def _living(self, name: str) -> Popen[bytes]:
        process = self.members[name].process
        if process is None:
            raise HouseTrouble(f"{name} does not run")
        return process

    def _end(self, name: str, steps: Sequence[tuple[Any, float]]) -> bool:
        process = self.members[name].process
        if process is None:
            return True
        if process.poll() is not None:
            return process.returncode == 0
        return launch.end(process, steps)


def one_process(folder: Path, **settings: str) -> House:
    """``huiyin run`` on an embedded PostgreSQL and the embedded bus, with its data in ``folder``; not started yet.

    ``settings`` are environment variables.
    """
    (port,) = free_ports(1)
    environment = {"HUIYIN_DATA_DIR": str(folder), "HUIYIN_PORT": str(port), "HUIYIN_LOG_LEVEL": "WARNING", **settings}
    command = [sys.executable, "-c", "from huiyin.cli import app; app()", "run"]
    member = Member(ONE, command, port, folder / "logs" / f"{ONE}.log", environment)
    return House(Kind.ONE, folder, {ONE: member}, dict.fromkeys(Service, port))


def eight_processes(folder: Path, url: str, kafka: str | None = None, **settings: str) -> House:
    """API and worker of each service on a database, on the embedded bus or on a Kafka (``host:port``); not started yet.

    ``settings`` are environment variables.
    """
    names = [(service, role) for service in Service for role in ("worker", "api")]
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    shared = {
        "HUIYIN_DATABASE_URL": url,
        "HUIYIN_DATA_DIR": str(folder),
        "HUIYIN_LOG_LEVEL": "WARNING",
        "HUIYIN_VAULT_KEY": base64.b64encode(bytes(range(32))).decode(),
        "HUIYIN_VAULT_INDEX_KEY": base64.b64encode(bytes(range(32, 64))).decode(),
        "HUIYIN_ANSWER_KEY": base64.b64encode(bytes(range(64, 96))).decode(),
        **({"HUIYIN_BUS": "kafka", "HUIYIN_KAFKA_BOOTSTRAP": kafka} if kafka else {"HUIYIN_BUS": "embedded"}),
        **settings,
    }
    members = {}
    for (service, role), port in ports.items():
        name = f"{service}-{role}"
        command = [sys.executable, "-m", f"services.{service}.main", role]
        members[name] = Member(
            name, command, port, folder / "logs" / f"{name}.log", {**shared, "HUIYIN_PORT": str(port)}
        )
    kind = Kind.EIGHT_KAFKA if kafka else Kind.EIGHT_EMBEDDED
    return House(kind, folder, members, {service: ports[service, "api"] for service in Service}, given_url=url)


@asynccontextmanager
async def open_house(
    kind: Kind, folder: Path, settings: Mapping[str, str] | None = None, *, durable: bool = True
) -> AsyncIterator[House]:
    """A house that is ready, with all that it stands on started in ``folder``; everything is ended afterwards.

    ``durable=False`` gives up fsync where the house is eight processes; one process always keeps it.
    """
    with ExitStack() as ground:
        house = await asyncio.to_thread(_prepare, kind, folder, settings or {}, ground, durable=durable)
        ground.callback(house.end)
        house.start()
        await house.ready()
        yield house


def _prepare(kind: Kind, folder: Path, settings: Mapping[str, str], ground: ExitStack, *, durable: bool) -> House:
    """Start what the house stands on."""
    if kind is Kind.ONE:
        return one_process(folder, **settings)
    postgres = EmbeddedPostgres(folder / "postgres", durable=durable)
    ground.callback(postgres.stop)
    url = postgres.start()
    broker = None
    if kind is Kind.EIGHT_KAFKA:
        broker = KafkaBroker(folder / "kafka")
        ground.callback(broker.stop)
        broker.start()
    house = eight_processes(folder, url, broker.bootstrap if broker else None, **settings)
    house.postgres, house.broker = postgres, broker
    return house


async def _answers(port: int, path: str) -> bool:
    client = Client(HOST, port, timeout=5.0)
    try:
        return (await client(Call("GET", path, {}))).is_success
    except Unanswered:
        return False
    finally:
        client.close()
