"""One address for the whole house: requests go to the service that their path names; ``/`` says what there is."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from huiyin.house import House
from libs.common import metrics

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape(default=True)
)


class Front:
    """An ASGI application over the apps of the services."""

    def __init__(self, apps: Mapping[str, ASGIApp], front: ASGIApp) -> None:
        self._apps = apps
        self._front = front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give the request to the service of its first path segment."""
        segment = scope.get("path", "/").split("/", 2)[1]
        await self._apps.get(segment, self._front)(scope, receive, send)


def build_front(house: House) -> Front:
    """The front of a running house."""
    apps: dict[str, ASGIApp] = {str(name): service.app() for name, service in house.services.items()}
    specs = [service.spec for service in house.services.values()]

    async def index(request: Request) -> Response:
        chinese = request.headers.get("accept-language", "zh").lower().startswith("zh")
        page = _TEMPLATES.get_template("index.html").render(services=specs, chinese=chinese)
        return HTMLResponse(page)

    routes = [
        Route("/", index),
        Route("/healthz", _alive),
        Route("/readyz", _ready(apps)),
        Route("/metrics", _metrics),
    ]
    return Front(apps, Starlette(routes=routes, exception_handlers={404: _nowhere}))


async def _alive(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _metrics(request: Request) -> Response:
    body, content_type = metrics.render(request.headers.get("accept", ""))
    return Response(body, media_type=content_type)


async def _nowhere(request: Request, error: Exception) -> Response:
    problem = {
        "type": "urn:huiyin:problem:not-found",
        "title": "There is no such page; the services are under /intake, /dispatch, /followup and /analytics",
        "status": 404,
    }
    return JSONResponse(problem, 404, media_type="application/problem+json")


def _ready(apps: Mapping[str, ASGIApp]) -> Callable[[Request], Awaitable[Response]]:
    async def ready(request: Request) -> Response:
        states: dict[str, Any] = {}
        for name, app in apps.items():
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://front") as client:
                answer = await client.get(f"/{name}/readyz")
            states[name] = answer.json()
        whole = all(state["status"] == "ready" for state in states.values())
        return JSONResponse({"status": "ready" if whole else "not ready", "services": states}, 200 if whole else 503)

    return ready
