"""The client of the load: whole answers, and a word for every way in which there is none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bench.drive.client import Client, NotSent, Unanswered
from huiyin.office.wire import Call
from tests.support.listening import Answer, Listening
from tests.support.ports import free_port


@asynccontextmanager
async def serving(handler: Answer) -> AsyncIterator[Client]:
    async with Listening(handler) as server:
        client = Client("127.0.0.1", server.port, timeout=0.2)
        try:
            yield client
        finally:
            client.close()


async def test_connections_are_used_again_and_bodies_come_whole_in_pieces() -> None:
    connections = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0] or 0)
            body = await reader.readexactly(length)
            writer.write(b'HTTP/1.1 201 Created\r\nETag: "3"\r\nContent-Length: %d\r\n\r\n' % len(body))
            await writer.drain()
            for sign in body:
                writer.write(bytes([sign]))
                await writer.drain()

    async with serving(answer) as client:
        for _ in range(3):
            answered = await client(Call("POST", "/x", {"A": "b"}, b'{"a":1}'))
            assert (answered.status_code, answered.json(), answered.headers["etag"]) == (201, {"a": 1}, '"3"')
            assert answered.is_success
    assert len(connections) == 1


async def test_nobody_listens() -> None:
    client = Client("127.0.0.1", free_port())
    with pytest.raises(NotSent):
        await client(Call("GET", "/", {}))


async def test_silence_ends_with_the_timeout_and_is_no_answer() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(silent) as client:
        with pytest.raises(Unanswered, match=r"0\.2 s"):
            await client(Call("GET", "/", {}))


@pytest.mark.parametrize(
    "said",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", b"nonsense\r\n\r\n"],
    ids=["nothing", "half", "else"],
)
async def test_a_broken_answer_is_none(said: bytes) -> None:
    async def broken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)

    async with serving(broken) as client:
        with pytest.raises(Unanswered) as caught:
            await client(Call("GET", "/", {}))
        assert not isinstance(caught.value, NotSent)
