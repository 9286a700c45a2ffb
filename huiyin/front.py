"""One address for the whole house: requests go to the service that their path names; ``/`` says what there is.

What no service answers is guarded as theirs is: the same headers, the same problems, a line and a count for each.
"""

import base64
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from huiyin.house import House
from libs.common import metrics
from libs.common.errors import NotFound
from libs.common.web.body_guard import BodyGuard
from libs.common.web.problems import CHINESE, add_problem_handlers, language_of, problem_response
from libs.common.web.request_log import Edge

_FOLDER = Path(__file__).parent / "templates"
_TEMPLATES = Environment(loader=FileSystemLoader(_FOLDER), autoescape=select_autoescape(default=True))
_CSS = (_FOLDER / "index.css").read_text(encoding="utf-8")
_CSS_HASH = base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()
_TYPED = {"/visits": "/intake/visits", "/units": "/dispatch/units"}
"""What somebody types by hand, and the page that it leads to."""
_CSP = f"default-src 'none'; style-src 'sha256-{_CSS_HASH}'; base-uri 'none'; frame-ancestors 'none'"


class Front:
    """An ASGI application over the apps of the services."""

    def __init__(self, apps: Mapping[str, ASGIApp], front: ASGIApp) -> None:
        self._apps = apps
        self._front = front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give the request to the service of its first path segment."""
        segment = f"{scope.get('path', '')}//".split("/", 2)[1]
        await self._apps.get(segment, self._front)(scope, receive, send)


def build_front(house: House) -> Front:
    """The front of a running house."""
    apps: dict[str, ASGIApp] = {str(name): service.app() for name, service in house.services.items()}
    specs = [service.spec for service in house.services.values()]

    async def index(request: Request) -> Response:
        language = language_of(request.headers.get("accept-language", CHINESE))
        css = Markup(_CSS)  # noqa: S704 - our own file
        page = _TEMPLATES.get_template("index.html").render(
            services=specs, chinese=language == CHINESE, css=css, accounts=house.settings.signs_in_here()
        )
        headers = {"Content-Security-Policy": _CSP, "Content-Language": language, "Vary": "Accept-Language"}
        return HTMLResponse(page, headers=headers)

    routes = [
        Route("/", index),
        *(Route(path, _led_on) for path in _TYPED),
        Route("/healthz", _alive),
        Route("/readyz", _ready(apps)),
        Route("/metrics", _metrics),
    ]
    guards = [Middleware(Edge, service="house"), Middleware(BodyGuard)]
    front = Starlette(routes=routes, middleware=guards, exception_handlers={NotFound.status: _nowhere})
    add_problem_handlers(front)
    return Front(apps, front)


async def _led_on(request: Request) -> Response:
    """To the page that is meant."""
    return RedirectResponse(_TYPED[request.url.path])


async def _alive(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _metrics(request: Request) -> Response:
    body, content_type = metrics.render(request.headers.get("accept", ""))
    return Response(body, media_type=content_type)


async def _nowhere(request: Request, _error: Exception) -> Response:
    problem = NotFound(
        "The services are under /intake, /dispatch, /followup and /analytics",
        "各服务位于 /intake、/dispatch、/followup、/analytics",
    )
    return problem_response(problem, request.scope)


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
