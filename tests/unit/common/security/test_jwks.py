"""The provider's keys are fetched seldom, once however many ask, and outlive the provider's bad hours."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address

import httpx
import pytest

from libs.common.errors import Unavailable
from libs.common.outbound.addresses import Address, Allowed
from libs.common.outbound.fetch import PinnedOutbound
from libs.common.security.jwks import FRESH_SECONDS, LARGEST_DOCUMENT, RETRY_SECONDS, STALE_SECONDS, JwksClient
from tests.unit.common.security.forge import Provider

URL = "https://id.example/jwks"
ADDRESS = ip_address("8.8.8.8")
Answer = Callable[[], Awaitable[httpx.Response]]


class FakeProvider:
    """An OIDC provider at the end of a wire that is not there; `answer` may be changed at any time."""

    def __init__(self) -> None:
        self.issuer = Provider()
        self.asked = 0
        self.answer: Answer = self.healthy
        self.seconds = 1000.0

    async def healthy(self) -> httpx.Response:
        return httpx.Response(200, json=self.issuer.jwks())

    async def down(self) -> httpx.Response:
        raise httpx.ConnectError("no route")

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        assert (str(request.url), request.headers["host"]) == (f"https://{ADDRESS}/jwks", "id.example")
        return await self.answer()


@asynccontextmanager
async def client(provider: FakeProvider) -> AsyncIterator[JwksClient]:
    async def resolving(host: str, _port: int) -> list[Address]:
        assert host == "id.example"
        return [ADDRESS]

    async with PinnedOutbound(Allowed(), resolving=resolving, transport=httpx.MockTransport(provider)) as outbound:
        yield JwksClient(URL, outbound, monotonic=lambda: provider.seconds)


async def test_keys_are_fetched_once_and_kept_for_ten_minutes() -> None:
    provider = FakeProvider()
    async with client(provider) as keys:
        assert await keys.find("k1", "EdDSA")
        provider.seconds += FRESH_SECONDS - 1
        assert await keys.find("k1", "EdDSA")
        assert provider.asked == 1
        provider.seconds += 1
        assert await keys.find("k1", "EdDSA")
        assert provider.asked == 2


async def test_a_key_that_the_provider_withdrew_is_gone_after_ten_minutes() -> None:
    provider = FakeProvider()
    async with client(provider) as keys:
        await keys.find("k1", "EdDSA")
        provider.issuer = Provider(key_id="k2")
        provider.seconds += FRESH_SECONDS
        assert await keys.find("k1", "EdDSA") is None


async def test_many_who_ask_at_once_cause_one_fetch() -> None:
    provider = FakeProvider()
    async with client(provider) as keys:
        found = await asyncio.gather(*(keys.find("k1", "EdDSA") for _ in range(50)))
    assert all(found)
    assert provider.asked == 1


async def test_one_who_gives_up_does_not_take_the_fetch_from_the_others() -> None:
    provider = FakeProvider()
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> httpx.Response:
        reached.set()
        await go_on.wait()
        return await provider.healthy()

    provider.answer = slow
    async with client(provider) as keys:
        impatient, patient = (asyncio.create_task(keys.find("k1", "EdDSA")) for _ in range(2))
        await reached.wait()
        impatient.cancel()
        with pytest.raises(asyncio.CancelledError):
            await impatient
        go_on.set()
        assert await patient
    assert provider.asked == 1


async def test_an_unknown_key_id_causes_a_fetch_but_only_every_ten_seconds() -> None:
    provider = FakeProvider()
    async with client(provider) as keys:
        await keys.find("k1", "EdDSA")
        provider.seconds += RETRY_SECONDS - 1
        provider.issuer = Provider(key_id="k2")
        for _ in range(20):
            assert await keys.find("k2", "EdDSA") is None
        assert provider.asked == 1
        provider.seconds += 1
        assert await keys.find("k2", "EdDSA")
        assert provider.asked == 2


async def test_old_keys_serve_while_the_provider_is_down_and_nobody_waits_for_each_try() -> None:
    provider = FakeProvider()
    async with client(provider) as keys:
        await keys.find("k1", "EdDSA")
        provider.seconds += FRESH_SECONDS
        provider.answer = provider.down
        assert await keys.find("k1", "EdDSA")
        never = asyncio.Event()

        async def hanging() -> httpx.Response:
            await never.wait()
            return await provider.healthy()

        provider.answer = hanging
        provider.seconds += RETRY_SECONDS
        assert await keys.find("k1", "EdDSA")
        assert keys._fetching is not None


async def test_after_a_day_without_the_provider_nothing_can_be_checked() -> None:
    provider = FakeProvider()
    async with client(provider) as keys:
        await keys.find("k1", "EdDSA")
        provider.answer = provider.down
        provider.seconds += STALE_SECONDS - 1
        assert await keys.find("k1", "EdDSA")
        provider.seconds += RETRY_SECONDS
        with pytest.raises(Unavailable) as unavailable:
            await keys.find("k1", "EdDSA")
        assert unavailable.value.headers == {"Retry-After": "10"}


async def test_the_keys_come_back_with_the_provider() -> None:
    provider = FakeProvider()
    provider.answer = provider.down
    async with client(provider) as keys:
        for _ in range(5):
            with pytest.raises(Unavailable):
                await keys.find("k1", "EdDSA")
        assert provider.asked == 1
        provider.answer = provider.healthy
        provider.seconds += RETRY_SECONDS
        assert await keys.find("k1", "EdDSA")


BAD_ANSWERS = {
    "error": httpx.Response(500),
    "redirect": httpx.Response(302, headers={"Location": "https://evil.example/jwks"}),
    "not json": httpx.Response(200, content=b"<html>"),
    "not a key set": httpx.Response(200, json=[]),
    "nested": httpx.Response(200, content=b"[" * 100_000),
    "not text": httpx.Response(200, content=b"\xff\xfe\xff"),
    "too large": httpx.Response(200, content=b'{"keys": []}' + b" " * LARGEST_DOCUMENT),
}


@pytest.mark.parametrize("response", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
async def test_a_bad_answer_is_no_answer(response: httpx.Response) -> None:
    provider = FakeProvider()

    async def bad() -> httpx.Response:
        return response

    provider.answer = bad
    async with client(provider) as keys:
        with pytest.raises(Unavailable):
            await keys.find("k1", "EdDSA")
        assert provider.asked == 1


async def test_a_provider_that_says_it_has_no_keys_is_believed() -> None:
    provider = FakeProvider()

    async def empty() -> httpx.Response:
        return httpx.Response(200, json={"keys": []})

    async with client(provider) as keys:
        await keys.find("k1", "EdDSA")
        provider.answer = empty
        provider.seconds += FRESH_SECONDS
        assert await keys.find("k1", "EdDSA") is None


async def test_a_provider_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.common.security.jwks.TOTAL_SECONDS", 0.0)
    provider = FakeProvider()
    never = asyncio.Event()

    async def hanging() -> httpx.Response:
        await never.wait()
        return await provider.healthy()

    provider.answer = hanging
    async with client(provider) as keys:
        with pytest.raises(Unavailable):
            await keys.find("k1", "EdDSA")


@pytest.mark.parametrize("url", ["", "id.example/jwks", "file:///etc/passwd", "https:///jwks"])
async def test_an_address_that_is_none_of_the_web_is_refused_at_the_start(url: str) -> None:
    async with PinnedOutbound(Allowed()) as outbound:
        with pytest.raises(ValueError, match="JWKS address"):
            JwksClient(url, outbound)
