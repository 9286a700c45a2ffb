"""The keys of an OIDC provider: fetched when needed, kept for a while, and kept longer while the provider is down."""

import asyncio
import json
import time
from collections.abc import Callable

import httpx

from libs.common.errors import Unavailable
from libs.common.logs import get_logger, lines_about
from libs.common.outbound.fetch import FetchFailed, Outbound
from libs.common.security.keyset import KeySet, NotAKeySet, VerificationKey

FRESH_SECONDS = 600.0
STALE_SECONDS = 86_400.0
RETRY_SECONDS = 10.0
"""Least time between two fetches, whatever tokens arrive: an unknown key id costs an attacker nothing to make up."""
TOTAL_SECONDS = 5.0
LARGEST_DOCUMENT = 512 * 1024

log = get_logger(__name__)


class JwksClient:
    """A `KeySource` over a JWKS address. For one event loop.

    Keys younger than 10 minutes are used as they are. Older ones are fetched anew, once however many ask; when that
    fails they serve up to 24 hours, and nobody waits for the further tries. An unknown key id causes a fetch, at most
    every 10 s.
    """

    def __init__(self, url: str, outbound: Outbound, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`monotonic` gives seconds that never go back.

        Raises:
            ValueError: the address is not one of the web.
        """
        self._url = httpx.URL(url)
        if self._url.scheme not in {"http", "https"} or not self._url.host:
            raise ValueError("the JWKS address must be https://host/path, or http:// inside a cluster")
        self._outbound = outbound
        self._monotonic = monotonic
        self._keys: KeySet | None = None
        self._fetched_at = 0.0
        self._tried_at: float | None = None
        self._failing = False
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, key_id: str, algorithm: str) -> VerificationKey | None:
        """The provider's key with this id for this algorithm; None when it has none.

        Raises:
            Unavailable: the provider has not answered, and no keys are left that may still be used.
        """
        if self._age() >= FRESH_SECONDS:
            # While the provider is known to be down, its old keys are served at once and the fetch runs beside.
            await self._fetch(wait=not (self._failing and self._age() < STALE_SECONDS))
        found = self._usable().get(key_id, algorithm)
        if found is None:
            await self._fetch(wait=True)
            found = self._usable().get(key_id, algorithm)
        return found

    def _age(self) -> float:
        return float("inf") if self._keys is None else self._monotonic() - self._fetched_at

    def _usable(self) -> KeySet:
        if self._keys is None or self._age() >= STALE_SECONDS:
            raise Unavailable(
                "The keys to check tokens with cannot be fetched",
                "暂时无法获取令牌校验密钥",
                headers={"Retry-After": str(int(RETRY_SECONDS))},
            )
        return self._keys

    async def _fetch(self, *, wait: bool) -> None:
        """Start a fetch unless one runs or ran just now. One caller's cancellation does not take it from the others."""
        if self._fetching is None:
            now = self._monotonic()
            if self._tried_at is not None and now - self._tried_at < RETRY_SECONDS:
                return
            self._tried_at = now
            # Its outcome is everybody's, not of the request that happened to come first.
            with lines_about(None):
                self._fetching = asyncio.create_task(self._renew(), name="jwks")
        if wait:
            await asyncio.shield(self._fetching)

    async def _renew(self) -> None:
        try:
            self._keys = await self._download()
            self._fetched_at, self._failing = self._monotonic(), False
        except (FetchFailed, ValueError, RecursionError) as error:
            self._failing = True
            host, kept = self._url.host, self._keys is not None
            why = str(error) if isinstance(error, FetchFailed | NotAKeySet) else type(error).__name__
            log.warning("keys of the provider not fetched", host=host, error=why, keys_kept=kept)
        finally:
            self._fetching = None

    async def _download(self) -> KeySet:
        fetched = await self._outbound.get(self._url, largest=LARGEST_DOCUMENT, within=TOTAL_SECONDS)
        if fetched.status != httpx.codes.OK:
            raise NotAKeySet(f"the provider answered {fetched.status}")
        return KeySet.parse(json.loads(fetched.body))
