"""One service as an ASGI application: its routes, and around them what every request goes through."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.telemetry import TelemetryConfig

from libs.common.service.runtime import Runtime
from libs.common.web.bodies import DeclaredBodies
from libs.common.web.body_guard import BodyGuard
from libs.common.web.direct import make_direct
from libs.common.web.docs import add_documents, docs_router
from libs.common.web.health import health_router
from libs.common.web.problems import add_problem_handlers
from libs.common.web.request_log import Edge
from libs.common.web.reserved_paths import add_refusals
from libs.common.web.route_rights import unguarded_routes
from libs.common.web.token_first import ask_for_token_first

__all__ = ["create_app", "unguarded_routes"]

_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI's own would send out the messages of exceptions, which may quote a row, if an environment variable asked."""


def create_app(
    runtime: Runtime,
    routers: Sequence[APIRouter],
    *,
    title: str,
    description: str,
    version: str,
) -> FastAPI:
    """The application of ``runtime.service``: the routers under ``/{service}``, and OpenAPI, docs, health and metrics.

    Health and metrics stand at the root too, for a process that runs only this service.

    Raises:
        ValueError: a router has a route that is no plain HTTP route.
    """
    prefix = f"/{runtime.service}"
    app = FastAPI(
        title=title,
        description=description,
        version=version,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
    )
    app.state.runtime = runtime
    add_documents(app)
    for router in routers:
        _add_routes(app, router, prefix)
    for router in (docs_router(prefix), health_router(prefix), health_router("")):
        _add_routes(app, router, "")
    add_refusals(app)
    add_problem_handlers(app)
    # The last one added is the first that a request meets.
    app.add_middleware(BodyGuard, bodies=DeclaredBodies.of(app.routes))
    app.add_middleware(Edge, service=str(runtime.service))
    return app


def _add_routes(app: FastAPI, router: APIRouter, prefix: str) -> None:
    """Every route of the router becomes one of the app's own: an included router is searched twice for each request."""
    for route in iter_route_contexts(router.routes):
        if route.endpoint is None:
            raise ValueError(f"{prefix}{route.path} is no plain HTTP route")
        app.add_api_route(
            f"{prefix}{route.path}",
            route.endpoint,
            response_model=route.response_model,
            status_code=route.status_code,
            tags=route.tags,
            dependencies=route.dependencies,
            summary=route.summary,
            description=route.description,
            response_description=route.response_description,
            responses=route.responses,
            deprecated=route.deprecated,
            methods=sorted(route.methods or ()),
            operation_id=route.operation_id or route.name,
            include_in_schema=route.include_in_schema,
            response_class=route.response_class,
            name=route.name,
            openapi_extra=route.openapi_extra,
        )
        added = app.routes[-1]
        if isinstance(added, APIRoute) and not make_direct(added):
            ask_for_token_first(added)
