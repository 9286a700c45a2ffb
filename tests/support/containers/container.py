"""One container: started, asked, restarted, ended."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress

from libs.programs import launch
from libs.programs.launch import Program
from tests.support.containers.images import Image, Place

_STOP_SECONDS = 10.0


class Container:
    """A program of an image, in a place of its own. What it says goes to ``log`` in its folder."""

    def __init__(
        self, name: str, image: Image, place: Place, command: Sequence[str] | None, environment: Mapping[str, str]
    ) -> None:
        self.name = name
        self.place = place
        self.environment = {**image.environment, **environment}
        self.log = place.folder / "log"
        self.begun = asyncio.Event()
        """Set once there is something that can end."""
        self._image = image
        self._command = list(command or image.command)
        self._process: subprocess.Popen[bytes] | None = None
        self._failed: int | None = None

    @property
    def running(self) -> bool:
        """Whether its program runs."""
        return self._process is not None and self._process.poll() is None

    async def start(self) -> None:
        """Do what the image does first, and start the program. A first step that fails ends the container."""
        self._failed = None
        try:
            program = await asyncio.to_thread(self._image.begin, self.place, self.environment, self._command)
        except subprocess.CalledProcessError as error:
            self.log.write_bytes(str(error.output).encode())
            self._failed = error.returncode
        else:
            with self.log.open("ab") as log:
                self._process = launch.start(program, output=log)
        self.begun.set()

    async def ended(self) -> int:
        """Wait for its end; its exit code."""
        if self._failed is not None:
            return self._failed
        assert self._process is not None, f"{self.name} was not started"
        while True:
            code = self._process.poll()
            if code is not None:
                return code
            await asyncio.sleep(0.02)

    async def run(self, words: Sequence[str], *, within: float = 60.0) -> tuple[int, str]:
        """A command in the container, as `exec` does it: its exit code and what it said."""
        program = Program(
            [self.place.words.here(word) for word in words],
            signal.SIGKILL,
            environment=self.place.environment(self.environment),
            directory=self.place.root,
        )
        return await asyncio.to_thread(launch.run, program, within=within)

    async def passes(self, words: Sequence[str], timeout: float) -> bool:
        """Whether a test that is run in the container succeeds in time."""
        try:
            return (await self.run(words, within=timeout))[0] == 0
        except (OSError, subprocess.SubprocessError):
            return False

    async def stop(self) -> None:
        """End it: politely, then not."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        await asyncio.to_thread(launch.end, process, [(self._image.death_signal, _STOP_SECONDS)])
        # What it started itself and did not take with it.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def said(self, characters: int = 1500) -> str:
        """The end of its log."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return text[-characters:]
