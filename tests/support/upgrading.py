"""A service's tables as a release before had them."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from libs.common.service.spec import ServiceSpec


async def migrate_to(url: str, spec: ServiceSpec, revision: str) -> None:
    """Make the service's schema, and bring it so far."""
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text(f"CREATE SCHEMA {spec.service}"))
        await connection.execute(text(f"SET search_path TO {spec.service}"))
        await connection.run_sync(_to, spec.migrations.folder, revision)
    await engine.dispose()


def _to(connection: Connection, migrations: Path, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
