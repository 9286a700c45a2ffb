"""What the release before kept of requests is gone from every service once it is upgraded."""

import asyncpg
import pytest

from huiyin.house import SPECS
from libs.common.database.migrate import migrate
from libs.common.service.spec import ServiceSpec
from tests.support.upgrading import migrate_to

_WITHOUT_ITS_CASE = "SET session_replication_role = replica"
_KEPT = """
    INSERT INTO answer (scope, idempotency_key, request_hash, status, headers, body)
    VALUES ('intake POST /intake/v1/cases operator-1', 'call-13812345678', sha256('13812345678'), 201, '{}', '')
"""


async def _upgraded(url: str, spec: ServiceSpec, *statements: str) -> "asyncpg.Connection[asyncpg.Record]":
    """A connection to the service's tables, upgraded over rows of the release before."""
    (revision,) = spec.migrations.folder.glob("versions/*_keyed_answers.py")
    await migrate_to(url, spec, f"{revision.stem[:4]}-1")
    raw = await asyncpg.connect(url, server_settings={"search_path": str(spec.service)})
    for statement in statements:
        await raw.execute(statement)
    await migrate(url, str(spec.service), spec.migrations)
    return raw


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.service)
async def test_no_answer_of_before_is_kept(database_url: str, spec: ServiceSpec) -> None:
    connection = await _upgraded(database_url, spec, _KEPT)
    try:
        assert await connection.fetchval("SELECT count(*) FROM answer") == 0
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("reason", "masked"),
    [
        ("回电13812345678核实", "回电138****5678核实"),
        ("１３８１２３４５６７８，13912345678", "１３８****５６７８，139****5678"),
        ("身份证11010119900307451X", "身份证110***********451X"),
        ("工单4401152026112800421核实", "工单4401152026112800421核实"),
        ("核实位置", "核实位置"),
    ],
)
async def test_reasons_of_before_are_masked(database_url: str, reason: str, masked: str) -> None:
    look = f"""
        INSERT INTO reveal (reveal_id, case_id, who, reason, fields, at)
        VALUES ('r1', 'c1', 'operator-1', '{reason}', '{{phone}}', now())
    """  # noqa: S608
    connection = await _upgraded(database_url, SPECS[0], _WITHOUT_ITS_CASE, look)
    try:
        assert await connection.fetchval("SELECT reason FROM reveal") == masked
    finally:
        await connection.close()
