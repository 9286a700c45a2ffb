"""Databases with the roles of a cluster: an owner of all tables, one role for each service, and the auditor."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from huiyin.house import SPECS
from libs.programs.postgres.cluster import binaries
from libs.programs.postgres.server import EmbeddedPostgres

ROLES = Path(__file__).parents[3] / "deploy" / "postgres" / "roles.sh"
_numbers = count(1)
SERVICES = tuple(str(spec.service) for spec in SPECS)


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    status: int
    said: str


@dataclass(frozen=True, slots=True)
class ClusterDatabase:
    """A database of a server of its own: roles belong to all databases of one."""

    dsn: str

    @property
    def name(self) -> str:
        """What the server calls it."""
        return self.dsn.rpartition("/")[2]

    def url(self, role: str) -> str:
        """The address of a role."""
        return make_url(self.dsn).set(username=role, password=f"{role}pass").render_as_string(hide_password=False)

    def make_roles(self) -> None:
        """As the image of PostgreSQL does when it makes the database."""
        url = make_url(self.dsn)
        environment = {
            **os.environ,
            **{f"{name.upper()}_DB_PASSWORD": f"{name}pass" for name in (*SERVICES, "owner", "auditor")},
            "PATH": f"{binaries()}:{os.environ['PATH']}",
            "POSTGRES_USER": str(url.username),
            "POSTGRES_DB": str(url.database),
            "PGHOST": str(url.host),
            "PGPORT": str(url.port),
            "PGPASSWORD": str(url.password),
        }
        done = subprocess.run(["/bin/sh", str(ROLES)], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def migrate(self, role: str = "owner", *options: str) -> Ran:
        """`huiyin migrate` as somebody."""
        done = subprocess.run(
            [sys.executable, "-c", "from huiyin.cli import app; app()", "migrate", *options],
            env={**os.environ, "HUIYIN_DATABASE_URL": self.url(role)},
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(done.returncode, done.stdout + done.stderr)

    async def run(self, role: str, *statements: str) -> list[tuple[object, ...]]:
        """Some SQL as somebody (``huiyin`` is the superuser); the rows of the last statement."""
        connection = await asyncpg.connect(self.dsn if role == "huiyin" else self.url(role))
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return [tuple(row) for row in await connection.fetch(statements[-1])]
        finally:
            await connection.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server of this module's own."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), durable=False) as server:
        yield server


@pytest.fixture(scope="module")
def database(server: EmbeddedPostgres) -> ClusterDatabase:
    """One whose roles and tables are there, for all tests of the module."""
    database = asyncio.run(_made(server, "migrated"))
    database.make_roles()
    done = database.migrate()
    assert done.status == 0, done.said
    return database


@pytest.fixture
async def bare(server: EmbeddedPostgres) -> ClusterDatabase:
    """An empty database of this test's own; the roles of the server may be there already."""
    return await _made(server, f"bare_{next(_numbers)}")


async def _made(server: EmbeddedPostgres, name: str) -> ClusterDatabase:
    connection = await asyncpg.connect(server.dsn)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    return ClusterDatabase(server.dsn.rpartition("/")[0] + f"/{name}")
