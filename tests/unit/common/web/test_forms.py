"""Forms of a browser: read as any body is, with a limit of the route's own, and each wrong field named."""

from typing import Annotated

import orjson
import pytest
from fastapi import APIRouter, Depends, FastAPI, Response

from libs.common.security.right import Right
from libs.common.web.bodies import BodyKind, takes
from libs.common.web.door import Door, needs
from libs.common.web.fields import RequestBody, ShortText
from libs.common.web.forms import FORM, TakesForm
from libs.common.web.openapi import build_openapi
from tests.support.offline import NOWHERE, Call
from tests.support.tiny_service import WriteNote, tiny_app, tiny_runtime

Reader = Annotated[Door, needs(Right.CASE_READ)]
OPERATOR = {"authorization": "Bearer operator"}


class Asked(RequestBody):
    """A form."""

    name: ShortText
    note: ShortText | None = None


@pytest.fixture
async def app() -> FastAPI:
    """A route that takes a form of 1 KiB, and one that takes 1 MiB of JSON."""
    router = APIRouter()

    @router.post("/asked/{number}")
    async def asked(number: int, form: Annotated[Asked, Depends(TakesForm(Asked, 1024))], door: Reader) -> Response:
        return Response(f"{number} {form.name} {form.note}")

    @router.post("/long", dependencies=[takes(BodyKind(1024 * 1024))])
    async def long(body: WriteNote, door: Reader) -> Response:
        return Response(str(len(body.text)))

    return tiny_app(tiny_runtime(NOWHERE), router)


async def _send(app: FastAPI, body: bytes, media_type: str = FORM) -> Call:
    headers = {**OPERATOR, "content-type": media_type, "content-length": str(len(body))}
    return await Call("POST", "/intake/asked/7", headers, [body]).to(app)


async def test_a_form_is_read_with_its_fields(app: FastAPI) -> None:
    call = await _send(app, b"name=%E8%B7%AF+%E7%81%AF&note=a%3Db")
    assert (call.status, call.answer.decode()) == (200, "7 路 灯 a=b")
    assert (await _send(app, b"name=x", f"{FORM}; charset=utf-8")).answer == b"7 x None"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"", 422, "name"),
        (b"name=", 422, "name"),
        (b"name=x&name=y", 422, "name"),
        (b"name=x&more=y", 422, "more"),
        (b"name=a%0ab", 422, "name"),
        (b"name=%ff", 400, None),
        (b"name=a%00b", 400, None),
        (b"name", 400, None),
        (b"name=\xe8\xb7\xaf", 400, None),
        (b"&".join(b"n%d=1" % number for number in range(101)), 400, None),
        (b"name=" + b"x" * 1024, 413, None),
    ],
)
async def test_what_is_wrong_with_a_form_is_said(app: FastAPI, body: bytes, status: int, field: str | None) -> None:
    call = await _send(app, body)
    assert call.status == status, call.answer
    fields = [wrong["field"] for wrong in orjson.loads(call.answer).get("fields", ())]
    assert fields == ([] if field is None else [field])


@pytest.mark.parametrize("media_type", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
async def test_what_is_no_form_is_refused(app: FastAPI, media_type: str) -> None:
    assert (await _send(app, b"name=x", media_type)).status == 415


async def test_a_form_is_not_read_for_whoever_may_not(app: FastAPI) -> None:
    call = await Call("POST", "/intake/asked/7", {"content-type": FORM}, [b"name=x"]).to(app)
    assert (call.status, call.asked) == (401, 0)


async def test_a_route_takes_as_much_as_it_declares_and_no_other_does(app: FastAPI) -> None:
    note = orjson.dumps({"area_code": "999001101000", "text": "x" * 4_000, "tags": ["y" * 300_000]})
    sizes = {"content-length": str(len(note)), **OPERATOR}
    assert (await Call("POST", "/intake/long", sizes, [note]).to(app)).answer == b"4000"
    assert (await Call("POST", "/intake/v1/notes", sizes, [note]).to(app)).status == 413
    assert (await Call("POST", "/intake/long", OPERATOR, [note] * 4).to(app)).status == 413


async def test_the_document_shows_the_form(app: FastAPI) -> None:
    body = build_openapi(app)["paths"]["/intake/asked/{number}"]["post"]["requestBody"]
    assert set(body["content"][FORM]["schema"]["properties"]) == {"name", "note"}
