"""The door: a route asks for a right and gets a ``Door``, through which it reads and writes.

    async def sign(
        case_id: CaseId, door: Annotated[Door, needs(Right.CASE_SIGN)], expected: IfMatch, once: IdempotencyKey
    ) -> Response:
        act = lambda session: actions.sign(session, door.scope, case_id, expected)
        return await door.write(act, once, keys=[case_id])

Say ``response_model=`` and ``status_code=`` in the decorator: they document the answer, and ``write`` answers with that
status. The model is validated once, where the action makes it, and rendered once.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from fastapi import Depends, Request, Response
from pydantic import BaseModel
from pydantic_core import from_json, to_json

from libs.common.database.session import Session
from libs.common.errors import Invalid, Unauthenticated, Unavailable
from libs.common.events.base import By
from libs.common.pack.versions import PackVersions
from libs.common.rules.machine import Actor
from libs.common.rules.versions import etag
from libs.common.security import policy
from libs.common.security.persons import person_at_the_door
from libs.common.security.policy import Scope
from libs.common.security.principal import Principal
from libs.common.security.right import Right
from libs.common.service.runtime import Runtime
from libs.common.web.answers import (
    AnswerKey,
    IdempotentSender,
    KeptAnswer,
    RequestMarks,
    find_answer,
    keep_answer,
    rights_of,
)
from libs.common.web.tracing import current_traceparent

ResultT = TypeVar("ResultT")
ModelT = TypeVar("ModelT", bound=BaseModel | None)

JSON = "application/json"
BEARER = "token"
LONG_SECONDS = 180
"""For a transaction of thousands of rows, also where many others keep the machine busy."""
_PRINCIPAL = "huiyin.principal"
"""In the scope: whose token it is, once that is known."""


class IdempotencyKeyReused(Invalid):
    """The same Idempotency-Key with another request, or by somebody whose rights are others by now: one of the two
    would be lost, or would be answered with what may not be seen any more."""

    type = "idempotency-key-reused"
    title = "This Idempotency-Key was used for another request"
    title_zh = "该 Idempotency-Key 已用于其他请求"


def another_request() -> IdempotencyKeyReused:
    """The refusal, with the mend."""
    return IdempotencyKeyReused(
        "Use a new key for a new request, and when your area, unit or roles have changed since",
        "新的请求，或您的辖区、单位、角色已变更时，请使用新的键",
    )


class Door:
    """One authorised request. ``scope`` says which rows the right reaches; ``now`` is when the request came.

    ``principal`` is what the token says, as far as the posts in office of the person bear it.
    """

    def __init__(self, request: Request, runtime: Runtime, principal: Principal, right: Right) -> None:
        if not runtime.startup.done:
            raise Unavailable("This process is still starting", "服务正在启动", headers={"Retry-After": "2"})
        self.request = request
        self.runtime = runtime
        self.now: datetime = runtime.clock.now()
        database = runtime.door_database
        person = person_at_the_door(principal, database.staff, database.packs, runtime.entry, self.now)
        self.principal = principal = person.principal
        self.right = right
        self.by = By(principal.subject, principal.unit_code, principal.staff_id)
        self.scope: Scope = policy.decide(principal, right, person.own_units)

    @property
    def packs(self) -> PackVersions:
        """The county packs that the service knows."""
        return self.runtime.door_database.packs

    @property
    def actor(self) -> Actor:
        """Who asks, as the steps of a case know them."""
        principal = self.principal
        return Actor(principal.subject, principal.unit_code, principal.staff_id, principal.units)

    async def write(
        self,
        action: Callable[[Session], Awaitable[ModelT]],
        once: str | None,
        *,
        keys: Sequence[str] = (),
        status: int | None = None,
        location: str | Callable[[ModelT], str] | None = None,
        given_back: Mapping[str, object] | None = None,
        content: bytes | None = None,
    ) -> Response:
        """Do ``action`` in the group commit and answer with the model it returns (with None: 204 and no body).

        With an Idempotency-Key, ``once``, the answer is kept and given again to whoever repeats the request. ``keys``
        are the cases that the service's ``prepare`` loads beforehand. ``status`` is the route's ``status_code`` unless
        given. ``given_back`` are fields of the answer that only repeat the request: they are answered, and never kept.
        ``content`` stands for a body that was read in pieces, by which the request is known again: its digest.
        """
        success = status or _status_of(self.request)

        def render(model: ModelT) -> KeptAnswer:
            place = location(model) if callable(location) else location
            return _rendered(model, success, place)

        if once is None:
            answer = await self.run(_plain(action, render), keys=keys)
            return _response(_with(answer, given_back), replayed=False)
        key, request = await self._asked_once(once, content)
        act = _once(_plain(action, render), key, request, lambda session: self._is_hidden(session, keys))
        kept, replayed = await self._commit(act, keys, key)
        return _first_answer(_with(kept, given_back), request, replayed=replayed)

    async def write_once(
        self, effect: Callable[[], Awaitable[ModelT]], once: str | None, *, content: bytes | None = None
    ) -> Response:
        """Do ``effect``, which has transactions of its own and does nothing new when it is done again.

        With an Idempotency-Key its answer is kept afterwards, and given again to whoever repeats the request.
        ``content`` as for `write`.
        """
        success = _status_of(self.request)
        if once is None:
            return _response(_rendered(await effect(), success, None), replayed=False)
        key, request = await self._asked_once(once, content)
        before = await self.read(lambda session: find_answer(session, key))
        if before is not None:
            return _first_answer(before, request, replayed=True)
        answer = _rendered(await effect(), success, None)
        kept, replayed = await self._commit(_once(_given(answer), key, request, _nothing_is_hidden), (), key)
        return _first_answer(kept, request, replayed=replayed)

    async def run(self, action: Callable[[Session], Awaitable[ResultT]], *, keys: Sequence[str] = ()) -> ResultT:
        """Do ``action`` in the group commit and return what it returns: for routes that answer in their own way."""
        return await self._commit(action, keys, None)

    async def run_alone(self, action: Callable[[Session], Awaitable[ResultT]]) -> ResultT:
        """Do ``action`` in a transaction of its own: for what takes seconds, while others at the door are written."""
        async with self.runtime.work_database.transaction(self.now) as session:
            await session.may_last(LONG_SECONDS)
            session.traceparent, session.by = current_traceparent(), self.by
            return await action(session)

    async def read(self, query: Callable[[Session], Awaitable[ResultT]]) -> ResultT:
        """What ``query`` finds; nothing it does is kept."""
        async with self.runtime.door_database.reading(patience=self.runtime.commit.patience) as session:
            session.now = self.now
            return await query(session)

    def answer(self, model: BaseModel, status: int | None = None) -> Response:
        """The model as JSON, with its version as ETag."""
        return _response(_rendered(model, status or _status_of(self.request), None), replayed=False)

    def sender(self, what: str) -> IdempotentSender:
        """The caller as the sender of ``what`` under Idempotency-Keys; no word of ``what`` may hold a line break."""
        # A subject has no line breaks and a route no spaces, so no two of these are ever the same by accident.
        scope = f"{self.runtime.service} {what} {self.principal.subject}"
        return IdempotentSender(scope, rights_of(self.principal), self.runtime.fingerprints)

    async def _is_hidden(self, session: Session, keys: Sequence[str]) -> bool:
        """Whether a case that these keys name is about the caller by now: then a kept answer tells nothing of it."""
        if self.runtime.accused is None or not keys or not self.scope.own:
            return False
        rows = await session.fetch(self.runtime.accused, list(keys))
        return any(self.scope.is_about(row.accused_unit, row.also_accused) for row in rows)

    async def _asked_once(self, once: str, content: bytes | None = None) -> tuple[AnswerKey, RequestMarks]:
        """Under what the answer to this request is kept, and how the request is known again."""
        route: str = getattr(self.request.scope.get("route"), "path", "")
        sender = self.sender(f"{self.request.method} {route}")
        key = sender.key(once)
        request = sender.request(
            self.request.method.encode(),
            self.request.scope["path"].encode(),
            self.request.scope["query_string"],
            self.request.headers.get("if-match", "").encode(),
            await self.request.body() if content is None else content,
        )
        return key, request

    async def _commit(
        self, action: Callable[[Session], Awaitable[ResultT]], keys: Sequence[str], key: AnswerKey | None
    ) -> ResultT:
        return await self.runtime.commit.run(
            action, now=self.now, keys=keys, answer_key=key, traceparent=current_traceparent(), by=self.by
        )


class Needs:
    """The dependency behind ``needs``; tests and the OpenAPI document find the right of a route by it."""

    proof = BEARER
    """By what a caller shows who it is."""

    def __init__(self, right: Right) -> None:
        self.right = right

    async def __call__(self, request: Request) -> Door:
        """The door for whoever the bearer token says it is; 401 without a valid one, 403 without the right."""
        runtime: Runtime = request.app.state.runtime
        principal = request.scope.get(_PRINCIPAL)
        if principal is None:
            principal = await self.who(request, runtime)
            request.scope[_PRINCIPAL] = principal
        return Door(request, runtime, principal, self.right)

    def reads_body(self, found: Any) -> bool:
        """Whether a body is read of whoever is ``found`` at the door."""
        return True

    async def who(self, request: Request, runtime: Runtime) -> Principal:
        """Whose request it is, by its token. Unauthenticated when it has none that counts."""
        return await runtime.verifier.verify(_bearer_token(request))


def needs(right: Right) -> Any:
    """``door: Annotated[Door, needs(Right.CASE_SIGN)]``."""
    return Depends(Needs(right))


def _bearer_token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(
            "Send an access token as Authorization: Bearer",
            "请在 Authorization: Bearer 中提供访问令牌",
            extra={"reason": "missing"},
        )
    return token.strip()


def _plain(
    action: Callable[[Session], Awaitable[ModelT]], render: Callable[[ModelT], KeptAnswer]
) -> Callable[[Session], Awaitable[KeptAnswer]]:
    async def act(session: Session) -> KeptAnswer:
        return render(await action(session))

    return act


def _given(answer: KeptAnswer) -> Callable[[Session], Awaitable[KeptAnswer]]:
    async def act(_session: Session) -> KeptAnswer:
        return answer

    return act


async def _nothing_is_hidden(_session: Session) -> bool:
    return False


def _once(
    action: Callable[[Session], Awaitable[KeptAnswer]],
    key: AnswerKey,
    request: RequestMarks,
    is_hidden: Callable[[Session], Awaitable[bool]],
) -> Callable[[Session], Awaitable[tuple[KeptAnswer, bool]]]:
    """The action, unless it was done before. What was answered to another request is given back to be refused there:
    an error here would undo the work of the whole batch.

    Whoever may see nothing of the matter any more hears of the action itself what everybody hears who may not.
    """

    async def act(session: Session) -> tuple[KeptAnswer, bool]:
        before = await find_answer(session, key)
        if before is not None and not await is_hidden(session):
            return before, True
        answer = await action(session)
        kept = KeptAnswer(request, answer.status, answer.headers, answer.body)
        keep_answer(session, key, kept)
        return kept, False

    return act


def _rendered(model: BaseModel | None, status: int, location: str | None) -> KeptAnswer:
    headers = {} if location is None else {"location": location}
    if model is None:
        return KeptAnswer((), 204, headers, b"")
    version = getattr(model, "version", None)
    if isinstance(version, int):
        headers["etag"] = etag(version)
    return KeptAnswer((), status, headers, to_json(model))


def _with(answer: KeptAnswer, given_back: Mapping[str, object] | None) -> KeptAnswer:
    """The answer with what only the request knows; whoever repeats the request says it again."""
    if not given_back:
        return answer
    return replace(answer, body=to_json(from_json(answer.body) | given_back))


def _first_answer(kept: KeptAnswer, request: RequestMarks, *, replayed: bool) -> Response:
    if not kept.is_for(request):
        raise another_request()
    return _response(kept, replayed=replayed)


def _response(answer: KeptAnswer, *, replayed: bool) -> Response:
    headers = dict(answer.headers)
    if replayed:
        headers["idempotency-replayed"] = "true"
    return Response(answer.body or None, answer.status, headers, media_type=JSON if answer.body else None)


def _status_of(request: Request) -> int:
    return getattr(request.scope.get("route"), "status_code", None) or 200
