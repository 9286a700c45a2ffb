"""A phone in somebody's hand: a real browser on the page of visits, over a line that can be cut."""

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn

from huiyin.front import build_front
from libs.common.bus.flow import Service
from libs.common.security.principal import Role
from tests.chaos.proxy import Proxy
from tests.journeys.county import VILLAGE, VILLAGE_UNIT, County
from tests.support.browser import Browser, Window, open_browser
from tests.support.eventually import eventually

OWN = "春天的河边有三只白鹭飞过"
PAGE, OVERVIEW = "/intake/visits", "/intake/visits/overview"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
"""A picture of one dot."""
ANOTHER_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADUlEQVR4nGM4IQcEJwAHIwIJ5FiIOQAAAABJRU5ErkJggg=="
)
"""Of two."""
HOUSEHOLDS = "/intake/v1/households"


@dataclass(frozen=True, slots=True)
class Phones:
    """The house behind a line, and the people in office who have a phone."""

    county: County
    line: Proxy
    browser: Browser

    @property
    def address(self) -> str:
        """Where the browser finds the house."""
        return f"http://{self.line.address}"

    def cut(self) -> None:
        """No network from now on (飞行模式)."""
        self.line.refuse()

    def mend(self) -> None:
        """The network is back."""
        self.line.heal()

    async def appoint(self, staff_id: str, post: str = "village_cadre", unit: str = VILLAGE_UNIT) -> None:
        """Somebody in office, with an account and a password of their own."""
        county = self.county
        root = county.person("root", Role.ADMIN)
        begun = (county.house.clock.now() - timedelta(days=30)).isoformat()
        term = {"post_code": post, "unit_code": unit, "begins_at": begun}
        await root.do("/dispatch/v1/staff", {"staff_id": staff_id, "name": f"干部{staff_id[-1]}", "terms": [term]})
        made = await root.do("/dispatch/v1/accounts", {"staff_id": staff_id})
        await county.house.settle()
        known = county.house.services[Service.INTAKE].runtime.door_database.staff
        await eventually(lambda: known.member(staff_id) is not None)
        accounts = "/dispatch/v1/accounts/sign-in"
        first = await county.http.post(accounts, json={"name": staff_id, "password": made["first_password"]})
        body = {"session_token": first.json()["session_token"], "new_password": OWN}
        changed = await county.http.post(f"{accounts}/password", json=body)
        assert changed.status_code == 200, changed.text

    async def household(self, staff_id: str, number: int, **fields: Any) -> str:
        """A household that this person looks after; gives its id."""
        who = {"head": f"欧阳{number}", "phone": f"1381234567{number}", "door": f"三组{number}号"}
        body = {"area_code": VILLAGE, "contact_staff_id": staff_id, "household_no": f"H-{number}", **who, **fields}
        made = await self.county.operator.do(HOUSEHOLDS, body)
        await self.county.house.settle()
        return str(made["household_id"])

    async def open(self, page: str = PAGE) -> Window:
        """A window of the browser on a page."""
        return await self.browser.window(f"{self.address}{page}")

    async def signed_in(self, staff_id: str) -> Window:
        """The phone's page, with somebody who signed in and waited until all is there."""
        window = await self.open()
        await sign_in(window, staff_id)
        await window.find("#counts[data-as-of][data-busy=false]")
        return window

    async def visits(self) -> Sequence[Any]:
        """What is on record."""
        return [item async for item in self.county.supervisor.listed("/intake/v1/visits")]


async def sign_in(window: Window, staff_id: str) -> None:
    """By staff number and password."""
    await window.type("input[name=name]", staff_id)
    await window.type("input[name=password]", OWN)
    await window.click("#enter")


@asynccontextmanager
async def phones_of(county: County, folder: Path) -> AsyncIterator[Phones]:
    """The house at a port of its own, as a phone reaches it. The browser, which keeps all in ``folder``, goes first."""
    app = build_front(county.house)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        async with Proxy("127.0.0.1", port) as line, open_browser(folder) as browser:
            yield Phones(county, line, browser)
    finally:
        server.should_exit = True
        await serving
