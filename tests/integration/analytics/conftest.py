"""Migrates once; each test works on a copy."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import asyncpg
import pytest

from libs.programs.postgres.server import EmbeddedPostgres
from tests.conftest import MakeDatabase
from tests.integration.analytics.county import open_analytics
from tests.integration.analytics.years import fill


@pytest.fixture(scope="session")
def prepared_analytics(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The name of a database with the tables of analytics and the demo pack."""
    with _database(postgres) as name:
        yield name


@pytest.fixture
async def database_url(make_database: MakeDatabase, prepared_analytics: str) -> str:
    """A copy that no other test sees."""
    return await make_database(prepared_analytics)


@pytest.fixture(scope="session")
def filled_analytics(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database with two years of a county, for those who only read: its URL."""
    with _database(postgres) as name:
        url = f"{postgres.dsn.rpartition('/')[0]}/{name}"
        asyncio.run(fill(url))
        yield url


@contextmanager
def _database(postgres: EmbeddedPostgres) -> Iterator[str]:
    name = f"analytics_{uuid4().hex[:8]}"

    async def prepare() -> None:
        await _administer(postgres.dsn, f"CREATE DATABASE {name}")
        opened = await open_analytics(f"{postgres.dsn.rpartition('/')[0]}/{name}")
        await opened.close()

    asyncio.run(prepare())
    yield name
    asyncio.run(_administer(postgres.dsn, f"DROP DATABASE {name} WITH (FORCE)"))


async def _administer(dsn: str, command: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(command)
    finally:
        await connection.close()
