"""The cluster's way of running: eight processes, api and worker of each service, on one PostgreSQL and a real Kafka."""

import base64
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

from libs.common.bus.flow import Service
from libs.common.ledger.schema import PARTS
from libs.common.pack.loader import document, load_pack
from libs.common.security.issuer import LocalIssuer
from libs.common.security.principal import Role
from libs.programs.kafka import KafkaBroker
from tests.journeys.cluster import COMPLAINT, answers, until
from tests.support.eventually import eventually
from tests.support.ports import free_ports

ROOT = Path(__file__).parents[2]
COUNTY = "999001000000"
Name = tuple[Service, str]


class Cluster:
    """The processes, by service and role."""

    def __init__(self, folder: Path, url: str, bootstrap: str, prefix: str) -> None:
        names = [(service, role) for service in Service for role in ("api", "worker")]
        self.ports: dict[Name, int] = dict(zip(names, free_ports(len(names)), strict=True))
        self.processes: dict[Name, subprocess.Popen[bytes]] = {}
        self.folder = folder
        self.environment = {
            **os.environ,
            "HUIYIN_DATABASE_URL": url,
            "HUIYIN_BUS": "kafka",
            "HUIYIN_KAFKA_BOOTSTRAP": bootstrap,
            "HUIYIN_TOPIC_PREFIX": prefix,
            "HUIYIN_DATA_DIR": str(folder),
            # What a killed process held is free after so many seconds; the shortest that a broker allows.
            "HUIYIN_STALL_SECONDS": "6",
            "HUIYIN_VAULT_KEY": base64.b64encode(bytes(range(32))).decode(),
            "HUIYIN_VAULT_INDEX_KEY": base64.b64encode(bytes(range(32, 64))).decode(),
            "HUIYIN_ANSWER_KEY": base64.b64encode(bytes(range(64, 96))).decode(),
        }
        self._issuer = LocalIssuer.load_or_create(folder, lambda: datetime.now(UTC))

    def start(self, service: Service, role: str) -> None:
        """Start one process; what it says goes to a file of its own."""
        with (self.folder / f"{service}-{role}.log").open("ab") as log:
            self.processes[service, role] = subprocess.Popen(
                [sys.executable, "-m", f"services.{service}.main", role],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                env={**self.environment, "HUIYIN_PORT": str(self.ports[service, role])},
            )

    def kill(self, service: Service, role: str) -> None:
        """As if its machine had gone."""
        process = self.processes[service, role]
        process.kill()
        process.wait()

    def url(self, service: Service, role: str = "api") -> str:
        """Where a process answers."""
        return f"http://127.0.0.1:{self.ports[service, role]}"

    def headers(self, *roles: Role, unit: str | None = None) -> dict[str, str]:
        """A token of the shared issuer."""
        subject = f"{roles[0]}-{unit or 'office'}"
        token = self._issuer.issue(subject, roles, COUNTY, unit, timedelta(hours=1))
        return {"Authorization": f"Bearer {token}"}

    def end(self) -> None:
        """Kill what still runs."""
        for process in self.processes.values():
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.fixture
async def cluster(
    tmp_path: Path, database_url: str, kafka_broker: KafkaBroker, topic_prefix: str
) -> AsyncIterator[Cluster]:
    cluster = Cluster(tmp_path, database_url, kafka_broker.bootstrap, topic_prefix)
    try:
        yield cluster
    finally:
        cluster.end()


async def open_doors(client: httpx.AsyncClient, cluster: Cluster, *services: Service) -> None:
    """Start the processes of these services, give them the demo county, and wait until all are ready."""
    names = [(service, role) for service in services for role in ("worker", "api")]
    for name in names:
        cluster.start(*name)
    for name in names:
        await eventually(partial(answers, client, cluster.url(*name), "/readyz?exclude=pack"), within=90)
    loaded = await client.post(
        f"{cluster.url(Service.DISPATCH)}/dispatch/v1/directory/packs",
        headers=cluster.headers(Role.ADMIN),
        json=document(load_pack(ROOT / "packs" / "demo")),
    )
    assert loaded.status_code == 200, loaded.text
    for name in names:
        await eventually(partial(answers, client, cluster.url(*name), "/readyz"), within=60)


async def test_a_case_walks_through_eight_processes_and_a_killed_worker_loses_nothing(cluster: Cluster) -> None:
    async with httpx.AsyncClient(timeout=10) as client:
        await open_doors(client, cluster, *Service)
        case_id = await register(client, cluster)
        work = await until(client, case_url(cluster, Service.DISPATCH, case_id), office(cluster), status="assigned")
        await handle(client, cluster, case_id, work["lead_unit"])
        await call_back(client, cluster, case_id)
        await until(client, case_url(cluster, Service.INTAKE, case_id), office(cluster), status="closed")

        cluster.kill(Service.DISPATCH, "worker")
        later = await register(client, cluster)
        cluster.start(Service.DISPATCH, "worker")
        await until(client, case_url(cluster, Service.INTAKE, later), office(cluster), status="assigned")


async def test_what_stands_still_is_told_by_who_still_lives(cluster: Cluster) -> None:
    async with httpx.AsyncClient(timeout=10) as client:
        await open_doors(client, cluster, Service.INTAKE, Service.DISPATCH)
        first = await register(client, cluster)
        await until(client, case_url(cluster, Service.INTAKE, first), office(cluster), status="assigned")

        cluster.kill(Service.DISPATCH, "worker")
        later = await register(client, cluster)
        await told(client, cluster, Service.DISPATCH, "consumer_lag_records", lambda records: records > 0)
        await told(client, cluster, Service.DISPATCH, "consumer_lag_seconds", lambda seconds: seconds > 0)
        cluster.kill(Service.INTAKE, "worker")
        last = await register(client, cluster)
        await told(client, cluster, Service.INTAKE, "outbox_oldest_unpublished_age_seconds", lambda age: age > 0)
        await told(client, cluster, Service.INTAKE, "relay_parts_unowned", lambda parts: parts == PARTS)

        for service in (Service.INTAKE, Service.DISPATCH):
            cluster.start(service, "worker")
        for waiting in (later, last):
            await until(client, case_url(cluster, Service.INTAKE, waiting), office(cluster), status="assigned")
        await told(client, cluster, Service.INTAKE, "outbox_oldest_unpublished_age_seconds", lambda age: age == 0)
        await told(client, cluster, Service.INTAKE, "relay_parts_unowned", lambda parts: parts == 0)
        await told(client, cluster, Service.DISPATCH, "consumer_lag_records", lambda records: records == 0)
    for service, role in cluster.processes:
        lines = [orjson.loads(line) for line in (cluster.folder / f"{service}-{role}.log").read_bytes().splitlines()]
        assert lines or role == "worker"
        assert {line["service"] for line in lines} <= {service}
        assert all(line["timestamp"].endswith("Z") and line["logger"] and line["event"] for line in lines)


async def told(
    client: httpx.AsyncClient, cluster: Cluster, service: Service, name: str, holds: Callable[[float], bool]
) -> None:
    """What the api of a service tells of it, whether or not its worker lives; of several series the sum."""

    async def tells() -> bool:
        text = (await client.get(f"{cluster.url(service)}/metrics")).text
        found = [
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == f"huiyin_{name}" and sample.labels["service"] == service
        ]
        return bool(found) and holds(sum(found))

    await eventually(tells, within=60, what=f"{name} of {service}")


def office(cluster: Cluster) -> dict[str, str]:
    return cluster.headers(Role.OPERATOR, Role.VISITOR, Role.DISPATCHER, Role.SUPERVISOR)


def case_url(cluster: Cluster, service: Service, case_id: str) -> str:
    return f"{cluster.url(service)}/{service}/v1/cases/{case_id}"


async def register(client: httpx.AsyncClient, cluster: Cluster) -> str:
    url = f"{cluster.url(Service.INTAKE)}/intake/v1/cases"
    answer = await client.post(url, headers=office(cluster), json=COMPLAINT)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["case_id"])


async def handle(client: httpx.AsyncClient, cluster: Cluster, case_id: str, unit: str) -> None:
    headers = cluster.headers(Role.HANDLER, unit=unit) | {"If-Match": "*"}
    url = case_url(cluster, Service.DISPATCH, case_id)
    signed = await client.post(f"{url}/signature", headers=headers, json={})
    assert signed.status_code == 200, signed.text
    result = {
        "result_kind": "substantive",
        "result": "已派人疏通排水沟，村道恢复通行",
        "without_support": "协办意见已当面征求",
    }
    done = await client.post(f"{url}/result", headers=headers, json=result)
    assert done.status_code == 200, done.text


async def call_back(client: httpx.AsyncClient, cluster: Cluster, case_id: str) -> None:
    headers = cluster.headers(Role.CALLER)
    base = f"{cluster.url(Service.FOLLOWUP)}/followup/v1/callbacks"

    async def due() -> str | None:
        items = (await client.get(base, headers=headers)).json()["items"]
        return next((item["callback_id"] for item in items if item["case_id"] == case_id), None)

    callback_id = await eventually(due, within=60, what="the callback")
    answer = {"reached": "answered", "contacted": True, "solved": True, "satisfaction": "satisfied"}
    tried = await client.post(f"{base}/{callback_id}/attempts", headers=headers | {"If-Match": "*"}, json=answer)
    assert tried.status_code == 201, tried.text
