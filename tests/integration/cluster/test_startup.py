"""A process that may not change tables: it answers from its first second, says what it waits for, and then begins."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Column, Integer, MetaData, Table

from libs.common.bus.choose import BusKind, open_bus
from libs.common.database.migrate import migrate
from libs.common.host.service import Resources, RunningService
from libs.common.pack.loader import document, load_pack
from libs.common.security.issuer import LocalIssuer, LocalVerifier
from libs.common.security.principal import Role
from libs.common.security.vault import VaultKeys
from libs.common.service.spec import ServiceSpec
from libs.common.time.clock import SystemClock
from services.dispatch.main import SPEC, seed
from tests.integration.cluster.conftest import ClusterDatabase
from tests.support.eventually import eventually
from tests.support.tiny_service import ANSWER_KEYS

DEMO = Path(__file__).parents[3] / "packs" / "demo"
NEWEST = max(file.name for file in SPEC.migrations.folder.glob("versions/*.py"))[:4]
PACKS = "/dispatch/v1/directory/packs"
Probe = Callable[[], Any]


class Process:
    """Dispatch as a process of a cluster runs it, and somebody who may load packs."""

    def __init__(self, service: RunningService, issuer: LocalIssuer) -> None:
        self.service = service
        transport = httpx.ASGITransport(service.app(), raise_app_exceptions=False)
        token = issuer.issue("admin-1", [Role.ADMIN], "999001000000", None, timedelta(hours=1))
        self.http = httpx.AsyncClient(
            transport=transport, base_url="http://dispatch", headers={"Authorization": f"Bearer {token}"}
        )

    async def says(self, status: str, **checks: str) -> httpx.Response:
        """What readiness answers once it says this."""

        async def answer() -> httpx.Response:
            answer = await self.http.get("/readyz")
            said = answer.json()
            assert (said["status"], {name: said["checks"][name] for name in checks}) == (status, checks)
            return answer

        return await eventually(answer, within=60)

    async def load(self, pack: dict[str, Any]) -> httpx.Response:
        """Load a pack by the API."""
        return await self.http.post(PACKS, json=pack)


Start = Callable[..., Any]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts processes; they end with the test."""
    issuer = LocalIssuer.load_or_create(tmp_path, lambda: datetime.now(UTC))
    async with AsyncExitStack() as stack:

        async def start(database: ClusterDatabase, spec: ServiceSpec = SPEC, **how: bool) -> Process:
            return await stack.enter_async_context(_process(database, spec, issuer, **how))

        yield start


@asynccontextmanager
async def _process(
    database: ClusterDatabase, spec: ServiceSpec, issuer: LocalIssuer, *, work: bool = False, migrates: bool = False
) -> AsyncIterator[Process]:
    bus = open_bus(BusKind.EMBEDDED, database_url=database.dsn, kafka_bootstrap=None)
    verifier = LocalVerifier(issuer, lambda: datetime.now(UTC))
    url = database.url(str(spec.service))
    service = RunningService(
        spec, Resources(url, bus, SystemClock(), verifier, VaultKeys.passing().vault(), ANSWER_KEYS)
    )
    process = Process(service, issuer)
    service.start(work=work, migrates=migrates)
    try:
        yield process
    finally:
        await process.http.aclose()
        await service.stop()
        await bus.close()


def seeding(folder: Path) -> ServiceSpec:
    """Dispatch with a seed pack."""
    return replace(SPEC, begin=partial(seed, folder))


async def test_it_waits_for_tables_and_then_takes_a_pack(bare: ClusterDatabase, start: Start) -> None:
    bare.make_roles()
    process = await start(bare)
    waits = await process.says(
        "starting", startup=f"waits for tables as of {NEWEST}; run `huiyin migrate`", pack=NO_PACK
    )
    assert waits.status_code == 503
    assert (await process.http.get("/healthz")).status_code == 200
    assert (await process.http.get("/readyz?exclude=pack")).status_code == 503
    refused = await process.http.get(f"{PACKS}/1")
    assert (refused.status_code, refused.json()["type"]) == (503, "urn:huiyin:problem:unavailable")
    assert refused.headers["retry-after"] == "2"

    assert bare.migrate().status == 0
    without = await process.says("no pack yet", startup="ok", database="ok", pack=NO_PACK)
    assert without.status_code == 503
    assert (await process.http.get("/readyz?exclude=pack")).status_code == 200
    loaded = await process.load(document(load_pack(DEMO)))
    assert loaded.status_code == 200, loaded.text
    assert (await process.says("ready", pack="ok")).status_code == 200


async def test_it_waits_for_the_column_of_a_measure_that_is_newer_than_the_tables(
    database: ClusterDatabase, start: Start
) -> None:
    """As of a release that declares more than the one whose tables these are: its history is the same."""
    grown = Table("pack", MetaData(), Column("pages", Integer, nullable=False, server_default="0"))
    newer = replace(SPEC, migrations=replace(SPEC.migrations, growing=(grown,)))
    for work in (False, True):
        process = await start(database, newer, work=work)
        waits = await process.says("starting", startup="waits for column pack.pages; run `huiyin migrate`")
        assert waits.status_code == 503
    await migrate(database.url("owner"), "dispatch", newer.migrations)
    try:
        await process.says("no pack yet", startup="ok")
    finally:
        await database.run("owner", "ALTER TABLE dispatch.pack DROP COLUMN pages")


NO_PACK = "none is known yet"


@pytest.mark.parametrize("migrates", [False, True])
async def test_it_waits_for_a_database_that_is_away(bare: ClusterDatabase, start: Start, migrates: bool) -> None:
    nowhere = ClusterDatabase(bare.dsn.replace(bare.dsn.rpartition(":")[2], "9/huiyin"))
    process = await start(nowhere, migrates=migrates)
    assert (await process.says("starting", startup="waits for the database")).status_code == 503


async def test_one_that_migrates_needs_nobody(bare: ClusterDatabase, start: Start) -> None:
    bare.make_roles()
    await bare.run(
        "huiyin", "ALTER SCHEMA dispatch OWNER TO dispatch", f"GRANT CREATE ON DATABASE {bare.name} TO dispatch"
    )
    process = await start(bare, migrates=True)
    await process.says("no pack yet", startup="ok", database="ok")


async def test_one_that_may_not_migrate_says_so(bare: ClusterDatabase, start: Start) -> None:
    bare.make_roles()
    process = await start(bare, migrates=True)
    await process.says("starting", startup="waits for an error to be mended (NotTheOwner, see the log)")


async def test_tables_of_a_newer_release_do_for_an_older_one(database: ClusterDatabase, start: Start) -> None:
    newest = "SELECT version_num FROM dispatch.alembic_version"
    ((version,),) = await database.run("owner", newest)
    await database.run("owner", "UPDATE dispatch.alembic_version SET version_num = '9999'")
    try:
        process = await start(database)
        await process.says("no pack yet", startup="ok")
        done = database.migrate()
        assert done.status == 0, done.said
        assert await database.run("owner", newest) == [("9999",)]
    finally:
        await database.run("owner", f"UPDATE dispatch.alembic_version SET version_num = '{version}'")  # noqa: S608


async def test_a_seed_pack_is_published_once_without_a_token(bare: ClusterDatabase, start: Start) -> None:
    bare.make_roles()
    assert bare.migrate().status == 0
    watcher = await start(bare)
    await watcher.says("no pack yet")
    first = await start(bare, seeding(DEMO), work=True)
    second = await start(bare, seeding(DEMO), work=True)
    for process in (first, second, watcher):
        await process.says("ready", pack="ok")
    said = "SELECT count(*) FROM dispatch.ledger WHERE type = 'cn.huiyin.directory.pack_published'"
    assert await bare.run("dispatch", said) == [(1,)]

    changed = document(load_pack(DEMO))
    changed["texts"]["note_max"] += 1
    loaded = await watcher.load(changed)
    assert (loaded.status_code, loaded.json()["pack_version"]) == (200, 2)
    later = await start(bare, seeding(DEMO), work=True)
    await later.says("ready", pack="ok")
    assert await bare.run("dispatch", said) == [(2,)]


async def test_a_seed_pack_with_problems_is_told_and_waited_for(
    database: ClusterDatabase, start: Start, tmp_path: Path
) -> None:
    process = await start(database, seeding(tmp_path / "nowhere"), work=True)

    async def told() -> bool:
        said = (await process.http.get("/readyz?exclude=pack")).json()["checks"]["startup"]
        return "there is no such folder" in said and "(1 in" in said

    assert await eventually(told, within=60)
    assert await database.run("dispatch", "SELECT count(*) FROM dispatch.pack") == [(0,)]
