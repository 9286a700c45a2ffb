"""Both ways through the framework answer alike: the short one for plain routes, and FastAPI's own."""

from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from libs.common.rules.versions import ExpectedVersion
from libs.common.security.right import Right
from libs.common.web.direct import make_direct
from libs.common.web.door import Door, needs
from libs.common.web.fields import AnswerBody, CaseId
from libs.common.web.headers import IdempotencyKey, IfMatch
from tests.integration.common.web.conftest import Clients
from tests.support.tiny_service import TinyService, WriteNote, tiny_app

ID = "01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01"
GOOD = {"area_code": "999001101000", "text": "路灯不亮", "seen_at": "2026-01-01T08:00:00+08:00", "tags": ["a"]}
Reader = Annotated[Door, needs(Right.CASE_READ)]


class Seen(AnswerBody):
    """What reached the endpoint."""

    note_id: str
    body: dict[str, Any] | None


def _two_ways() -> APIRouter:
    router = APIRouter()

    @router.post("/short/{note_id}", response_model=Seen)
    async def take_short(note_id: CaseId, body: WriteNote, door: Reader) -> Response:
        return door.answer(Seen(note_id=note_id, body=body.model_dump(mode="json")))

    @router.post("/long/{note_id}", response_model=Seen)
    async def take_long(note_id: CaseId, body: WriteNote, door: Reader, request: Request) -> Response:
        return door.answer(Seen(note_id=note_id, body=body.model_dump(mode="json")))

    @router.post("/short-maybe/{note_id}", response_model=Seen)
    async def maybe_short(note_id: CaseId, door: Reader, body: WriteNote | None = None) -> Response:
        return door.answer(Seen(note_id=note_id, body=None if body is None else body.model_dump(mode="json")))

    @router.post("/long-maybe/{note_id}", response_model=Seen)
    async def maybe_long(note_id: CaseId, door: Reader, request: Request, body: WriteNote | None = None) -> Response:
        return door.answer(Seen(note_id=note_id, body=None if body is None else body.model_dump(mode="json")))

    @router.post("/short-headers/{note_id}", response_model=Seen)
    async def take_headers_short(note_id: CaseId, door: Reader, expected: IfMatch, once: IdempotencyKey) -> Response:
        return door.answer(_headers_seen(note_id, expected, once))

    @router.post("/long-headers/{note_id}", response_model=Seen)
    async def take_headers_long(
        note_id: CaseId, door: Reader, expected: IfMatch, once: IdempotencyKey, request: Request
    ) -> Response:
        return door.answer(_headers_seen(note_id, expected, once))

    return router


def _headers_seen(note_id: str, expected: ExpectedVersion, once: str | None) -> Seen:
    return Seen(note_id=note_id, body={"versions": sorted(expected.versions), "once": once})


@pytest.fixture
def client(service: TinyService, clients: Clients) -> httpx.AsyncClient:
    """A client of a service with each route twice."""
    return clients(TinyService(tiny_app(service.runtime, _two_ways()), service.runtime, service.database))


@pytest.mark.parametrize("maybe", ["", "-maybe"])
@pytest.mark.parametrize(
    "sent",
    [
        {"json": GOOD},
        {"json": GOOD | {"tags": [], "weight": 3, "pinned": True}},
        {"json": GOOD | {"area_code": 5}},
        {"json": GOOD | {"weight": "5", "pinned": "yes", "more": 1}},
        {"json": GOOD | {"seen_at": 1_767_225_600}},
        {"json": GOOD | {"tags": ["a", "b", "c", "d"]}},
        {"json": GOOD | {"text": " \n "}},
        {"json": {}},
        {"json": []},
        {"json": None},
        {"content": b"null", "headers": {"Content-Type": "application/json"}},
        {"content": b"{", "headers": {"Content-Type": "application/json"}},
        {"content": b"", "headers": {"Content-Type": "application/json"}},
        {"content": b"{}", "headers": {"Content-Type": "text/plain"}},
        {"json": GOOD, "headers": {"Authorization": "Bearer admin"}},
        {"json": GOOD, "headers": {"Authorization": "Bearer nobody"}},
    ],
)
async def test_both_ways_answer_alike(client: httpx.AsyncClient, sent: dict[str, Any], maybe: str) -> None:
    answers = [await client.post(f"/intake/{way}{maybe}/{ID}", **sent) for way in ("short", "long")]
    assert answers[0].status_code == answers[1].status_code
    bodies = [answer.json() for answer in answers]
    for body in bodies:
        body.pop("instance", None)
        # Which character of broken JSON is meant, only one of the two can tell.
        if body.get("status") == 400:
            body.pop("detail")
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 428),
        ({"If-Match": "3"}, 422),
        ({"If-Match": '"3"'}, 200),
        ({"If-Match": '"3"', "Idempotency-Key": "a-key"}, 200),
        ({"If-Match": "*", "Idempotency-Key": "a key"}, 422),
    ],
)
async def test_declared_headers_are_read_alike(client: httpx.AsyncClient, headers: dict[str, str], status: int) -> None:
    answers = [await client.post(f"/intake/{way}-headers/{ID}", headers=headers) for way in ("short", "long")]
    assert [answer.status_code for answer in answers] == [status, status]
    bodies = [{name: value for name, value in answer.json().items() if name != "instance"} for answer in answers]
    assert bodies[0] == bodies[1]


async def test_wrong_paths_and_bodies_are_named_together(client: httpx.AsyncClient) -> None:
    for way in ("short", "long"):
        refused = await client.post(f"/intake/{way}/x", json=GOOD | {"area_code": "1"})
        assert [wrong["field"] for wrong in refused.json()["fields"]] == ["note_id", "area_code"]


def test_only_plain_routes_go_the_short_way() -> None:
    routes = {route.name: route for route in _two_ways().routes if isinstance(route, APIRoute)}
    assert {name for name, route in routes.items() if make_direct(route)} == {
        *("take_short", "maybe_short", "take_headers_short")
    }
