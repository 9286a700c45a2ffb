"""The database roles of a cluster: the owner changes tables, a service its rows, the auditor reads all."""

from datetime import UTC, datetime

import asyncpg
import pytest

from huiyin.audit.auditing import Subject, examine
from huiyin.audit.outcomes import keep_outcome
from huiyin.house import SPECS
from libs.common.bus.choose import BusKind, open_bus
from libs.common.database.migrate import migrate
from libs.common.database.session import Database
from libs.common.delivery.audit_runs import last_outcome
from libs.common.delivery.partitions import prepare_months
from tests.integration.cluster.conftest import SERVICES, ClusterDatabase

FORBIDDEN = (
    "UPDATE ledger SET type = 'x'",
    "DELETE FROM ledger",
    "TRUNCATE ledger",
    "ALTER TABLE ledger DISABLE TRIGGER ALL",
    "ALTER TABLE ledger DISABLE TRIGGER ledger_append_only",
    "DROP TRIGGER ledger_append_only ON ledger",
    "CREATE OR REPLACE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "SET session_replication_role = replica",
    "DELETE FROM ledger_default",
    "INSERT INTO ledger_default (part) VALUES (0)",
    "TRUNCATE ledger_head",
    "DROP TABLE pack",
    "ALTER TABLE pack ADD COLUMN x int",
    "CREATE TABLE x (y int)",
    "CREATE SCHEMA x",
    "CREATE TABLE public.x (y int)",
    "UPDATE alembic_version SET version_num = '0001'",
    "CREATE TABLE audit.x (y int)",
)
MONTHS = """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relname ~ '^ledger_2' AND relnamespace = '{}'::regnamespace ORDER BY 1
"""


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_changes_rows_and_nothing_else(database: ClusterDatabase, service: str) -> None:
    for sql in FORBIDDEN:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.run(service, f"SET search_path = {service}", sql)
    for other in set(SERVICES) - {service}:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.run(service, f"SELECT * FROM {other}.ledger")  # noqa: S608
    rows = await database.run(service, f"DELETE FROM {service}.ledger_unsent RETURNING id")  # noqa: S608
    assert rows == []


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_has_the_months_of_its_ledger_made(database: ClusterDatabase, service: str) -> None:
    assert await database.run("huiyin", MONTHS.format(service)) == []
    serving = Database(database.url(service), service, pool_size=1)
    await prepare_months(serving, datetime.now(UTC))
    made = await database.run("huiyin", MONTHS.format(service))
    assert len(made) == 2
    await prepare_months(serving, datetime.now(UTC))
    await serving.close()
    assert await database.run("huiyin", MONTHS.format(service)) == made
    for (name,) in made:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.run(service, f"DELETE FROM {service}.{name}")  # noqa: S608
    for name in ("ledger", "ledger_default", *(name for (name,) in made)):
        with pytest.raises(asyncpg.RaiseError, match="the ledger is append-only"):
            await database.run("owner", f"TRUNCATE {service}.{name}")
    # What an upgrade grants anew leaves the parts to their owner, too.
    assert database.migrate().status == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.run(service, f"SELECT * FROM {service}.{made[0][0]}")  # noqa: S608


async def test_the_auditor_reads_everything_and_the_services_read_what_it_found(database: ClusterDatabase) -> None:
    auditor = database.url("auditor")
    analytics = Database(database.url("analytics"), "analytics", pool_size=1)
    async with analytics.reading() as session:
        assert await last_outcome(session) is None
    # Nothing is on its way, so the broker is not asked.
    report = await examine(Subject(auditor, broker=open_bus(BusKind.KAFKA, database_url="", kafka_bootstrap="a:1")))
    assert report.clean, report.violations
    for _ in range(2):
        await keep_outcome(auditor, report)
    async with analytics.reading() as session:
        outcome = await last_outcome(session)
    await analytics.close()
    assert outcome is not None
    assert set(outcome.violations.values()) == {0}
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.run("auditor", "DELETE FROM intake.cases")


async def test_tables_that_the_services_owned_go_to_the_owner_with_all_that_is_in_them(bare: ClusterDatabase) -> None:
    """As a release of before left them: each role the owner of its schema."""
    bare.make_roles()
    grant = f"GRANT CREATE ON DATABASE {bare.name} TO intake"
    await bare.run("huiyin", "ALTER SCHEMA intake OWNER TO intake", grant)
    await migrate(bare.url("intake"), "intake", next(spec.migrations for spec in SPECS if spec.service == "intake"))
    await bare.run("intake", "INSERT INTO intake.pack VALUES (1, 'x', 'x', '{}', now())")
    refused = bare.migrate()
    assert refused.status == 2
    assert "may not change the tables of intake" in refused.said

    bare.make_roles()
    migrated = bare.migrate()
    assert migrated.status == 0, migrated.said
    assert await bare.run("intake", "SELECT version FROM intake.pack") == [(1,)]
    assert await bare.run("auditor", "SELECT version FROM intake.pack") == [(1,)]
    for sql in ("CREATE TABLE intake.x (y int)", "TRUNCATE intake.ledger", "CREATE SCHEMA x"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await bare.run("intake", sql)
