"""A shorter way for plain routes: those with a door, at most one JSON body, declared headers, and nothing else read.

FastAPI's own way parses a body into Python objects, validates those, and solves the dependencies anew for each request.
Here the token is checked before the body is looked at, and the bytes are parsed and validated in one pass. Routes of
any other shape go FastAPI's way; what is documented and answered is the same for both. docs/performance.md says what it
spares: when that is little one day, this file goes.
"""

import inspect
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response, params
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from starlette.types import Receive, Scope, Send

from libs.common.errors import BadRequest
from libs.common.web.body_guard import WITH_BODY, is_json, media_type_of
from libs.common.web.door import Needs
from libs.common.web.headers import DeclaredHeader
from libs.common.web.problems import invalid_fields, not_json

_MISSING: Mapping[str, Any] = {"type": "missing", "loc": ("body",)}


@dataclass(frozen=True, slots=True)
class _Body:
    name: str
    adapter: TypeAdapter[Any]
    default: object

    @property
    def required(self) -> bool:
        return self.default is inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class _Plan:
    """How to call one endpoint."""

    endpoint: Callable[..., Coroutine[Any, Any, Response]]
    door: str
    needs: Needs
    path: Mapping[str, TypeAdapter[Any]]
    headers: Mapping[str, DeclaredHeader[Any]]
    body: _Body | None


def make_direct(route: APIRoute) -> bool:
    """Have the route served the shorter way if its shape allows; whether it does."""
    plan = _plan(route)
    if plan is None:
        return False

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        response = await _call(plan, Request(scope, receive, send))
        await response(scope, receive, send)

    route.app = serve
    return True


def _plan(route: APIRoute) -> _Plan | None:
    dependant, signature = route.dependant, inspect.signature(route.endpoint)
    if not inspect.iscoroutinefunction(route.endpoint) or signature.return_annotation is not Response:
        return None
    if not _is_plain(dependant):
        return None
    door = _the_door(dependant)
    if door is None:
        return None
    given = signature.parameters
    path = {field.name: TypeAdapter[Any](given[field.name].annotation) for field in dependant.path_params}
    body = next((_body(given[field.name]) for field in dependant.body_params), None)
    return _Plan(route.endpoint, *door, path, dict(_headers(dependant)), body)


def _the_door(dependant: Dependant) -> tuple[str, Needs] | None:
    # Not one that opens for nobody, as a page's: its body must wait for a token (`token_first`).
    doors = [(one.name, one.call) for one in dependant.dependencies if type(one.call) is Needs and one.name]
    return doors[0] if len(doors) == 1 else None


def _headers(dependant: Dependant) -> Iterator[tuple[str, DeclaredHeader[Any]]]:
    for one in dependant.dependencies:
        if isinstance(one.call, DeclaredHeader) and one.name:
            yield one.name, one.call


def _is_plain(dependant: Dependant) -> bool:
    """Whether nothing is asked of the request but a door, declared headers, path and body."""
    others = (
        dependant.query_params,
        dependant.header_params,
        dependant.cookie_params,
        dependant.request_param_name,
        dependant.response_param_name,
        dependant.background_tasks_param_name,
        dependant.http_connection_param_name,
        dependant.security_scopes_param_name,
    )
    # A form is a subclass of Body; a body inside an object of its own has `embed`.
    bodies = [field.field_info for field in dependant.body_params]
    plain_bodies = all(type(info) is params.Body and not info.embed for info in bodies)
    renamed = any(field.name != field.alias for field in dependant.path_params)
    known = len(dict(_headers(dependant))) + 1 == len(dependant.dependencies)
    return known and len(bodies) <= 1 and plain_bodies and not renamed and not any(others)


def _body(parameter: inspect.Parameter) -> _Body:
    return _Body(parameter.name, TypeAdapter(parameter.annotation), parameter.default)


async def _call(plan: _Plan, request: Request) -> Response:
    values: dict[str, Any] = {plan.door: await plan.needs(request)}
    # What is sent to a route that takes no body must be right, too: it may be meant for another.
    raw = await request.body() if request.method in WITH_BODY else b""
    errors: list[ErrorDetails] = []
    for name, adapter in plan.path.items():
        try:
            values[name] = adapter.validate_python(request.path_params[name])
        except ValidationError as error:
            errors += _placed(error, "path", name)
    if plan.body is not None:
        try:
            values[plan.body.name] = _parsed(plan.body, request, raw)
        except ValidationError as error:
            errors += _placed(error, "body")
    if errors:
        raise invalid_fields(errors)
    for name, header in plan.headers.items():
        values[name] = await header(request)
    return await plan.endpoint(**values)


def _parsed(body: _Body, request: Request, raw: bytes) -> object:
    if not raw:
        if body.required:
            raise invalid_fields([_MISSING])
        return body.default
    if not is_json(media_type_of(request.headers.get("content-type", "").encode("latin-1"))):
        raise not_json()
    return body.adapter.validate_json(raw)


def _placed(error: ValidationError, *place: str) -> list[ErrorDetails]:
    found = error.errors(include_url=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        raise BadRequest("The body is not valid JSON", "请求体不是有效的 JSON") from None
    return [{**one, "loc": (*place, *one["loc"])} for one in found]
