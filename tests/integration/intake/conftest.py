"""The intake service on a real PostgreSQL with the demo pack on its shelf, driven over HTTP in this process."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import asyncpg
import pytest

from libs.common.blobs.disk import DiskBlobs
from libs.common.blobs.scanning import NoScanner
from libs.common.blobs.uploads import Uploads
from libs.common.bus.port import Bus
from libs.common.database.migrate import migrate
from libs.common.database.stored_packs import learn_pack
from libs.common.events.directory import PackPublished
from libs.common.host.service import Resources, RunningService
from libs.common.pack.loader import digest, document, load_pack
from libs.common.security.issuer import LocalIssuer, LocalVerifier
from libs.common.security.vault import load_or_create_keys
from libs.common.security.webhooks import WebhookSources
from libs.common.time.clock import SimulatedClock
from libs.programs.postgres.server import EmbeddedPostgres
from services.intake.main import SPEC
from tests.conftest import MakeDatabase
from tests.integration.intake.door import NOW, WEBHOOKS, IntakeDoor
from tests.support.tiny_service import ANSWER_KEYS

TEMPLATE = "intake_template"


async def _make_template(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
    finally:
        await connection.close()
    await migrate(dsn.rpartition("/")[0] + f"/{TEMPLATE}", "intake", SPEC.migrations)


@pytest.fixture(scope="session")
def intake_template(postgres: EmbeddedPostgres) -> str:
    """A migrated database to copy."""
    asyncio.run(_make_template(postgres.dsn))
    return TEMPLATE


@pytest.fixture(scope="session")
def demo_pack() -> PackPublished:
    """The demo pack as dispatch publishes it."""
    pack = load_pack(Path(__file__).parents[3] / "packs" / "demo")
    return PackPublished(
        occurred_at=NOW - timedelta(days=1),
        place_code=pack.place.code,
        version=1,
        digest=digest(pack),
        document=document(pack),
    )


@pytest.fixture
async def intake_url(intake_template: str, make_database: MakeDatabase) -> str:
    """A migrated database of this test's own."""
    return await make_database(intake_template)


@pytest.fixture
async def intake(intake_url: str, demo_pack: PackPublished, tmp_path: Path) -> AsyncIterator[IntakeDoor]:
    """The service, with its door open."""
    issuer = LocalIssuer.load_or_create(tmp_path, lambda: datetime.now(UTC))
    resources = Resources(
        url=intake_url,
        bus=cast("Bus", None),
        clock=SimulatedClock(NOW),
        verifier=LocalVerifier(issuer, lambda: datetime.now(UTC)),
        vault=load_or_create_keys(tmp_path).vault(),
        answer_keys=ANSWER_KEYS,
        webhooks=WebhookSources.parse(WEBHOOKS),
        uploads=Uploads(DiskBlobs(tmp_path / "attachments"), NoScanner(), largest=200_000),
    )
    service = RunningService(SPEC, resources)
    await service.prepare()
    async with service.runtime.work_database.transaction(NOW) as session:
        await learn_pack(session, demo_pack)
    door = IntakeDoor(service, issuer, resources)
    yield door
    await door.close()
