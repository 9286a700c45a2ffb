"""A house in an event loop of its own, reached as an ASGI application from any other: for tools that bring theirs."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from huiyin.front import build_front
from tests.journeys.county import County

ValueT = TypeVar("ValueT")
Prepare = Callable[[County], Awaitable[Mapping[str, str]]]


class Bridge:
    """Hands each request over, whole, and its answer back. Placeholders of ids in path and body become real ids."""

    def __init__(self) -> None:
        self._names: Mapping[str, str] = {}
        self._app: ASGIApp | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="house", daemon=True)
        self._house: AbstractAsyncContextManager[County] | None = None
        self._county: County | None = None
        self._thread.start()

    def open(self, house: AbstractAsyncContextManager[County], prepare: Prepare) -> County:
        """Start the house; ``prepare`` gives the real id of each placeholder."""
        self._house = house
        self._county = county = self.run(house.__aenter__())
        self._app = build_front(county.house)
        self._names = self.run(prepare(county))
        return county

    def close(self) -> None:
        """Check that the house is sound, and stop it."""
        assert self._county is not None
        assert self._house is not None
        try:
            self.run(self._county.check())
        finally:
            self.run(self._house.__aexit__(None, None, None))
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def run(self, work: Awaitable[ValueT]) -> ValueT:
        """Do something in the house's loop, and wait for it."""

        async def done() -> ValueT:
            return await work

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(timeout=120)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "lifespan":
            await _no_lifespan(receive, send)
            return
        body = self._real(await _whole_body(receive))
        path = self._real(scope["path"].encode()).decode()
        raw_path = self._real(scope.get("raw_path") or path.encode())
        handed_over = {**scope, "path": path, "raw_path": raw_path, "state": {}}
        work = self._answer(handed_over, body)
        for message in await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop)):
            await send(message)

    async def _answer(self, scope: Scope, body: bytes) -> list[Message]:
        messages: list[Message] = []
        left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            return left.pop() if left else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            messages.append(message)

        assert self._app is not None
        await self._app(scope, receive, send)
        return messages

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
