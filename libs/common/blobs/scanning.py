"""Looking for malware in a file before it is kept: ClamAV over TCP, or nobody, which is said of the file."""

import asyncio
from collections.abc import AsyncIterator
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from libs.common.blobs.port import PIECE
from libs.common.errors import Unavailable


class ScanVerdict(StrEnum):
    """What a look for malware said (查毒结果)."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"


class ScannerAway(Unavailable):
    """Files are to be looked at, and whoever does it does not answer: nothing is taken unseen."""


class Scanner(Protocol):
    """Whoever looks."""

    async def scan(self, path: Path) -> ScanVerdict:
        """What the file holds. ScannerAway when nobody can say."""


class NoScanner:
    """Nobody looks."""

    async def scan(self, path: Path) -> ScanVerdict:
        """It was not looked at."""
        return ScanVerdict.UNSCANNED


class ClamAv:
    """``clamd``, by its command INSTREAM: pieces with their length before them, an empty one at the end, one answer."""

    def __init__(self, host: str, port: int, *, within: float = 60.0) -> None:
        self._host, self._port, self._within = host, port, within

    async def scan(self, path: Path) -> ScanVerdict:
        """What clamd says of it."""
        try:
            async with asyncio.timeout(self._within):
                said = await self._ask(path)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise _away() from error
        if said.endswith(b"OK"):
            return ScanVerdict.CLEAN
        if said.endswith(b"FOUND"):
            return ScanVerdict.INFECTED
        # As "INSTREAM size limit exceeded. ERROR": its StreamMaxLength is below what we take.
        raise _away()

    async def _ask(self, path: Path) -> bytes:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(b"zINSTREAM\0")
            async for piece in _pieces(path):
                writer.write(len(piece).to_bytes(4, "big") + piece)
                await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            return (await reader.readuntil(b"\0")).rstrip(b"\0")
        finally:
            writer.close()


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
    finally:
        await asyncio.to_thread(file.close)


def _away() -> ScannerAway:
    return ScannerAway("The malware scanner does not answer; nothing is taken unseen", "查毒服务不可用，暂不接收文件")
