"""Cookies of pages: for this host alone, read by no script, and sent over TLS alone but on one machine."""

from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class PageCookie:
    """A cookie by its name and the path below which a browser sends it.

    Over TLS its name begins with ``__Host-`` or ``__Secure-``, which no page of another host can set. Whether a request
    came by TLS a proxy may not say: so every host but this machine's own name counts as one.
    """

    name: str
    path: str = "/"

    def read(self, request: Request) -> str | None:
        """What the browser sends."""
        return request.cookies.get(self._named(request))

    def put(self, response: Response, request: Request, value: str, lasts: timedelta | None = None) -> None:
        """Have it kept; without ``lasts`` until the browser is closed."""
        seconds = None if lasts is None else max(0, int(lasts.total_seconds()))
        response.set_cookie(
            self._named(request),
            value,
            max_age=seconds,
            path=self.path,
            httponly=True,
            samesite="lax",
            secure=not is_this_machine(request),
        )

    def drop(self, response: Response, request: Request) -> None:
        """Have it forgotten."""
        self.put(response, request, "", timedelta(0))

    def _named(self, request: Request) -> str:
        if is_this_machine(request):
            return self.name
        return f"__Host-{self.name}" if self.path == "/" else f"__Secure-{self.name}"


def is_this_machine(request: Request) -> bool:
    """Whether the page is asked for under a name of the machine that the browser runs on."""
    host = request.url.hostname or ""
    return host in _LOOPBACK or host.endswith(".localhost")


ACCESS = PageCookie("huiyin_token")
"""The access token by which pages of all services know a person; no interface for programs reads it."""
SIGNED_IN = PageCookie("huiyin_signed_in", "/analytics")
"""Holds nothing: that there is a session, so that a page may ask for its next access token without a question."""
