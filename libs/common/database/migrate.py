"""Each service's tables by its own Alembic history, in its own schema, safe when several processes start at once.

Alembic is loaded where tables are behind their history, and in no other process.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, inspect, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateColumn

from libs.common.database.database_errors import as_trouble
from libs.common.database.session import Session
from libs.common.ledger.schema import APPEND_ONLY

_LOCK = 4_815_162_342
"""One advisory lock for all migrations of a database: they are short and must not meet."""
_NOT_ALLOWED = ("42501", "3F000")
"""The second: a schema that is there and cannot be entered is not found."""
_IS_ANOTHER = """
    SELECT count(*) FROM pg_roles WHERE rolname = :role AND rolname <> current_user
"""
_READABLE = """
    SELECT has_schema_privilege(space.oid, 'USAGE') AND has_table_privilege(version.oid, 'SELECT') AS readable
    FROM pg_namespace AS space JOIN pg_class AS version ON version.relnamespace = space.oid
    WHERE space.nspname = $1 AND version.relname = 'alembic_version'
"""
_COLUMNS = """
    SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = $1 AND relname = ANY($2::text[]) AND attnum > 0 AND NOT attisdropped
"""
"""Whether the role may read the tables or not."""


@dataclass(frozen=True, slots=True)
class History:
    """How a service's tables come about: by the revisions in Alembic's folder, and by what is declared.

    ``growing`` tables are made, and get a column for each thing that is declared anew, without a revision: each column
    has a default that is no expression, so that PostgreSQL adds it without a look at the rows.
    """

    folder: Path
    growing: tuple[Table, ...] = ()
    append_only: tuple[str, ...] = ()
    """Tables of its own to which a role that serves only adds, as to the ledger."""

    @property
    def revisions(self) -> list[str]:
        """All of them, oldest first: the name of each one's file begins with it."""
        return sorted(file.name.partition("_")[0] for file in self.folder.glob("versions/*_*.py"))


class NotTheOwner(Exception):
    """The role that migrates may not change these tables; the message is PostgreSQL's."""


async def migrate(url: str, schema: str, history: History, *, serves: str | None = None) -> None:
    """Bring ``schema`` to the newest version of its history; create the schema when it is missing.

    A schema that a newer release has brought further stays as it is. The role ``serves``, when there is one of that
    name beside the one that migrates, may then read and write rows, only add to the ledger, and change no table.

    Raises DatabaseTrouble, and NotTheOwner.
    """
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        poolclass=NullPool,
        connect_args={"server_settings": {"search_path": schema, "lock_timeout": "30000"}},
    )
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            await connection.commit()
            # Tables and rights appear together: whoever sees the new version may use what it made.
            async with connection.begin():
                await connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
                await connection.run_sync(_upgrade, history)
                await _grant(connection, schema, serves, history)
            await connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
            await connection.commit()
    except (DBAPIError, OSError) as error:
        if getattr(getattr(error, "orig", None), "sqlstate", None) in _NOT_ALLOWED:
            raise NotTheOwner(f"{schema}: {getattr(error, 'orig', error)}") from error
        trouble = as_trouble(error)
        if trouble is None:
            raise
        raise trouble from error
    finally:
        await engine.dispose()


async def lacking(session: Session, history: History) -> str | None:
    """What the session's schema has not yet, in a few words; None when it is as new as this release, or newer.

    A schema that this role may not read yet has nothing.
    """
    rows = await session.fetch(_READABLE, session.service)
    found = await session.fetch("SELECT version_num FROM alembic_version") if rows and rows[0].readable else []
    *older, newest = history.revisions
    if not found or found[0].version_num in older:
        return f"tables as of {newest}"
    if found[0].version_num != newest:
        return None
    tables = [table.name for table in history.growing]
    there = {(row.relname, row.attname) for row in await session.fetch(_COLUMNS, session.service, tables)}
    columns = ((table.name, column.name) for table in history.growing for column in table.columns)
    return next((f"column {table}.{column}" for table, column in columns if (table, column) not in there), None)


def _upgrade(connection: Connection, history: History) -> None:
    there = connection.execute(text("SELECT to_regclass('alembic_version') IS NOT NULL")).scalar_one()
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if there else None
    *older, newest = history.revisions
    if version is None or version in older:
        config = import_module("alembic.config").Config()
        config.set_main_option("script_location", str(history.folder))
        config.attributes["connection"] = connection
        import_module("alembic.command").upgrade(config, "head")
    for table in history.growing if version in (None, *older, newest) else ():
        _grow(connection, table)


def _grow(connection: Connection, table: Table) -> None:
    table.create(connection, checkfirst=True)
    known = {column["name"] for column in inspect(connection).get_columns(table.name)}
    for column in table.columns:
        if column.name not in known:
            added = CreateColumn(column).compile(dialect=connection.dialect)
            connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {added}"))


async def _grant(connection: AsyncConnection, schema: str, role: str | None, history: History) -> None:
    if role is None or not (await connection.execute(text(_IS_ANOTHER), {"role": role})).scalar():
        return
    for statement in _rights(schema, role, (*APPEND_ONLY, *history.append_only)):
        await connection.execute(text(statement))


def _rights(schema: str, role: str, append_only: Sequence[str]) -> Sequence[str]:
    """Everything anew, so that a right of an earlier release does not stay."""
    # Rows go in and out by the table that is divided; its parts are nobody's to write past it.
    parts = f"""
        DO $$ DECLARE part regclass; BEGIN
            FOR part IN SELECT inhrelid::regclass FROM pg_inherits JOIN pg_class ON pg_class.oid = inhparent
                        WHERE relkind = 'p' AND relnamespace = '"{schema}"'::regnamespace LOOP
                EXECUTE format('REVOKE ALL ON %s FROM %I', part, '{role}');
            END LOOP;
        END $$
    """  # noqa: S608 - names of ours
    return (
        f'GRANT USAGE ON SCHEMA "{schema}" TO "{role}"',
        f'REVOKE ALL ON ALL TABLES IN SCHEMA "{schema}" FROM "{role}"',
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "{schema}" TO "{role}"',
        f'REVOKE INSERT, UPDATE, DELETE ON "{schema}".alembic_version FROM "{role}"',
        *(f'REVOKE UPDATE, DELETE ON "{schema}"."{table}" FROM "{role}"' for table in append_only),
        parts,
        f'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA "{schema}" TO "{role}"',
    )


def run_env(metadata: MetaData) -> None:
    """The body of every ``env.py``: run on the connection, and in the transaction, that ``migrate`` opened."""
    context: Any = import_module("alembic.context")
    connection: Any = context.config.attributes.get("connection")
    if connection is None:
        raise SystemExit("Say `huiyin migrate`: it brings all services' tables up to date, in one database.")
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
