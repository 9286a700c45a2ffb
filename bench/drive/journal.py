"""What a client was told, on disk before it counts: one line of JSON for each thing asked, and one for what came of it.

    entry = journal.invoke("register", key="k-17")
    await journal.ok(entry, case_id="...")        # returns when the line is on the disk

``ok`` the house said yes; ``fail`` it surely did nothing; ``unknown`` it may have done it. A thing that was invoked and
has no other line is unknown as well. Lines that wait at the same time share one fsync.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson


class Outcome(StrEnum):
    """What a line says."""

    INVOKE = "invoke"
    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line. ``number`` is that of the invocation; ``at`` is seconds of the epoch."""

    outcome: Outcome
    number: int
    kind: str
    at: float
    said: dict[str, Any]


class Journal:
    """Appends to one file. Numbers go on where an earlier journal in the same file ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._next = max((entry.number for entry in read(path)), default=0) + 1 if path.exists() else 1
        _end_the_last_line(path)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._lines: list[bytes] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._writing: asyncio.Task[None] | None = None

    def invoke(self, kind: str, **said: object) -> Entry:
        """Note what is about to be asked; it reaches the disk with the next line that is waited for."""
        entry = Entry(Outcome.INVOKE, self._next, kind, time.time(), said)
        self._next += 1
        self._append(entry)
        return entry

    async def ok(self, invoked: Entry, **said: object) -> None:
        """The house said yes. Only when this returns may it be counted."""
        await self._settle(invoked, Outcome.OK, said)

    async def fail(self, invoked: Entry, **said: object) -> None:
        """The house did nothing, for sure."""
        await self._settle(invoked, Outcome.FAIL, said)

    async def unknown(self, invoked: Entry, **said: object) -> None:
        """Nobody knows whether the house did it."""
        await self._settle(invoked, Outcome.UNKNOWN, said)

    async def close(self) -> None:
        """Bring the rest to the disk."""
        await self._flushed()
        os.close(self._file)

    async def _settle(self, invoked: Entry, outcome: Outcome, said: dict[str, Any]) -> None:
        self._append(Entry(outcome, invoked.number, invoked.kind, time.time(), said))
        await self._flushed()

    def _append(self, entry: Entry) -> None:
        line = {
            "outcome": entry.outcome,
            "number": entry.number,
            "kind": entry.kind,
            "at": entry.at,
            "said": entry.said,
        }
        self._lines.append(orjson.dumps(line) + b"\n")

    async def _flushed(self) -> None:
        done = asyncio.get_running_loop().create_future()
        self._waiting.append(done)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await done

    async def _write(self) -> None:
        while self._waiting:
            lines, self._lines = self._lines, []
            waiting, self._waiting = self._waiting, []
            try:
                await asyncio.to_thread(_write_through, self._file, b"".join(lines))
            except OSError as error:
                for done in waiting:
                    if not done.done():
                        done.set_exception(error)
            else:
                for done in waiting:
                    if not done.done():
                        done.set_result(None)


def read(path: Path) -> Iterator[Entry]:
    """The lines of a journal; a last one that was torn by a crash is left out, any other that is no line raises."""
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            found = orjson.loads(line)
            yield Entry(Outcome(found["outcome"]), found["number"], found["kind"], found["at"], found["said"])


def _write_through(file: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]
    os.fdatasync(file)


def _end_the_last_line(path: Path) -> None:
    """Cut off a torn last line, so that the next one begins on its own."""
    if not path.exists():
        return
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        os.truncate(path, whole)
