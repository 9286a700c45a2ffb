"""A house in an event loop of its own, reached as an ASGI application from any other: for tools that bring theirs."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, ExitStack
from typing import TypeVar

from anyio.from_thread import start_blocking_portal
from starlette.types import Receive, Scope, Send

from huiyin.front import build_front
from huiyin.office.wire import Call, InProcess
from tests.journeys.county import County

ValueT = TypeVar("ValueT")
Prepare = Callable[[County], Awaitable[Mapping[str, str]]]
_OURS = (b"host", b"content-length")


class Bridge:
    """Hands each request over, whole, and its answer back. Placeholders of ids in path and body become real ids."""

    def __init__(self) -> None:
        self._held = ExitStack()
        self._portal = self._held.enter_context(start_blocking_portal())
        self._names: Mapping[str, str] = {}
        self._county: County | None = None
        self._front: InProcess | None = None

    def open(self, house: AbstractAsyncContextManager[County], prepare: Prepare) -> County:
        """Start the house; ``prepare`` gives the real id of each placeholder."""
        self._county = county = self._held.enter_context(self._portal.wrap_async_context_manager(house))
        self._front = InProcess(build_front(county.house))
        self._names = self.run(prepare(county))
        return county

    def close(self) -> None:
        """Check that the house is sound, and stop it."""
        assert self._county is not None
        with self._held:
            self.run(self._county.check())

    def run(self, work: Awaitable[ValueT]) -> ValueT:
        """Do something in the house's loop, and wait for it."""

        async def done() -> ValueT:
            return await work

        return self._portal.call(done)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "lifespan":
            await _no_lifespan(receive, send)
            return
        assert self._front is not None
        body = self._real(await _whole_body(receive))
        path = self._real(scope.get("raw_path") or scope["path"].encode()) + b"?" + scope["query_string"]
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name not in _OURS}
        call = Call(scope["method"], path.decode().removesuffix("?"), headers, body)
        response = await asyncio.wrap_future(self._portal.start_task_soon(self._front, call))
        told = [(name.encode(), value.encode("latin-1")) for name, value in response.headers.items()]
        await send({"type": "http.response.start", "status": response.status_code, "headers": told})
        await send({"type": "http.response.body", "body": response.content})

    def _real(self, text: bytes) -> bytes:
        for placeholder, name in self._names.items():
            text = text.replace(placeholder.encode(), name.encode())
        return text


async def _whole_body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _no_lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
