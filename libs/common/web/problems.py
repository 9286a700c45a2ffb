"""Whatever goes wrong, as ``application/problem+json`` (RFC 9457) in English or Chinese, and nothing that leaks."""

import re
from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.types import Scope

from libs.common.errors import BadRequest, Invalid, NotFound, Problem, Unauthenticated
from libs.common.web.field_messages import field_errors

PROBLEM_JSON = "application/problem+json"
TYPE_PREFIX = "urn:huiyin:problem:"
REQUEST_ID = "huiyin.request_id"
PROBLEM_SEEN = "huiyin.problem"
"""Keys in the ASGI scope: the id of the request, and the 5xx problem that the log line should name."""

ENGLISH, CHINESE = "en", "zh-CN"
_LONGEST_ACCEPT = 1_000
_LANGUAGE = re.compile(r"\s*([A-Za-z*]{1,8})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")
_SERVER_ERROR = 500


class MethodNotAllowed(Problem):
    """The address exists, the method on it does not."""

    status, type = 405, "method-not-allowed"
    title, title_zh = "This address does not know that method", "该地址不支持此方法"


class RequestTimeout(Problem):
    """The body did not arrive in time."""

    status, type = 408, "request-timeout"
    title, title_zh = "The body did not arrive in time", "请求内容未及时到达"


class UnsupportedMedia(Problem):
    """The body is of a kind that this address does not read."""

    status, type = 415, "unsupported-media-type"
    title, title_zh = "The body is not of a supported kind", "不支持的内容类型"


def not_json() -> UnsupportedMedia:
    """A JSON route got something else."""
    return UnsupportedMedia("Send it as Content-Type: application/json", "请以 Content-Type: application/json 发送")


def invalid_fields(errors: Sequence[Any]) -> Invalid:
    """The 422 for errors of pydantic; its detail is the first of them."""
    fields = field_errors(errors)
    first = fields[0]
    return Invalid(f"{first.field} {first.message}", f"{first.field}：{first.message_zh}", fields=fields)


def language_of(accept_language: str) -> str:
    """Chinese when Accept-Language prefers it to English, else English."""
    weights = {"zh": 0.0, "en": 0.0}
    anything = 0.0
    for part in accept_language[:_LONGEST_ACCEPT].split(","):
        match = _LANGUAGE.fullmatch(part)
        if match is None:
            continue
        language, weight = match[1].lower(), float(match[2] or 1)
        if language in weights:
            weights[language] = max(weights[language], weight)
        elif language == "*":
            anything = weight
    return CHINESE if weights["zh"] > max(weights["en"], anything) else ENGLISH


def problem_body(problem: Problem, language: str, request_id: str) -> dict[str, Any]:
    """The members of the document. What ``extra`` adds never replaces a standard member."""
    chinese = language == CHINESE
    detail = problem.detail_zh if chinese else problem.detail
    body: dict[str, Any] = dict(problem.extra) | {
        "type": TYPE_PREFIX + problem.type,
        "title": problem.title_zh if chinese else problem.title,
        "status": problem.status,
        "instance": f"urn:huiyin:request:{request_id}",
    }
    if detail:
        body["detail"] = detail
    if problem.fields:
        body["fields"] = [
            {"field": wrong.field, "message": wrong.message_zh if chinese else wrong.message}
            for wrong in problem.fields
        ]
    return body


def problem_response(problem: Problem, scope: Scope) -> Response:
    """The answer to the request of this scope."""
    accepted = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
    language = language_of(accepted.decode("latin-1"))
    body = problem_body(problem, language, scope.get(REQUEST_ID, "-"))
    if problem.status >= _SERVER_ERROR:
        scope[PROBLEM_SEEN] = problem
    headers = {**problem.headers, "Content-Language": language, "Vary": "Accept-Language"}
    if problem.status == Unauthenticated.status:
        headers.setdefault("WWW-Authenticate", "Bearer")
    return Response(orjson.dumps(body, default=str), problem.status, headers, media_type=PROBLEM_JSON)


def add_problem_handlers(app: Starlette) -> None:
    """Answer every refusal of ours, of the framework and of the validation in the same form."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)


async def _on_problem(request: Request, error: Exception) -> Response:
    problem = error if isinstance(error, Problem) else Problem()
    return problem_response(problem, request.scope)


async def _on_validation_error(request: Request, error: Exception) -> Response:
    problem = _of_validation(error) if isinstance(error, RequestValidationError) else Problem()
    return problem_response(problem, request.scope)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    problem = _of_http_exception(request, error) if isinstance(error, HTTPException) else Problem()
    return problem_response(problem, request.scope)


def _of_validation(error: RequestValidationError) -> Problem:
    errors = error.errors()
    broken = next((one for one in errors if one["type"] == "json_invalid"), None)
    if broken is not None:
        position = broken["loc"][-1]
        return BadRequest(
            f"The body is not valid JSON at character {position}", f"请求体第 {position} 个字符处不是有效的 JSON"
        )
    if isinstance(error.body, bytes) and any(tuple(one["loc"]) == ("body",) for one in errors):
        return not_json()
    return invalid_fields(errors)


def _of_http_exception(request: Request, error: HTTPException) -> Problem:
    if isinstance(error.__cause__, Problem):
        return error.__cause__
    if error.status_code == MethodNotAllowed.status:
        allowed = _allowed_methods(request) or (error.headers or {}).get("Allow", "")
        return MethodNotAllowed(headers={"Allow": allowed})
    if error.status_code == NotFound.status:
        return NotFound("There is nothing at this address", "该地址不存在")
    return BadRequest("The body cannot be read", "请求体无法读取")


def _allowed_methods(request: Request) -> str:
    """Of all routes with this address: the framework would name only those of the first."""
    path = getattr(request.scope.get("route"), "path", None)
    routes = [route for route in request.app.routes if isinstance(route, APIRoute) and route.path == path]
    return ", ".join(sorted({method for route in routes for method in route.methods or ()}))
