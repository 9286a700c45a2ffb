"""What the tests of intake do at its door: tokens, registrations, events of other services, and counting rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson

from libs.common.database.stored_staff import refresh_staff
from libs.common.events.base import Event
from libs.common.host.service import Resources, RunningService
from libs.common.security.issuer import LocalIssuer
from libs.common.security.principal import Role
from libs.common.service.startup import STARTED
from libs.common.time.clock import SimulatedClock

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
"""Ten in the morning in the county."""
COUNTY, TOWN, VILLAGE, OTHER_TOWN = "999001000000", "999001101000", "999001101201", "999001102000"
CASES = "/intake/v1/cases"
HOTLINE, HOTLINE_KEY = "hotline-12345", "whsec_" + "aHVpeWlu" * 4
WEBHOOKS = orjson.dumps({HOTLINE: {"area": COUNTY, "keys": [HOTLINE_KEY]}}).decode()
"""The one outside system that sends webhooks, as the setting names it."""

_COUNTED = ("cases", "wording", "requester", "supplement", "reveal", "timeline", "ledger", "ledger_unsent", "answer")


def complaint(**fields: Any) -> dict[str, Any]:
    """A registration."""
    return {
        "channel": "hotline",
        "kind": "help",
        "category_code": "0101",
        "area_code": VILLAGE,
        "text": "村口路灯坏了三天。晚上老人出门很不安全。",
        **fields,
    }


@dataclass
class IntakeDoor:
    """The service and its callers."""

    service: RunningService
    issuer: LocalIssuer
    resources: Resources

    def __post_init__(self) -> None:
        """Open the door."""
        transport = httpx.ASGITransport(self.service.app(), raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://intake")

    def another_process(self) -> "IntakeDoor":
        """The same service on the same database, as a second process would run it."""
        service = RunningService(self.service.spec, self.resources)
        service.runtime.door_database.packs = self.service.runtime.door_database.packs
        service.runtime.startup.waits_for = STARTED
        return IntakeDoor(service, self.issuer, self.resources)

    async def close(self) -> None:
        """Shut it."""
        await self.http.aclose()
        await self.service.stop()

    def token(
        self,
        *roles: Role,
        area: str = COUNTY,
        unit: str | None = None,
        subject: str = "somebody",
        staff: str | None = None,
    ) -> dict[str, str]:
        """The headers of a caller."""
        token = self.issuer.issue(subject, roles, area, unit, timedelta(hours=1), staff)
        return {"Authorization": f"Bearer {token}"}

    @property
    def operator(self) -> dict[str, str]:
        """A hotline operator of the county."""
        return self.token(Role.OPERATOR, subject="operator-1")

    async def register(self, headers: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
        """Register, as the operator unless told otherwise, and give the receipt."""
        answer = await self.http.post(CASES, json=complaint(**fields), headers=headers or self.operator)
        assert answer.status_code == 201, answer.text
        receipt: dict[str, Any] = answer.json()
        return receipt

    async def get(self, path: str, headers: dict[str, str] | None = None, query: dict[str, Any] | None = None) -> Any:
        """Read something that can be read."""
        answer = await self.http.get(path, headers=headers or self.operator, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def batch(self, lines: Sequence[object], headers: dict[str, str], **more: str) -> httpx.Response:
        """Send lines; bytes and text go as they are."""
        raw = [line if isinstance(line, bytes) else orjson.dumps(line) for line in lines]
        headers = {**headers, "Content-Type": "application/x-ndjson", **more}
        return await self.http.post(f"{CASES}/batch", content=b"\n".join(raw), headers=headers)

    async def hear(self, *events: Event) -> None:
        """Apply events of other services in one transaction, as the consumer does."""
        reactions = self.service.runtime.reactions
        async with self.service.runtime.work_database.transaction(NOW) as session:
            await reactions.prepare(session, events)
            for event in events:
                session.now = event.occurred_at
                await reactions.handlers[type(event)](session, event)

    async def learn_staff(self) -> None:
        """Let this process know the register of people, as it does by itself a moment after it changed."""
        await refresh_staff(self.service.runtime.door_database)

    async def rows(self, sql: str, *parameters: object) -> Sequence[Any]:
        """What the database holds."""
        async with self.service.runtime.work_database.reading() as session:
            return await session.fetch(sql, *parameters)

    async def counts(self) -> dict[str, int]:
        """How many rows every table holds."""
        return {table: (await self.rows(f"SELECT count(*) AS n FROM {table}"))[0].n for table in _COUNTED}  # noqa: S608

    async def payloads(self) -> str:
        """Everything that the ledger says, as one text."""
        return "\n".join(row.payload for row in await self.rows("SELECT payload::text AS payload FROM ledger"))

    def move_clock(self, moment: datetime) -> None:
        """Let time pass."""
        clock = self.service.runtime.clock
        assert isinstance(clock, SimulatedClock)
        clock.advance_to(moment)
