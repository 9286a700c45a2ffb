"""A dispatch service of its own for every test, on a copy of a database that was migrated once."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from libs.programs.postgres.server import EmbeddedPostgres
from services.dispatch.main import SPEC
from tests import conftest
from tests.conftest import MakeDatabase
from tests.integration.dispatch.desk import Desk, desk_of
from tests.integration.dispatch.office import Office, prepare_database


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A migrated database with the demo pack."""
    with conftest.template(postgres, "dispatch_template", prepare_database) as name:
        yield name


@pytest.fixture
async def office(template: str, make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[Office]:
    """The service."""
    async with Office.open(SPEC, await make_database(template), tmp_path) as office:
        yield office


@pytest.fixture
async def desk(office: Office, tmp_path: Path) -> AsyncIterator[Desk]:
    """The service, where staff sign in."""
    async with desk_of(office, tmp_path) as opened:
        yield opened
