"""Start outside programs (PostgreSQL, Kafka) so that none of them outlives this process.

Three things that a bare ``Popen`` does not give:

* the program dies with us, even when we are killed with SIGKILL (Linux: ``PR_SET_PDEATHSIG``);
* Ctrl-C reaches us alone, and we stop the program in our order, not the terminal in its own;
* a program that refuses to run as root runs as somebody else (see :class:`RunAs`).
"""

import ctypes
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals
from typing import BinaryIO

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_NOBODY = 65534

# Loaded before any fork: the child of a threaded process must not have to load anything itself.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

# The kernel sends the death signal when the *thread* that started the program ends, not the process. So one thread
# that lives as long as the process starts all of them; a caller may sit in a short-lived worker thread.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="program-starter")


@dataclass(frozen=True, slots=True)
class RunAs:
    """Whom a program runs as; the default is whoever we are.

    ``namespace``: as root, enter a user namespace where we are "nobody". The files stay root's and no account is
    needed. ``uid`` and ``gid``: become that user, for machines that forbid user namespaces.
    """

    namespace: bool = False
    uid: int | None = None
    gid: int | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """One program to start: its arguments, whom it runs as, and the signal it gets when we die."""

    arguments: Sequence[str | Path]
    death_signal: Signals
    identity: RunAs = field(default_factory=RunAs)
    environment: Mapping[str, str] | None = None
    directory: Path | None = None


def start(
    program: Program, *, output: BinaryIO | int, reads: BinaryIO | int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start the program in a session of its own; what it says on either stream goes to ``output``."""
    user = program.identity

    def launch() -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - no shell reads the arguments, and they are ours
            [str(argument) for argument in program.arguments],
            stdin=reads,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if program.environment is None else dict(program.environment),
            cwd=program.directory,
            start_new_session=True,
            preexec_fn=_preparation(user, program.death_signal),  # noqa: PLW1509 - it makes system calls only
            user=user.uid,
            group=user.gid,
            extra_groups=None if user.uid is None else [],
        )

    return _starter.submit(launch).result()


def run(program: Program, *, within: float, says: str = "") -> tuple[int, str]:
    """Run the program to its end with ``says`` as its input; answer its exit code and what it said.

    Raises ``OSError`` or ``subprocess.SubprocessError`` when it cannot be started or takes over ``within`` seconds.
    """
    process = start(program, output=subprocess.PIPE, reads=subprocess.PIPE)
    with process:
        try:
            said, _ = process.communicate(says.encode(), timeout=within)
        except BaseException:
            process.kill()
            raise
    return process.returncode, said.decode(errors="replace")


def end(process: subprocess.Popen[bytes], steps: Sequence[tuple[Signals, float]]) -> bool:
    """Send each signal in turn, waiting so many seconds for the end, and reap; answer whether the first sufficed."""
    for number, (signal, seconds) in enumerate(steps):
        process.send_signal(signal)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return number == 0
    process.kill()
    process.wait()
    return False


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _preparation(identity: RunAs, death_signal: Signals) -> Callable[[], None] | None:
    """What the child does between fork and exec: system calls only, everything else is worked out beforehand."""
    if _libc is None:
        return None
    libc, parent = _libc, os.getpid()
    maps = (
        (b"/proc/self/setgroups", b"deny"),
        (b"/proc/self/uid_map", b"%d %d 1" % (_NOBODY, os.geteuid())),
        (b"/proc/self/gid_map", b"%d %d 1" % (_NOBODY, os.getegid())),
    )

    def prepare() -> None:
        if identity.namespace:
            if libc.unshare(_CLONE_NEWUSER) != 0:
                raise OSError(ctypes.get_errno(), "user namespaces are not allowed")
            for path, content in maps:
                descriptor = os.open(path, os.O_WRONLY)
                os.write(descriptor, content)
                os.close(descriptor)
        # After the change of user, which clears it.
        libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
