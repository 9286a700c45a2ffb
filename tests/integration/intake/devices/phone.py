"""A phone as the tests carry it: what it records, sends and is told."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from libs.common.security.principal import Role
from tests.integration.intake.door import NOW, VILLAGE, IntakeDoor
from tests.integration.intake.homes import VILLAGE_UNIT, Homes

DEVICES = "/intake/v1/devices"
AS_CADRE = {"unit": VILLAGE_UNIT, "area": VILLAGE}
MINUTE = timedelta(minutes=1)


@dataclass
class Phone:
    """One phone of one person, with the items that it recorded."""

    door: IntakeDoor
    staff_id: str = "S-1"
    device_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    items: list[dict[str, Any]] = field(default_factory=list)

    @property
    def headers(self) -> dict[str, str]:
        """Of the person whose it is."""
        return self.door.token(Role.VISITOR, subject=f"cadre-{self.staff_id}", staff=self.staff_id, **AS_CADRE)

    async def post(self, path: str, body: object, headers: dict[str, str] | None = None) -> httpx.Response:
        """Ask something of the phone."""
        return await self.door.http.post(f"{DEVICES}{path}", json=body, headers=headers or self.headers)

    async def done(self, path: str, body: object, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """The same, and it was taken."""
        answer = await self.post(path, body, headers)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def register(self) -> "Phone":
        """It is this person's."""
        await self.done("", {"device_id": self.device_id, "name": "值班手机"})
        return self

    async def pull(self, **fields: Any) -> dict[str, Any]:
        """What it gets."""
        return await self.done(f"/{self.device_id}/pull", {"unsent": 0, **fields})

    def visit(self, home: str, begun_at: datetime = NOW - timedelta(hours=1), **fields: Any) -> dict[str, Any]:
        """A visit that it records: somebody was found, for a quarter of an hour."""
        about = {name: fields.pop(name) for name in ("seq", "item_id", "base_version", "made_at") if name in fields}
        body = {
            "household_id": home,
            "started_at": begun_at.isoformat(),
            "ended_at": (begun_at + 15 * MINUTE).isoformat(),
            "staff_ids": [self.staff_id],
            "outcome": "reached",
            **fields,
        }
        return self.item("visit", body, begun_at, **about)

    def correction(self, visit_id: str, begun_at: datetime = NOW, **fields: Any) -> dict[str, Any]:
        """A correction that it records."""
        about = {name: fields.pop(name) for name in ("seq", "item_id", "made_at") if name in fields}
        return self.item("correction", {"visit_id": visit_id, "why": "数量记错了", **fields}, begun_at, **about)

    def item(self, kind: str, body: dict[str, Any], begun_at: datetime, **about: Any) -> dict[str, Any]:
        """Something that it records, under its next number."""
        made_at = about.pop("made_at", None) or begun_at + 20 * MINUTE
        item = {
            "seq": len(self.items) + 1,
            "item_id": str(uuid.uuid4()),
            "kind": kind,
            "begun_at": begun_at.isoformat(),
            "made_at": made_at.isoformat(),
            "base_version": 1,
            "body": body,
            **about,
        }
        self.items.append(item)
        return item

    async def push(self, *items: dict[str, Any]) -> list[dict[str, Any]]:
        """Send these, or all; the receipts in the order in which they were sent."""
        pushed = await self.done(f"/{self.device_id}/push", {"items": items or self.items})
        receipts: list[dict[str, Any]] = pushed["receipts"]
        return receipts

    async def outcomes(self, *items: dict[str, Any]) -> list[tuple[str, str]]:
        """The same, as outcome and code of each."""
        return [(one["outcome"], one["code"]) for one in await self.push(*items)]

    async def receipts(self) -> dict[int, dict[str, Any]]:
        """The newest receipt of each number."""
        found = await self.door.get(f"{DEVICES}/{self.device_id}/receipts", self.headers)
        return {one["seq"]: one for one in found["receipts"]}

    async def decide(self, seq: int, decision: str, headers: dict[str, str], **fields: Any) -> httpx.Response:
        """Somebody decides."""
        body = {"decision": decision, "reason": "已向走访人核实", **fields}
        return await self.post(f"/{self.device_id}/items/{seq}/decision", body, headers)


async def visits_of(door: IntakeDoor, staff_id: str) -> Sequence[Any]:
    """What the register has for a worker."""
    return await door.rows(
        "SELECT visit_id, household_id, day, duplicate_of FROM visit JOIN visit_worker USING (visit_id)"
        " WHERE visit_worker.staff_id = $1 ORDER BY recorded_at",
        staff_id,
    )


async def give(homes: Homes, staff_id: str, *household_ids: str) -> None:
    """These households are somebody else's from today on."""
    body = {"household_ids": [*household_ids], "to_staff_id": staff_id, "why": "分工调整"}
    answer = await homes.door.http.post("/intake/v1/contacts/assignment", json=body, headers=homes.headers)
    assert answer.is_success, answer.text
