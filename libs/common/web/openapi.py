"""The OpenAPI document: what FastAPI knows, and what holds for every route: tokens, headers, problems per status."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from operator import attrgetter
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from libs.common.web.bodies import declared_body
from libs.common.web.door import BEARER
from libs.common.web.headers import IF_MATCH, declared_headers
from libs.common.web.problems import PROBLEM_JSON
from libs.common.web.route_rights import needs_of, rights_of
from libs.common.web.signed import SIGNATURE, WEBHOOK_HEADERS

Document = dict[str, Any]

_TITLES: dict[int, str] = {
    400: "Cannot be read (无法解析)",
    401: "No valid token (未认证)",
    403: "The right is missing (无权限)",
    404: "Is not there, or may not be seen (不存在或无权查看)",
    408: "The body did not arrive in time (请求超时)",
    409: "Not in this state (状态冲突)",
    412: "If-Match names an older version (版本已过期)",
    413: "The body is too large (内容过大)",
    415: "The body is of another kind (类型不支持)",
    422: "A field is not valid (字段无效)",
    428: "If-Match is missing (缺少 If-Match)",
    429: "Too many tries; Retry-After says when (请求过多)",
    503: "Not available just now (暂不可用)",
}
_SCHEMES: Document = {
    BEARER: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    SIGNATURE: {
        "type": "apiKey",
        "in": "header",
        "name": "webhook-signature",
        "description": "As Standard Webhooks say, with a key that the office and the system agreed on",
    },
}
_WEBHOOK_HEADERS = [
    {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
    for name, text in WEBHOOK_HEADERS.items()
]
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_SCHEMA_REF = re.compile(r"#/components/schemas/(.+)")

_PROBLEM: Document = {
    "type": "object",
    "description": "RFC 9457 problem; English or Chinese by Accept-Language. More members may stand beside these.",
    "required": ["type", "title", "status", "instance"],
    "properties": {
        "type": {"type": "string", "description": "Stable name", "examples": ["urn:huiyin:problem:stale-version"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "The request, as urn:huiyin:request:<X-Request-Id>"},
        "fields": {
            "type": "array",
            "description": "The wrong fields, for 422",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def build_openapi(app: FastAPI) -> Document:
    """The whole document.

    Raises:
        ValueError: it refers to a schema that it does not hold.
    """
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    components["responses"] = {f"Problem{status}": _response(status) for status in _TITLES}
    components["securitySchemes"] = _SCHEMES
    for route, method, operation in _operations(app, document):
        _complete(route, method, operation, schemas)
    _check_references(document)
    return document


def applicable(route: APIRoute, method: str, operation: Document) -> Iterator[int]:
    """The problem statuses that a route may answer with."""
    guarded = bool(rights_of(route))
    yield from (400, 503)
    if guarded:
        yield from (401, 403)
    if guarded or "{" in route.path:
        yield 404
    if operation.get("parameters"):
        yield 422
    if method in _WRITES:
        yield from (409, 413, 415, 422)
    if operation.get("requestBody"):
        yield 408
    if IF_MATCH in declared_headers(route.dependant):
        yield from (412, 428)
    yield from _own_problems(route)


def _own_problems(route: APIRoute) -> list[int]:
    """Those that a route says beside what all of its kind may answer with: ``responses={429: {}}``."""
    return [status for status in map(int, route.responses) if status in _TITLES]


def _operations(app: FastAPI, document: Document) -> Iterator[tuple[APIRoute, str, Document]]:
    for route in app.routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            for method in sorted(route.methods or ()):
                yield route, method, document["paths"][route.path_format][method.lower()]


def _complete(route: APIRoute, method: str, operation: Document, schemas: Document) -> None:
    parameters = operation.setdefault("parameters", [])
    rights = sorted(rights_of(route))
    if rights:
        proofs = [needs.proof for needs in needs_of(route)]
        operation["security"] = [{proof: []} for proof in proofs if proof in _SCHEMES]
        parameters += _WEBHOOK_HEADERS if SIGNATURE in proofs else ()
        needed = f"Needs the right {', '.join(f'`{right.value}`' for right in rights)}."
        operation["description"] = "\n\n".join(filter(None, (operation.get("description"), needed)))
    headers = sorted(declared_headers(route.dependant), key=attrgetter("name"))
    parameters += [dict(header.parameter) for header in headers]
    body = declared_body(route)
    if body is not None and body.document is not None:
        operation["requestBody"] = dict(body.document)
    responses = operation["responses"]
    # FastAPI's own form of a 422 is never sent.
    responses.pop("422", None)
    for status in _own_problems(route):
        responses.pop(str(status), None)
    for status in sorted(set(applicable(route, method, operation))):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
    for status, response in responses.items():
        if status.startswith("2"):
            _document_headers(status, response, schemas)
    if not parameters:
        del operation["parameters"]


def _document_headers(status: str, response: Document, schemas: Document) -> None:
    headers = response.setdefault("headers", {})
    if status == str(HTTPStatus.CREATED.value):
        headers["Location"] = {"description": "Where it is", "schema": {"type": "string"}}
    reference = response.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    match = _SCHEMA_REF.fullmatch(reference)
    if match and "version" in schemas.get(match[1], {}).get("properties", {}):
        headers["ETag"] = {"description": "Its version, for If-Match", "schema": {"type": "string"}}
    if not headers:
        del response["headers"]


def _response(status: int) -> Document:
    headers: Document = {"Content-Language": {"schema": {"type": "string", "enum": ["en", "zh-CN"]}}}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = {"description": "Seconds", "schema": {"type": "string"}}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = {"schema": {"type": "string"}}
    return {
        "description": _TITLES[status],
        "headers": headers,
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _check_references(document: Document) -> None:
    missing = {name for name in _references(document) if name not in document["components"]["schemas"]}
    if missing:
        raise ValueError(f"the OpenAPI document lacks the schemas {', '.join(sorted(missing))}")


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        match = _SCHEMA_REF.fullmatch(node["$ref"]) if isinstance(node.get("$ref"), str) else None
        if match:
            yield match[1]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
