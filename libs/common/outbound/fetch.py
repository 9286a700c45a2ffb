"""Fetching a document from another machine, within bounds of time and size, and from nowhere else."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import httpx

from libs.common.outbound.addresses import Address, AddressRefused, Allowed, Resolve, addresses_of, resolve

_CONNECT_SECONDS = 2.0


class FetchFailed(Exception):
    """There is no document; the message says why, without what was sent or came."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came. A redirection is a status like any other: it is not followed."""

    status: int
    body: bytes


class Outbound(Protocol):
    """Whoever fetches."""

    async def get(self, url: httpx.URL, *, largest: int, within: float) -> Fetched:
        """The document at ``url``: at most ``largest`` bytes, in ``within`` seconds. FetchFailed."""


class PinnedOutbound:
    """Looks a host up, looks at all its addresses, and connects to one of those: a name that means another machine a
    moment later leads nowhere else. No proxy is asked, no redirection followed, no connection kept.
    """

    def __init__(
        self,
        allowed: Allowed,
        *,
        resolving: Resolve = resolve,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """``resolving`` and ``transport`` stand in for the machine's own in tests."""
        self._allowed = allowed
        self._resolving = resolving
        # Two names may have one address, and a connection is of the name that its certificate was checked for.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.AsyncClient(
            transport=transport,
            verify=httpx.create_ssl_context(),
            limits=limits,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
        )

    async def __aenter__(self) -> Self:
        """Itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go of its connections."""
        await self._http.aclose()

    async def get(self, url: httpx.URL, *, largest: int, within: float) -> Fetched:
        """See ``Outbound``."""
        try:
            async with asyncio.timeout(within):
                return await self._get(url, largest)
        except TimeoutError:
            raise FetchFailed(f"{url.host} did not answer in {within:g} s") from None
        except AddressRefused as error:
            raise FetchFailed(str(error)) from None
        except (httpx.HTTPError, OSError, UnicodeError) as error:
            raise FetchFailed(f"{url.host} cannot be asked ({type(error).__name__})") from error

    async def _get(self, url: httpx.URL, largest: int) -> Fetched:
        secure = url.scheme == "https"
        if url.scheme not in ("https", "http") or not url.host or url.userinfo:
            raise FetchFailed("only https://host/path can be fetched")
        port = url.port or (443 if secure else 80)
        addresses = await addresses_of(url.host, port, self._allowed, self._resolving, secure=secure)
        return await self._from_one_of(addresses, url, largest)

    async def _from_one_of(self, addresses: Sequence[Address], url: httpx.URL, largest: int) -> Fetched:
        for address in addresses[:-1]:
            try:
                return await self._from(address, url, largest)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._from(addresses[-1], url, largest)

    async def _from(self, address: Address, url: httpx.URL, largest: int) -> Fetched:
        headers = {"Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity"}
        extensions = {"sni_hostname": url.raw_host.decode("ascii")}
        pinned = url.copy_with(host=str(address))
        async with self._http.stream("GET", pinned, headers=headers, extensions=extensions) as response:
            # A few packed bytes may be a thousand times as many, all at once.
            if response.headers.get("content-encoding", "identity") != "identity":
                raise FetchFailed(f"{url.host} sent it packed")
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > largest:
                    raise FetchFailed(f"{url.host} sent more than {largest} bytes")
            return Fetched(response.status_code, bytes(body))
