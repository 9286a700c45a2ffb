"""Writing through the door: once and only once, in one commit, and only what was read before."""

import asyncio
import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest

from libs.common.security.fingerprints import AnswerKeys
from libs.common.web.answers import prune_answers
from tests.integration.common.web.conftest import AUDITOR, OTHER_AREA, VISITOR, Clients
from tests.support.tiny_service import SECRET, TinyService, tiny_service

NOTES = "/intake/v1/notes"
BODY = {"area_code": "999001101000", "text": "路灯不亮 lamp"}


async def _count(service: TinyService, table: str = "note") -> int:
    async with service.database.reading() as session:
        return int((await session.fetch(f"SELECT count(*) AS n FROM {table}"))[0].n)  # noqa: S608


def _key(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


async def test_a_note_is_written_shown_and_found_at_its_location(client: httpx.AsyncClient) -> None:
    made = await client.post(NOTES, json=BODY)
    assert made.status_code == 201
    assert made.headers["etag"] == '"1"'
    read = await client.get(made.headers["location"])
    assert (read.status_code, read.json(), read.headers["etag"]) == (200, made.json(), '"1"')
    assert read.json()["text"] == BODY["text"]


async def test_a_repeated_request_gets_the_first_answer_and_has_no_second_effect(
    client: httpx.AsyncClient, service: TinyService
) -> None:
    first = await client.post(NOTES, json=BODY, headers=_key("k-1"))
    again = await client.post(NOTES, json=BODY, headers=_key("k-1"))
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert [again.headers[name] for name in ("etag", "location", "content-type")] == [
        first.headers[name] for name in ("etag", "location", "content-type")
    ]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert await _count(service) == 1


async def test_twins_at_the_same_time_have_one_effect(client: httpx.AsyncClient, service: TinyService) -> None:
    others = [client.post(NOTES, json=BODY, headers=_key(f"other-{n}")) for n in range(20)]
    twins = [client.post(NOTES, json=BODY, headers=_key("twin")) for _ in range(20)]
    answers = (await asyncio.gather(*others, *twins))[20:]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sorted(answer.headers.get("idempotency-replayed", "no") for answer in answers) == ["no"] + ["true"] * 19
    assert await _count(service) == 21


async def test_twins_in_two_processes_have_one_effect(
    service: TinyService, second: TinyService, clients: Clients
) -> None:
    both = [clients(service), clients(second)]
    for number in range(10):
        keys = [_key(f"{number}-{n % 3}") for n in range(6)]
        answers = await asyncio.gather(
            *(client.post(NOTES, json=BODY, headers=headers) for headers in keys for client in both)
        )
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 3
        assert await _count(service) == (number + 1) * 3


@pytest.mark.parametrize(
    "other",
    [
        {"json": BODY | {"text": "other"}},
        {"json": BODY, "params": {"x": "1"}},
        {"json": BODY, "headers": {"If-Match": '"1"'}},
    ],
)
async def test_the_same_key_with_another_request_is_refused(
    client: httpx.AsyncClient, service: TinyService, other: dict[str, Any]
) -> None:
    await client.post(NOTES, json=BODY, headers=_key("k-1"))
    headers = _key("k-1") | other.pop("headers", {})
    refused = await client.post(NOTES, headers=headers, **other)
    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:huiyin:problem:idempotency-key-reused"
    assert await _count(service) == 1


async def test_a_key_is_one_callers_own_and_one_routes_own(client: httpx.AsyncClient, service: TinyService) -> None:
    mine = await client.post(NOTES, json=BODY, headers=_key("k-1"))
    theirs = await client.post(NOTES, json=BODY, headers=_key("k-1") | VISITOR)
    assert theirs.json()["note_id"] != mine.json()["note_id"]
    headers = _key("k-1") | {"If-Match": '"1"'}
    changed = await client.put(mine.headers["location"], json=BODY, headers=headers)
    assert changed.status_code == 200
    assert await _count(service) == 2


@pytest.mark.parametrize("token", ["operator-moved", "operator-of-unit", "operator-visits"])
async def test_a_kept_answer_is_not_for_an_account_with_other_rights(
    client: httpx.AsyncClient, service: TinyService, token: str
) -> None:
    """Nor is the request done again: what was done with the rights of before is done."""
    await client.post(NOTES, json=BODY, headers=_key("k-1"))
    refused = await client.post(NOTES, json=BODY, headers=_key("k-1") | {"Authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:huiyin:problem:idempotency-key-reused")
    assert "路灯" not in refused.text
    assert await _count(service) == 1
    again = await client.post(NOTES, json=BODY, headers=_key("k-1"))
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")


async def test_neither_key_nor_request_can_be_found_out_from_what_is_kept(
    client: httpx.AsyncClient, service: TinyService
) -> None:
    """Whoever has the table and guesses the request rightly cannot tell that it was right."""
    body = orjson.dumps(BODY)
    headers = _key(f"call-{SECRET}") | {"Content-Type": "application/json"}
    assert (await client.post(NOTES, content=body, headers=headers)).status_code == 201
    async with service.database.reading() as session:
        (row,) = await session.fetch("SELECT scope, idempotency_key AS name, request_hash AS mark FROM answer")
    assert re.fullmatch("[a-p]{32}", row.name)
    parts = (b"POST", NOTES.encode(), b"", b"")
    framed = b"".join(len(part).to_bytes(4) + part for part in parts) + body
    guesses = (body, framed, headers["Idempotency-Key"].encode(), SECRET.encode())
    digests = {hashlib.sha256(guess).digest() for guess in guesses}
    assert bytes(row.mark) not in digests
    assert bytes.fromhex(row.name.translate(str.maketrans("abcdefghijklmnop", "0123456789abcdef"))) not in {
        digest[:16] for digest in digests
    }
    assert len(bytes(row.mark)) == 32


OLD, NEW = b"o" * 32, b"n" * 32


@pytest.mark.parametrize(
    ("first", "then"),
    [((OLD,), (OLD, NEW)), ((OLD,), (NEW, OLD)), ((NEW, OLD), (OLD,)), ((OLD, NEW), (NEW,)), ((NEW, OLD), (NEW,))],
)
async def test_while_a_key_is_replaced_every_process_finds_what_another_kept(
    service: TinyService, database_url: str, clients: Clients, first: tuple[bytes, ...], then: tuple[bytes, ...]
) -> None:
    before, after = (tiny_service(database_url, answer_keys=AnswerKeys(keys)) for keys in (first, then))
    try:
        made = await clients(before).post(NOTES, json=BODY, headers=_key("k-1"))
        again = await clients(after).post(NOTES, json=BODY, headers=_key("k-1"))
        assert (again.content, again.headers["idempotency-replayed"]) == (made.content, "true")
        other = await clients(after).post(NOTES, json=BODY | {"text": "other"}, headers=_key("k-1"))
        assert other.status_code == 422
        both = [clients(before), clients(after)]
        for number in range(5):
            twins = [client.post(NOTES, json=BODY, headers=_key(f"twin-{number}")) for client in both]
            assert len({answer.content for answer in await asyncio.gather(*twins)}) == 1
        assert await _count(service) == 6
    finally:
        await before.close()
        await after.close()


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "schlüssel".encode()])
async def test_a_key_that_is_no_key_is_refused(client: httpx.AsyncClient, key: str | bytes) -> None:
    headers: dict[str, Any] = {"Idempotency-Key": key}
    refused = await client.post(NOTES, json=BODY, headers=headers)
    assert refused.status_code == 422
    assert refused.json()["fields"][0]["field"] == "Idempotency-Key"


async def test_a_refusal_is_not_kept(client: httpx.AsyncClient, service: TinyService) -> None:
    made = await client.post(NOTES, json=BODY)
    place = made.headers["location"]
    headers = _key("k-1") | {"If-Match": '"7"'}
    assert (await client.put(place, json=BODY, headers=headers)).status_code == 412
    assert (await client.post("/intake/v1/conflicts", json=BODY, headers=_key("k-2"))).status_code == 409
    assert await _count(service, "answer") == 0
    assert await _count(service) == 1


async def test_a_neighbour_that_fails_takes_nobody_with_it(client: httpx.AsyncClient, service: TinyService) -> None:
    good = [client.post(NOTES, json=BODY, headers=_key(f"good-{n}")) for n in range(5)]
    bad = [client.post("/intake/v1/conflicts", json=BODY, headers=_key(f"bad-{n}")) for n in range(5)]
    answers = await asyncio.gather(*(one for pair in zip(good, bad, strict=True) for one in pair))
    assert [answer.status_code for answer in answers] == [201, 409] * 5
    assert await _count(service) == 5


async def test_a_change_names_the_version_it_was_decided_on(client: httpx.AsyncClient) -> None:
    place = (await client.post(NOTES, json=BODY)).headers["location"]
    missing = await client.put(place, json=BODY)
    assert missing.status_code == 428
    first = await client.put(place, json=BODY | {"text": "two"}, headers={"If-Match": '"1"'})
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    stale = await client.put(place, json=BODY, headers={"If-Match": 'W/"1"'})
    assert (stale.status_code, stale.json()["current_version"], stale.headers["etag"]) == (412, 2, '"2"')
    listed = await client.put(place, json=BODY, headers={"If-Match": '"1", "2"'})
    whatever = await client.put(place, json=BODY, headers={"If-Match": "*"})
    assert (listed.headers["etag"], whatever.headers["etag"]) == ('"3"', '"4"')


async def test_of_changes_at_the_same_time_one_wins(client: httpx.AsyncClient) -> None:
    place = (await client.post(NOTES, json=BODY)).headers["location"]
    changes = [client.put(place, json=BODY | {"text": str(n)}, headers={"If-Match": '"1"'}) for n in range(8)]
    answers = await asyncio.gather(*changes)
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7


async def test_what_is_foreign_is_not_there_whatever_its_version(client: httpx.AsyncClient) -> None:
    place = (await client.post(NOTES, json=BODY)).headers["location"]
    assert (await client.get(place, headers=OTHER_AREA)).status_code == 404
    stale = await client.put(place, json=BODY, headers=OTHER_AREA | {"If-Match": '"9"'})
    assert stale.status_code == 404


async def test_an_action_that_returns_nothing_is_answered_204(client: httpx.AsyncClient, service: TinyService) -> None:
    place = (await client.post(NOTES, json=BODY)).headers["location"]
    gone = await client.delete(place, headers=_key("k-1"))
    again = await client.delete(place, headers=_key("k-1"))
    assert (gone.status_code, gone.content, "content-type" in gone.headers) == (204, b"", False)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (204, "true")
    assert await _count(service) == 0


async def test_who_may_not_is_told_so_before_anything_else(client: httpx.AsyncClient, service: TinyService) -> None:
    refused = await client.post(NOTES, json={"wrong": 1}, headers=AUDITOR)
    assert refused.status_code == 403
    for token in ("Bearer nobody", "Basic operator", "Bearer", "operator", ""):
        unknown = await client.post(NOTES, json=BODY, headers={"Authorization": token})
        assert unknown.status_code == 401
        assert unknown.headers["www-authenticate"].startswith("Bearer")
    assert await _count(service) == 0


async def test_pages_follow_each_other_without_a_gap(client: httpx.AsyncClient) -> None:
    made = [(await client.post(NOTES, json=BODY)).json()["note_id"] for _ in range(7)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params: dict[str, Any] = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(NOTES, params=params)).json()
        seen += [note["note_id"] for note in page["items"]]
        # What is added meanwhile comes before the first page and disturbs no later one.
        await client.post(NOTES, json=BODY)
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == made[::-1]
    assert (await client.get(NOTES, headers=OTHER_AREA)).json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("params", [{"cursor": "x"}, {"cursor": "AAAA" * 20}, {"cursor": "x" * 600}])
async def test_a_forged_cursor_is_refused(client: httpx.AsyncClient, params: dict[str, str]) -> None:
    refused = await client.get(NOTES, params=params)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "cursor")


@pytest.mark.parametrize("limit", ["0", "201", "x", ""])
async def test_a_page_has_limits(client: httpx.AsyncClient, limit: str) -> None:
    refused = await client.get(NOTES, params={"limit": limit})
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "limit")


async def test_answers_are_forgotten_after_two_days(client: httpx.AsyncClient, service: TinyService) -> None:
    for number in range(3):
        await client.post(NOTES, json=BODY, headers=_key(f"k-{number}"))
    now = datetime.now(UTC)
    assert await prune_answers(service.database, now + timedelta(hours=47)) == 0
    assert await prune_answers(service.database, now + timedelta(hours=49)) == 3
    assert await _count(service, "answer") == 0
    assert (await client.post(NOTES, json=BODY, headers=_key("k-0"))).status_code == 201
    assert await _count(service) == 4
