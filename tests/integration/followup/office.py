"""One followup service on a real database, without a reader: events go to its handlers, requests to its API."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bench.said import said
from huiyin.office.people import Account as Person
from huiyin.office.wire import Response
from libs.common.database.migrate import migrate
from libs.common.database.session import Database
from libs.common.events.base import Event
from libs.common.events.cases import CaseAssigned, CaseHandled, CaseSigned, deadlines_in
from libs.common.events.directory import PackPublished
from libs.common.security.principal import Role
from services.followup.handlers import REACTIONS
from services.followup.ladder.actions.due import fire_due
from services.followup.main import SPEC
from tests.support.service import (
    COUNTY,
    DAY,
    HOUR,
    LIGHTS,
    PACK,
    T0,
    TOWN,
    VILLAGE,
    ServiceOffice,
    published,
    registered,
)

__all__ = ["COUNTY", "DAY", "HOUR", "LIGHTS", "PACK", "T0", "TOWN", "VILLAGE", "Person", "registered"]

ZONE = ZoneInfo("Asia/Shanghai")
LEAD, OTHER = "D-HOUSING", "D-WATER"
_MERGE = """
    INSERT INTO callback (callback_id, case_id, round, state, handling_unit, area_code, tries, attempts, next_try_at,
        opened_at, version, requester)
    SELECT gen_random_uuid()::text, case_id, round, state, handling_unit, area_code, 0, 0, next_try_at, opened_at, 1,
        'second' FROM callback WHERE case_id = $1
"""
"""What merging another citizen's case into this one will do while it waits for the word of the first."""


def local(day: str, at: str = "00:00") -> datetime:
    """A moment of the county's clocks."""
    return datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=ZONE).astimezone(UTC)


async def prepare_database(url: str) -> None:
    """Followup's tables and the demo pack as version 1."""
    await migrate(url, "followup", SPEC.migrations)
    await publish_pack(url)


async def publish_pack(url: str) -> None:
    """The demo pack as version 1."""
    database = Database(url, "followup", pool_size=2)
    async with database.transaction(T0) as session:
        await REACTIONS.handlers[PackPublished](session, published())
    await database.close()


@dataclass
class JumpyClock:
    """A machine's clock that somebody sets."""

    moment: datetime
    simulated: bool = False

    def now(self) -> datetime:
        """What it shows."""
        return self.moment

    def reacting_to(self, occurred_at: datetime) -> datetime:
        """Now."""
        return max(self.moment, occurred_at)

    async def wait_until(self, moment: datetime, *, at_most: float) -> None:
        """A short while."""
        await asyncio.sleep(min(at_most, 0.005))


class Office(ServiceOffice):
    """The running service and the people around it."""

    def person(
        self, subject: str, role: Role, unit: str | None = None, area: str = COUNTY, staff_id: str | None = None
    ) -> Person:
        """Somebody with one role; with ``staff_id``, of the office's staff."""
        return Person(*self.account(subject, role, area, unit, staff_id))

    @property
    def caller(self) -> Person:
        """The hotline's caller."""
        return self.person("zhou", Role.CALLER, "H-12345")

    @property
    def supervisor(self) -> Person:
        """The county's supervision office."""
        return self.person("sun", Role.SUPERVISOR, "S-GOV")

    async def advance(self, to: datetime) -> int:
        """Move time, as the process that owns it does."""
        fired = await fire_due(self.runtime, to)
        self.clock.advance_to(to)
        return fired

    def skip(self, to: datetime) -> None:
        """Let time pass while nobody fires anything: the worker is down."""
        self.clock.advance_to(to)

    async def open_case(self, **changes: Any) -> str:
        """A case that a unit leads."""
        case_id = await self.register(**changes)
        await self.hear(assigned(case_id, self.clock.now()))
        return case_id

    async def handled_case(self, *, unit: str = LEAD, **changes: Any) -> str:
        """A case whose unit says it is done."""
        case_id = await self.open_case(**changes)
        await self.hear(signed(case_id, self.clock.now(), unit=unit), handled(case_id, self.clock.now(), unit=unit))
        return case_id

    async def merged_case(self) -> str:
        """One that is handled, and has two requesters."""
        case_id = await self.handled_case()
        async with self.database.transaction(T0) as session:
            await session.fetch(_MERGE, case_id)
        return case_id

    async def attempt(self, case_id: str, who: Person | None = None, **answer: Any) -> Response:
        """Record a try on the newest callback of a case; who says how satisfied he is answers all that is asked."""
        callback = await self.callback(case_id)
        others = {"contacted": True, "solved": True} if "satisfaction" in answer else {}
        body = {"reached": "answered"} | others | answer
        path = f"/callbacks/{callback['callback_id']}/attempts"
        return await (who or self.caller).post(path, body, version=callback["version"])

    async def attempt_on_result(self, case_id: str, **answer: Any) -> Response:
        """The same on the newest one about a result."""
        case = await self.case(case_id)
        callback = [row for row in case["callbacks"] if row["purpose"] == "closing"][-1]
        body = {"reached": "answered", "contacted": True, "solved": True} | answer
        return await self.caller.post(
            f"/callbacks/{callback['callback_id']}/attempts", body, version=callback["version"]
        )

    async def callback(self, case_id: str) -> dict[str, Any]:
        """The newest callback of a case."""
        case = await self.case(case_id)
        newest: dict[str, Any] = case["callbacks"][-1]
        return newest

    async def case(self, case_id: str) -> dict[str, Any]:
        """The case as a supervisor sees it."""
        response = await self.supervisor.get(f"/cases/{case_id}")
        assert response.status_code == 200, response.text
        case: dict[str, Any] = response.json()
        return case

    async def names(self, case_id: str) -> list[str]:
        """The same, by name, with the deadline or level that it is about."""
        return [_name(event) for event in await self.said(case_id)]


def _name(event: Event) -> str:
    about = "+".join(one.deadline for one in deadlines_in(event)) or getattr(event, "deadline", None)
    about = about or getattr(event, "level", None)
    return f"{type(event).__name__}({about})" if about else type(event).__name__


def assigned(case_id: str, at: datetime, *, unit: str = LEAD, round_: int = 1) -> CaseAssigned:
    """派单."""
    return said(CaseAssigned, case_id, occurred_at=at, round=round_, lead_unit=unit, category_code=LIGHTS)


def signed(case_id: str, at: datetime, *, unit: str = LEAD, round_: int = 1) -> CaseSigned:
    """签收."""
    return said(CaseSigned, case_id, occurred_at=at, round=round_, unit_code=unit)


def handled(case_id: str, at: datetime, *, unit: str = LEAD, round_: int = 1) -> CaseHandled:
    """办结反馈."""
    return said(CaseHandled, case_id, occurred_at=at, round=round_, unit_code=unit)
