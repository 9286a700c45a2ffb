"""Each service's tables by its own Alembic history, in its own schema, safe when several processes start at once."""

import asyncio
from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

_LOCK = 4_815_162_342
"""One advisory lock for all migrations of a database: they are short and must not meet."""


async def migrate(url: str, schema: str, migrations: Path) -> None:
    """Bring ``schema`` to the newest version of the history in ``migrations``; create the schema when it is missing."""
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        poolclass=NullPool,
        connect_args={"server_settings": {"search_path": schema, "lock_timeout": "30000"}},
    )
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            await connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
            await connection.commit()
            await connection.run_sync(_upgrade, migrations)
            await connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
            await connection.commit()
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, migrations: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def run_env(metadata: MetaData) -> None:
    """The body of every ``env.py``: run on the connection that ``migrate`` opened."""
    connection: Any = context.config.attributes.get("connection")
    if connection is None:
        raise SystemExit("Migrations run by themselves when a worker starts; there is nothing to do by hand.")
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


def migrate_now(url: str, schema: str, migrations: Path) -> None:
    """``migrate`` for code that has no event loop."""
    asyncio.run(migrate(url, schema, migrations))
