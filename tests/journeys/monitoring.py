"""Prometheus and Alertmanager as docker-compose.yml runs them, but for addresses and pace, and somebody who is told."""

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import yaml

from tests.support.eventually import eventually
from tests.support.listening import Listening
from tests.support.ports import free_ports
from tests.support.programs import ALERTMANAGER, PROMETHEUS, installed

ROOT = Path(__file__).parents[2]
RUNBOOKS = "https://huiyin.example.org/operations.md"
PACE = "1s"
"""From one look to the next, instead of a quarter of a minute."""

Alert = dict[str, Any]


@dataclass
class Receiver:
    """Whom Alertmanager's webhooks reach: what arrived, by the name of the receiver."""

    arrived: list[tuple[str, Alert]] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one message after the other."""
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = re.search(r"content-length: (\d+)", head, flags=re.IGNORECASE)
            assert length, head
            message = orjson.loads(await reader.readexactly(int(length[1])))
            self.arrived += [(message["receiver"], alert) for alert in message["alerts"]]
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()

    def alerts(self, receiver: str) -> dict[str, Alert]:
        """What a receiver was told, by the alert's name."""
        return {alert["labels"]["alertname"]: alert for name, alert in self.arrived if name == receiver}


@dataclass(frozen=True, slots=True)
class Monitoring:
    """What watches."""

    receiver: Receiver
    prometheus: httpx.AsyncClient

    async def looks(self) -> float:
        """How often every rule was looked at so far."""
        text = (await self.prometheus.get("/metrics")).text
        counts = re.findall(r"^prometheus_rule_group_iterations_total\{.*\} (\S+)$", text, re.MULTILINE)
        return min(map(float, counts), default=0)

    async def firing(self) -> list[str]:
        """The names of the alerts that fire now, also those that nobody was told of yet."""
        alerts = (await self.prometheus.get("/api/v1/alerts")).json()["data"]["alerts"]
        return [alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"]

    async def ask(self, query: str) -> list[dict[str, str]]:
        """The labels of what a query gives."""
        answer = (await self.prometheus.get("/api/v1/query", params={"query": query})).json()
        return [one["metric"] for one in answer["data"]["result"]]


@asynccontextmanager
async def watched(folder: Path, target: str) -> AsyncIterator[Monitoring]:
    """Watch one process, ``host:port``, until the end."""
    receiver = Receiver()
    (prometheus, alertmanager) = free_ports(2)
    async with Listening(receiver.answer) as listening:
        _write_alertmanager(folder / "alertmanager", f"http://127.0.0.1:{listening.port}/")
        _write_prometheus(folder / "prometheus", target, f"127.0.0.1:{alertmanager}")
        with ExitStack() as started:
            for name, program, port, more in (
                ("alertmanager", ALERTMANAGER, alertmanager, []),
                # By itself since version 3.
                ("prometheus", PROMETHEUS, prometheus, ["--enable-feature=expand-external-labels"]),
            ):
                started.enter_context(_running(folder, name, program, port, more))
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{prometheus}", timeout=60.0) as client:
                monitoring = Monitoring(receiver, client)
                await eventually(lambda: _ready(client), within=60, what="Prometheus")
                yield monitoring


async def _ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/-/ready")).is_success
    except httpx.HTTPError:
        return False


def _write_prometheus(folder: Path, target: str, alertmanager: str) -> None:
    """Its settings and rules; other addresses, and quicker."""
    folder.mkdir()
    given = ROOT / "deploy" / "prometheus"
    (folder / "alerts.yml").write_text((given / "alerts.yml").read_text(encoding="utf-8"), encoding="utf-8")
    settings = yaml.safe_load((given / "prometheus.yml").read_text(encoding="utf-8"))
    settings["global"] |= {"scrape_interval": PACE, "evaluation_interval": PACE}
    settings["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [alertmanager]
    settings["scrape_configs"] = settings["scrape_configs"][:1]
    settings["scrape_configs"][0]["static_configs"][0]["targets"] = [target]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")


def _write_alertmanager(folder: Path, url: str) -> None:
    """As who copied the example fills it in: here both receivers are webhooks."""
    folder.mkdir()
    settings = yaml.safe_load((ROOT / "deploy/alertmanager/example.yml").read_text(encoding="utf-8"))
    del settings["global"]
    for receiver in settings["receivers"]:
        receiver.pop("email_configs", None)
        receiver["webhook_configs"] = [{"url": url, "send_resolved": True}]
    (folder / "own.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")


@contextmanager
def _running(folder: Path, name: str, program: str, port: int, more: list[str]) -> Iterator[None]:
    """The command of compose, in this folder."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    command = [
        argument.replace(f"/etc/{name}", str(folder / name))
        .replace(f"=/{name}", f"={folder / name}/data")
        .replace("${ALERTMANAGER_FILE:-alertmanager.yml}", "own.yml")
        for argument in compose["services"][name]["command"]
    ]
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [installed(program), *command, f"--web.listen-address=127.0.0.1:{port}", *more],
            stdout=log,
            stderr=log,
            env={"RUNBOOKS_URL": RUNBOOKS},
        )
    try:
        yield
        assert process.poll() is None, (folder / f"{name}.log").read_text(encoding="utf-8")
    finally:
        process.kill()
        process.wait()
