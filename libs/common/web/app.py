"""One service as an ASGI application: its routes, everything they share, and how whatever goes wrong is answered."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts

from libs.common.run.runtime import Runtime
from libs.common.web.guarded import unguarded_routes

__all__ = ["create_app", "unguarded_routes"]


def create_app(
    runtime: Runtime, routers: Sequence[APIRouter], *, title: str, description: str, version: str
) -> FastAPI:
    """The application of ``runtime.service``: the routers under ``/{service}``, and OpenAPI, docs, health and metrics.

    Health and metrics stand at the root too, for a process that runs only this service.
    """
    app = FastAPI(title=title, description=description, version=version, openapi_url=None)
    app.state.runtime = runtime
    for router in routers:
        _add_routes(app, router, f"/{runtime.service}")
    return app


def _add_routes(app: FastAPI, router: APIRouter, prefix: str) -> None:
    """Every route of the router as one of the app's own: an included router would be searched twice for each request."""
    for route in iter_route_contexts(router.routes):
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
            operation_id=route.operation_id,
            include_in_schema=route.include_in_schema,
            response_class=route.response_class,
            name=route.name,
            openapi_extra=route.openapi_extra,
        )
