"""A server of our own on a data folder: started on a port that is free, waited for, stopped, killed, its log kept."""

import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from signal import Signals
from types import TracebackType
from typing import ClassVar, Self

from libs.programs import launch
from libs.programs.launch import Program

ADDRESS = "127.0.0.1"

_READY_WITHIN = 120.0
"""Seconds; a database that recovers after a crash may need most of them."""
_LOOK_EVERY = 0.01
_LOG_LIMIT = 10_000_000
"""Bytes; a longer log is moved aside at start."""


class ProgramUnavailable(Exception):
    """The program cannot be had; the message says what to do."""


class ManagedProgram(ABC):
    """One server process on one data folder, on 127.0.0.1.

    The methods block; call them in a worker thread from asynchronous code. Without ``port`` a free one is taken and
    kept over restarts of this object, so that clients find the server again.
    """

    name: ClassVar[str]
    unavailable: ClassVar[type[ProgramUnavailable]]
    port_is_taken: ClassVar[str]
    """What its log says when somebody listens on the port already."""
    giving_up: ClassVar[Sequence[tuple[Signals, float]]]
    """How one that does not become ready is ended: signals, each with the seconds that it is given."""

    def __init__(self, data_dir: Path, log: str, port: int | None) -> None:
        self.data_dir = data_dir.resolve()
        self.log = self.data_dir / log
        self._port = port
        self._port_must_stay = port is not None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the process lives (held still counts)."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process id, when it was started."""
        return None if self._process is None else self._process.pid

    @abstractmethod
    def start(self) -> str:
        """Start it, making its store the first time; answer its address once it serves. Raises ``unavailable``."""

    @abstractmethod
    def stop(self) -> None:
        """Stop it in order. Harmless when it does not run."""

    @abstractmethod
    def kill(self) -> None:
        """Kill it at once."""

    @abstractmethod
    def _program(self, port: int) -> Program:
        """What to start so that it listens on this port; prepares what the program reads."""

    @abstractmethod
    def _is_ready(self, process: subprocess.Popen[bytes], log_begins: int) -> bool:
        """Whether it serves. ``log_begins``: where in the log this process began to write."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launch(self) -> None:
        """Start the process, on another port when somebody took ours between the look and the bind."""
        for last in (False, False, True):
            self._port = self._port or launch.free_port()
            said = self._try(self._program(self._port))
            if said is None:
                return
            if last or self._port_must_stay or self.port_is_taken not in said:
                raise self.unavailable(f"{self.name} did not start; its log {self.log} ends with:\n{said}")
            self._port = None

    def _try(self, program: Program) -> str | None:
        """Start the process; answer nothing when it serves, else the end of what it said."""
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.old"))
        with self.log.open("ab") as log:
            begins = log.tell()
            self._process = process = launch.start(program, output=log)
        deadline = time.monotonic() + _READY_WITHIN
        while process.poll() is None and time.monotonic() < deadline:
            if self._is_ready(process, begins):
                return None
            time.sleep(_LOOK_EVERY)
        if process.poll() is None:
            launch.end(process, self.giving_up)
        return self._said_since(begins)[-2000:].strip()

    def _said_since(self, offset: int) -> str:
        with self.log.open("rb") as log:
            log.seek(offset)
            return log.read().decode(errors="replace")
