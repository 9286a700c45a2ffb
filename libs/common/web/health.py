"""Is the process alive, can it do its work, and what does it count: for Kubernetes and Prometheus."""

import asyncio
from enum import StrEnum

import orjson
from fastapi import APIRouter, Request, Response

from libs.common import metrics
from libs.common.database.session import DatabaseTrouble
from libs.common.service.runtime import Runtime

ALIVE, READY, METRICS = PROBES = ("/healthz", "/readyz", "/metrics")
"""Where machines ask; under the service's prefix, too."""
_PATIENCE_SECONDS = 2.0


class Readiness(StrEnum):
    """What readiness says: to be waited for, to be looked at, to be given a pack, at work."""

    STARTING = "starting"
    NOT_READY = "not ready"
    NO_PACK = "no pack yet"
    READY = "ready"


async def healthz() -> Response:
    """Alive: the event loop answers. Nothing else is asked, since a restart would mend nothing else."""
    return _json({"status": "ok"}, 200)


async def readyz(request: Request) -> Response:
    """Ready: it has started, the database answers, and a county pack is known that this release can follow.

    The bus is no part: complaints are taken without it. ``?exclude=pack`` asks for whom requests may be sent to: a
    service without a pack answers them too, dispatch by taking one, and nobody could load it through a door that waits
    for it.
    """
    runtime: Runtime = request.app.state.runtime
    startup = runtime.startup
    database = await _database(runtime) if startup.done else "not asked yet"
    checks = {
        "startup": "ok" if startup.done else f"waits for {startup.waits_for}",
        "database": database,
        "pack": _pack(runtime),
    }
    status = _status(checks)
    excluded = request.query_params.getlist("exclude")
    ready = status is Readiness.READY or (status is Readiness.NO_PACK and "pack" in excluded)
    return _json({"status": status, "checks": checks}, 200 if ready else 503)


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


def _status(checks: dict[str, str]) -> Readiness:
    if checks["startup"] != "ok":
        return Readiness.STARTING
    if checks["database"] not in ("ok", "busy"):
        return Readiness.NOT_READY
    return Readiness.READY if checks["pack"] == "ok" else Readiness.NO_PACK


def _pack(runtime: Runtime) -> str:
    packs = runtime.door_database.packs
    if packs.usable:
        return "ok"
    return "none that is known is readable by this release" if packs.newest else "none is known yet"


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
