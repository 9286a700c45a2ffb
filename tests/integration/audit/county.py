"""A small county, who uses it, and ways to spoil what it wrote down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.drive.complaints import RESULT
from bench.drive.database import connected
from huiyin.house import House
from libs.common.security.principal import Role
from tests.journeys import county as journeys

VILLAGE = "999001101001"
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""09:00 in the county."""
STREET_LIGHTS = "0101"


@dataclass(frozen=True, slots=True)
class County:
    """The house, and the people who use it."""

    people: journeys.County
    working: bool = True
    cases: dict[str, str] = field(default_factory=dict)
    """Case ids by what became of them."""

    @property
    def house(self) -> House:
        """What they use."""
        return self.people.house

    async def call(
        self, method: str, path: str, role: Role, body: object = None, unit: str | None = None, key: str | None = None
    ) -> Any:
        """One request by somebody with this role; what follows from it has followed when it returns."""
        who = self.people.person(f"{role}-{unit or 'county'}", role, unit=unit)
        answer = await (who.ask(path) if method == "GET" else who.do(path, body, key=key))
        if self.working:
            await self.house.settle()
        return answer

    async def register(self, name: str, category: str | None = STREET_LIGHTS, **more: object) -> str:
        """A new case; kept under ``name``."""
        body = {"channel": "hotline", "kind": "complaint", "area_code": VILLAGE, "text": "村口路灯坏了三天", **more}
        if category is not None:
            body["category_code"] = category
        case = await self.call("POST", "/intake/v1/cases", Role.OPERATOR, body, key=name.replace(" ", "-"))
        self.cases[name] = case["case_id"]
        return str(case["case_id"])

    async def lead(self, case_id: str) -> str:
        """The unit that has a case."""
        return str((await self.call("GET", f"/dispatch/v1/cases/{case_id}", Role.DISPATCHER))["lead_unit"])

    async def by_unit(self, case_id: str, what: str, body: object = None) -> None:
        """The lead unit does something."""
        path = f"/dispatch/v1/cases/{case_id}/{what}"
        await self.call("POST", path, Role.HANDLER, body or {}, unit=await self.lead(case_id))

    async def by_dispatcher(self, case_id: str, what: str, body: object) -> None:
        """A dispatcher does something."""
        await self.call("POST", f"/dispatch/v1/cases/{case_id}/{what}", Role.DISPATCHER, body)

    async def handle(self, case_id: str) -> None:
        """Signed and handled, some minutes apart."""
        await self.by_unit(case_id, "signature")
        await self.wait(minutes=30)
        await self.by_unit(case_id, "result", RESULT)

    async def call_back(self, case_id: str, answer: object) -> None:
        """The citizen is called, within the hours in which one may."""
        promise = await self.call("GET", f"/followup/v1/cases/{case_id}", Role.CALLER)
        callback = next(row["callback_id"] for row in promise["callbacks"] if row["state"] == "due")
        await self.call("POST", f"/followup/v1/callbacks/{callback}/attempts", Role.CALLER, answer)

    async def answer_wish(self, case_id: str, answer: object) -> None:
        """The citizen is asked whether he takes it back."""
        promise = await self.call("GET", f"/followup/v1/cases/{case_id}", Role.CALLER)
        asked = (row["callback_id"] for row in promise["callbacks"] if row["purpose"] == "withdrawal")
        await self.call("POST", f"/followup/v1/callbacks/{next(asked)}/attempts", Role.CALLER, answer)

    async def wait(self, **how_long: float) -> None:
        """Time passes."""
        await self.house.advance(self.house.clock.now() + timedelta(**how_long))


@asynccontextmanager
async def open_county(
    url: str, folder: Path, *, start: datetime = MONDAY, working: bool = True, **settings: Any
) -> AsyncIterator[County]:
    """A house on this database, with the demo pack, at nine on a Monday; not ``working``, only its doors are open."""
    async with journeys.open_county(url, folder, start=start, working=working, **settings) as people:
        yield County(people, working)


class Spoiler:
    """Changes rows behind everybody's back, as a broken disk, a bad script or a bad person would."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def run(self, *statements: str) -> None:
        """SQL, with no trigger, rule or foreign key in the way; each statement has to change at least one row."""
        async with connected(self._url, session_replication_role="replica") as connection:
            for statement in statements:
                status = await connection.execute(statement)
                assert not status.endswith(" 0"), f"changed nothing: {statement}"
