"""Whatever is sent, the answer has a form, a language and a name, and nothing of ours or theirs leaks."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import orjson
import pytest
from fastapi import APIRouter

from libs.common.pack.versions import PackVersions
from libs.common.web.app import unguarded_routes
from libs.common.web.problems import PROBLEM_JSON
from tests.integration.common.web.conftest import Clients
from tests.support.logged import Lines, logged
from tests.support.tiny_service import SECRET, TinyService, tiny_app, tiny_service

NOTES = "/intake/v1/notes"
BODY = {"area_code": "999001101000", "text": "路灯不亮"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The log of the process."""
    with logged() as written:
        yield written


def _is_problem(answer: httpx.Response, status: int, name: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM_JSON
    assert answer.headers["content-language"] == "en"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"urn:huiyin:problem:{name}"
    assert body["status"] == status
    assert body["instance"] == f"urn:huiyin:request:{answer.headers['x-request-id']}"
    return body


@pytest.mark.parametrize(
    ("content", "status", "name"),
    [
        (b'{"area_code": ', 400, "bad-request"),
        (b"{'area_code': 1}", 400, "bad-request"),
        (b'{"text": "a\nb"}', 400, "bad-request"),
        (b"[" * 33 + b"]" * 33, 400, "bad-request"),
        (b"[" * 200_000, 400, "bad-request"),
        (b'{"text": "\xff"}', 400, "bad-request"),
        ('{"text": "路灯"}'.encode("gb18030"), 400, "bad-request"),
        ('{"text": "x"}'.encode("utf-16"), 400, "bad-request"),
        (b'{"text": "\\u0000"}', 400, "bad-request"),
        (b'{"text": "\\ud800"}', 400, "bad-request"),
        (b'{"weight": NaN}', 400, "bad-request"),
        (b'{"weight": ' + b"9" * 5_000 + b"}", 400, "bad-request"),
        (b'{"text": "' + b"x" * 300_000 + b'"}', 413, "too-large"),
        (b"", 422, "invalid"),
        (b"null", 422, "invalid"),
        (b"[]", 422, "invalid"),
        (b"5", 422, "invalid"),
        (b'{"weight": 1e400}', 422, "invalid"),
    ],
)
async def test_a_body_that_is_no_note(client: httpx.AsyncClient, content: bytes, status: int, name: str) -> None:
    _is_problem(await client.post(NOTES, content=content, headers=JSON), status, name)


async def test_a_body_that_says_no_size_is_limited_too(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 10_000

    _is_problem(await client.post(NOTES, content=pieces(), headers=JSON), 413, "too-large")


async def test_a_body_in_pieces_is_put_together(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for byte in orjson.dumps(BODY):
            yield bytes([byte])

    assert (await client.post(NOTES, content=pieces(), headers=JSON)).status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": ""},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
async def test_a_body_of_another_kind(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    _is_problem(await client.post(NOTES, content=orjson.dumps(BODY), headers=headers), 415, "unsupported-media-type")


async def test_every_wrong_field_is_named_in_english_and_in_chinese(client: httpx.AsyncClient) -> None:
    wrong = {"area_code": SECRET, "pinned": "yes", "weight": SECRET, "tags": ["a", 5], "phone": SECRET, SECRET: 1}
    english = await client.post(NOTES, json=wrong)
    assert _is_problem(english, 422, "invalid")["fields"] == [
        {"field": "area_code", "message": "does not have the right form"},
        {"field": "text", "message": "is required"},
        {"field": "pinned", "message": "must be true or false"},
        {"field": "weight", "message": "must be a whole number"},
        {"field": "tags/1", "message": "must be text"},
        {"field": "phone", "message": "is not a known field"},
        {"field": "?", "message": "is not a known field"},
    ]
    chinese = await client.post(NOTES, json=wrong, headers={"Accept-Language": "zh-CN,en;q=0.5"})
    assert chinese.headers["content-language"] == "zh-CN"
    assert chinese.json()["title"] == "字段校验未通过"
    assert chinese.json()["fields"][1] == {"field": "text", "message": "必填"}
    assert SECRET not in english.text + chinese.text


@pytest.mark.parametrize("path", ["/", "/intake", "/intake/v1", "/intake/v1/notes/", "/other/v1/notes", "/docs"])
async def test_an_address_that_is_none(client: httpx.AsyncClient, path: str) -> None:
    _is_problem(await client.get(path), 404, "not-found")


async def test_a_method_that_is_none_names_all_that_are(client: httpx.AsyncClient) -> None:
    refused = await client.patch(NOTES)
    _is_problem(refused, 405, "method-not-allowed")
    assert refused.headers["allow"] == "GET, POST"


@pytest.mark.parametrize("path", [NOTES + "?q=%00", NOTES + "?q=%ff", NOTES + "/%00", NOTES + "/%ff"])
async def test_a_target_that_is_no_text(client: httpx.AsyncClient, path: str) -> None:
    _is_problem(await client.get(path), 400, "bad-request")


async def test_an_id_that_is_none_is_named(client: httpx.AsyncClient) -> None:
    problem = _is_problem(await client.get(f"{NOTES}/x"), 422, "invalid")
    assert problem["fields"] == [{"field": "note_id", "message": "does not have the right form"}]


async def test_an_error_of_ours_says_nothing_but_its_name(client: httpx.AsyncClient, lines: Lines) -> None:
    answer = await client.get("/intake/v1/boom")
    problem = _is_problem(answer, 500, "internal")
    assert set(problem) == {"type", "title", "status", "instance"}
    (line,) = lines()
    assert (line["level"], line["code"], line["error"]) == ("error", 500, "RuntimeError")
    assert line["request_id"] == answer.headers["x-request-id"]
    assert line["where"][-1].endswith(" boom")
    assert SECRET not in f"{answer.text} {line}"


async def test_a_database_that_is_away_is_503(clients: Clients, unused_tcp_port: int, lines: Lines) -> None:
    away = tiny_service(f"postgresql://nobody@127.0.0.1:{unused_tcp_port}/none")
    client = clients(away)
    answer = await client.post(NOTES, json=BODY)
    _is_problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "1"
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]["database"]) == (503, "does not answer")
    refused = [(line["level"], line["problem"], line["service"]) for line in lines() if line["route"] == NOTES]
    assert refused == [("warning", "unavailable", "intake")]
    await away.close()


async def test_a_request_is_one_line_by_its_route(client: httpx.AsyncClient, lines: Lines) -> None:
    place = (await client.post(NOTES, json=BODY)).headers["location"]
    await client.get(place)
    await client.get(f"/elsewhere/{SECRET}")
    await client.get("/intake/healthz")
    assert [(line["route"], line["method"], line["code"]) for line in lines()] == [
        (NOTES, "POST", 201),
        (f"{NOTES}/{{note_id}}", "GET", 200),
        ("unmatched", "GET", 404),
    ]
    for line in lines():
        assert line["duration"] > 0
        assert (line["service"], line["logger"], len(line["trace_id"])) == ("intake", "libs.common.web.request_log", 32)


async def test_a_request_keeps_a_sane_name_and_gets_one_otherwise(client: httpx.AsyncClient) -> None:
    bad = ("x" * 129, "short", f"call-{SECRET}", "a b c d e f")
    for given, kept in (("0198-abc_def.1", True), *((name, False) for name in bad)):
        answer = await client.get("/healthz", headers={"X-Request-Id": given})
        assert (answer.headers["x-request-id"] == given) is kept
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


async def test_requests_are_counted_by_route(client: httpx.AsyncClient) -> None:
    await client.get(f"{NOTES}/x")
    await client.request("MADE-UP", NOTES)
    page = await client.get("/intake/metrics")
    assert "MADE-UP" not in page.text
    wanted = f'huiyin_http_requests_total{{code="422",method="GET",route="{NOTES}/{{note_id}}",service="intake"}}'
    assert wanted in page.text
    assert page.headers["content-type"].startswith("text/plain")


async def test_probes_are_no_requests_whatever_they_are_answered(client: httpx.AsyncClient) -> None:
    """Else a deployment that is not ready yet spends the budget of a month."""
    assert (await client.get("/readyz")).status_code == 503
    for path in ("/readyz", "/healthz", "/metrics", "/intake/readyz", "/intake/healthz", "/intake/metrics"):
        await client.get(path)
    await client.get("/intake/v1/metrics")
    counted = [line for line in (await client.get("/metrics")).text.splitlines() if line.startswith("huiyin_http_")]
    assert not [line for line in counted if "readyz" in line or "healthz" in line or "/metrics" in line]
    assert [line for line in counted if 'route="unmatched"' in line]


async def test_ready_means_a_database_and_a_pack(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await client.get("/intake/healthz")).json() == {"status": "ok"}
    without = await client.get("/intake/readyz")
    assert (without.status_code, without.json()["checks"]["pack"]) == (503, "none is known yet")
    monkeypatch.setattr(PackVersions, "usable", True)
    for path in ("/intake/readyz", "/readyz"):
        ready = await client.get(path)
        assert (ready.status_code, ready.json()["status"]) == (200, "ready")


async def test_a_busy_pool_does_not_take_the_service_away(
    service: TinyService, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PackVersions, "usable", True)
    held = [service.database.reading() for _ in range(service.database.pool_state().size)]
    for reading in held:
        await (await reading.__aenter__()).fetch("SELECT 1")
    assert (await client.get("/readyz")).json()["checks"]["database"] == "busy"
    for reading in held:
        await reading.__aexit__(None, None, None)


async def test_a_route_without_a_right_is_found(service: TinyService) -> None:
    service_routes = [
        "GET /healthz",
        "GET /intake/docs",
        "GET /intake/healthz",
        "GET /intake/metrics",
        "GET /intake/openapi.json",
        "GET /intake/readyz",
        "GET /metrics",
        "GET /readyz",
    ]
    assert unguarded_routes(service.app) == service_routes
    forgetful = APIRouter(prefix="/v1")

    @forgetful.get("/secrets")
    async def list_secrets() -> dict[str, str]:
        return {}

    outer = APIRouter()
    outer.include_router(forgetful, prefix="/inner")
    app = tiny_app(service.runtime, outer)
    assert set(unguarded_routes(app)) - set(service_routes) == {"GET /intake/inner/v1/secrets"}


async def test_the_trace_goes_on_into_the_session(service: TinyService, client: httpx.AsyncClient) -> None:
    seen: list[str | None] = []
    run = service.runtime.commit.run

    async def watched(action: Any, **more: Any) -> Any:
        seen.append(more["traceparent"])
        return await run(action, **more)

    vars(service.runtime.commit)["run"] = watched
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    await client.post(NOTES, json=BODY, headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    (traceparent,) = seen
    assert traceparent is not None
    assert traceparent[3:35] == trace
