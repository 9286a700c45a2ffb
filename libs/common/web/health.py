"""Is the process alive, can it do its work, and what does it count: for Kubernetes and Prometheus."""

import asyncio

import orjson
from fastapi import APIRouter, Request, Response

from libs.common import metrics
from libs.common.database.session import DatabaseTrouble
from libs.common.run.runtime import Runtime

ALIVE, READY, METRICS = PROBES = ("/healthz", "/readyz", "/metrics")
"""Where machines ask; under the service's prefix, too."""
_PATIENCE_SECONDS = 2.0


async def healthz() -> Response:
    """Alive: the event loop answers. Nothing else is asked, since a restart would mend nothing else."""
    return _json({"status": "ok"}, 200)


async def readyz(request: Request) -> Response:
    """Ready: the database answers and a county pack is known. The bus is no part: complaints are taken without it."""
    runtime: Runtime = request.app.state.runtime
    checks = {
        "database": await _database(runtime),
        "pack": "ok" if runtime.door_database.packs.newest else "none is known yet",
    }
    ready = all(state in ("ok", "busy") for state in checks.values())
    return _json({"status": "ready" if ready else "not ready", "checks": checks}, 200 if ready else 503)


async def metrics_page(request: Request) -> Response:
    """Every metric of this process."""
    body, content_type = metrics.render(request.headers.get("accept", ""))
    return Response(body, media_type=content_type)


def health_router(prefix: str) -> APIRouter:
    """The three under ``prefix``; they stand in no OpenAPI document."""
    router = APIRouter(prefix=prefix, include_in_schema=False)
    for path, endpoint in ((ALIVE, healthz), (READY, readyz), (METRICS, metrics_page)):
        router.add_api_route(path, endpoint, methods=["GET"], response_model=None)
    return router


async def _database(runtime: Runtime) -> str:
    pool = runtime.door_database.pool_state()
    if pool.in_use >= pool.size > 0:
        # Waiting for a connection behind a burst would take a busy process out of service and make the burst worse.
        return "busy"
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), runtime.door_database.reading() as session:
            await session.fetch("SELECT 1")
    except (TimeoutError, DatabaseTrouble):
        return "does not answer"
    return "ok"


def _json(body: dict[str, object], status: int) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")
