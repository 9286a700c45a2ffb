"""clamd is asked by its own protocol; when it does not answer as it should, nothing is taken unseen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from libs.common.blobs.scanning import ClamAv, NoScanner, ScannerAway, ScanVerdict
from tests.support.ports import free_port

CONTENT = b"0123456789" * 300_000


@asynccontextmanager
async def clamd(answer: bytes, heard: bytearray) -> AsyncIterator[int]:
    """Something that speaks INSTREAM."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(await reader.readexactly(len(b"zINSTREAM\0")))
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            heard.extend(await reader.readexactly(length))
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "file"
    found.write_bytes(CONTENT)
    return found


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [(b"stream: OK\0", ScanVerdict.CLEAN), (b"stream: Eicar-Test-Signature FOUND\0", ScanVerdict.INFECTED)],
)
async def test_the_whole_file_is_looked_at(path: Path, answer: bytes, verdict: ScanVerdict) -> None:
    heard = bytearray()
    async with clamd(answer, heard) as port:
        assert await ClamAv("127.0.0.1", port).scan(path) is verdict
    assert bytes(heard) == b"zINSTREAM\0" + CONTENT


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: OK"])
async def test_any_other_answer_is_none(path: Path, answer: bytes) -> None:
    async with clamd(answer, bytearray()) as port:
        with pytest.raises(ScannerAway):
            await ClamAv("127.0.0.1", port).scan(path)


async def test_one_that_is_away_is_said_to_be(path: Path) -> None:
    with pytest.raises(ScannerAway):
        await ClamAv("127.0.0.1", free_port()).scan(path)


async def test_without_one_it_is_said_that_nobody_looked(path: Path) -> None:
    assert await NoScanner().scan(path) is ScanVerdict.UNSCANNED
