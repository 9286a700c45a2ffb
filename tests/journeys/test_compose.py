"""`docker compose up` from nothing ends with a place that takes a complaint, by the file as it is."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from libs.common.bus.flow import Service
from libs.common.security.issuer import KEY_FILE, LocalIssuer
from libs.common.security.principal import Role
from libs.common.security.tokens import TokenRules
from tests.journeys.cluster import COMPLAINT, until
from tests.support.containers.compose import Given, Project
from tests.support.containers.compose_file import env_file
from tests.support.containers.given import filled_in
from tests.support.files import JPEG
from tests.support.listening import Listening
from tests.support.oidc import answer_keys

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(400)
"""Longer than Compose's own patience, which is to speak first."""
MONITORING = {"prometheus", "grafana", "alertmanager"}
"""What this machine has no image of; nothing of Huiyin may depend on it."""
OFFICE = (Role.OPERATOR, Role.VISITOR, Role.DISPATCHER, Role.SUPERVISOR)
PROVIDER = "id.example.org"
PUBLIC = ("v1/cases", "docs", "openapi.json")
PRIVATE = ("ops/parked", "metrics", "healthz", "readyz", "nothing")


def variables() -> Mapping[str, str]:
    """Those that the page says to fill in."""
    return filled_in((ROOT / "deploy" / "example.env").read_text(encoding="utf-8"))


async def test_up_from_nothing_ends_with_a_place_that_takes_a_complaint(tmp_path: Path) -> None:
    async with Project(ROOT / "docker-compose.yml", ROOT, Given(variables()), tmp_path) as project:
        assert project.left_out <= MONITORING
        await project.up()
        roles = [word for role in OFFICE for word in ("--role", role)]
        status, token = await project.run("issuer", ["huiyin", "token", *roles])
        assert status == 0, token
        async with _door(project, token.strip()) as door:
            await _takes_a_complaint(door)
            await _is_closed_to_everybody_but_operators(door, project)
        await _staff_sign_in(project)
        await _is_audited_and_backed_up(project)


async def test_with_an_oidc_provider_nothing_else_changes(tmp_path: Path) -> None:
    rules = TokenRules(f"https://{PROVIDER}", "huiyin")
    provider = LocalIssuer.load_or_create(tmp_path / "provider", lambda: datetime.now(UTC), rules)
    async with Listening(answer_keys(json.dumps(provider.jwks()))) as listening:
        example = env_file((ROOT / "deploy" / "example.oidc.env").read_text(encoding="utf-8"))
        named = {
            "HUIYIN_JWKS_URL": f"http://{PROVIDER}:{listening.port}/certs",
            "HUIYIN_JWT_ISSUER": rules.issuer,
            "HUIYIN_OUTBOUND_ALLOW": "127.0.0.0/8",
        }
        given = Given(variables(), {"deploy/oidc.env": {**example, **named}}, {PROVIDER: "127.0.0.1"})
        async with Project(ROOT / "docker-compose.yml", ROOT, given, tmp_path) as project:
            await project.up()
            token = provider.issue("office-1", OFFICE, "999001000000", None, timedelta(hours=1))
            async with _door(project, token) as door:
                await _takes_a_complaint(door)
            status, local = await project.run("issuer", ["huiyin", "token", "--role", "admin"])
            async with _door(project, local.strip()) as door:
                assert (status, (await door.get("/intake/v1/cases")).status_code) == (0, 401)


def _door(project: Project, token: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=project.address("proxy", 8080), headers=headers, timeout=60.0)


async def _takes_a_complaint(door: httpx.AsyncClient) -> None:
    registered = await door.post("/intake/v1/cases", json=COMPLAINT)
    assert registered.status_code == 201, registered.text
    case_id = registered.json()["case_id"]
    await until(door.get, f"/dispatch/v1/cases/{case_id}", status="assigned")
    # Larger than any other body may be, and than nginx lets pass elsewhere.
    film = JPEG + bytes(17_000_000)
    attached = await door.post(f"/intake/v1/cases/{case_id}/attachments", params={"name": "a.jpg"}, content=film)
    assert attached.status_code == 201, attached.text
    assert (await door.get(attached.headers["location"])).content == film


async def _is_closed_to_everybody_but_operators(door: httpx.AsyncClient, project: Project) -> None:
    async with httpx.AsyncClient(base_url=project.address("proxy", 8081), timeout=60.0) as operators:
        for service in Service:
            public = {path: (await door.get(f"/{service}/{path}")).status_code for path in (*PUBLIC, *PRIVATE)}
            assert {path for path, status in public.items() if status != 404} >= {"docs", "openapi.json"}
            assert {path for path, status in public.items() if status == 404} >= set(PRIVATE)
            inside = {path: (await operators.get(f"/{service}/{path}")).status_code for path in (*PUBLIC, *PRIVATE)}
            assert inside == dict.fromkeys((*PUBLIC, "nothing"), 404) | {
                "ops/parked": 401, "metrics": 200, "healthz": 200, "readyz": 200,
            }  # fmt: skip
        assert (await door.get("/analytics/county")).status_code == 200
        for page in ("", "/overview", "/sw.js"):
            assert (await door.get(f"/intake/visits{page}")).status_code == 200
        for page in ("", "/app.js"):
            assert (await door.get(f"/dispatch/units{page}")).status_code == 200
        assert (await door.get("/units")).headers["location"] == "/dispatch/units"
        for path in ("/", "/metrics", "/healthz", "/readyz", "/intake//metrics", "/intake/v1/../metrics"):
            assert (await door.get(path)).status_code == 404, path


async def _staff_sign_in(project: Project) -> None:
    """What dispatch signs, every service checks; here all do by the file that the issuer wrote."""
    async with httpx.AsyncClient(base_url=project.address("proxy", 8080), timeout=60.0) as anybody:
        keys = (await anybody.get("/dispatch/v1/accounts/jwks.json")).json()
        wrong = await anybody.post("/dispatch/v1/accounts/sign-in", json={"name": "S-1", "password": "wrong"})
        assert (wrong.status_code, wrong.json()["type"]) == (401, "urn:huiyin:problem:wrong-password")
        assert (await anybody.get("/dispatch/account/sign-in")).status_code == 200
    (file,) = project.folder.rglob("issuer.jwks")
    assert json.loads(file.read_text(encoding="utf-8")) == keys
    assert list(project.folder.rglob(KEY_FILE)) == []


async def _is_audited_and_backed_up(project: Project) -> None:
    audit, backup = (list(project.compose.services[name].command or ()) for name in ("audit", "backup"))
    status, said = await project.run("audit", audit)
    assert status == 0, said
    status, said = await project.run("backup", backup)
    assert (status, said[:5]) == (0, "PGDMP"), said[:500]
