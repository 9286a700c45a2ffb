"""One county that lived once; every test spoils a copy of its database."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from libs.programs.postgres.server import EmbeddedPostgres
from tests.conftest import MakeDatabase
from tests.integration.audit.county import Spoiler, live, open_county

TEMPLATE = "audit_template"

# Many kinds of damage could not even be written while the tables' own checks stand.
_DROP_CHECKS = """
    DO $$ DECLARE held record; BEGIN
        FOR held IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint
            WHERE contype = 'c' AND conrelid <> 0 AND coninhcount = 0
                AND connamespace::regnamespace::text IN ('intake', 'dispatch', 'followup', 'analytics')
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', held.owner, held.conname); END LOOP;
    END $$
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """A database of its own: where it is, how to spoil it, and the cases in it by what became of them."""

    url: str
    spoiler: Spoiler
    cases: dict[str, str]

    async def spoil(self, *statements: str) -> None:
        """Run SQL in which ``{fresh}`` stands for the id of the case ``fresh``, quoted."""
        quoted = {name.replace(" ", "_"): f"'{case_id}'" for name, case_id in self.cases.items()}
        await self.spoiler.run(*(statement.format(**quoted) for statement in statements))


@pytest.fixture(scope="session")
def lived(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The template database; gives the ids of its cases."""
    base = postgres.dsn.rpartition("/")[0]
    asyncio.run(_administer(postgres.dsn, f"CREATE DATABASE {TEMPLATE}"))
    cases = asyncio.run(_live(f"{base}/{TEMPLATE}", tmp_path_factory.mktemp("county")))
    asyncio.run(_administer(f"{base}/{TEMPLATE}", _DROP_CHECKS))
    yield cases
    asyncio.run(_administer(postgres.dsn, f"DROP DATABASE {TEMPLATE} WITH (FORCE)"))


@pytest.fixture
async def copy(lived: dict[str, str], make_database: MakeDatabase) -> Copy:
    """A copy of the county's database."""
    url = await make_database(TEMPLATE)
    return Copy(url, Spoiler(url), lived)


async def _live(url: str, folder: Path) -> dict[str, str]:
    async with open_county(url, folder) as county:
        await live(county)
        return county.cases


async def _administer(url: str, command: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(command)
    finally:
        await connection.close()
