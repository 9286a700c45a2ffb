"""Fetching: pinned to the address that was looked at, within bounds, from nowhere else."""

import asyncio
import gzip
import json
from collections.abc import Callable, Coroutine
from ipaddress import ip_address

import httpx
import pytest

from libs.common.outbound.addresses import Address, Allowed
from libs.common.outbound.fetch import Fetched, FetchFailed, PinnedOutbound
from tests.support.listening import Listening
from tests.support.oidc import answer_keys

FIRST, SECOND = ip_address("8.8.8.8"), ip_address("2400:3200::1")
Answer = Callable[[httpx.Request], Coroutine[None, None, httpx.Response]]


class Names:
    """A resolver that gives another answer each time."""

    def __init__(self, *answers: list[Address]) -> None:
        self.answers = list(answers)

    async def __call__(self, _host: str, _port: int) -> list[Address]:
        return self.answers.pop(0)


async def _fetch(
    url: str, answer: Answer, *, names: Names | None = None, largest: int = 100, within: float = 5.0
) -> Fetched:
    resolving = names or Names([FIRST])
    async with PinnedOutbound(Allowed(), resolving=resolving, transport=httpx.MockTransport(answer)) as outbound:
        return await outbound.get(httpx.URL(url), largest=largest, within=within)


async def _well(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=b"well")


async def test_the_address_that_was_looked_at_is_asked_under_the_hosts_name() -> None:
    seen: list[httpx.Request] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return await _well(request)

    fetched = await _fetch("https://id.example:8443/keys?a=b", answer, names=Names([SECOND], [ip_address("127.0.0.1")]))
    assert fetched == Fetched(200, b"well")
    (request,) = seen
    assert str(request.url) == f"https://[{SECOND}]:8443/keys?a=b"
    assert request.headers["host"] == "id.example:8443"
    assert request.extensions["sni_hostname"] == "id.example"


async def test_the_next_address_is_tried_when_one_cannot_be_reached() -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == str(FIRST):
            raise httpx.ConnectError("no route")
        return await _well(request)

    assert await _fetch("https://id.example/", answer, names=Names([FIRST, SECOND])) == Fetched(200, b"well")


async def test_a_redirection_is_not_followed() -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.host == str(FIRST)
        return httpx.Response(302, headers={"Location": "https://127.0.0.1/"})

    assert (await _fetch("https://id.example/", answer)).status == 302


async def _hanging(_request: httpx.Request) -> httpx.Response:
    await asyncio.Event().wait()
    raise AssertionError


async def _down(_request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route")


async def _long(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=b"x" * 101)


async def _packed(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=gzip.compress(b"x"))


@pytest.mark.parametrize(
    ("url", "answer", "said"),
    [
        ("https://id.example/", _hanging, "did not answer"),
        ("https://id.example/", _down, "ConnectError"),
        ("https://id.example/", _long, "more than 100 bytes"),
        ("https://id.example/", _packed, "packed"),
        ("http://id.example/", _well, "without TLS"),
        ("ftp://id.example/", _well, "only https"),
        ("https:///path", _well, "only https"),
        ("https://user:word@id.example/", _well, "only https"),
    ],
)
async def test_what_cannot_be_had_is_said_in_words(url: str, answer: Answer, said: str) -> None:
    with pytest.raises(FetchFailed, match=said) as failed:
        await _fetch(url, answer, within=0.0 if answer is _hanging else 5.0)
    assert "word" not in str(failed.value)


async def test_a_host_that_has_no_address_is_said_to_have_none() -> None:
    async def nowhere(_host: str, _port: int) -> list[Address]:
        raise OSError("Name or service not known")

    async with PinnedOutbound(Allowed(), resolving=nowhere) as outbound:
        with pytest.raises(FetchFailed, match=r"id\.example cannot be asked"):
            await outbound.get(httpx.URL("https://id.example/"), largest=1, within=5.0)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
async def test_this_machine_is_asked_only_where_a_setting_names_it(host: str) -> None:
    """Over a real connection: the same request is refused without the setting, and answered with it."""
    document = json.dumps({"keys": []})
    async with Listening(answer_keys(document)) as provider:
        url = httpx.URL(f"http://{host}:{provider.port}/keys")
        for allowed, answered in ((Allowed(), False), (Allowed.parse("127.0.0.0/8,::1/128"), True)):
            async with PinnedOutbound(allowed) as outbound:
                try:
                    fetched = await outbound.get(url, largest=1_000, within=5.0)
                except FetchFailed:
                    assert not answered
                else:
                    assert (answered, fetched) == (True, Fetched(200, document.encode()))
