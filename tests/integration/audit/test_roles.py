"""The database roles of a cluster: each service owns its schema, and the auditor reads all and writes its outcomes."""

import os
import subprocess
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from huiyin.audit.auditing import Subject, examine
from huiyin.audit.outcomes import keep_outcome
from huiyin.house import SPECS
from libs.common.bus.choose import BusKind, open_bus
from libs.common.database.cluster import binaries
from libs.common.database.embedded import EmbeddedPostgres
from libs.common.database.migrate import migrate
from libs.common.database.session import Database
from libs.common.ledger.outcomes import last_outcome

ROLES = Path(__file__).parents[3] / "deploy" / "postgres" / "roles.sh"
NAMES = (*(str(spec.service) for spec in SPECS), "auditor")


@pytest.fixture
def cluster(tmp_path: Path) -> EmbeddedPostgres:
    """A server of its own: roles belong to all databases of one."""
    return EmbeddedPostgres(tmp_path / "postgres", durable=False)


def url_of(dsn: str, role: str) -> str:
    return make_url(dsn).set(username=role, password=f"{role}pass").render_as_string(hide_password=False)


def run_roles(dsn: str, programs: Path) -> None:
    """As the image of PostgreSQL does when it makes the database."""
    url = make_url(dsn)
    environment = {
        **os.environ,
        **{f"{name.upper()}_DB_PASSWORD": f"{name}pass" for name in NAMES},
        "PATH": f"{programs}:{os.environ['PATH']}",
        "POSTGRES_USER": str(url.username),
        "POSTGRES_DB": str(url.database),
        "PGHOST": str(url.host),
        "PGPORT": str(url.port),
        "PGPASSWORD": str(url.password),
    }
    done = subprocess.run(["/bin/sh", str(ROLES)], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


async def test_the_auditor_reads_everything_and_the_services_read_what_it_found(cluster: EmbeddedPostgres) -> None:
    with cluster as server:
        run_roles(server.dsn, binaries())
        for spec in SPECS:
            await migrate(url_of(server.dsn, str(spec.service)), str(spec.service), spec.migrations)
        auditor = url_of(server.dsn, "auditor")
        analytics = Database(url_of(server.dsn, "analytics"), "analytics", pool_size=1)
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
        for role, sql in (
            ("auditor", "DELETE FROM intake.cases"),
            ("analytics", "DELETE FROM audit.outcome"),
            ("analytics", "SELECT * FROM intake.requester"),
        ):
            connection = await asyncpg.connect(url_of(server.dsn, role))
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(sql)
            await connection.close()
