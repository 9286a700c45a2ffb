"""Calls to the services as any client makes them, each at its own simulated moment and by the account that would."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson
from starlette.types import ASGIApp

from libs.common.security.issuer import LocalIssuer
from libs.common.security.principal import Role
from libs.common.time.clock import SimulatedClock

_A_DAY = timedelta(days=1)
_GOOD = range(200, 300)
_BUSY = 503
_TRIES = 5


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
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://replay")
        self._clock = clock
        self.made = 0

    async def close(self) -> None:
        """End the client."""
        await self._client.aclose()

    async def post(self, at: datetime, account: Account, path: str, body: object) -> dict[str, Any]:
        """Change something, whatever version it has by now. Raises CallRefused."""
        content = orjson.dumps(body)
        headers = {"authorization": account.authorization, "content-type": "application/json", "if-match": "*"}
        return await self._call(at, "POST", path, headers, content=content)

    async def get(
        self, at: datetime, account: Account, path: str, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Read something. Raises CallRefused."""
        return await self._call(at, "GET", path, {"authorization": account.authorization}, params=query)

    async def _call(self, at: datetime, method: str, path: str, headers: dict[str, str], **more: Any) -> dict[str, Any]:
        for turn in range(_TRIES):
            with self._clock.at(at):
                answer = await self._client.request(method, path, headers=headers, **more)
            self.made += 1
            if answer.status_code != _BUSY or turn == _TRIES - 1:
                break
        found: dict[str, Any] = orjson.loads(answer.content) if answer.content else {}
        if answer.status_code not in _GOOD:
            raise CallRefused(f"{method} {path}", answer.status_code, found)
        return found
