"""Calls to the services as any client makes them, each at its own simulated moment and by the account that would."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.types import ASGIApp

from huiyin.replay.exchange import Exchange
from libs.common.security.issuer import LocalIssuer
from libs.common.security.principal import Role
from libs.common.time.clock import SimulatedClock

_A_DAY = timedelta(days=1)
_GOOD = range(200, 300)
_BUSY = 503
_TRIES = 5
_CHANGE = ((b"content-type", b"application/json"), (b"if-match", b"*"))


class CallRefused(Exception):
    """A service refused what the replay asked for."""

    def __init__(self, what: str, status: int, problem: Mapping[str, Any]) -> None:
        said = problem.get("detail") or problem.get("title") or ""
        super().__init__(f"{what} was answered {status}: {said}".strip())
        self.status = status
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Account:
    """Who calls: a subject with its token."""

    subject: str
    authorization: str


class Accounts:
    """Makes accounts as they are needed; each is called simulated."""

    def __init__(self, issuer: LocalIssuer, area_code: str) -> None:
        self._issuer = issuer
        self._area_code = area_code
        self._known: dict[tuple[Role, str, str | None], Account] = {}

    def get(self, role: Role, *, name: str = "", area_code: str | None = None, unit_code: str | None = None) -> Account:
        """The account of a role, for the whole county unless an area is given."""
        area = area_code or self._area_code
        key = (role, name, unit_code)
        known = self._known.get(key)
        if known is None:
            subject = "-".join(filter(None, ("simulated", role.value, name or unit_code)))
            token = self._issuer.issue(subject, [role], area, unit_code, _A_DAY)
            known = self._known[key] = Account(subject, f"Bearer {token}")
        return known


class Calls:
    """HTTP to the house in this process."""

    def __init__(self, app: ASGIApp, clock: SimulatedClock) -> None:
        self._app = app
        self._clock = clock

    async def post(self, at: datetime, account: Account, path: str, body: object) -> dict[str, Any]:
        """Change something, whatever version it has by now. Raises CallRefused."""
        return await self._call(at, Exchange("POST", path, _headers(account, _CHANGE), orjson.dumps(body)))

    async def get(
        self, at: datetime, account: Account, path: str, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Read something. Raises CallRefused."""
        return await self._call(at, Exchange("GET", path, _headers(account, ()), query=urlencode(query or {}).encode()))

    async def _call(self, at: datetime, exchange: Exchange) -> dict[str, Any]:
        for _ in range(_TRIES):
            with self._clock.at(at):
                status, body = await exchange.through(self._app)
            if status != _BUSY:
                break
        found: dict[str, Any] = orjson.loads(body) if body else {}
        if status not in _GOOD:
            raise CallRefused(f"{exchange.method} {exchange.path}", status, found)
        return found


def _headers(account: Account, more: tuple[tuple[bytes, bytes], ...]) -> list[tuple[bytes, bytes]]:
    return [(b"host", b"replay"), (b"authorization", account.authorization.encode()), *more]
