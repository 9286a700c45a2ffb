"""The outermost layer: names each request, times it, logs it in one line, and lets no error through."""

import re
import time

import uuid_utils
from prometheus_client import Counter, Histogram
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.common import metrics
from libs.common.errors import Problem
from libs.common.logs import get_logger, line_context, log_request, without_numbers
from libs.common.web.health import PROBES
from libs.common.web.problems import PROBLEM_SEEN, REQUEST_ID, problem_response
from libs.common.web.tracing import continued, set_traceparent, trace_id

_REQUEST_ID = re.compile(r"[A-Za-z0-9._\-]{8,128}")
_CLIENT_GONE = 499
_SERVER_ERROR = 500
_UNMATCHED = "unmatched"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
_STAY_WITH_TLS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
"""For whoever came by TLS: behind a proxy, when one that is trusted (FORWARDED_ALLOW_IPS) says so."""

log = get_logger(__name__)


class Edge:
    """ASGI middleware of one service."""

    def __init__(self, app: ASGIApp, *, service: str) -> None:
        self._app = app
        self._service = service
        self._probes = frozenset(f"{prefix}{path}" for prefix in ("", f"/{service}") for path in PROBES)
        """Asked by machines all day long: no requests in the sense of the metrics, nor worth a line each."""
        self._metrics: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = dict(scope["headers"])
        request_id = _sane_request_id(headers.get(b"x-request-id"))
        traceparent = continued(_text(headers.get(b"traceparent")))
        scope[REQUEST_ID] = request_id
        set_traceparent(traceparent)
        named = {"service": self._service, "request_id": request_id, "trace_id": trace_id(traceparent)}
        context = line_context.set(named)
        answer = _Answer(send, request_id, secure=scope["scheme"] == "https")
        error: Exception | None = None
        try:
            error = await self._serve(scope, receive, answer)
        finally:
            self._report(scope, answer.code, time.perf_counter() - started, error, traceparent)
            line_context.reset(context)
            set_traceparent(None)

    async def _serve(self, scope: Scope, receive: Receive, answer: "_Answer") -> Exception | None:
        """The error that nothing further in had an answer for."""
        try:
            await self._app(scope, receive, answer.send)
        except ClientDisconnect:
            return None
        except Exception as error:
            if not answer.begun:
                await problem_response(Problem(), scope)(scope, receive, answer.send)
            return error
        return None

    def _report(self, scope: Scope, code: int, seconds: float, error: Exception | None, traceparent: str) -> None:
        route: str = getattr(scope.get("route"), "path", _UNMATCHED)
        method: str = scope["method"] if scope["method"] in _METHODS else "OTHER"
        if route not in self._probes:
            count, duration = self._metrics_of(route, method, code)
            count.inc()
            duration.observe(seconds, {"trace_id": trace_id(traceparent)})
        took = round(seconds, 6)
        if error is not None:
            log.error("request failed", exc_info=error, route=route, method=method, code=code, duration=took)
        elif code >= _SERVER_ERROR and isinstance(problem := scope.get(PROBLEM_SEEN), Problem):
            kind = problem.type
            log.warning(
                "request refused", problem=kind, exc_info=problem, route=route, method=method, code=code, duration=took
            )
        elif route not in self._probes:
            log_request(logger=__name__, route=route, method=method, code=code, duration=took)

    def _metrics_of(self, route: str, method: str, code: int) -> tuple[Counter, Histogram]:
        """The counters of these labels; looked up once, since that costs more than to count."""
        found = self._metrics.get((route, method, code))
        if found is None:
            count = metrics.HTTP_REQUESTS_TOTAL.labels(self._service, route, method, str(code))
            found = count, metrics.HTTP_REQUEST_DURATION_SECONDS.labels(self._service, route, method)
            self._metrics[route, method, code] = found
        return found


class _Answer:
    """Watches what is sent back and completes its headers."""

    def __init__(self, send: Send, request_id: str, *, secure: bool) -> None:
        self._send = send
        self._secure = secure
        self._request_id = request_id.encode()
        self.begun = False
        self.code = _CLIENT_GONE

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            self.code = message["status"]
            headers = list(message.get("headers", ()))
            present = {name for name, _ in headers}
            headers += [header for header in _SECURITY_HEADERS if header[0] not in present]
            if self._secure:
                headers.append(_STAY_WITH_TLS)
            headers.append((b"x-request-id", self._request_id))
            message = {**message, "headers": headers}
        await self._send(message)


def _sane_request_id(header: bytes | None) -> str:
    given = _text(header)
    if given is not None and _REQUEST_ID.fullmatch(given) and without_numbers(given) == given:
        return given
    return str(uuid_utils.uuid7())


def _text(header: bytes | None) -> str | None:
    return None if header is None else header.decode("latin-1")
