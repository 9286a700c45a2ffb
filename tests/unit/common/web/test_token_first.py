"""Who may not come in sends nothing: no body is read before the token is known, whatever the route."""

from collections.abc import Iterator
from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.routing import Route

from libs.common.security.right import Right
from libs.common.web.door import Door, needs
from tests.support.offline import NOWHERE, Call, offline_services
from tests.support.tiny_service import TinyService, WriteNote, tiny_app, tiny_runtime

ID = "01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01"
WITHOUT_TOKEN: tuple[dict[str, str], ...] = ({}, {"authorization": "Bearer nobody"}, {"authorization": "Basic eDp5"})
SIGN_IN = "/analytics/county/sign-in"
"""A form of a browser, in which the token stands."""
BY_LINK = "/followup/withdrawal/"
"""What comes by a link that opens nothing is not read either."""
TO_GET_A_TOKEN = (
    *(f"/dispatch/v1/accounts/{way}" for way in ("sign-in", "token", "sign-out")),
    "/dispatch/account/",
)
"""Whoever signs in has no token yet: these bodies are read, one small piece at most before they are refused."""
_REFUSED = (303, 400, 401, 403, 405, 413, 415, 422, 503)
NDJSON = {"content-type": "application/x-ndjson"}
Reader = Annotated[Door, needs(Right.CASE_READ)]


def _operations(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every method of every route, refusals included, with something in the place of each parameter."""
    for route in app.routes:
        if isinstance(route, Route | APIRoute):
            for method in sorted(route.methods or ()):
                path = route.path
                for name in route.param_convertors:
                    path = path.replace("{" + name + "}", "cases" if name == "stream" else ID)
                yield method, path


@pytest.mark.parametrize("more", [{}, NDJSON, {"content-encoding": "gzip"}, {"content-length": "9" * 9}])
async def test_no_route_of_any_service_reads_a_body_without_a_token(more: dict[str, str]) -> None:
    seen = set()
    for app in offline_services().values():
        for method, path in _operations(app):
            if method in ("GET", "HEAD"):
                continue
            for headers in WITHOUT_TOKEN:
                call = await Call(method, path, {**headers, **more}).to(app)
                known: tuple[tuple[int, int], ...] = ((415, 0),) if path == SIGN_IN else ((401, 0), (405, 0))
                if path.startswith(BY_LINK):
                    known = ((404, 0), (405, 0))
                if path.startswith(TO_GET_A_TOKEN):
                    known = tuple((status, asked) for status in _REFUSED for asked in (0, 1))
                assert (call.status, call.asked) in known, (method, path, call)
                seen.add((call.status, path))
    assert sum(status == 401 for status, _ in seen) > 25


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "MADE-UP"])
async def test_nor_does_an_address_or_a_method_that_is_none(method: str) -> None:
    for name, app in offline_services().items():
        for path, status in ((f"/{name}/v1/nothing", 404), (f"/{name}/healthz", 405), ("/", 404)):
            call = await Call(method, path).to(app)
            assert (call.status, call.asked) == (status, 0)


def _ways() -> APIRouter:
    """The same route the short way and FastAPI's own, and one that takes no body."""
    router = APIRouter()

    @router.post("/short")
    async def short(body: WriteNote, door: Reader) -> Response:
        return Response(body.text)

    @router.post("/long")
    async def long(body: WriteNote, door: Reader, request: Request) -> Response:
        return Response(body.text)

    @router.post("/bare")
    async def bare(door: Reader) -> Response:
        return Response("bare")

    @router.post("/long-bare")
    async def long_bare(door: Reader, request: Request) -> Response:
        return Response("bare")

    return router


@pytest.fixture
async def tiny() -> TinyService:
    """A service with each way."""
    runtime = tiny_runtime(NOWHERE)
    return TinyService(tiny_app(runtime, _ways()), runtime, runtime.door_database)


@pytest.mark.parametrize("way", ["short", "long", "bare", "long-bare"])
@pytest.mark.parametrize(("token", "status"), [("nobody", 401), ("admin", 403)])
async def test_neither_way_reads_for_whoever_may_not(tiny: TinyService, way: str, token: str, status: int) -> None:
    call = await Call("POST", f"/intake/{way}", {"authorization": f"Bearer {token}"}).to(tiny.app)
    assert (call.status, call.asked) == (status, 0)


@pytest.mark.parametrize("way", ["short", "long", "bare", "long-bare"])
@pytest.mark.parametrize(
    ("body", "headers", "status", "asked"),
    [
        ([b'{"area_code":"999001101000","text":"x"}'], {}, 200, 1),
        ([b'{"area_code":"9990', b'01101000","text"', b':"x"}'], {}, 200, 3),
        ([b'{"a": NaN}'], {}, 400, 1),
        ([b"[" * 40 + b"]" * 40], {}, 400, 1),
        ([b"{}"] * 3, {"content-length": "262145"}, 413, 0),
        ([b" " * 262_144, b" ", b" "], {}, 413, 2),
        ([b"{}"], {"content-encoding": "gzip"}, 415, 0),
    ],
)
async def test_both_ways_look_at_the_body_of_whoever_may(
    tiny: TinyService, way: str, body: list[bytes], headers: dict[str, str], status: int, asked: int
) -> None:
    call = await Call("POST", f"/intake/{way}", {"authorization": "Bearer operator", **headers}, body).to(tiny.app)
    assert (call.status, call.asked) == (status, asked), call.answer


@pytest.mark.parametrize("way", ["short", "long", "bare", "long-bare"])
async def test_a_caller_who_has_gone_gets_no_answer(tiny: TinyService, way: str) -> None:
    call = await Call("POST", f"/intake/{way}", {"authorization": "Bearer operator"}).to(tiny.app)
    assert call.sent == []
