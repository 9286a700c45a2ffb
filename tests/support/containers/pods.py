"""`kubectl apply -k`, on this machine: the pods of a rendered overlay, all at once, under their own probes.

A Deployment has the replicas that it or its autoscaler begins with. A container whose startup or liveness probe fails
too often is killed, and one that ends is started again after a pause that doubles, as a kubelet does; a Job is done
when its pod ended well. Only ready pods stand behind a Service. Not there: network policies, and what an operator does.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx

from libs.common.run.supervise import Backoff
from tests.support.containers.container import Container
from tests.support.containers.images import Place, image_of
from tests.support.containers.kustomize import Manifest
from tests.support.containers.network import Network, Words
from tests.support.eventually import eventually

_CRASH_PAUSE = 10.0
_DOORS = ("Ingress", "HTTPRoute")


class ApplyFailed(Exception):
    """What whoever waits for the rollout would see."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe of a container: how it is asked, and what it takes to fail."""

    ask: Callable[[], Awaitable[bool]]
    period: float
    failures: int


class Pod:
    """One pod with one container."""

    def __init__(self, name: str, labels: Mapping[str, str], spec: Mapping[str, Any], container: Container) -> None:
        self.name = name
        self.labels = dict(labels)
        self.container = container
        self.ready = False
        self.restarts = 0
        self.done = asyncio.Event()
        self._spec = spec
        (self._shape,) = spec["containers"]
        self._ports = {port["name"]: port["containerPort"] for port in self._shape.get("ports", [])}

    async def run(self) -> None:
        """Keep it running, as its restart policy says."""
        backoff = Backoff(first=_CRASH_PAUSE, longest=300.0)
        while True:
            probing = asyncio.create_task(self._probe())
            try:
                await self.container.start()
                code = await self.container.ended()
            finally:
                probing.cancel()
                with suppress(asyncio.CancelledError):
                    await probing
                self.ready = False
            if code == 0 and self._spec.get("restartPolicy", "Always") != "Always":
                self.done.set()
                return
            self.restarts += 1
            await backoff.wait()

    def port(self, name: str | int) -> int:
        """The number of a port."""
        return self._ports[name] if isinstance(name, str) else name

    async def _probe(self) -> None:
        startup, ready, alive = (self._probe_of(f"{kind}Probe") for kind in ("startup", "readiness", "liveness"))
        if startup is not None and not await _passes_in_time(startup):
            await self.container.stop()
            return
        watching = [self._watch_readiness(ready)] + ([self._watch_life(alive)] if alive else [])
        await asyncio.gather(*watching)

    async def _watch_readiness(self, probe: Probe | None) -> None:
        if probe is None:
            self.ready = True
            return
        failures = 0
        while True:
            failures = 0 if await probe.ask() else failures + 1
            self.ready = failures == 0 if not self.ready else failures < probe.failures
            await asyncio.sleep(probe.period)

    async def _watch_life(self, probe: Probe) -> None:
        failures = 0
        while failures < probe.failures:
            await asyncio.sleep(probe.period)
            failures = 0 if await probe.ask() else failures + 1
        await self.container.stop()

    def _probe_of(self, name: str) -> Probe | None:
        wish = self._shape.get(name)
        if wish is None:
            return None
        patience = float(wish.get("timeoutSeconds", 1))
        return Probe(
            lambda: self._ask(wish, patience), float(wish.get("periodSeconds", 10)), wish.get("failureThreshold", 3)
        )

    async def _ask(self, wish: Mapping[str, Any], patience: float) -> bool:
        address = self.container.place.words.address
        with suppress(OSError, TimeoutError, httpx.HTTPError):
            async with asyncio.timeout(patience):
                if "httpGet" in wish:
                    url = f"http://{address}:{self.port(wish['httpGet']['port'])}{wish['httpGet']['path']}"
                    async with httpx.AsyncClient(timeout=patience) as http:
                        return (await http.get(url)).status_code < 400
                if "tcpSocket" in wish:
                    _, writer = await asyncio.open_connection(address, self.port(wish["tcpSocket"]["port"]))
                    writer.close()
                    return True
                return await self.container.passes(wish["exec"]["command"], patience)
        return False


async def _passes_in_time(probe: Probe) -> bool:
    for _ in range(probe.failures):
        if await probe.ask():
            return True
        await asyncio.sleep(probe.period)
    return False


class Cluster:
    """What an overlay makes. ``outside``: hosts beyond the cluster that pods may name, and where they are."""

    def __init__(self, manifests: Iterable[Manifest], root: Path, folder: Path, outside: Mapping[str, str]) -> None:
        self.manifests = {(one["kind"], one["metadata"]["name"]): one for one in manifests}
        self.pods: dict[str, Pod] = {}
        self._root = root
        self._folder = folder
        self._network = Network()
        self._tasks: list[asyncio.Task[None]] = []
        self._hosts = dict(outside)
        templates = list(self._templates())
        for service in self._of_kind("Service"):
            for name, labels, _ in templates:
                if service["spec"]["selector"].items() <= labels.items():
                    # Of several pods the first: what pods look up by name here has one alone.
                    self._hosts.setdefault(service["metadata"]["name"], self._network.address(name))
        for name, labels, spec in templates:
            self.pods[name] = self._pod(name, labels, spec)

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(pod.run(), name=name) for name, pod in self.pods.items()]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(pod.container.stop() for pod in self.pods.values()))

    async def rolled_out(self, within: float) -> None:
        """`kubectl rollout status` of everything, and `kubectl wait --for=condition=complete` of the Jobs."""
        try:
            await eventually(lambda: not self._missing(), within=within)
        except AssertionError:
            raise ApplyFailed(f"not ready: {self._missing()}\n\n{self._logs()}") from None

    async def through_the_door(self, method: str, path: str, **more: Any) -> httpx.Response:
        """A request from outside: by the rules of the routes, to a ready pod of the service that they name."""
        backend = self.leads_to(path)
        if backend is None:
            return httpx.Response(404)
        service = self.manifests["Service", backend]["spec"]
        ready = [pod for pod in self.pods.values() if pod.ready and service["selector"].items() <= pod.labels.items()]
        if not ready:
            return httpx.Response(503)
        port = ready[0].port(service["ports"][0].get("targetPort", service["ports"][0]["port"]))
        async with httpx.AsyncClient(timeout=10) as http:
            return await http.request(method, f"http://{ready[0].container.place.words.address}:{port}{path}", **more)

    def leads_to(self, path: str) -> str | None:
        """The service to which the door sends a path: an exact rule before a prefix, a longer one before a shorter."""
        asked = path.partition("?")[0]
        found = [rule for kind in _DOORS for route in self._of_kind(kind) for rule in _paths(kind, route["spec"])]
        for exact, place, backend in sorted(found, key=lambda rule: (not rule[0], -len(rule[1]))):
            if asked == place or (not exact and asked.startswith(f"{place}/")):
                return backend
        return None

    async def create_job_from(self, cron_job: str) -> int:
        """`kubectl create job --from=cronjob/...`: one pod of it, to its end; its exit code."""
        template = self.manifests["CronJob", cron_job]["spec"]["jobTemplate"]["spec"]["template"]
        pod = self._pod(f"{cron_job}-now", template["metadata"]["labels"], template["spec"])
        await pod.container.start()
        return await pod.container.ended()

    def _missing(self) -> list[str]:
        return sorted(
            name for name, pod in self.pods.items() if not (pod.done.is_set() or (pod.ready and pod.container.running))
        )

    def _of_kind(self, kind: str) -> list[Manifest]:
        return [one for (its, _), one in self.manifests.items() if its == kind]

    def _templates(self) -> Iterator[tuple[str, Mapping[str, str], Mapping[str, Any]]]:
        """A name, the labels and the spec of every pod."""
        for kind in ("StatefulSet", "Deployment", "Job"):
            for one in self._of_kind(kind):
                template = one["spec"]["template"]
                for number in range(self._replicas(one)):
                    yield f"{one['metadata']['name']}-{number}", template["metadata"]["labels"], template["spec"]

    def _replicas(self, one: Manifest) -> int:
        for scaler in self._of_kind("HorizontalPodAutoscaler"):
            if scaler["spec"]["scaleTargetRef"]["name"] == one["metadata"]["name"]:
                return int(scaler["spec"]["minReplicas"])
        return int(one["spec"].get("replicas", 1))

    def _pod(self, name: str, labels: Mapping[str, str], spec: Mapping[str, Any]) -> Pod:
        assert "initContainers" not in spec, "not known here"
        (shape,) = spec["containers"]
        image = image_of(shape["image"], self._root)
        assert image is not None, shape["image"]
        folder = self._folder / name
        places = {there: folder / there.strip("/").replace("/", "-") for there in image.folders}
        for mount in shape.get("volumeMounts", []):
            places[mount["mountPath"]] = self._volume(mount["name"], spec, folder)
        for here in places.values():
            here.mkdir(parents=True, exist_ok=True)
        place = Place(self._root, folder, Words(self._network.address(name), self._hosts, places), "")
        # What an image runs is `command` where that is given, and gets `args` else.
        command = shape.get("command") or [*image.command, *shape["args"]] if "args" in shape else shape.get("command")
        return Pod(name, labels, spec, Container(name, image, place, command, self._environment(shape)))

    def _volume(self, name: str, spec: Mapping[str, Any], folder: Path) -> Path:
        here = folder / f"volume-{name}"
        for volume in spec.get("volumes", []):
            if volume["name"] == name and "persistentVolumeClaim" in volume:
                # Of all pods that claim it.
                here = self._folder / f"claim-{volume['persistentVolumeClaim']['claimName']}"
        here.mkdir(parents=True, exist_ok=True)
        for volume in spec.get("volumes", []):
            if volume["name"] == name and "configMap" in volume:
                for file, text in self.manifests["ConfigMap", volume["configMap"]["name"]]["data"].items():
                    (here / file).write_text(text, encoding="utf-8")
        return here

    def _environment(self, shape: Mapping[str, Any]) -> dict[str, str]:
        values: dict[str, str] = {}
        for source in shape.get("envFrom", []):
            if "configMapRef" in source:
                values |= self.manifests["ConfigMap", source["configMapRef"]["name"]]["data"]
            else:
                values |= self.manifests["Secret", source["secretRef"]["name"]]["stringData"]
        return values | {one["name"]: one["value"] for one in shape.get("env", [])}

    def _logs(self) -> str:
        return "\n".join(f"--- {name}\n{self.pods[name].container.said(800)}" for name in self._missing())


def _paths(kind: str, spec: Mapping[str, Any]) -> Sequence[tuple[bool, str, str]]:
    """Of a route: whether a path is meant exactly, the path, and the service that it leads to."""
    if kind == "Ingress":
        return [
            (path["pathType"] == "Exact", path["path"], path["backend"]["service"]["name"])
            for rule in spec["rules"]
            for path in rule["http"]["paths"]
        ]
    return [
        (match["path"]["type"] == "Exact", match["path"]["value"], rule["backendRefs"][0]["name"])
        for rule in spec["rules"]
        for match in rule["matches"]
    ]
