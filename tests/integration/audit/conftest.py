"""One county that lived once; every test spoils a copy of its database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pytest

from bench.drive.database import execute
from huiyin.audit.auditing import Subject, examine
from huiyin.audit.report import AuditReport
from libs.programs.postgres.server import EmbeddedPostgres
from tests.conftest import MakeDatabase, template
from tests.integration.audit.county import Spoiler, open_county
from tests.integration.audit.damage.form import Spoiled
from tests.integration.audit.damage.rows import ROWS
from tests.integration.audit.households import settle_in
from tests.integration.audit.living import live
from tests.integration.audit.visits import go_about

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


class Lived(NamedTuple):
    """Ids of what is in the template."""

    cases: dict[str, str]
    homes: dict[str, str]


@dataclass(frozen=True, slots=True)
class Copy:
    """A database of its own: where it is, how to spoil it, and its cases and households by what became of them."""

    url: str
    spoiler: Spoiler
    cases: dict[str, str]
    homes: dict[str, str]

    async def spoil(self, *statements: str) -> None:
        """Run SQL in which ``{fresh}`` stands for the id of the case ``fresh``, quoted; households likewise."""
        quoted = {name.replace(" ", "_"): f"'{key}'" for name, key in (self.cases | self.homes).items()}
        await self.spoiler.run(*(statement.format(**quoted) for statement in statements))


@pytest.fixture(scope="session")
def lived(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """The template database; gives the ids of its cases and households."""
    there = Lived({}, {})

    async def prepare(url: str) -> None:
        async with open_county(url, tmp_path_factory.mktemp("county")) as county:
            await live(county)
            await settle_in(county, there.homes)
            await go_about(county, there.homes)
            there.cases.update(county.cases)
        await execute(url, _DROP_CHECKS)

    with template(postgres, TEMPLATE, prepare):
        yield there


@pytest.fixture
async def copy(lived: Lived, make_database: MakeDatabase) -> Copy:
    """A copy of the county's database."""
    url = await make_database(TEMPLATE)
    return Copy(url, Spoiler(url), *lived)


@pytest.fixture(scope="session")
def all_rows_spoilt(postgres: EmbeddedPostgres, lived: Lived) -> Iterator[AuditReport]:
    """What the audit says of a copy in which every kind of ``ROWS`` was done."""
    reports = []

    async def prepare(url: str) -> None:
        copy = Copy(url, Spoiler(url), *lived)
        await copy.spoil(*dict.fromkeys(sql for kind in ROWS.values() for sql in kind.sql))
        reports.append(await examine(Subject(url), limit=10_000))

    with template(postgres, f"{TEMPLATE}_rows", prepare, like=TEMPLATE):
        yield reports[0]


def named(report: AuditReport, keys: Mapping[str, str], spoiled: Spoiled) -> bool:
    """Whether the audit found it, and said where and what."""
    key = keys.get(spoiled.about.replace("_", " "), spoiled.about)
    return any(
        one.invariant is spoiled.invariant
        and one.service == spoiled.service
        and key in one.key
        and spoiled.says in one.message
        for one in report.violations
    )
