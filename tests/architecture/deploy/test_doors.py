"""Both kinds of doors lead the same, to what everybody may ask and to nothing else."""

from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts

from huiyin.house import SPECS
from libs.common.bus.flow import Service
from tests.architecture.deploy.files import DEPLOY
from tests.support.containers.kustomize import read_manifests
from tests.support.containers.pods import Cluster

COMPONENTS = DEPLOY / "k8s" / "components"
INSIDE = ("ops/parked", "ops/resend", "metrics", "healthz", "readyz", "")


def door(name: str, tmp_path: Path) -> Cluster:
    """A door alone: nothing runs behind it."""
    file = {"ingress": "ingress.yaml", "gateway": "route.yaml"}[name]
    return Cluster(read_manifests(COMPONENTS / name / file), DEPLOY.parent, tmp_path, {})


@pytest.mark.parametrize("name", ["ingress", "gateway"])
def test_it_leads_to_what_everybody_may_ask(name: str, tmp_path: Path) -> None:
    leads = door(name, tmp_path).leads_to
    paths = [
        f"/{spec.service}{route.path}"
        for spec in SPECS
        for router in spec.routers
        for route in iter_route_contexts(router.routes)
    ]
    assert "/analytics/county/cases/{case_id}" in paths
    described = [f"/{service}/{path}" for service in Service for path in ("docs", "openapi.json")]
    for path in [*paths, *described]:
        assert leads(path.replace("{", "").replace("}", "")) == f"{path.split('/')[1]}-api", path


@pytest.mark.parametrize("name", ["ingress", "gateway"])
def test_it_leads_to_nothing_else(name: str, tmp_path: Path) -> None:
    leads = door(name, tmp_path).leads_to
    inside = [f"/{service}/{path}" for service in Service for path in INSIDE]
    beside = ["/", "/metrics", "/healthz", "/readyz", "/intake", "/intake/v1x", "/intake/docs/x", "/other/v1/cases"]
    assert {path for path in [*inside, *beside] if leads(path) is not None} == set()
