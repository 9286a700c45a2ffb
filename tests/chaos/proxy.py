"""A TCP line that can be spoiled: slowed, held, cut with a reset, sliced to single bytes, or made to lose one answer.

It stands between a client and a server on this machine. What it does, it does to bytes; only ``lose`` understands what
passes, namely the messages of PostgreSQL, to swallow the answer to one that was carried out.
"""

import asyncio
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from tests.support.listening import Listening

Matching = Callable[[bytes, bytes], bool]
"""Of one message to PostgreSQL: its type (``b"Q"``) and its body."""

_CHUNK = 65_536
_RESET = struct.pack("ii", 1, 0)
_HEADER = 5
"""Bytes of a message before its body: the type, and the length without the type."""
_READY = b"Z"


@dataclass(frozen=True, slots=True)
class Weather:
    """How bytes pass. ``latency`` in seconds per chunk; ``cut_after``: reset after so many bytes from the server."""

    latency: float = 0.0
    slices: bool = False
    cut_after: int | None = None


class Proxy:
    """A line to ``host:port``; clients connect to ``address``. All methods work on connections that are open, too."""

    def __init__(self, host: str, port: int) -> None:
        self.lost = 0
        """Answers that were swallowed so far."""
        self._to = (host, port)
        self._port = 0
        self._weather = Weather()
        self._refusing = False
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._losing: tuple[Matching, bool] | None = None
        self._losses_left = 0
        self._listening = Listening(self._accept)
        self._lines: set[_Line] = set()

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return self._port

    @property
    def port_behind(self) -> int:
        """The port of the server that it leads to."""
        return self._to[1]

    @property
    def address(self) -> str:
        """``host:port`` for clients."""
        return f"127.0.0.1:{self._port}"

    @property
    def open(self) -> int:
        """Connections that pass through just now."""
        return len(self._lines)

    @property
    def weather(self) -> Weather:
        """How bytes pass."""
        return self._weather

    async def __aenter__(self) -> Self:
        await self._listening.open()
        self._port = self._listening.port
        return self

    async def __aexit__(self, *_: object) -> None:
        self.reset()
        await self._listening.close()

    def heal(self) -> None:
        """From now on everything passes at once; what was held arrives late, as after a black hole on a real line."""
        self._weather, self._refusing, self._losses_left = Weather(), False, 0
        self._flowing.set()

    def black_hole(self) -> None:
        """Nothing passes any more; connecting works, and no byte ever comes."""
        self._flowing.clear()

    def slow(self, latency: float) -> None:
        """Every chunk takes ``latency`` s, each way."""
        self._weather = Weather(latency=latency)

    def slice(self) -> None:
        """Every byte travels alone."""
        self._weather = Weather(slices=True)

    def cut_after(self, count: int) -> None:
        """Every connection is reset once ``count`` bytes came from the server since it was opened."""
        self._weather = Weather(cut_after=count)

    def reset(self) -> None:
        """Reset every open connection, both ends (RST); new ones pass."""
        for line in list(self._lines):
            line.reset()

    def refuse(self) -> None:
        """Reset every open connection, and every new one as soon as it is made."""
        self._refusing = True
        self.reset()

    def half_open(self) -> None:
        """The server's ends are gone and the clients do not know: they write into nothing. New connections pass."""
        for line in list(self._lines):
            line.forget_server()

    def lose(self, matching: Matching, *, times: int = 1, carried_out: bool = True) -> None:
        """Reset the next connections that send a matching message: after the server's whole answer, which nobody sees,
        or with ``carried_out=False`` before the message reaches it."""
        self._losing, self._losses_left = (matching, carried_out), times

    async def passes(self) -> None:
        """Wait while nothing may pass."""
        await self._flowing.wait()

    def loses(self, kind: bytes, body: bytes) -> bool | None:
        """Whether to lose this message: None is no, else whether it is carried out first."""
        if self._losses_left <= 0 or self._losing is None or not self._losing[0](kind, body):
            return None
        self._losses_left -= 1
        self.lost += 1
        return self._losing[1]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            _reset(writer)
            return
        line = _Line(self, reader, writer)
        self._lines.add(line)
        try:
            await line.run(*self._to)
        finally:
            line.reset()
            self._lines.remove(line)


class _Line:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._client = (reader, writer)
        self._server: asyncio.StreamWriter | None = None
        self._received = 0
        self._swallowed: bytearray | None = None
        """The answer that nobody sees, while it comes."""
        self._forgotten = False

    async def run(self, host: str, port: int) -> None:
        await self._proxy.passes()
        from_server, self._server = await asyncio.open_connection(host, port)
        for writer in (self._client[1], self._server):
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        async with asyncio.TaskGroup() as both:
            both.create_task(self._up())
            both.create_task(self._down(from_server))

    def reset(self) -> None:
        _reset(self._client[1])
        if self._server is not None:
            _reset(self._server)

    def forget_server(self) -> None:
        self._forgotten = True
        if self._server is not None:
            _reset(self._server)

    async def _up(self) -> None:
        """From the client to the server."""
        with suppress(OSError):
            while data := await self._client[0].read(_CHUNK):
                await self._proxy.passes()
                if self._forgotten or self._server is None:
                    continue
                # A client waits for its answers, so what it sends begins with a message.
                verdicts = [self._proxy.loses(*message) for message in messages(data)]
                if False in verdicts:
                    self.reset()
                    return
                if True in verdicts:
                    self._swallowed = bytearray()
                await self._write(self._server, data)
        if self._server is not None:
            self._server.close()
        if self._forgotten:
            self._client[1].close()

    async def _down(self, reader: asyncio.StreamReader) -> None:
        """From the server to the client."""
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                await self._proxy.passes()
                if self._is_end(data):
                    self.reset()
                    return
                if self._swallowed is None:
                    await self._write(self._client[1], data)
        if not self._forgotten:
            self._client[1].close()

    def _is_end(self, data: bytes) -> bool:
        """Whether the line is cut now that this came from the server."""
        if self._swallowed is not None:
            self._swallowed += data
            return any(kind == _READY for kind, _ in messages(bytes(self._swallowed)))
        self._received += len(data)
        limit = self._proxy.weather.cut_after
        return limit is not None and self._received > limit

    async def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        weather = self._proxy.weather
        if weather.latency:
            await asyncio.sleep(weather.latency)
        pieces = (data[i : i + 1] for i in range(len(data))) if weather.slices else (data,)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()


def messages(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The whole messages of PostgreSQL's protocol at the start of ``data``: (type, body)."""
    at = 0
    while len(data) - at >= _HEADER:
        end = at + 1 + int.from_bytes(data[at + 1 : at + _HEADER])
        if end > len(data) or end < at + _HEADER:
            return
        yield data[at : at + 1], data[at + _HEADER : end]
        at = end


def is_commit(kind: bytes, body: bytes) -> bool:
    """Whether a message to PostgreSQL ends a transaction."""
    return kind == b"Q" and body[:6].upper() == b"COMMIT"


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close at once and say so with RST instead of FIN."""
    if writer.is_closing():
        return
    with suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
