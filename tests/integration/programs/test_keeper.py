"""An embedded PostgreSQL that ended by itself comes back at the same address with what it had committed."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGKILL

import asyncpg
import pytest

from libs.common.run.supervise import stop
from libs.programs.postgres import supervisor
from libs.programs.postgres.server import EmbeddedPostgres
from libs.programs.postgres.supervisor import keep_up
from tests.support.eventually import eventually


@asynccontextmanager
async def kept(postgres: EmbeddedPostgres) -> AsyncIterator[None]:
    keeping = asyncio.create_task(keep_up(postgres))
    try:
        yield
    finally:
        await stop(keeping)
        await asyncio.to_thread(postgres.stop)


async def ask(dsn: str, sql: str) -> object:
    try:
        connection = await asyncpg.connect(dsn, timeout=5)
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise OSError from error
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close(timeout=5)


def die(postgres: EmbeddedPostgres) -> None:
    assert postgres.pid is not None
    os.kill(postgres.pid, SIGKILL)


async def test_a_server_that_died_is_started_again_where_it_was(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path)
    dsn = await asyncio.to_thread(postgres.start)
    await ask(dsn, "CREATE TABLE kept AS SELECT 7 AS n")
    async with kept(postgres):
        for _ in range(2):
            before = postgres.pid
            die(postgres)
            await eventually(lambda: postgres.running and postgres.pid != before, within=60, what="another server")  # noqa: B023
            seen = await eventually(lambda: ask(dsn, "SELECT n FROM kept"), within=60, what="what was kept")
            assert seen == 7
    assert not postgres.running


async def test_a_server_that_cannot_start_is_tried_again_until_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "LONGEST_WAIT", 0.5)
    postgres = EmbeddedPostgres(tmp_path)
    dsn = await asyncio.to_thread(postgres.start)
    config, aside = tmp_path / "cluster" / "postgresql.conf", tmp_path / "aside"
    refused = "could not access the server configuration file"
    async with kept(postgres):
        config.rename(aside)
        die(postgres)
        await eventually(lambda: postgres.log.read_text().count("postgresql.conf") >= 2, within=60, what=refused)
        aside.rename(config)
        assert await eventually(lambda: ask(dsn, "SELECT 1"), within=60, what="it runs again") == 1
