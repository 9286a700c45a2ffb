"""The one address of a house is guarded as its services are."""

import base64
import hashlib
import re
from functools import cache

import orjson
import pytest

from huiyin.front import Front, build_front
from tests.support.offline import Call, offline_house

GUARDED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


@cache
def _front() -> Front:
    return build_front(offline_house())


async def _call(method: str, path: str, **more: str) -> Call:
    scheme = more.pop("scheme", "http")
    return await Call(method, path, more, scheme=scheme).to(_front())


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/healthz", 200), ("/metrics", 200), ("/readyz", 503), ("/nowhere", 404)]
)
async def test_every_answer_has_the_headers_of_a_service(path: str, status: int) -> None:
    call = await _call("GET", path)
    assert call.status == status
    assert GUARDED.items() <= call.answer_headers.items()
    assert "default-src 'none'" in call.answer_headers["content-security-policy"]
    assert "frame-ancestors 'none'" in call.answer_headers["content-security-policy"]
    assert call.answer_headers["x-request-id"]


@pytest.mark.parametrize(("typed", "page"), [("/visits", "/intake/visits"), ("/units", "/dispatch/units")])
async def test_what_somebody_types_leads_to_the_page(typed: str, page: str) -> None:
    call = await _call("GET", typed)
    assert (call.status, call.answer_headers["location"]) == (307, page)
    assert GUARDED.items() <= call.answer_headers.items()


async def test_the_page_is_styled_by_its_own_words_alone() -> None:
    call = await _call("GET", "/")
    page = call.answer.decode()
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in call.answer_headers["content-security-policy"]
    assert "style=" not in page
    assert "<script" not in page
    assert "intake" in page


@pytest.mark.parametrize(
    ("method", "path", "status", "name"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("POST", "/nowhere", 404, "not-found"),
        ("GET", "/metrics\n", 400, "bad-request"),
        ("GET", "/nowhere\x00", 400, "bad-request"),
        ("POST", "/", 405, "method-not-allowed"),
        ("DELETE", "/metrics", 405, "method-not-allowed"),
        ("OPTIONS", "*", 404, "not-found"),
    ],
)
async def test_what_is_wrong_is_a_problem_in_both_languages(method: str, path: str, status: int, name: str) -> None:
    english = await _call(method, path, **{"accept-language": "en"})
    chinese = await _call(method, path, **{"accept-language": "zh-CN"})
    for call, language in ((english, "en"), (chinese, "zh-CN")):
        assert (call.status, call.asked) == (status, 0)
        assert call.answer_headers["content-type"] == "application/problem+json"
        assert call.answer_headers["content-language"] == language
        body = orjson.loads(call.answer)
        assert body["type"] == f"urn:huiyin:problem:{name}"
        assert body["instance"] == f"urn:huiyin:request:{call.answer_headers['x-request-id']}"
    assert not re.search("[\u4e00-\u9fff]", english.answer.decode())
    assert re.search("[\u4e00-\u9fff]", chinese.answer.decode())
    if status == 405:
        assert "GET" in english.answer_headers["allow"]


@pytest.mark.parametrize("path", ["/", "/intake/healthz", "/intake/v1/cases", "/nowhere"])
async def test_a_browser_that_came_by_tls_comes_by_tls_again(path: str) -> None:
    secure = await _call("GET", path, scheme="https")
    assert secure.answer_headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert "strict-transport-security" not in (await _call("GET", path)).answer_headers
