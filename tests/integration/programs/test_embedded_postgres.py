"""The embedded PostgreSQL keeps what it committed, whoever is killed, and leaves no process behind."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from libs.programs import launch
from libs.programs.launch import Program, RunAs
from libs.programs.postgres import cluster
from libs.programs.postgres.server import EmbeddedPostgres, PostgresUnavailable
from tests.support.eventually import eventually

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
PROJECT = Path(__file__).parents[3]
OURS = RunAs()
Supervisor = subprocess.Popen[bytes]

SUPERVISOR = """
import sys
from pathlib import Path
from libs.programs.postgres.server import EmbeddedPostgres

server = EmbeddedPostgres(Path(sys.argv[1]))
print(server.start(), server.pid, flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder whose parents everybody may enter (pytest's own are closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="huiyin-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close(timeout=5)


@asynccontextmanager
async def supervised(data_dir: Path, identity: RunAs = OURS) -> AsyncIterator[tuple[Supervisor, str, int]]:
    """A process of its own that runs a server on the folder; answers it, the DSN and the server's process id."""
    reading, writing = os.pipe()
    program = Program([sys.executable, "-c", SUPERVISOR, data_dir], signal.SIGTERM, identity, directory=PROJECT)
    with os.fdopen(reading) as said:
        process = launch.start(program, output=writing, reads=subprocess.PIPE)
        os.close(writing)
        with process:
            dsn, pid = (await asyncio.to_thread(said.readline)).split()
            try:
                yield process, dsn, int(pid)
            finally:
                if process.poll() is None:
                    process.communicate(b"")


async def write_numbers(dsn: str, until: int, acknowledged: list[int]) -> None:
    """Commit 1, 2, 3 ... one by one, noting each once it is acknowledged; ends early when the server dies."""
    async with connected(dsn) as connection:
        await connection.execute("CREATE TABLE IF NOT EXISTS numbers (n int)")
        for number in range(until):
            await connection.execute("INSERT INTO numbers VALUES ($1)", number)
            acknowledged.append(number)


async def numbers(dsn: str) -> list[int]:
    async with connected(dsn) as connection:
        return [row["n"] for row in await connection.fetch("SELECT n FROM numbers ORDER BY n")]


@pytest.mark.parametrize("end", [EmbeddedPostgres.kill, partial(EmbeddedPostgres.stop, immediate=True)])
async def test_an_end_without_warning_under_load_loses_nothing_that_was_acknowledged(
    tmp_path: Path, end: Callable[[EmbeddedPostgres], None]
) -> None:
    server = EmbeddedPostgres(tmp_path)
    dsn = await asyncio.to_thread(server.start)
    acknowledged: list[int] = []
    writing = asyncio.create_task(write_numbers(dsn, 1_000_000, acknowledged))
    await eventually(lambda: len(acknowledged) > 200, what="200 commits")

    await asyncio.to_thread(end, server)
    assert not server.running
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)):
        await writing
    again = await asyncio.to_thread(server.start)

    assert again == dsn
    kept = await numbers(again)
    assert kept[: len(acknowledged)] == acknowledged
    await asyncio.to_thread(server.stop)
    assert not server.running


async def test_it_stops_in_order_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    async with supervised(tmp_path) as (process, dsn, _):
        await write_numbers(dsn, 10, [])
        process.kill()
        process.wait()

        await eventually(lambda: not cluster.processes(tmp_path / "cluster"), what="the end of every server process")

    assert "database system is shut down" in (tmp_path / "postgres.log").read_text()
    with EmbeddedPostgres(tmp_path) as server:
        assert await numbers(server.dsn) == list(range(10))


async def test_a_new_supervisor_waits_until_the_orphan_has_shut_down(tmp_path: Path) -> None:
    async with supervised(tmp_path) as (process, dsn, pid):
        await write_numbers(dsn, 10, [])
        os.kill(pid, signal.SIGSTOP)
        process.kill()
        process.wait()
        server = EmbeddedPostgres(tmp_path)
        starting = asyncio.create_task(asyncio.to_thread(server.start))
        done, _ = await asyncio.wait([starting], timeout=0.3)
        assert not done

        os.kill(pid, signal.SIGCONT)
        await starting
        try:
            assert await numbers(server.dsn) == list(range(10))
        finally:
            server.stop()


async def test_it_starts_after_supervisor_and_server_were_killed(tmp_path: Path) -> None:
    async with supervised(tmp_path) as (process, dsn, pid):
        await write_numbers(dsn, 10, [])
        os.kill(pid, signal.SIGKILL)
        process.kill()
        process.wait()

    with EmbeddedPostgres(tmp_path) as server:
        assert await numbers(server.dsn) == list(range(10))


async def test_a_left_pid_file_with_the_number_of_another_program_does_not_hinder(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path)
    server.start()
    left = (tmp_path / "cluster" / "postmaster.pid").read_text().splitlines()
    server.kill()
    (tmp_path / "cluster" / "postmaster.pid").write_text("\n".join([str(os.getppid()), *left[1:]]) + "\n")

    with server:
        assert server.running


async def test_chinese_text_is_indexed_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")

    with EmbeddedPostgres(tmp_path, durable=False) as server:
        async with connected(server.dsn) as connection:
            await connection.execute("CREATE EXTENSION pg_trgm")
            assert len(await connection.fetchval("SELECT show_trgm('路灯不亮')")) == 5
            assert await connection.fetchval("SHOW timezone") == "UTC"
            assert await connection.fetchval("SHOW server_encoding") == "UTF8"


async def test_nobody_enters_without_the_password(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, durable=False) as server, pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.dsn, password="guessed")

    assert (tmp_path / "password").stat().st_mode & 0o777 == 0o600


async def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("a-long-name-" * 9)

    with EmbeddedPostgres(deep, durable=False) as server:
        _, _, rest = server.dsn.partition("@")
        password = (deep / "password").read_text()
        port = int(rest.partition(":")[2].partition("/")[0])
        folder = server.socket_dir
        connection = await asyncpg.connect(
            host=str(folder), port=port, user="huiyin", database="huiyin", password=password
        )
        await connection.close()
    assert not folder.exists()


def test_a_second_one_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with (
        EmbeddedPostgres(tmp_path, durable=False),
        pytest.raises(PostgresUnavailable, match="Another Huiyin already runs"),
    ):
        EmbeddedPostgres(tmp_path).start()


def test_data_of_another_major_version_are_refused(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, durable=False) as server:
        pass
    (tmp_path / "cluster" / "PG_VERSION").write_text("17\n")

    with pytest.raises(PostgresUnavailable, match="made by PostgreSQL 17, and this Huiyin carries 18"):
        server.start()


def test_a_taken_port_is_told_with_the_servers_own_words(tmp_path: Path) -> None:
    with (
        EmbeddedPostgres(tmp_path / "one", durable=False) as one,
        pytest.raises(PostgresUnavailable, match="could not bind"),
    ):
        EmbeddedPostgres(tmp_path / "two", port=one._port, durable=False).start()


@ROOT_ONLY
async def test_an_ordinary_user_starts_it(tmp_path: Path) -> None:
    """In a user namespace, where our effective user is "nobody" and may do nothing that root may."""
    async with supervised(tmp_path, RunAs(namespace=True)) as (process, dsn, pid):
        await write_numbers(dsn, 3, [])
        assert await numbers(dsn) == [0, 1, 2]
        namespaces = [Path(f"/proc/{each}/ns/user").readlink() for each in (process.pid, pid)]
        assert len(set(namespaces)) == 1, "the server needs no namespace of its own"


@ROOT_ONLY
async def test_root_becomes_another_user_where_namespaces_are_forbidden(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = cluster._version
    monkeypatch.setattr(
        cluster, "_version", lambda binaries, who: "" if who.namespace else version(binaries, RunAs(who.namespace))
    )

    with EmbeddedPostgres(open_folder / "data") as server:
        await write_numbers(server.dsn, 3, [])
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0
    with server:
        assert await numbers(server.dsn) == [0, 1, 2]
