"""A long list line by line: what is wrong is named, everything else is taken."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.integration.common.web.conftest import VISITOR
from tests.support.tiny_service import TinyService

BATCH = "/intake/v1/notes/batch"
HEADERS = VISITOR | {"Content-Type": "application/x-ndjson"}
GOOD = json.dumps({"area_code": "999001101000", "text": "路灯不亮"}, ensure_ascii=False).encode()


async def _post(client: httpx.AsyncClient, body: bytes | AsyncIterator[bytes]) -> httpx.Response:
    return await client.post(BATCH, content=body, headers=HEADERS)


async def test_broken_lines_in_the_middle_are_named_and_the_others_taken(client: httpx.AsyncClient) -> None:
    lines = [
        GOOD,
        b'{"area_code": "999001101000", "text": ',
        b"",
        GOOD,
        b'{"area_code": "1", "text": "x"}',
        b'{"area_code": "999001101000", "text": "\xff"}',
        GOOD + b"\r",
        b'{"area_code": "999001101000", "text": "' + b"x" * 5_000 + b'"}',
        b"[" * 1_000,
        b'{"area_code": "999001101000", "text": "a", "weight": "5"}',
        b'{"area_code": "999001101000", "text": "\\ud800"}',
        GOOD,
    ]
    answer = await _post(client, b"\n".join(lines))
    assert answer.status_code == 200
    assert answer.json() == {
        "taken": 4,
        "wrong": [
            {"line": 2, "field": "line"},
            {"line": 5, "field": "area_code"},
            {"line": 6, "field": "line"},
            {"line": 8, "field": "line"},
            {"line": 9, "field": "line"},
            {"line": 10, "field": "weight"},
            {"line": 11, "field": "line"},
        ],
    }


@pytest.mark.parametrize("size", [1, 7, 1_000])
async def test_it_does_not_matter_where_the_pieces_are_cut(client: httpx.AsyncClient, size: int) -> None:
    body = b"\n".join([GOOD] * 5 + [b"x"])

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    assert (await _post(client, pieces())).json() == {"taken": 5, "wrong": [{"line": 6, "field": "line"}]}


async def test_the_whole_may_be_larger_than_any_other_body(client: httpx.AsyncClient, service: TinyService) -> None:
    answer = await _post(client, (GOOD + b"\n") * 5_000)
    assert answer.json() == {"taken": 5_000, "wrong": []}
    async with service.database.reading() as session:
        assert (await session.fetch("SELECT count(*) AS n FROM note"))[0].n == 5_000


async def test_a_line_without_an_end_is_never_held(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(2_000):
            yield b"x" * 4_096
        yield b"\n" + GOOD

    assert (await _post(client, endless())).json() == {"taken": 1, "wrong": [{"line": 1, "field": "line"}]}


async def test_json_is_no_ndjson_nor_the_other_way_round(client: httpx.AsyncClient) -> None:
    assert (await client.post(BATCH, content=GOOD, headers=VISITOR)).status_code == 415
    assert (await client.post(BATCH, json=[], headers=VISITOR)).status_code == 415
    wrong = await client.post("/intake/v1/notes", content=GOOD, headers=HEADERS)
    assert wrong.status_code == 415
    large = await client.post("/intake/v1/notes", content=GOOD * 5_000, headers=HEADERS)
    assert large.status_code == 413


async def test_a_caller_without_the_right_is_refused_before_a_line_is_read(client: httpx.AsyncClient) -> None:
    refused = await client.post(BATCH, content=GOOD, headers=HEADERS | {"Authorization": "Bearer operator"})
    assert refused.status_code == 403


async def test_nothing_at_all_is_an_empty_list(client: httpx.AsyncClient) -> None:
    assert (await _post(client, b"")).json() == {"taken": 0, "wrong": []}
