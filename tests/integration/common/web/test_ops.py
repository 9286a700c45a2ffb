"""What an operator may do, and that nobody else may."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from libs.common.bus.flow import Stream
from libs.common.time.clock import SimulatedClock
from libs.common.web.ops import ParkedEvent, ParkedKey, ReplayOut, router
from tests.integration.common.web.conftest import AUDITOR, OPERATOR, Clients
from tests.support.tiny_service import TinyService, create_tables, tiny_service

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
ADMIN = {"Authorization": "Bearer admin"}
OPS = "/intake/ops"


@dataclass
class FakeOps:
    """Five parked keys, and a note of what was asked for."""

    clock: SimulatedClock
    keys: list[str] = field(default_factory=lambda: [f"case-{n}" for n in range(5)])
    asked: list[tuple[object, ...]] = field(default_factory=list)

    async def parked_keys(self, after: tuple[str, str] | None, limit: int) -> Sequence[ParkedKey]:
        keys = [key for key in self.keys if after is None or ("cases", key) > after]
        return [
            ParkedKey(stream=Stream.CASES, key=key, state="failed", events=2, reason="KeyError", parked_at=NOW)
            for key in keys[:limit]
        ]

    async def parked_events(self, stream: Stream, key: str) -> Sequence[ParkedEvent]:
        if stream is not Stream.CASES or key not in self.keys:
            return []
        event = ParkedEvent(
            id=1, source="dispatch", seq=3, type="t", state="failed", reason="KeyError", tries=5, parked_at=NOW
        )
        return [event]

    async def replay(self, stream: Stream, key: str) -> ReplayOut:
        self.asked.append(("replay", stream, key))
        return ReplayOut(applied=1, still_parked=0)

    async def drop(self, stream: Stream, key: str, ids: Sequence[int], *, by: str, because: str) -> int:
        self.asked.append(("drop", stream, key, tuple(ids), by, because))
        return len(ids)

    async def resend(self, stream: Stream, *, key: str | None, since: datetime | None) -> int:
        self.asked.append(("resend", stream, key, since))
        return 7

    async def advance_clock(self, to: datetime) -> datetime:
        self.clock.advance_to(to)
        return to


@pytest.fixture
def ops() -> FakeOps:
    """What stands behind."""
    return FakeOps(SimulatedClock(NOW))


@pytest.fixture
async def simulated(database_url: str, ops: FakeOps) -> AsyncIterator[TinyService]:
    """A service on a simulated clock with the ops routes."""
    await create_tables(database_url)
    tiny = tiny_service(database_url, router, clock=ops.clock)
    tiny.app.state.ops = ops
    yield tiny
    await tiny.close()


@pytest.fixture
def client(simulated: TinyService, clients: Clients) -> httpx.AsyncClient:
    """An administrator."""
    client = clients(simulated)
    client.headers.update(ADMIN)
    return client


async def test_parked_keys_come_in_pages(client: httpx.AsyncClient) -> None:
    first = (await client.get(f"{OPS}/parked", params={"limit": 3})).json()
    second = (await client.get(f"{OPS}/parked", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert [key["key"] for page in (first, second) for key in page["items"]] == [f"case-{n}" for n in range(5)]
    assert second["next_cursor"] is None


async def test_one_key_is_shown_replayed_and_dropped(client: httpx.AsyncClient, ops: FakeOps) -> None:
    place = f"{OPS}/parked/cases/case-1"
    assert [event["id"] for event in (await client.get(place)).json()["events"]] == [1]
    assert (await client.post(f"{place}/replay")).json() == {"applied": 1, "still_parked": 0}
    dropped = await client.post(f"{place}/drop", json={"ids": [1], "reason": "已线下处理"})
    assert dropped.json() == {"dropped": 1}
    assert ops.asked == [
        ("replay", Stream.CASES, "case-1"),
        ("drop", Stream.CASES, "case-1", (1,), "admin-1", "已线下处理"),
    ]


@pytest.mark.parametrize(
    ("path", "body", "another"),
    [
        ("parked/cases/case-1/replay", None, {}),
        ("parked/cases/case-1/drop", {"ids": [1], "reason": "已线下处理"}, {"ids": [2], "reason": "已线下处理"}),
        ("resend", {"stream": "cases", "key": "case-1"}, {"stream": "cases", "key": "case-2"}),
        ("clock/advance", {"to": "2026-03-01T09:00:00Z"}, {"to": "2026-03-01T10:00:00Z"}),
    ],
)
async def test_what_is_repeated_under_its_key_gets_the_first_answer(
    client: httpx.AsyncClient, ops: FakeOps, path: str, body: dict[str, Any] | None, another: dict[str, Any]
) -> None:
    key = {"Idempotency-Key": "an-answer-got-lost"}
    first = await client.post(f"{OPS}/{path}", json=body, headers=key)
    asked = list(ops.asked)
    ops.keys.clear()
    again = await client.post(f"{OPS}/{path}", json=body, headers=key)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    assert ops.asked == asked
    reused = await client.post(f"{OPS}/{path}", json=another, headers=key)
    assert reused.json()["type"] == "urn:huiyin:problem:idempotency-key-reused"


@pytest.mark.parametrize("path", ["parked/cases/none", "parked/directory/case-1"])
async def test_what_is_not_parked_is_not_there(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(f"{OPS}/{path}")).status_code == 404
    assert (await client.post(f"{OPS}/{path}/replay")).status_code == 404


async def test_events_are_resent_by_key_or_by_time(client: httpx.AsyncClient, ops: FakeOps) -> None:
    assert (await client.post(f"{OPS}/resend", json={"stream": "cases", "key": "case-1"})).json() == {"events": 7}
    await client.post(f"{OPS}/resend", json={"stream": "cases", "since": "2026-03-01T08:00:00+08:00"})
    assert ops.asked == [
        ("resend", Stream.CASES, "case-1", None),
        ("resend", Stream.CASES, None, datetime(2026, 3, 1, tzinfo=UTC)),
    ]
    for wrong in ({}, {"key": "a", "since": "2026-03-01T08:00:00Z"}):
        refused = await client.post(
            f"{OPS}/resend", json={"stream": "cases"} | wrong, headers={"Accept-Language": "zh"}
        )
        assert refused.status_code == 422
        assert refused.json()["fields"][0]["message"] == "须提供 key 或 since 之一"


async def test_simulated_time_moves_forward_only(client: httpx.AsyncClient) -> None:
    later = NOW + timedelta(hours=1)
    moved = await client.post(f"{OPS}/clock/advance", json={"to": later.isoformat()})
    assert moved.json() == {"now": "2026-03-01T09:00:00Z", "simulated": True}
    assert (await client.get(f"{OPS}/clock")).json() == moved.json()
    back = await client.post(f"{OPS}/clock/advance", json={"to": NOW.isoformat()})
    assert (back.status_code, back.json()["fields"][0]["field"]) == (422, "to")


async def test_real_time_does_not_move(database_url: str, clients: Clients, ops: FakeOps) -> None:
    real = tiny_service(database_url, router)
    real.app.state.ops = ops
    client = clients(real)
    refused = await client.post(f"{OPS}/clock/advance", json={"to": "2199-01-01T00:00:00Z"}, headers=ADMIN)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:huiyin:problem:clock-is-real")
    await real.close()


@pytest.mark.parametrize(("who", "status"), [(AUDITOR, 200), (OPERATOR, 403)])
async def test_an_auditor_may_look_and_nobody_else(client: httpx.AsyncClient, who: dict[str, str], status: int) -> None:
    assert (await client.get(f"{OPS}/parked", headers=who)).status_code == status
    assert (await client.post(f"{OPS}/parked/cases/case-1/replay", headers=who)).status_code == 403
