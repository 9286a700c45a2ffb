"""`kubectl apply -k` of the trial, from nothing and by its page alone, ends with a place that takes a complaint."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from libs.common.bus.flow import Service
from libs.common.host.service import most_connections
from libs.common.security.issuer import LocalIssuer
from libs.common.security.principal import Role
from tests.journeys.cluster import COMPLAINT
from tests.support.containers.given import key, password
from tests.support.containers.kustomize import Manifest, read_manifests, render
from tests.support.containers.pods import Cluster
from tests.support.eventually import eventually
from tests.support.files import JPEG
from tests.support.listening import Listening
from tests.support.oidc import answer_keys

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(400)
OVERLAYS = ROOT / "deploy" / "k8s" / "overlays"
PROVIDER = "id.example.org"
OFFICE = (Role.OPERATOR, Role.VISITOR, Role.DISPATCHER, Role.SUPERVISOR)
ROLES = ("api", "worker")
PRIVATE = ("ops/parked", "metrics", "healthz", "readyz", "nothing")


def secrets() -> list[Manifest]:
    """The secrets of the examples, with a value in every place that says REPLACE, and the trial's own database."""
    passwords = {role: password() for role in ("owner", "auditor", *Service)}
    examples = [ROOT / "deploy" / "k8s" / "secrets.example.yaml", OVERLAYS / "trial" / "secrets.example.yaml"]
    made = [one for example in examples for one in read_manifests(example)]
    for one in made:
        for name, value in one["stringData"].items():
            if name == "HUIYIN_DATABASE_URL":
                known = passwords[value.split("//")[1].partition(":")[0]]
            elif name.endswith("_DB_PASSWORD"):
                known = passwords[name.removesuffix("_DB_PASSWORD").lower()]
            else:
                known = key() if name.endswith("_KEY") else password()
            one["stringData"][name] = value.replace("REPLACE", known).replace("postgres.example.org", "postgres")
    return made


@pytest.fixture
def made() -> list[Manifest]:
    """The secrets of this cluster."""
    return secrets()


@pytest.fixture
async def issuer(made: list[Manifest]) -> LocalIssuer:
    """Who signs what dispatch signs: it has the key of dispatch's secret."""
    (of_dispatch,) = [one for one in made if one["metadata"]["name"] == "huiyin-dispatch"]
    return LocalIssuer.from_base64(of_dispatch["stringData"]["HUIYIN_SIGNING_KEY"], lambda: datetime.now(UTC))


@pytest.fixture
async def cluster(issuer: LocalIssuer, made: list[Manifest], tmp_path: Path) -> AsyncIterator[Cluster]:
    """The trial. In the place of the Service dispatch-api, from which the others fetch keys, another answers."""
    async with Listening(answer_keys(json.dumps(issuer.jwks()))) as provider:
        manifests = render(OVERLAYS / "trial")
        (settings,) = [one for one in manifests if one["metadata"]["name"] == "huiyin-settings"]
        settings["data"] |= {
            "HUIYIN_JWKS_URL": f"http://{PROVIDER}:{provider.port}/certs",
            "HUIYIN_OUTBOUND_ALLOW": "127.0.0.0/8",
        }
        outside = {PROVIDER: "127.0.0.1"}
        async with Cluster([*manifests, *made], ROOT, tmp_path / "pods", outside) as cluster:
            yield cluster


async def test_apply_from_nothing_ends_with_a_place_that_takes_a_complaint(
    cluster: Cluster, issuer: LocalIssuer
) -> None:
    await cluster.rolled_out(within=240)
    assert {name: pod.restarts for name, pod in cluster.pods.items() if pod.restarts} == {}
    token = issuer.issue("office-1", OFFICE, "999001000000", None, timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}"}

    async def registered() -> str | None:
        answer = await cluster.through_the_door("POST", "/intake/v1/cases", headers=headers, json=COMPLAINT)
        # A moment without the pack, which is on its way from dispatch.
        assert answer.status_code in (201, 503), answer.text
        return str(answer.json()["case_id"]) if answer.status_code == 201 else None

    case_id = await eventually(registered, within=30)

    async def assigned() -> bool:
        answer = await cluster.through_the_door("GET", f"/dispatch/v1/cases/{case_id}", headers=headers)
        return answer.status_code == 200 and answer.json()["status"] == "assigned"

    await eventually(assigned, within=30)
    files = f"/intake/v1/cases/{case_id}/attachments"
    attached = await cluster.through_the_door("POST", f"{files}?name=a.jpg", headers=headers, content=JPEG)
    assert attached.status_code == 201, attached.text
    given_back = await cluster.through_the_door("GET", attached.headers["location"], headers=headers)
    assert given_back.content == JPEG
    keys = await cluster.through_the_door("GET", "/dispatch/v1/accounts/jwks.json")
    assert keys.json() == issuer.jwks(), "the others fetch these"
    assert (await cluster.through_the_door("GET", "/dispatch/account/sign-in")).status_code == 200
    for service in Service:
        # A pod that is short of processors is not ready for a moment, and the door then knows none.
        await eventually(partial(_is_open, cluster, service), within=60)
        closed = [await cluster.through_the_door("GET", f"/{service}/{path}") for path in PRIVATE]
        assert {answer.status_code for answer in closed} == {404}
    assert await cluster.create_job_from("audit") == 0
    await _no_process_has_more_connections_than_are_counted_for_it(cluster)


async def _is_open(cluster: Cluster, service: Service) -> bool:
    answers = [await cluster.through_the_door("GET", f"/{service}/{path}") for path in ("docs", "openapi.json")]
    return [answer.status_code for answer in answers] == [200, 200]


async def _no_process_has_more_connections_than_are_counted_for_it(cluster: Cluster) -> None:
    environment = cluster.pods["postgres-0"].container.environment
    connection = await asyncpg.connect(
        host=cluster.pods["postgres-0"].container.place.words.address,
        user=environment["POSTGRES_USER"],
        password=environment["POSTGRES_PASSWORD"],
        database=environment["POSTGRES_DB"],
    )
    rows = await connection.fetch(
        """
        SELECT usename, count(*) FILTER (WHERE application_name LIKE '%-relay') AS relays, count(*) AS all
        FROM pg_stat_activity WHERE application_name LIKE 'huiyin-%' GROUP BY 1
        """
    )
    await connection.close()
    pool_size = int(cluster.pods["intake-api-0"].container.environment["HUIYIN_POOL_SIZE"])
    for service in Service:
        counted = {role: [name for name in cluster.pods if name.startswith(f"{service}-{role}-")] for role in ROLES}
        (row,) = [row for row in rows if row["usename"] == service]
        most = sum(most_connections(pool_size, work=role == "worker") * len(pods) for role, pods in counted.items())
        assert row["relays"] == len(counted["worker"])
        assert row["all"] <= most
