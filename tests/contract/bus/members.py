"""Sending to a bus and reading from it, as a member of this process or of one of its own."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from libs.common.bus.port import Bus, Message, Place, Reader, Record
from tests.contract.bus.rigs import Rig
from tests.support.eventually import eventually

ROOT = Path(__file__).parents[3]

LONG = 60.0


def message(topic: str, key: str, value: str) -> Message:
    return Message(topic, key, {}, value.encode())


def numbered(topic: str, count: int, keys: int = 20) -> list[Message]:
    return [message(topic, f"case-{number % keys}", str(number)) for number in range(count)]


def after(records: Sequence[Record]) -> dict[Place, int]:
    """The positions behind the records."""
    return {Place(record.topic, record.partition): record.offset + 1 for record in records}


async def send(bus: Bus, messages: Sequence[Message]) -> list[tuple[Place, int]]:
    async with bus.sender() as sender:
        return await sender.send(messages)


async def read(reader: Reader, count: int, *, at_most: int = 500, commit: bool = False) -> list[Record]:
    """Read until there are so many."""
    records: list[Record] = []

    async def enough() -> bool:
        some = await reader.read(at_most=at_most, wait=0.2)
        records.extend(some)
        if commit and some:
            await reader.commit(after(some))
        return len(records) >= count

    await eventually(enough, within=LONG, what=f"{count} records")
    return records


def values(records: Sequence[Record]) -> list[int]:
    return [int(record.value) for record in records]


class Member:
    """A member in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def join(cls, rig: Rig, group: str, topic: str) -> Self:
        address = json.dumps(asdict(await rig.address()))
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.contract.bus.member", address, group, topic),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        member = cls(process)
        await member._answer()
        return member

    async def ask(self, command: str) -> dict[str, Any]:
        self.tell(command)
        return await self._answer()

    def tell(self, command: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n".encode())

    async def read(self, count: int) -> list[int]:
        got: list[int] = []

        async def enough() -> bool:
            got.extend(int(value) for value in (await self.ask("read"))["values"])
            return len(got) >= count

        await eventually(enough, within=LONG, what=f"{count} records in another process")
        return got

    def signal(self, what: signal.Signals) -> None:
        os.kill(self._process.pid, what)

    async def end(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), LONG)
        answer: dict[str, Any] = json.loads(line)
        return answer


@asynccontextmanager
async def member_of(rig: Rig, group: str, topic: str) -> AsyncIterator[Member]:
    member = await Member.join(rig, group, topic)
    try:
        yield member
    finally:
        await member.end()
