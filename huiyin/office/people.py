"""Who works with the house: people with tokens, who name the version they read and the key they ask under."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from huiyin.office.errands import Errand
from huiyin.office.wire import Call, Response, Send
from libs.common.security.principal import Role

_PAGE = 200
"""Items of a list page: the most that the API gives."""


class CallRefused(Exception):
    """The house refused what was asked for."""

    def __init__(self, what: str, response: Response) -> None:
        self.status = response.status_code
        self.problem: Mapping[str, Any] = response.json() if response.content else {}
        said = self.problem.get("detail") or self.problem.get("title") or ""
        super().__init__(f"{what} was answered {self.status}: {said}".strip())
        self.add_note(response.text)


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks. ``base`` stands before every path; ``expects`` is the If-Match of a change where none is named."""

    send: Send
    token: str
    base: str = ""
    expects: str | None = "*"

    async def get(self, path: str, **query: Any) -> Response:
        """GET, whatever comes of it."""
        return await self.send(Call("GET", self._place(path, query), self.headers))

    async def post(
        self,
        path: str,
        body: object = None,
        *,
        version: int | str | None = "",
        key: str | None = None,
        content_type: str = "application/json",
    ) -> Response:
        """POST, whatever comes of it. Bytes go as they are, anything else as JSON; None names no version."""
        headers = self.headers | {"Content-Type": content_type}
        match = f'"{version}"' if isinstance(version, int) else self.expects if version == "" else version
        if match is not None:
            headers["If-Match"] = match
        if key is not None:
            headers["Idempotency-Key"] = key
        content = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        return await self.send(Call("POST", self.base + path, headers, content))

    @property
    def headers(self) -> dict[str, str]:
        """What says who asks."""
        return {"Authorization": f"Bearer {self.token}"}

    def _place(self, path: str, query: Mapping[str, Any]) -> str:
        said = {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
        return f"{self.base}{path}?{urlencode(said, doseq=True)}" if said else f"{self.base}{path}"


class Person(Account):
    """Somebody who takes it that the house does what is asked."""

    async def ask(self, path: str, **query: Any) -> Any:
        """GET something that is there. Raises CallRefused."""
        return _taken(f"GET {path}", await self.get(path, **query))

    async def do(self, errand: Errand | str, body: object = None, **how: Any) -> Any:
        """An errand, or a POST of ``body`` to a path, that is taken. Raises CallRefused."""
        path, body = (errand, body) if isinstance(errand, str) else (errand.path, errand.body)
        return _taken(f"POST {path}", await self.post(path, body, **how))

    async def listed(self, path: str, **query: Any) -> AsyncIterator[dict[str, Any]]:
        """Every item of a list, page after page. Raises CallRefused."""
        query = {"limit": _PAGE} | query
        while True:
            page = await self.ask(path, **query)
            for item in page["items"]:
                yield item
            if page["next_cursor"] is None:
                return
            query["cursor"] = page["next_cursor"]


Tokens = Callable[[str, tuple[Role, ...], str, str | None], str]
"""Makes the token of a subject with roles in an area, and in a unit where one is named."""


class People:
    """Everybody of an office, each with a token that is made when it is first needed."""

    def __init__(self, tokens: Tokens, area: str, send: Send) -> None:
        self._tokens = tokens
        self._area = area
        self._send = send
        self._known: dict[tuple[object, ...], Person] = {}

    def person(self, subject: str, *roles: Role, area: str | None = None, unit: str | None = None) -> Person:
        """Somebody with these roles, in the whole area unless another is named."""
        who = (subject, roles, area or self._area, unit)
        known = self._known.get(who)
        if known is None:
            known = self._known[who] = Person(self._send, self._tokens(*who))
        return known


def _taken(what: str, response: Response) -> Any:
    if not response.is_success:
        raise CallRefused(what, response)
    return response.json() if response.content else {}
