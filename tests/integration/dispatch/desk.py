"""The desk where staff sign in: the dispatch service with accounts of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher

from libs.common.events.directory import AccountChanged
from libs.common.security.issuer import LocalIssuer, LocalVerifier
from libs.common.security.own_accounts import OwnAccounts
from libs.common.security.passwords import Passwords
from libs.common.security.principal import Role
from services.dispatch.main import SPEC
from tests.integration.dispatch.office import COUNTY, Office
from tests.integration.dispatch.test_staff import WORKER, admin, enter
from tests.support.service import app_of

PHONE, OWN = "13800001111", "春天的河边有三只白鹭飞过"
CALLER = {"post_code": "caller", "unit_code": "H-12345"}


@dataclass
class Machine:
    """The machine's time, which a test moves."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def later(self, by: timedelta) -> None:
        self.now += by


@dataclass
class Desk:
    """The service with accounts of its own, whose machine's time is the test's."""

    office: Office
    machine: Machine
    http: httpx.AsyncClient

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.http.post(f"/dispatch/v1/accounts{path}", json=body)

    async def account(self, staff_id: str, *terms: dict[str, Any], phone: str | None = None) -> str:
        """Somebody of the register with an account; gives the first password."""
        assert (await enter(self.office, staff_id, *(terms or (WORKER,)))).status_code == 201
        made = await self.admin("", staff_id=staff_id, phone=phone)
        assert made.status_code == 201, made.text
        password: str = made.json()["first_password"]
        return password

    async def admin(self, path: str, *, area: str = COUNTY, **body: Any) -> httpx.Response:
        headers = admin(self.office, area).headers
        return await self.http.post(f"/dispatch/v1/accounts{path}", json=body, headers=headers)

    async def settled(self, staff_id: str, *terms: dict[str, Any], phone: str | None = None) -> dict[str, Any]:
        """Somebody who has chosen a password and is signed in."""
        first = await self.account(staff_id, *terms, phone=phone)
        entered = (await self.post("/sign-in", name=staff_id, password=first)).json()
        done = await self.post("/sign-in/password", session_token=entered["session_token"], new_password=OWN)
        assert done.status_code == 200, done.text
        answer: dict[str, Any] = done.json()
        return answer

    async def own(self, access: str, method: str, path: str, **body: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {access}"}
        return await self.http.request(method, f"/dispatch/v1/accounts/me{path}", json=body or None, headers=headers)

    async def told(self, staff_id: str) -> list[str]:
        said = await self.office.said(staff_id)
        return [str(event.step) for event in said if isinstance(event, AccountChanged)]


@asynccontextmanager
async def desk_of(office: Office, folder: Path, *roles: Role) -> AsyncIterator[Desk]:
    """The service with accounts, where these roles have to have a second factor."""
    machine = Machine()
    issuer = LocalIssuer.load_or_create(folder, machine)
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    accounts = OwnAccounts(issuer, frozenset(roles), passwords)
    runtime = replace(office.runtime, accounts=accounts, verifier=LocalVerifier(issuer, machine))
    transport = httpx.ASGITransport(app_of(SPEC, runtime), client=("203.0.113.7", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        yield Desk(office, machine, http)
