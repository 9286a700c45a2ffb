"""The tiny service over a database of its own, and a client of it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import httpx
import pytest

from tests.support.tiny_service import TinyService, create_tables, tiny_service

Clients = Callable[[TinyService], httpx.AsyncClient]
OPERATOR = {"Authorization": "Bearer operator"}
AUDITOR = {"Authorization": "Bearer auditor"}
OTHER_AREA = {"Authorization": "Bearer other-area"}
VISITOR = {"Authorization": "Bearer visitor"}


@pytest.fixture
async def service(database_url: str) -> AsyncIterator[TinyService]:
    """The service."""
    await create_tables(database_url)
    tiny = tiny_service(database_url)
    yield tiny
    await tiny.close()


@pytest.fixture
async def second(service: TinyService, database_url: str) -> AsyncIterator[TinyService]:
    """Another process of the same service: a group commit and a pool of its own on the same tables."""
    tiny = tiny_service(database_url)
    yield tiny
    await tiny.close()


@pytest.fixture
async def clients() -> AsyncIterator[Clients]:
    """Makes clients; an operator's token is sent unless another one is."""
    async with AsyncExitStack() as stack:

        def make(tiny: TinyService) -> httpx.AsyncClient:
            transport = httpx.ASGITransport(tiny.app, raise_app_exceptions=False)
            client = httpx.AsyncClient(transport=transport, base_url="http://huiyin.test", headers=OPERATOR)
            stack.push_async_callback(client.aclose)
            return client

        yield make


@pytest.fixture
def client(service: TinyService, clients: Clients) -> httpx.AsyncClient:
    """A client of the service."""
    return clients(service)
