"""A lean HTTP/1.1 client: the load generator shares the machine with what it measures, so a request must cost little.

A request costs 0.02 ms of CPU; with httpx it costs 2.5 ms, and two cores would be busy with asking alone. Connections
are kept alive and used last-in-first-out. Nothing is sent twice by itself: what is to be done about a request whose
outcome is unknown is for the caller to say.
"""

import asyncio
from typing import Any, cast

import httptools

from huiyin.office.wire import Call, Response

_CONNECT_WITHIN = 5.0


class Unanswered(Exception):
    """No whole answer came: whether the request was carried out is unknown."""


class NotSent(Unanswered):
    """Nobody took the connection: the request was surely not carried out."""


class Client:
    """Calls to one address. ``timeout`` in seconds is for each, from its sending to its last byte."""

    def __init__(self, host: str, port: int, *, timeout: float = 30.0) -> None:
        self._host, self._port, self._timeout = host, port, timeout
        self._idle: list[_Connection] = []
        self._all: set[_Connection] = set()

    async def __call__(self, call: Call) -> Response:
        """One request.

        Raises:
            NotSent: no connection could be had.
            Unanswered: it was sent, and no whole answer came in time.
        """
        connection = await self._connection()
        lines = "".join(f"{name}: {value}\r\n" for name, value in call.headers.items())
        length = f"Content-Length: {len(call.content)}\r\n" if call.method != "GET" else ""
        head = f"{call.method} {call.path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n{lines}{length}\r\n"
        return await connection.exchange(head.encode() + call.content, self._timeout)

    def close(self) -> None:
        """Close every connection; a request under way is unanswered."""
        for connection in tuple(self._all):
            connection.abort()

    async def _connection(self) -> "_Connection":
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_CONNECT_WITHIN):
                _, connection = await loop.create_connection(
                    lambda: _Connection(loop, self._idle, self._all), self._host, self._port
                )
        except (OSError, TimeoutError) as error:
            raise NotSent(f"{self._host}:{self._port}: {str(error) or 'no connection in time'}") from error
        return connection


class _Connection(asyncio.Protocol):
    """One connection; one request on it at a time. It puts itself back among the idle ones after a whole answer."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, idle: "list[_Connection]", everyone: "set[_Connection]"
    ) -> None:
        self._loop, self._idle, self._everyone = loop, idle, everyone
        self._transport: asyncio.Transport | None = None
        self._parser: Any = None
        self._waiting: asyncio.Future[Response] | None = None
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []

    @property
    def usable(self) -> bool:
        """Whether another request may be sent on it."""
        return self._transport is not None and not self._transport.is_closing()

    async def exchange(self, request: bytes, timeout: float) -> Response:
        """Send and wait."""
        transport = self._transport
        if transport is None or transport.is_closing():
            raise NotSent("the connection was closed before the request was sent")
        self._parser = httptools.HttpResponseParser(self)
        self._headers, self._body = {}, []
        waiting: asyncio.Future[Response] = self._loop.create_future()
        self._waiting = waiting
        alarm = self._loop.call_later(timeout, self._fail, f"no answer within {timeout:g} s")
        transport.write(request)
        try:
            return await waiting
        except asyncio.CancelledError:
            self.abort()
            raise
        finally:
            alarm.cancel()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See :class:`asyncio.Protocol`."""
        # uvloop's transports are transports by what they do, not by class.
        self._transport = cast("asyncio.Transport", transport)
        self._everyone.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """See :class:`asyncio.Protocol`."""
        self._everyone.discard(self)
        self._transport = None
        self._fail(f"the connection was lost: {exc or 'closed by the other side'}")

    def data_received(self, data: bytes) -> None:
        """See :class:`asyncio.Protocol`."""
        if self._waiting is None:
            self.abort()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(f"what came is not HTTP: {error}")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header of the answer."""
        self._headers[name.decode().lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        """A piece of the answer's body."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """The answer is whole."""
        waiting, self._waiting = self._waiting, None
        if waiting is None or waiting.done():
            self.abort()
            return
        waiting.set_result(Response(self._parser.get_status_code(), self._headers, b"".join(self._body)))
        if self._parser.should_keep_alive():
            self._idle.append(self)
        else:
            self.abort()

    def _fail(self, reason: str) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(Unanswered(reason))
        self.abort()
