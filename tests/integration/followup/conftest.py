"""A followup service of its own for every test, on a copy of a database that was migrated once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from libs.programs.postgres.server import EmbeddedPostgres
from tests.conftest import MakeDatabase
from tests.integration.followup.office import Office, open_office, prepare_database

TEMPLATE = "followup_template"


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A migrated database with the demo pack."""
    asyncio.run(_make(postgres.dsn))
    yield TEMPLATE
    asyncio.run(_administer(postgres.dsn, f"DROP DATABASE {TEMPLATE} WITH (FORCE)"))


@pytest.fixture
async def office(template: str, make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[Office]:
    """The service."""
    async with open_office(await make_database(template), tmp_path) as office:
        yield office


async def _make(dsn: str) -> None:
    await _administer(dsn, f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
    await prepare_database(dsn.rpartition("/")[0] + f"/{TEMPLATE}")


async def _administer(dsn: str, command: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(command)
    finally:
        await connection.close()
