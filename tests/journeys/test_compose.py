"""`docker compose up` from nothing ends with a place that takes a complaint, by the file as it is."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from libs.common.bus.flow import Service
from libs.common.security.issuer import KEY_FILE
from tests.journeys.cluster import COMPLAINT, until
from tests.support.containers.compose import Project
from tests.support.containers.given import filled_in

ROOT = Path(__file__).parents[2]
MONITORING = {"prometheus", "grafana", "alertmanager"}
"""What this machine has no image of; nothing of Huiyin may depend on it."""
OFFICE = ("operator", "visitor", "dispatcher", "supervisor")
PUBLIC = ("v1/cases", "docs", "openapi.json")
PRIVATE = ("ops/parked", "metrics", "healthz", "readyz", "nothing")


@pytest.fixture
async def project(tmp_path: Path) -> AsyncIterator[Project]:
    """The file at the root, with the variables that its page says to fill in."""
    given = filled_in((ROOT / "deploy" / "example.env").read_text(encoding="utf-8"))
    async with Project(ROOT / "docker-compose.yml", ROOT, given, tmp_path) as project:
        yield project


async def test_up_from_nothing_ends_with_a_place_that_takes_a_complaint(project: Project) -> None:
    assert project.left_out <= MONITORING
    await project.up()
    roles = [word for role in OFFICE for word in ("--role", role)]
    status, token = await project.run("issuer", ["huiyin", "token", *roles])
    assert status == 0, token
    async with httpx.AsyncClient(
        base_url=project.address("proxy", 8080), headers={"Authorization": f"Bearer {token.strip()}"}, timeout=10
    ) as door:
        registered = await door.post("/intake/v1/cases", json=COMPLAINT)
        assert registered.status_code == 201, registered.text
        await until(door, f"/dispatch/v1/cases/{registered.json()['case_id']}", {}, status="assigned")
        await _is_closed_to_everybody_but_operators(door, project)
    _only_the_issuer_has_its_key(project)
    await _is_audited_and_backed_up(project)


async def _is_closed_to_everybody_but_operators(door: httpx.AsyncClient, project: Project) -> None:
    async with httpx.AsyncClient(base_url=project.address("proxy", 8081)) as operators:
        for service in Service:
            public = {path: (await door.get(f"/{service}/{path}")).status_code for path in (*PUBLIC, *PRIVATE)}
            assert {path for path, status in public.items() if status != 404} >= {"docs", "openapi.json"}
            assert {path for path, status in public.items() if status == 404} >= set(PRIVATE)
            inside = {path: (await operators.get(f"/{service}/{path}")).status_code for path in (*PUBLIC, *PRIVATE)}
            assert inside == dict.fromkeys((*PUBLIC, "nothing"), 404) | {
                "ops/parked": 401, "metrics": 200, "healthz": 200, "readyz": 200,
            }  # fmt: skip
        assert (await door.get("/analytics/county")).status_code == 200
        for path in ("/", "/metrics", "/healthz", "/readyz", "/intake//metrics", "/intake/v1/../metrics"):
            assert (await door.get(path)).status_code == 404, path


def _only_the_issuer_has_its_key(project: Project) -> None:
    (kept,) = project.folder.rglob(KEY_FILE)
    for name, container in project.containers.items():
        holds = any(kept.is_relative_to(folder) for folder in container.place.words.places.values())
        assert holds is (name == "issuer"), name


async def _is_audited_and_backed_up(project: Project) -> None:
    audit, backup = (list(project.compose.services[name].command or ()) for name in ("audit", "backup"))
    status, said = await project.run("audit", audit)
    assert status == 0, said
    status, said = await project.run("backup", backup)
    assert (status, said[:5]) == (0, "PGDMP"), said[:500]
