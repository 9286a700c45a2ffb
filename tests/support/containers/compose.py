"""`docker compose up`, on this machine: the file's services in its order, under its health rules.

A service starts when all that it depends on is as its condition says. One that turns unhealthy, or ends with an error
where its end is waited for, makes the whole ``up`` fail, in the words of Compose. Services of which this machine has
nothing (monitoring) are left out; nobody may depend on them.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import yaml

from libs.common.run.supervise import Backoff
from tests.support.containers.compose_file import Compose, ComposeService, interpolated, read
from tests.support.containers.container import Container
from tests.support.containers.health import Health, Rule, Watch, seconds
from tests.support.containers.images import Place, image_of
from tests.support.containers.network import NameServer, Network, Words


class UpFailed(Exception):
    """What `docker compose up` would end with."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a person gives a Compose file, and what is around it.

    ``variables``: those of `--env-file`. ``files``: what stands in environment files beside it, in the place of what
    may lie there. ``outside``: hosts that its containers may name, and where they are.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    outside: Mapping[str, str] = field(default_factory=dict)


class Project:
    """The services of one Compose file. ``root`` is the checkout that it lies in."""

    def __init__(self, file: Path, root: Path, given: Given, folder: Path) -> None:
        document: dict[str, Any] = interpolated(yaml.safe_load(file.read_text(encoding="utf-8")), given.variables)
        self._given = given
        self.compose: Compose = read(document)
        self.root = root
        self.folder = folder
        self.network = Network()
        self.containers: dict[str, Container] = {}
        self.left_out = frozenset(
            name for name, service in self.compose.services.items() if image_of(service.image, root) is None
        )
        self._watches: dict[str, Watch] = {}
        self._created: dict[str, asyncio.Event] = {name: asyncio.Event() for name in self._services}
        self._tasks: list[asyncio.Task[None]] = []
        self._name_server = NameServer(self.network, self.containers)

    async def __aenter__(self) -> Self:
        await self._name_server.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(container.stop() for container in self.containers.values()))
        await self._name_server.__aexit__()

    @property
    def _services(self) -> dict[str, ComposeService]:
        """What `up` starts: no service of a profile, and none that is left out."""
        return {
            name: service
            for name, service in self.compose.services.items()
            if not service.profiles and name not in self.left_out
        }

    async def up(self) -> None:
        """`docker compose up --wait`: start everything in order, and wait until all is as it should be."""
        starting = [asyncio.create_task(self._bring_up(name), name=f"up-{name}") for name in self._services]
        try:
            await asyncio.gather(*starting)
            await asyncio.gather(*(self._await(name, self._wanted(name)) for name in self._services))
        except UpFailed as error:
            raise UpFailed(f"{error}\n\n{self._logs()}") from None
        finally:
            for task in starting:
                task.cancel()
            await asyncio.gather(*starting, return_exceptions=True)

    async def run(self, name: str, command: Sequence[str]) -> tuple[int, str]:
        """`docker compose run --rm --no-deps NAME COMMAND`: its exit code and what it said."""
        return await self._container(f"{name}-run", self.compose.services[name]).run(command)

    def address(self, name: str, port: int) -> str:
        """Where a port of a service is, as `ports` opens it on the machine."""
        published = [entry.rpartition(":")[2] for entry in self.compose.services[name].ports]
        if str(port) not in published:
            raise LookupError(f"{name} does not open {port} to this machine")
        return f"http://{self.network.address(name)}:{port}"

    async def _bring_up(self, name: str) -> None:
        service = self._services[name]
        await asyncio.gather(*(self._await(other, need.condition) for other, need in service.depends_on.items()))
        container = self.containers[name] = self._container(name, service)
        self._tasks.append(asyncio.create_task(self._keep(name, container, service), name=f"keep-{name}"))
        await container.begun.wait()
        self._created[name].set()

    async def _keep(self, name: str, container: Container, service: ComposeService) -> None:
        """Run it, watch its health, and start it again when it ends and is to be restarted."""
        backoff = Backoff(first=0.1)
        while True:
            watching = asyncio.create_task(self._watched(name, container, service).run())
            try:
                await container.start()
                await container.ended()
            finally:
                watching.cancel()
                with suppress(asyncio.CancelledError):
                    await watching
            if service.restart == "no":
                return
            await backoff.wait()

    def _watched(self, name: str, container: Container, service: ComposeService) -> Watch:
        check = service.healthcheck
        if check is None:
            return Watch(Rule(3600.0, 1.0, 1), _never)
        rule = Rule(
            seconds(check.interval),
            seconds(check.timeout),
            check.retries,
            seconds(check.start_period),
            seconds(check.start_interval or "5s"),
        )
        kind, *words = check.test
        words = words if kind == "CMD" else ["sh", "-c", *words]
        watch = self._watches[name] = Watch(rule, lambda: container.passes(words, rule.timeout))
        return watch

    def _wanted(self, name: str) -> str:
        """What `--wait` waits for: the end of what others wait to end, the health of all else that has one."""
        waited_for = [service.depends_on[name] for service in self._services.values() if name in service.depends_on]
        if any(need.condition == "service_completed_successfully" for need in waited_for):
            return "service_completed_successfully"
        return "service_healthy" if self._services[name].healthcheck else "service_started"

    async def _await(self, name: str, condition: str) -> None:
        if name in self.left_out:
            raise UpFailed(f"{name} cannot be started here, and something depends on it")
        await self._created[name].wait()
        container = self.containers[name]
        if condition == "service_completed_successfully":
            code = await container.ended()
            if code != 0:
                raise UpFailed(f'service "{name}" didn\'t complete successfully: exit {code}')
        elif condition == "service_healthy":
            await self._await_health(name, container)

    async def _await_health(self, name: str, container: Container) -> None:
        while True:
            watch = self._watches.get(name)
            if watch is None:
                raise UpFailed(f"container {name} has no healthcheck configured")
            if watch.health is Health.HEALTHY:
                return
            if watch.health is Health.UNHEALTHY:
                raise UpFailed(f"dependency failed to start: container {name} is unhealthy")
            if self._services[name].restart == "no" and not container.running:
                raise UpFailed(f"dependency failed to start: container {name} exited ({await container.ended()})")
            await asyncio.sleep(0.02)

    def _container(self, name: str, service: ComposeService) -> Container:
        image = image_of(service.image, self.root)
        assert image is not None
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        hosts = dict(self._given.outside) | {
            other: self.network.address(other)
            for other, neighbour in self.compose.services.items()
            if set(neighbour.networks) & set(service.networks)
        }
        places = self._places(service, image.folders, folder)
        place = Place(self.root, folder, Words(self.network.address(name), hosts, places), self._name_server.address)
        return Container(name, image, place, service.command, self._files(service) | service.environment)

    def _files(self, service: ComposeService) -> dict[str, str]:
        values: dict[str, str] = {}
        for file in service.env_file:
            if file.required and file.path not in self._given.files:
                raise UpFailed(f"env file {file.path} not found")
            values |= self._given.files.get(file.path, {})
        return values

    def _places(self, service: ComposeService, folders: Sequence[str], folder: Path) -> dict[str, Path]:
        """Folders of the container, and what they are here: volumes, mounts, and what it alone has."""
        tmpfs = [entry.split(":")[0] for entry in service.tmpfs]
        own = {there: folder / there.strip("/").replace("/", "-") for there in (*folders, *tmpfs)}
        for entry in service.volumes:
            source, target = entry.split(":")[:2]
            own[target] = self.root / source if source.startswith(".") else self.folder / "volumes" / source
        for target, here in own.items():
            if not here.exists():
                here.mkdir(parents=True)
            assert target.startswith("/")
        return own

    def _logs(self) -> str:
        states = [
            f"--- {name}: {self._watches[name].health if name in self._watches else 'started'}\n{container.said(600)}"
            for name, container in self.containers.items()
        ]
        waiting = sorted(set(self._services) - set(self.containers))
        return "\n".join([*states, f"never started: {waiting}"])


async def _never() -> bool:
    return False
