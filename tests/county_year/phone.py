"""A phone of the year: what it holds, what it recorded without a network, and what it was told of it."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from huiyin.office.people import Person
from services.intake.devices.schemas import MOST_ITEMS

DEVICES = "/intake/v1/devices"
_LASTS = timedelta(minutes=20)
_AT_ONCE = 60


def some_id(draw: random.Random) -> str:
    """A UUID that comes the same again by the same seed."""
    return str(UUID(int=draw.getrandbits(128), version=4))


@dataclass(frozen=True, slots=True)
class Recorded:
    """A visit as its worker recorded it. It is accepted, one with another of its day, or waits for a person."""

    worker: str
    household: str
    begun: datetime
    seq: int
    item_id: str

    @property
    def home_day(self) -> tuple[str, date]:
        """A household has one visit a day."""
        return self.household, self.begun.date()


@dataclass
class Phone:
    """One worker's phone. ``receipts`` holds the newest of each item by its number."""

    device_id: str
    worker: str
    households: dict[str, int] = field(default_factory=dict)
    """What it was given last, with the versions, in the order of the office's numbers."""
    queue: list[dict[str, Any]] = field(default_factory=list)
    made: dict[int, Recorded] = field(default_factory=dict)
    receipts: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    cursor: str | None = None

    def record(self, household: str, begun: datetime, draw: random.Random, **more: Any) -> Recorded:
        """A visit is recorded, network or not; the number and the id are given before a word is typed."""
        seq = len(self.made) + 1
        visit = Recorded(self.worker, household, begun, seq, some_id(draw))
        ended = begun + _LASTS
        body = {
            "household_id": household,
            "staff_ids": [self.worker],
            "outcome": "reached",
            "started_at": begun.isoformat(),
            "ended_at": ended.isoformat(),
        }
        self.made[seq] = visit
        self.queue.append(
            {
                "seq": seq,
                "item_id": visit.item_id,
                "kind": "visit",
                "begun_at": begun.isoformat(),
                "made_at": ended.isoformat(),
                "base_version": self.households[household],
                "body": body | more,
            }
        )
        return visit

    async def register(self, person: Person) -> None:
        """It is its worker's from now on."""
        await person.do(DEVICES, {"device_id": self.device_id, "name": "走访手机"})

    async def sync(self, person: Person, draw: random.Random, *, torn: bool = False) -> None:
        """Send what was recorded, some of it in the wrong order and some twice, and fetch what is one's own.

        ``torn``: the network went before all was sent.
        """
        chunks = _chunks(self.queue, draw)
        if torn:
            chunks = chunks[: len(chunks) // 2]
        for chunk in chunks:
            await self._push(person, chunk)
            if draw.random() < 0.2:
                await self._push(person, chunk)
        await self.pull(person)

    async def send(self, person: Person) -> None:
        """Send what was recorded, as much at once as it may."""
        while self.queue:
            await self._push(person, self.queue[:MOST_ITEMS])

    async def pull(self, person: Person) -> None:
        """Fetch what is one's own, and what became of what was sent."""
        body = {"since": self.cursor, "unsent": len(self.queue), "have": [*self.households] or None}
        given = await person.do(f"{DEVICES}/{self.device_id}/pull", body)
        ordered = sorted(given["households"], key=lambda one: str(one["household_no"]))
        self.households = {one["household_id"]: one["version"] for one in ordered}
        self.cursor = given["cursor"]
        self._told(given["receipts"])

    async def hear(self, person: Person) -> None:
        """What became since then of what was sent: of a phone that is lost its worker asks from elsewhere."""
        since = {} if self.cursor is None else {"since": self.cursor}
        given = await person.ask(f"{DEVICES}/{self.device_id}/receipts", **since)
        self.cursor = given["cursor"]
        self._told(given["receipts"])

    async def _push(self, person: Person, items: Sequence[Mapping[str, Any]]) -> None:
        answer = await person.do(f"{DEVICES}/{self.device_id}/push", {"items": [*items]})
        self._told(answer["receipts"])
        sent = {item["seq"] for item in items}
        self.queue = [item for item in self.queue if item["seq"] not in sent]

    def _told(self, receipts: Sequence[Mapping[str, Any]]) -> None:
        for receipt in receipts:
            self.receipts[receipt["seq"]] = receipt

    def counted(self, first: date, last: date) -> int:
        """What it would show if it counted for itself: by its receipts, the visits of these days that were accepted."""
        return sum(
            self.receipts[seq]["outcome"] == "applied"
            for seq, visit in self.made.items()
            if seq in self.receipts and first <= visit.begun.date() <= last
        )


def _chunks(queue: Sequence[dict[str, Any]], draw: random.Random) -> list[list[dict[str, Any]]]:
    cut, left = list[list[dict[str, Any]]](), [*queue]
    while left:
        size = draw.randint(1, _AT_ONCE)
        cut.append(left[:size])
        left = left[size:]
    if draw.random() < 0.5:
        draw.shuffle(cut)
    return cut
