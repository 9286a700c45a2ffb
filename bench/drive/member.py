"""One process of the house: how it is started, where it listens, what it said."""

import os
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL
from subprocess import Popen

from libs.programs import launch
from libs.programs.launch import Program

HOST = "127.0.0.1"
_ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Member:
    """One process of the house. ``environment`` is what it gets beside ours."""

    name: str
    command: Sequence[str | Path]
    port: int
    log: Path
    environment: dict[str, str]
    process: Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the process lives (held still counts)."""
        return self.process is not None and self.process.poll() is None

    def start(self, **extra: str) -> None:
        """Start it; ``extra`` joins the environment for this time only. What it says is added to its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        # Compiled code is kept, as it is everywhere but where somebody asks for it not to be: a start costs less.
        ours = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = {**ours, **self.environment, **extra}
        with self.log.open("ab") as log:
            # SIGKILL, since a process held still by SIGSTOP would outlive a milder signal.
            program = Program(self.command, SIGKILL, environment=environment, directory=_ROOT)
            self.process = launch.start(program, output=log)

    def last_words(self) -> str:
        """The end of its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:] if self.log.exists() else ""


def free_ports(count: int) -> list[int]:
    """So many different TCP ports on 127.0.0.1 that are free."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]
