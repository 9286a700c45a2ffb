"""The database that a command looks at: the one that is named, the one that runs, or one started for the while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from huiyin.cli.common import fail
from libs.common.service.settings import CommonSettings
from libs.programs.postgres.server import EmbeddedPostgres, running_dsn


@asynccontextmanager
async def existing_database(settings: CommonSettings) -> AsyncIterator[str]:
    """Its URL. A Huiyin that runs on the data directory goes on; nothing is created where there is no data."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    folder = settings.data_dir / "postgres"
    if not (folder / "cluster").is_dir():
        fail(f"there are no data in {settings.data_dir}/: say where they are with --data-dir, or HUIYIN_DATABASE_URL")
    running = await asyncio.to_thread(running_dsn, folder)
    if running is not None:
        yield running
        return
    postgres = EmbeddedPostgres(folder)
    url = await asyncio.to_thread(postgres.start)
    try:
        yield url
    finally:
        await asyncio.to_thread(postgres.stop)
