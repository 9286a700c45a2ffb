"""A TCP server of a test that leaves nothing open, whenever it ends."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Self

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Listening:
    """Answers on a port of 127.0.0.1 until it is closed; then every connection is cut, also one accepted just before.

    asyncio's own server forgets, when it is closed, what it has accepted and not yet handed over: such a socket stays
    open until the collector finds it, in some later test.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._door: socket.socket | None = None
        self._open: dict[asyncio.Task[None], socket.socket] = {}

    @property
    def listening(self) -> bool:
        """Whether it is open."""
        return self._door is not None

    @property
    def port(self) -> int:
        """Where it listens; raises LookupError when it does not."""
        if self._door is None:
            raise LookupError("not listening")
        return int(self._door.getsockname()[1])

    async def open(self, port: int = 0) -> Self:
        """Begin to listen, again after a close, too; 0 is any free port. Harmless when it listens."""
        if self._door is not None:
            return self
        self._door = socket.create_server(("127.0.0.1", port))
        self._door.setblocking(False)
        asyncio.get_running_loop().add_reader(self._door, self._accept, self._door)
        return self

    async def close(self) -> None:
        """Listen no more, cut every connection, and wait for their handlers."""
        if self._door is None:
            return
        asyncio.get_running_loop().remove_reader(self._door)
        self._door.close()
        self._door = None
        opened = dict(self._open)
        for handler in opened:
            handler.cancel()
        await asyncio.gather(*opened, return_exceptions=True)
        for connection in opened.values():
            connection.close()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _accept(self, door: socket.socket) -> None:
        try:
            connection, _ = door.accept()
        except (BlockingIOError, ConnectionAbortedError):
            # Whoever knocked has left again.
            return
        connection.setblocking(False)
        handler = asyncio.create_task(self._handle(connection))
        self._open[handler] = connection
        handler.add_done_callback(self._open.pop)

    async def _handle(self, connection: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=connection)
        try:
            with suppress(OSError, EOFError):
                await self._answer(reader, writer)
            writer.close()
        except BaseException:
            writer.transport.abort()
            raise
