"""Which right each route asks for."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from libs.common.security.policy import Right
from libs.common.web.door import Needs
from libs.common.web.own_paths import Refusal


def rights_of(route: APIRoute) -> frozenset[Right]:
    """The rights that the route's dependencies ask for; none for an open route."""
    return frozenset(_rights(route.dependant))


def unguarded_routes(app: FastAPI) -> list[str]:
    """Routes that ask for no right, as ``GET /path``; a test allows only OpenAPI, docs, health and metrics."""
    return sorted(_name(context.route) for context in iter_route_contexts(app.routes) if not _is_guarded(context.route))


def _is_guarded(route: BaseRoute) -> bool:
    return isinstance(route, Refusal) or (isinstance(route, APIRoute) and bool(rights_of(route)))


def _rights(dependant: Dependant) -> Iterator[Right]:
    if isinstance(dependant.call, Needs):
        yield dependant.call.right
    for inner in dependant.dependencies:
        yield from _rights(inner)


def _name(route: BaseRoute) -> str:
    methods = sorted(set(getattr(route, "methods", None) or ["*"]) - {"HEAD"})
    return f"{','.join(methods)} {getattr(route, 'path', route)}"
