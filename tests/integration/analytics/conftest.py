"""Migrates once; each test works on a copy."""

from collections.abc import AsyncIterator, Iterator

import pytest
from httpx import ASGITransport, AsyncClient

from libs.common.database.session import Database
from libs.programs.postgres.server import EmbeddedPostgres
from tests.conftest import MakeDatabase, template, url_of
from tests.integration.analytics.county import application, open_analytics
from tests.integration.analytics.years import fill


async def _prepare(url: str) -> None:
    await (await open_analytics(url)).close()


@pytest.fixture(scope="session")
def prepared_analytics(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The name of a database with the tables of analytics and the demo pack."""
    with template(postgres, "analytics_template", _prepare) as name:
        yield name


@pytest.fixture
async def database_url(make_database: MakeDatabase, prepared_analytics: str) -> str:
    """A copy that no other test sees."""
    return await make_database(prepared_analytics)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The same, opened."""
    opened = await open_analytics(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def leader(database: Database) -> AsyncIterator[AsyncClient]:
    """Asks the service, with the reach of the whole county."""
    transport, by = ASGITransport(application(database)), {"Authorization": "Bearer leader"}
    async with AsyncClient(transport=transport, base_url="http://test", headers=by) as client:
        yield client


@pytest.fixture(scope="session")
def filled_analytics(postgres: EmbeddedPostgres, prepared_analytics: str) -> Iterator[str]:
    """A database with two years of a county, for those who only read: its URL."""
    with template(postgres, "analytics_filled", fill, like=prepared_analytics) as name:
        yield url_of(postgres, name)
