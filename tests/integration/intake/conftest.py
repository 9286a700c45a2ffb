"""The intake service on a real PostgreSQL with the demo pack on its shelf, driven over HTTP in this process."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from libs.common.blobs.disk import DiskBlobs
from libs.common.blobs.scanning import NoScanner
from libs.common.blobs.uploads import Uploads
from libs.common.bus.port import Bus
from libs.common.database.migrate import migrate
from libs.common.database.stored_packs import learn_pack
from libs.common.events.directory import PackPublished
from libs.common.host.service import Resources, RunningService
from libs.common.security.issuer import LocalIssuer, LocalVerifier
from libs.common.security.vault import load_or_create_keys
from libs.common.security.webhooks import WebhookSources
from libs.common.time.clock import SimulatedClock
from libs.programs.postgres.server import EmbeddedPostgres
from services.intake.main import SPEC
from tests.conftest import MakeDatabase, template
from tests.integration.intake.door import NOW, WEBHOOKS, IntakeDoor
from tests.integration.intake.going_out import DUTY, LEADERS, OTHER_VILLAGE_UNIT, TOWN_UNIT, VILLAGERS
from tests.integration.intake.homes import WHO, Homes, Visitors, appoint
from tests.support.service import published, real_now
from tests.support.tiny_service import ANSWER_KEYS


async def _prepare(url: str) -> None:
    await migrate(url, "intake", SPEC.migrations)


@pytest.fixture(scope="session")
def intake_template(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A migrated database to copy."""
    with template(postgres, "intake_template", _prepare) as name:
        yield name


@pytest.fixture(scope="session")
def demo_pack() -> PackPublished:
    """The demo pack as dispatch publishes it."""
    return published(at=NOW - timedelta(days=1))


@pytest.fixture
async def intake_url(intake_template: str, make_database: MakeDatabase) -> str:
    """A migrated database of this test's own."""
    return await make_database(intake_template)


@pytest.fixture
async def intake(intake_url: str, demo_pack: PackPublished, tmp_path: Path) -> AsyncIterator[IntakeDoor]:
    """The service, with its door open."""
    issuer = LocalIssuer.load_or_create(tmp_path, real_now)
    resources = Resources(
        url=intake_url,
        bus=cast("Bus", None),
        clock=SimulatedClock(NOW),
        verifier=LocalVerifier(issuer, real_now),
        vault=load_or_create_keys(tmp_path).vault(),
        answer_keys=ANSWER_KEYS,
        answer_seconds=60.0,
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


@pytest.fixture
def visitors(intake: IntakeDoor) -> Visitors:
    """Rounds and visits at the door."""
    return Visitors(intake)


@pytest.fixture
async def home(homes: Homes) -> str:
    """A household of two."""
    members = [{"name": "欧阳小雀", "phone": "13987654321"}]
    return str((await homes.register(**WHO, members=members))["household_id"])


@pytest.fixture
async def office(intake: IntakeDoor) -> IntakeDoor:
    """A town's leaders and cadres on duty, and the cadres of two of its villages."""
    await appoint(intake, *LEADERS, post="town_leader", unit=TOWN_UNIT)
    await appoint(intake, *DUTY, post="duty_cadre", unit=TOWN_UNIT)
    await appoint(intake, *VILLAGERS)
    await appoint(intake, "W-1", unit=OTHER_VILLAGE_UNIT)
    return intake
