"""All four services as applications on nothing: no database is asked, for tests of what stands before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Scope

from huiyin.house import SPECS, House
from libs.common.bus.embedded import EmbeddedBus
from libs.common.host.service import Resources, RunningService
from libs.common.security.vault import Vault
from libs.common.service.settings import CommonSettings
from libs.common.time.clock import SystemClock
from tests.support.tiny_service import ANSWER_KEYS, Tokens

NOWHERE = "postgresql://nobody@127.0.0.1:1/nowhere"


@cache
def offline_house() -> House:
    """A house of them; they know the tokens of ``Tokens``. One for all tests: it connects to nothing."""
    vault = Vault({"k1": b"v" * 32}, "k1", b"i" * 32)
    resources = Resources(NOWHERE, EmbeddedBus(NOWHERE), SystemClock(), Tokens(), vault, ANSWER_KEYS)
    services = {spec.service: RunningService(spec, resources) for spec in SPECS}
    return House(services, resources.bus, resources.clock, CommonSettings(), NOWHERE)


@cache
def offline_services() -> Mapping[str, FastAPI]:
    """Their applications by name."""
    return {str(name): service.app() for name, service in offline_house().services.items()}


@dataclass
class Call:
    """One request, as a server hands it to an application, and what came of it."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Sequence[bytes] | None = None
    """None: a body is announced, and never comes."""
    scheme: str = "http"
    asked: int = 0
    """How many times the application asked for a piece of the body."""
    sent: list[Message] = field(default_factory=list)

    async def to(self, app: ASGIApp) -> "Call":
        """Make it."""
        headers = {"content-type": "application/json", "content-length": "100", **self.headers}
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": self.scheme,
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
        }
        await app(scope, self._receive, self._send)
        return self

    @property
    def status(self) -> int:
        """Of the answer; 0 when there was none."""
        return next((int(message["status"]) for message in self.sent if "status" in message), 0)

    @property
    def answer_headers(self) -> dict[str, str]:
        """Of the answer."""
        headers = next(message["headers"] for message in self.sent if "status" in message)
        return {name.decode(): value.decode("latin-1") for name, value in headers}

    @property
    def answer(self) -> bytes:
        """Its body."""
        return b"".join(message.get("body", b"") for message in self.sent)

    async def _receive(self) -> Message:
        self.asked += 1
        if self.body is None or self.asked > len(self.body):
            return {"type": "http.disconnect"}
        return {
            "type": "http.request",
            "body": self.body[self.asked - 1],
            "more_body": self.asked < len(self.body),
        }

    async def _send(self, message: Any) -> None:
        self.sent.append(message)
