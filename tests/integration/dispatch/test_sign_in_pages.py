"""The pages on which people sign in: by form and cookie, without a script, for this site's own forms alone."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from libs.common.security.totp import STEP
from tests.integration.dispatch.desk import CALLER, OWN, Desk
from tests.integration.dispatch.office import Office
from tests.integration.dispatch.test_staff import WORKER
from tests.support.totp import code_at

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
"""A browser says so of an empty form, too."""
COUNTY_PAGE = "/analytics/county"


async def send(desk: Desk, page: str, **fields: str) -> httpx.Response:
    return await desk.http.post(f"/dispatch/account/{page}", content=urlencode(fields), headers=FORM)


async def seen(desk: Desk, page: str, **query: str) -> str:
    answer = await desk.http.get(f"/dispatch/account{page}", params=query)
    assert answer.status_code == 200, (answer.status_code, answer.headers.get("location"))
    return answer.text


async def signed_in(desk: Desk, *terms: dict[str, Any]) -> None:
    """A browser that chose a password."""
    first = await desk.account("S-1", *terms)
    assert (await send(desk, "sign-in", name="S-1", password=first)).status_code == 303
    assert (await send(desk, "first-password", new_password=OWN, again=OWN)).status_code == 303


async def test_from_the_form_by_the_first_password_to_the_page_one_came_from(desk: Desk) -> None:
    first = await desk.account("S-1")
    wanted = "/analytics/county/open?unit_code=D-WATER"
    page = await seen(desk, "/sign-in", to=wanted)
    (to,) = (unescape(found) for found in re.findall(r'name="to" value="([^"]*)"', page))
    assert to == wanted
    assert "<script" not in page
    wrong = await send(desk, "sign-in", name="S-1", password="wrong", to=to)
    assert (wrong.status_code, "账号或密码不正确" in wrong.text, "wrong" in wrong.text.split("</style>")[1]) == (
        401,
        True,
        True,
    )
    step = await send(desk, "sign-in", name="S-1", password=first, to=to)
    page = (await desk.http.get(step.headers["location"])).text
    assert "设置您自己的密码" in page
    differ = await send(desk, "first-password", new_password=OWN, again="other", to=to)
    assert (differ.status_code, "两次输入的新密码不一致" in differ.text) == (422, True)
    common = await send(desk, "first-password", new_password="password1234", again="password1234", to=to)
    assert (common.status_code, "新密码过于常见" in common.text) == (422, True)
    done = await send(desk, "first-password", new_password=OWN, again=OWN, to=to)
    assert (done.status_code, done.headers["location"]) == (303, wanted)
    cookies = done.headers.get_list("set-cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {
        *("huiyin_session", "huiyin_token", "huiyin_signed_in", "huiyin_device"),
    }
    assert all("HttpOnly" in cookie and "SameSite=lax" in cookie for cookie in cookies)
    assert (await desk.http.get("/dispatch/account/step")).headers["location"] == COUNTY_PAGE


@pytest.mark.parametrize(
    "to",
    [
        *("https://evil.example/", "//evil.example", "/\\evil.example", "/a/../../x", "javascript:alert(1)"),
        *("/a\nb", "", "x" * 1999),
    ],
)
async def test_it_leads_to_no_other_site(desk: Desk, to: str) -> None:
    await signed_in(desk)
    answer = await send(desk, "sign-in", name="S-1", password=OWN, to=to)
    assert (answer.status_code, answer.headers["location"]) == (303, COUNTY_PAGE)
    assert (await desk.http.get("/dispatch/account/renew", params={"to": to})).headers["location"] == COUNTY_PAGE


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1"}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
    ],
)
async def test_a_form_of_another_site_does_nothing(desk: Desk, headers: dict[str, str], status: int) -> None:
    await signed_in(desk)
    for page, fields in (
        ("sign-in", {"name": "S-1", "password": OWN}),
        ("sessions/end", {}),
        ("sign-out", {}),
    ):
        content = urlencode(fields)
        answer = await desk.http.post(f"/dispatch/account/{page}", content=content, headers=FORM | headers)
        assert answer.status_code == status, page


async def test_cookies_go_over_tls_alone_but_to_this_machine(desk: Desk) -> None:
    await signed_in(desk)
    form = {"name": "S-1", "password": OWN}
    answer = await desk.http.post("http://huiyin.example.org/dispatch/account/sign-in", data=form)
    cookies = answer.headers.get_list("set-cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {
        *("__Secure-huiyin_session", "__Host-huiyin_token", "__Secure-huiyin_signed_in", "__Secure-huiyin_device"),
    }
    assert all("Secure" in cookie for cookie in cookies)
    page = await desk.http.get("/dispatch/account/sign-in")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"


async def test_an_access_token_that_ended_is_renewed_by_the_way_and_without_a_session_one_signs_in(desk: Desk) -> None:
    await signed_in(desk)
    before = desk.http.cookies["huiyin_token"]
    desk.machine.later(timedelta(minutes=6))
    renewed = await desk.http.get("/dispatch/account/renew", params={"to": "/analytics/county?lang=en"})
    assert (renewed.status_code, renewed.headers["location"]) == (303, "/analytics/county?lang=en")
    assert desk.http.cookies["huiyin_token"] != before
    desk.machine.later(timedelta(days=2))
    over = await desk.http.get("/dispatch/account/renew", params={"to": "/analytics/county?lang=en"})
    assert (over.status_code, 'name="password"' in over.text) == (401, True)
    assert "huiyin_session" not in desk.http.cookies


async def test_sessions_are_shown_and_ended(desk: Desk) -> None:
    await signed_in(desk)
    await desk.post("/sign-in", name="S-1", password=OWN)
    page = await seen(desk, "")
    assert ("陈测试" in page, page.count("203.0.113.0/24"), "本机" in page) == (True, 2, True)
    (other,) = re.findall(r'name="session_id" value="([^"]*)"', page)
    assert (await send(desk, "sessions/end", session_id=other)).status_code == 303
    assert re.findall(r'name="session_id"', await seen(desk, "")) == []
    out = await send(desk, "sessions/end")
    assert out.headers["location"] == "/dispatch/account/sign-in"
    again = await desk.http.get("/dispatch/account")
    assert again.status_code == 303


async def test_a_second_factor_by_pages(desk: Desk) -> None:
    await signed_in(desk)
    page = await seen(desk, "/second-factor")
    secret = "".join(re.findall(r'class="secret">([A-Z2-7 ]+)<', page)).replace(" ", "")
    assert ("<svg" in page, f"secret={secret}" in page) == (True, True)
    wrong = await send(desk, "second-factor/confirm", code="000000")
    assert (wrong.status_code, "验证码不正确" in wrong.text) == (422, True)
    confirmed = await send(desk, "second-factor/confirm", code=code_at(secret, desk.machine.now))
    recovery = re.findall(r"<li>([A-Z2-9]{5}-[A-Z2-9]{5})</li>", confirmed.text)
    assert len(recovery) == 10
    assert (await send(desk, "sign-out")).status_code == 303
    step = await send(desk, "sign-in", name="S-1", password=OWN)
    assert "手机验证器" in (await desk.http.get(step.headers["location"])).text
    desk.machine.later(timedelta(seconds=STEP))
    assert (await send(desk, "code", code="123")).status_code == 422
    assert (await send(desk, "code", code=code_at(secret, desk.machine.now))).headers["location"] == COUNTY_PAGE
    assert (await send(desk, "second-factor/off", code=recovery[3])).status_code == 303
    assert "启用动态验证码" in await seen(desk, "")


async def test_who_has_two_units_chooses_and_switches(desk: Desk) -> None:
    await signed_in(desk, WORKER, CALLER)
    page = await seen(desk, "/step")
    assert re.findall(r'name="unit_code" value="([^"]*)"', page) == ["D-WATER", "H-12345"]
    assert (await send(desk, "unit", unit_code="D-HOUSING")).status_code == 422
    assert (await send(desk, "unit", unit_code="H-12345")).headers["location"] == COUNTY_PAGE
    assert "12345政务服务便民热线" in await seen(desk, "")
    assert 'value="H-12345" required checked' in await seen(desk, "/unit")
    assert (await send(desk, "unit", unit_code="D-WATER", to="/dispatch/account")).status_code == 303
    assert "水利局" in await seen(desk, "")


async def test_another_password_by_page(desk: Desk) -> None:
    await signed_in(desk)
    new = "三月里的小雨淅沥沥下不停"
    wrong = await send(desk, "password", old_password="no", new_password=new, again=new)
    assert (wrong.status_code, "账号或密码不正确" in wrong.text) == (401, True)
    changed = await send(desk, "password", old_password=OWN, new_password=new, again=new)
    assert (changed.status_code, "密码已修改" in changed.text) == (200, True)
    assert (await send(desk, "sign-out")).status_code == 303
    assert (await send(desk, "sign-in", name="S-1", password=new)).headers["location"] == COUNTY_PAGE


async def test_who_has_to_wait_is_told_how_long_and_where_there_is_a_provider_there_is_no_form(
    desk: Desk, office: Office
) -> None:
    await desk.account("S-1")
    for number in range(5):
        await send(desk, "sign-in", name="S-1", password=f"wrong {number}")
    waits = await send(desk, "sign-in", name="S-1", password="x")
    assert (waits.status_code, waits.headers["retry-after"], "请在 30 秒后再试" in waits.text) == (429, "30", True)
    elsewhere = await office.http.get("/dispatch/account/sign-in")
    assert ("统一身份认证" in elsewhere.text, 'name="password"' in elsewhere.text) == (True, False)
