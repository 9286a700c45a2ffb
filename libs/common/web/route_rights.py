"""Which right each route asks for."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from libs.common.security.right import Right
from libs.common.web.door import Needs
from libs.common.web.reserved_paths import RefusedMethods


def rights_of(route: APIRoute) -> frozenset[Right]:
    """The rights that the route's dependencies ask for; none for an open route."""
    return frozenset(needs.right for needs in needs_of(route))


def needs_of(route: APIRoute) -> Iterator[Needs]:
    """The dependencies of the route, and of these, that ask for a right."""
    waiting: list[Dependant] = [route.dependant]
    while waiting:
        dependant = waiting.pop(0)
        if isinstance(dependant.call, Needs):
            yield dependant.call
        waiting += dependant.dependencies


def unguarded_routes(app: FastAPI) -> list[str]:
    """Routes that ask for no right, as ``GET /path``; a test allows only OpenAPI, docs, health and metrics."""
    return sorted(_name(context.route) for context in iter_route_contexts(app.routes) if not _is_guarded(context.route))


def _is_guarded(route: BaseRoute) -> bool:
    return isinstance(route, RefusedMethods) or (isinstance(route, APIRoute) and bool(rights_of(route)))


def _name(route: BaseRoute) -> str:
    methods = sorted(set(getattr(route, "methods", None) or ["*"]) - {"HEAD"})
    return f"{','.join(methods)} {getattr(route, 'path', route)}"
