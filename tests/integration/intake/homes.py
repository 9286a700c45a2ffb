"""What the tests of households do: people in office, households, and what is told of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from libs.common.events.directory import RecordedTerm, StaffRecorded
from libs.common.events.households import HouseholdRecorded
from libs.common.security.principal import Role
from tests.integration.intake.door import COUNTY, NOW, VILLAGE, IntakeDoor

HOUSEHOLDS = "/intake/v1/households"
WHY = "核实今晚走访的住户地址"
WHO = {"head": "欧阳金丝雀", "phone": "13812345678", "door": "三组15号"}
VILLAGE_UNIT, SUPERVISION = "V-999001101201", "S-GOV"


async def appoint(
    door: IntakeDoor, *staff_ids: str, post: str = "village_cadre", unit: str = VILLAGE_UNIT, also: str | None = None
) -> None:
    """These people are in office; by a post of the supervision office ``also``."""
    begun = NOW - timedelta(days=30)
    posts = [(post, unit), *(() if also is None else ((also, SUPERVISION),))]
    terms = tuple(
        RecordedTerm(number=number, post_code=code, unit_code=where, begins_at=begun)
        for number, (code, where) in enumerate(posts, start=1)
    )
    for staff_id in staff_ids:
        name = f"干部{staff_id[-1]}"
        told = StaffRecorded(occurred_at=begun, staff_id=staff_id, version=len(terms), name=name, terms=terms)
        await door.hear(told)
    await door.learn_staff()


class Homes:
    """Households at a door, as one person sees them."""

    def __init__(self, door: IntakeDoor, headers: dict[str, str] | None = None) -> None:
        self.door = door
        self.headers = headers or door.operator

    def by(self, *roles: Role, subject: str, area: str = COUNTY, staff: str | None = None) -> "Homes":
        """The same as somebody else sees them."""
        return Homes(self.door, self.door.token(*roles, subject=subject, area=area, staff=staff))

    async def post(self, path: str, body: object, version: int | None = None, key: str | None = None) -> httpx.Response:
        """Ask for a change; on the version that is there unless told otherwise."""
        match = {"If-Match": "*" if version is None else f'"{version}"'}
        once = {} if key is None else {"Idempotency-Key": key}
        return await self.door.http.post(f"{HOUSEHOLDS}{path}", json=body, headers=self.headers | match | once)

    async def done(self, path: str, body: object, key: str | None = None) -> dict[str, Any]:
        """The same, and it was taken; under an Idempotency-Key, if there is one."""
        answer = await self.post(path, body, key=key)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def register(self, **fields: Any) -> dict[str, Any]:
        """A household that is new."""
        return await self.done("", {"area_code": VILLAGE, **fields})

    async def one(self, household_id: str, **query: Any) -> dict[str, Any]:
        """As it is, or was."""
        found: dict[str, Any] = await self.door.get(f"{HOUSEHOLDS}/{household_id}", self.headers, query)
        return found

    async def ids(self, **query: Any) -> list[str]:
        """Of those in the list."""
        page = await self.door.get(HOUSEHOLDS, self.headers, query)
        return [item["household_id"] for item in page["items"]]


async def told(door: IntakeDoor, household_id: str) -> Sequence[HouseholdRecorded]:
    """What was said of a household."""
    rows = await door.rows(
        "SELECT payload::text AS said FROM ledger WHERE stream = 'visits' AND key = $1 AND type = $2 ORDER BY seq",
        household_id,
        HouseholdRecorded.type_name,
    )
    return [HouseholdRecorded.model_validate_json(row.said) for row in rows]


ROUNDS, VISITS = "/intake/v1/rounds", "/intake/v1/visits"
NIGHT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
"""Eight in the evening of the tests' day, in the county."""


class Visitors:
    """Rounds and visits at a door, as one person sees them; ``made`` by these people unless told otherwise."""

    def __init__(self, door: IntakeDoor, headers: dict[str, str] | None = None, made: Sequence[str] = ("S-1",)) -> None:
        self.door = door
        self.headers = headers or door.operator
        self.made = [*made]

    def by(self, *roles: Role, subject: str, **of: Any) -> "Visitors":
        """The same as somebody else sees them, of this ``area``, ``unit`` or ``staff`` record."""
        return Visitors(self.door, self.door.token(*roles, subject=subject, **of), self.made)

    async def post(self, path: str, body: object, key: str | None = None, version: int | None = None) -> httpx.Response:
        """Ask for a change; on the version that is there unless told otherwise."""
        match = {"If-Match": "*" if version is None else f'"{version}"'}
        once = {} if key is None else {"Idempotency-Key": key}
        return await self.door.http.post(path, json=body, headers=self.headers | match | once)

    async def done(self, path: str, body: object, key: str | None = None) -> dict[str, Any]:
        """The same, and it was taken."""
        answer = await self.post(path, body, key)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def open(self, **fields: Any) -> str:
        """A round of the whole county, from today on for a month; gives its id."""
        span = {"begins_on": "2026-03-04", "ends_on": "2026-03-31"}
        return str((await self.done(ROUNDS, {"name": "第一轮", "area_code": COUNTY, **span, **fields}))["round_id"])

    async def close(self, round_id: str) -> None:
        """The round is over."""
        await self.done(f"{ROUNDS}/{round_id}/closing", {})

    def visit(self, home: str, **fields: Any) -> dict[str, Any]:
        """A visit that found somebody just now, for half an hour."""
        clock = self.door.service.runtime.clock
        started = fields.pop("started_at", None) or clock.now() - timedelta(minutes=30)
        span = {"started_at": started.isoformat(), "ended_at": (started + timedelta(minutes=20)).isoformat()}
        return {"household_id": home, "staff_ids": self.made, "outcome": "reached", **span, **fields}

    async def record(self, home: str, **fields: Any) -> dict[str, Any]:
        """Such a visit, which was taken."""
        return await self.done(VISITS, self.visit(home, **fields))

    async def refused(self, home: str, **fields: Any) -> httpx.Response:
        """Such a visit, which was not."""
        answer = await self.post(VISITS, self.visit(home, **fields))
        assert not answer.is_success, answer.text
        return answer

    async def coverage(self, round_id: str, **query: Any) -> dict[str, Any]:
        """How far a round has come."""
        found: dict[str, Any] = await self.door.get(f"{ROUNDS}/{round_id}/coverage", self.headers, query)
        return found

    async def counts(self, round_id: str, **query: Any) -> tuple[int, int]:
        """Numerator and denominator of the whole."""
        whole = (await self.coverage(round_id, **query))["whole"]
        return whole["visited"], whole["households"]

    async def gaps(self, round_id: str, **query: Any) -> list[str]:
        """Who was not reached."""
        page = await self.door.get(f"{ROUNDS}/{round_id}/gaps", self.headers, query)
        return [item["household_id"] for item in page["items"]]
