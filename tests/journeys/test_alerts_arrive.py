"""An alert arrives: a real process, Prometheus and Alertmanager with compose's files, and somebody who is called."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from libs.common.security.issuer import LocalIssuer
from libs.common.security.principal import Role
from tests.chaos.outside.commits import line_to
from tests.chaos.proxy import Proxy
from tests.journeys.monitoring import ROOT, RUNBOOKS, watched
from tests.support.eventually import eventually
from tests.support.ports import free_port

COMPLAINT = {"channel": "hotline", "kind": "help", "area_code": "999001101201", "category_code": "0101", "text": "积水"}
LOOKS = 5
"""So often every rule is looked at before nobody is said to be called."""


@pytest.fixture
async def line(database_url: str) -> AsyncIterator[tuple[Proxy, str]]:
    """The line to the database, and the DSN that leads through it."""
    async with line_to(database_url) as line:
        yield line


@pytest.fixture
def api(tmp_path: Path, line: tuple[Proxy, str]) -> Iterator[httpx.URL]:
    """Intake's api in a process of its own."""
    port = free_port()
    environment = {
        "HUIYIN_DATABASE_URL": line[1],
        "HUIYIN_DATA_DIR": str(tmp_path),
        "HUIYIN_PORT": str(port),
        "HUIYIN_VAULT_KEY": "V" * 42 + "A=",
        "HUIYIN_VAULT_INDEX_KEY": "I" * 42 + "A=",
        "HUIYIN_ANSWER_KEY": "K" * 42 + "A=",
    }
    with (tmp_path / "api.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.intake.main", "api"],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            env={**os.environ, **environment},
        )
    try:
        yield httpx.URL(f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait()


@pytest.fixture
async def client(tmp_path: Path, api: httpx.URL) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody at the hotline."""
    issuer = LocalIssuer.load_or_create(tmp_path, lambda: datetime.now(UTC))
    token = issuer.issue("hotline", [Role.OPERATOR], "999001000000", None, timedelta(hours=1))
    async with httpx.AsyncClient(base_url=api, headers={"Authorization": f"Bearer {token}"}, timeout=60.0) as client:

        async def alive() -> bool:
            try:
                return (await client.get("/healthz")).is_success
            except httpx.HTTPError:
                return False

        await eventually(alive, within=90, what="intake's api")
        yield client


async def test_refused_complaints_call_somebody_and_a_process_that_is_not_ready_does_not(
    tmp_path: Path, line: tuple[Proxy, str], api: httpx.URL, client: httpx.AsyncClient
) -> None:
    line[0].refuse()
    async with watched(tmp_path, f"127.0.0.1:{api.port}") as monitoring:

        async def seen() -> bool:
            return bool(await monitoring.ask('up{job="huiyin"} == 1'))

        await eventually(seen, within=60, what="the process being watched")
        before = await monitoring.looks()
        while await monitoring.looks() < before + LOOKS:
            assert (await client.get("/readyz")).status_code == 503
        assert await monitoring.firing() == []

        async def called() -> bool:
            assert (await client.post("/intake/v1/cases", json=COMPLAINT)).status_code == 503
            return "IntakeBudgetBurnsFast" in monitoring.receiver.alerts("page")

        await eventually(called, within=60, what="the call")
        alert = monitoring.receiver.alerts("page")["IntakeBudgetBurnsFast"]
        assert alert["labels"] == {"alertname": "IntakeBudgetBurnsFast", "service": "intake", "severity": "page"}
        assert alert["annotations"]["runbook_url"] == f"{RUNBOOKS}#intakebudgetburnsfast"
        (build,) = await monitoring.ask("huiyin_build_info")
        assert (build["job"], build["version"], build["process"]) == ("huiyin", "0.1.0", "127.0.0.1")
