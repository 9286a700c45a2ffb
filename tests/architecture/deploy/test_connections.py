"""All processes that may run at a time find a database connection: at full scale, in the middle of a release."""

import re
from collections.abc import Iterable
from typing import Any

import yaml

from libs.common.host.service import most_connections
from libs.common.service.settings import CommonSettings
from tests.architecture.deploy.files import DEPLOY, OPERATIONS, ROOT
from tests.support.containers.kustomize import Manifest, render

OVERLAYS = DEPLOY / "k8s" / "overlays"
JOBS = 2
"""The migration and the audit, with one connection each."""
RESERVED = 3
"""`superuser_reserved_connections`: not for the likes of us."""


def of_kind(manifests: Iterable[Manifest], kind: str) -> list[Manifest]:
    return [one for one in manifests if one["kind"] == kind]


def needed(manifests: list[Manifest]) -> int:
    """Connections of all pods at their most, each workload with one more while it is replaced."""
    settings = next(one["data"] for one in manifests if one["metadata"]["name"] == "huiyin-settings")
    pool_size = int(settings.get("HUIYIN_POOL_SIZE", CommonSettings.model_fields["pool_size"].default))
    most = {
        one["spec"]["scaleTargetRef"]["name"]: one["spec"].get("maxReplicas") or one["spec"]["maxReplicaCount"]
        for kind in ("HorizontalPodAutoscaler", "ScaledObject")
        for one in of_kind(manifests, kind)
    }
    total = JOBS
    for one in of_kind(manifests, "Deployment"):
        name = one["metadata"]["name"]
        pods = most.get(name) or one["spec"]["replicas"]
        surge = one["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
        total += (pods + surge) * most_connections(pool_size, work=name.endswith("-worker"))
    return total


def most_of(words: list[str]) -> int:
    """`max_connections` in a command of PostgreSQL."""
    (found,) = [word.partition("=")[2] for word in words if word.startswith("max_connections=")]
    return int(found)


def test_the_trial_has_room_for_all_that_may_run() -> None:
    manifests = render(OVERLAYS / "trial")
    (postgres,) = [one for one in of_kind(manifests, "StatefulSet") if one["metadata"]["name"] == "postgres"]
    offered = most_of(postgres["spec"]["template"]["spec"]["containers"][0]["args"])
    assert needed(manifests) <= offered - RESERVED


def test_compose_has_room_for_all_that_may_run() -> None:
    services: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    pool_size = CommonSettings.model_fields["pool_size"].default
    processes = [name for name in services if name.endswith(("-api", "-worker"))]
    assert len(processes) == 8
    total = sum(most_connections(pool_size, work=name.endswith("-worker")) for name in processes)
    assert total + JOBS <= most_of(services["postgres"]["command"]) - RESERVED


def test_the_guide_says_how_many_production_needs() -> None:
    text = OPERATIONS.read_text(encoding="utf-8")
    said = re.search(r"`max_connections` of at least (\d+)", text)
    assert said
    assert int(said[1]) == needed(render(OVERLAYS / "production")) + RESERVED


def test_every_pool_counts() -> None:
    """An api with the usual pool: eight for requests, four for the work behind them; a worker the relay's beside."""
    assert (most_connections(8, work=False), most_connections(8, work=True), most_connections(4, work=False)) == (
        12,
        13,
        7,
    )
