"""The server of other tests leaves nothing open, whenever it is closed."""

import asyncio
import socket
from contextlib import suppress

import pytest

from tests.support.listening import Listening


async def never_done(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()
    await asyncio.Event().wait()


@pytest.mark.parametrize("turns", range(8))
async def test_a_connection_is_cut_however_far_it_came(turns: int) -> None:
    before = asyncio.all_tasks()
    async with Listening(never_done) as server:
        client = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        for _ in range(turns):
            await asyncio.sleep(0)
    with client, suppress(ConnectionResetError):
        assert client.recv(1) == b""
    assert asyncio.all_tasks() == before


async def test_it_listens_again_at_the_same_port() -> None:
    server = await Listening(never_done).open()
    port = server.port
    await server.close()
    assert not server.listening
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    async with await server.open(port):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
