"""The OpenAPI document says what happens, and the page for people needs nothing from elsewhere."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import schemathesis
import uvicorn
from fastapi import APIRouter
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from libs.common.web.fields import RequestBody
from libs.common.web.ndjson import ndjson_body
from tests.support.eventually import eventually
from tests.support.tiny_service import TinyService, tiny_app

NOTES = "/intake/v1/notes"
CHECKED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]


async def _document(client: httpx.AsyncClient) -> dict[str, Any]:
    document: dict[str, Any] = (await client.get("/intake/openapi.json")).json()
    return document


async def test_every_route_of_the_service_is_in_it_and_nothing_else(client: httpx.AsyncClient) -> None:
    paths = (await _document(client))["paths"]
    assert sorted(paths) == [
        "/intake/v1/boom",
        "/intake/v1/conflicts",
        NOTES,
        f"{NOTES}/batch",
        f"{NOTES}/{{note_id}}",
    ]


async def test_problems_headers_and_tokens_are_documented(client: httpx.AsyncClient) -> None:
    change = (await _document(client))["paths"][f"{NOTES}/{{note_id}}"]["put"]
    assert sorted(change["responses"]) == [
        *("200", "400", "401", "403", "404", "408", "409", "412", "413", "415", "422", "428", "503")
    ]
    assert {parameter["name"] for parameter in change["parameters"]} == {"note_id", "Idempotency-Key", "If-Match"}
    assert change["security"] == [{"token": []}]
    assert "ETag" in change["responses"]["200"]["headers"]
    assert "intake.cases.supplement" in change["description"]


async def test_a_route_that_only_reads_has_no_headers_for_writing(client: httpx.AsyncClient) -> None:
    read = (await _document(client))["paths"][f"{NOTES}/{{note_id}}"]["get"]
    assert [parameter["name"] for parameter in read["parameters"]] == ["note_id"]
    assert not {"409", "412", "413", "428"} & set(read["responses"])
    assert read["responses"]["404"] == {"$ref": "#/components/responses/Problem404"}


async def test_the_frameworks_own_errors_are_not_in_it(client: httpx.AsyncClient) -> None:
    document = await _document(client)
    assert "HTTPValidationError" not in str(document)
    assert "Problem" in document["components"]["schemas"]
    assert document["paths"][NOTES]["post"]["responses"]["201"]["headers"]["Location"]


async def test_a_schema_that_nobody_defines_is_found(service: TinyService) -> None:
    class Unknown(RequestBody):
        pass

    router = APIRouter()

    @router.post("/unknown", openapi_extra=ndjson_body(Unknown))
    async def post_unknown() -> None: ...

    with pytest.raises(ValueError, match="Unknown"):
        tiny_app(service.runtime, router).openapi()


async def test_the_page_stands_alone(client: httpx.AsyncClient) -> None:
    page = await client.get("/intake/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "'unsafe-inline'" in page.headers["content-security-policy"]
    assert not re.search(r"<script|https?://|src=", page.text)
    for wanted in (f"{NOTES}/{{note_id}}", "WriteNote", "Idempotency-Key", "area_code", "Page_NoteOut_"):
        assert wanted in page.text


@pytest.fixture
async def address(service: TinyService) -> AsyncIterator[str]:
    """The service behind a real server."""
    server = uvicorn.Server(uvicorn.Config(service.app, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


def _look_at_every_operation(address: str) -> list[str]:
    schema = schemathesis.openapi.from_url(f"{address}/intake/openapi.json")
    seen: list[str] = []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        # One raises on purpose; a body of lines is no document that a generator knows.
        if operation.path.endswith(("/boom", "/batch")):
            continue
        seen.append(f"{operation.method} {operation.path}")

        @given(case=operation.as_strategy())
        @settings(max_examples=25, database=None, suppress_health_check=list(HealthCheck))
        def look(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(headers={"Authorization": "Bearer operator"}, checks=CHECKED)

        look()
    return seen


async def test_whatever_is_sent_the_answer_is_a_documented_one(address: str) -> None:
    assert len(await asyncio.to_thread(_look_at_every_operation, address)) == 6
