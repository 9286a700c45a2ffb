"""People of an office: what they send, which refusals they tell, and lists that they read to the end."""

from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from starlette.types import Receive, Scope, Send

from huiyin.office import errands
from huiyin.office.people import Account, CallRefused, People, Person
from huiyin.office.wire import Call, InProcess, Response
from libs.common.security.principal import Role


class Front:
    """Answers one after the other, and keeps what it was asked."""

    def __init__(self, answers: Sequence[tuple[int, Any]]) -> None:
        self.calls: list[Call] = []
        self._answers = list(answers)

    async def __call__(self, call: Call) -> Response:
        self.calls.append(call)
        status, body = self._answers.pop(0)
        return Response(status, {}, b"" if body is None else orjson.dumps(body))


def token(subject: str, roles: tuple[Role, ...], area: str, unit: str | None) -> str:
    return f"{subject} {'+'.join(roles)} {area} {unit}"


def somebody(*answers: tuple[int, Any]) -> tuple[Person, Front]:
    front = Front(answers)
    return People(token, "999001000000", front).person("li", Role.HANDLER, unit="D-WATER"), front


async def test_an_errand_goes_with_token_key_and_whatever_version_there_is() -> None:
    person, front = somebody((200, {"version": 2}))
    assert await person.do(errands.hand_in("c1", {"result": "已修复"}), key="k") == {"version": 2}
    (call,) = front.calls
    assert (call.method, call.path) == ("POST", "/dispatch/v1/cases/c1/result")
    assert orjson.loads(call.content) == {"result": "已修复"}
    assert call.headers == {
        "Authorization": "Bearer li handler 999001000000 D-WATER",
        "Content-Type": "application/json",
        "If-Match": "*",
        "Idempotency-Key": "k",
    }


@pytest.mark.parametrize(("version", "named"), [(3, '"3"'), ('"4"', '"4"'), (None, None), ("", "*")])
async def test_a_change_names_the_version_it_was_decided_on(version: int | str | None, named: str | None) -> None:
    person, front = somebody((200, None))
    await person.post("/x", version=version)
    assert front.calls[0].headers.get("If-Match") == named


async def test_an_account_of_one_service_expects_nothing_and_keeps_its_base() -> None:
    front = Front([(404, {})])
    answer = await Account(front, "t", "/dispatch/v1", None).get("/work", overdue=True, unit=["D-A", "D-B"])
    assert answer.status_code == 404
    assert front.calls[0].path == "/dispatch/v1/work?overdue=true&unit=D-A&unit=D-B"


async def test_what_is_refused_is_told_with_the_problem() -> None:
    person, _ = somebody((409, {"title": "Conflict", "detail": "It is closed", "case_id": "c1"}))
    with pytest.raises(CallRefused, match="cases/c1/signature was answered 409: It is closed") as told:
        await person.do(errands.sign("c1"))
    assert (told.value.status, told.value.problem["case_id"]) == (409, "c1")


async def test_a_list_is_read_page_after_page() -> None:
    pages = [{"items": [{"n": 1}, {"n": 2}], "next_cursor": "a/b"}, {"items": [{"n": 3}], "next_cursor": None}]
    person, front = somebody(*((200, page) for page in pages))
    assert [item["n"] async for item in person.listed(errands.CALLBACKS, state="due")] == [1, 2, 3]
    assert [call.path.partition("?")[2] for call in front.calls] == [
        "limit=200&state=due",
        "limit=200&state=due&cursor=a%2Fb",
    ]


async def test_an_application_in_this_process_sees_a_request_as_a_server_hands_it_over() -> None:
    seen: dict[str, Any] = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.update(scope, body=(await receive())["body"])
        await send({"type": "http.response.start", "status": 201, "headers": [(b"ETag", b'"2"')]})
        await send({"type": "http.response.body", "body": b"[1", "more_body": True})
        await send({"type": "http.response.body", "body": b"]"})

    answer = await InProcess(app)(Call("POST", "/a%20b?x=%E7%81%AF", {"If-Match": "*"}, b"{}"))
    assert (answer.status_code, answer.json(), answer.headers["etag"], answer.is_success) == (201, [1], '"2"', True)
    assert (seen["path"], seen["query_string"], seen["body"]) == ("/a b", b"x=%E7%81%AF", b"{}")
    assert dict(seen["headers"]) == {b"host": b"office", b"if-match": b"*", b"content-length": b"2"}
