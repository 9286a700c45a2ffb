"""The county page in HTML: both languages, the token's way in, and a link behind every number."""

import re
from collections.abc import AsyncIterator
from html import unescape
from uuid import UUID

import pytest
from httpx import ASGITransport, AsyncClient

from libs.common.database.session import Database
from tests.integration.analytics.county import application, open_analytics
from tests.integration.analytics.test_figures import hear_seeds


@pytest.fixture
async def browser(database_url: str) -> AsyncIterator[tuple[Database, AsyncClient]]:
    database = await open_analytics(database_url)
    transport = ASGITransport(application(database))
    async with AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield database, client
    await database.close()


def seen(html: str) -> str:
    """The text that a reader sees, in one line."""
    body = html.partition("</head>")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


async def test_the_token_moves_from_the_address_into_a_cookie(browser: tuple[Database, AsyncClient]) -> None:
    _, client = browser
    answer = await client.get("/analytics/county", params={"token": "leader", "lang": "en"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/analytics/county?lang=en")
    assert "HttpOnly" in answer.headers["set-cookie"]
    page = await client.get(answer.headers["location"])
    assert page.status_code == 200
    assert 'lang="en"' in page.text


async def test_an_access_token_that_ended_is_fetched_anew_where_there_is_a_session(
    browser: tuple[Database, AsyncClient],
) -> None:
    _, client = browser
    client.cookies.set("huiyin_signed_in", "1", domain="127.0.0.1", path="/analytics")
    away = await client.get("/analytics/county", params={"lang": "en"})
    to = "/dispatch/account/renew?to=%2Fanalytics%2Fcounty%3Flang%3Den"
    assert (away.status_code, away.headers["location"]) == (303, to)
    client.cookies.set("huiyin_token", "leader", domain="127.0.0.1", path="/")
    assert (await client.get("/analytics/county")).status_code == 200
    client.cookies.set("huiyin_token", "nobody", domain="127.0.0.1", path="/")
    assert (await client.get("/analytics/county")).status_code == 401, "else the two would send it round for ever"


def _form(page: str, token: str) -> dict[str, str]:
    """What a browser would send of the page that asks for a token."""
    (where,) = re.findall(r'name="to" value="([^"]*)"', page)
    return {"to": unescape(where), "token": token}


async def test_the_form_brings_the_token_in_its_body_and_leads_back_to_where_one_was(
    browser: tuple[Database, AsyncClient],
) -> None:
    _, client = browser
    asked = await client.get("/analytics/county/cases?period=year&counter=registered&lang=en&basis=registered")
    assert 'method="post" action="/analytics/county/sign-in"' in asked.text
    wrong = await client.post("/analytics/county/sign-in", data=_form(asked.text, "nobody"))
    assert (wrong.status_code, wrong.text.count("nobody"), "set-cookie" in wrong.headers) == (401, 0, False)
    signed_in = await client.post("/analytics/county/sign-in", data=_form(wrong.text, "leader"))
    assert signed_in.status_code == 303
    assert signed_in.headers["location"] == str(asked.url.raw_path.decode())
    assert (await client.get(signed_in.headers["location"])).status_code == 200


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/analytics/county/../../x", "/intake", "/analytics/county?a\nb"]
)
async def test_the_form_leads_nowhere_else(browser: tuple[Database, AsyncClient], to: str) -> None:
    answer = await browser[1].post("/analytics/county/sign-in", data={"to": to, "token": "leader"})
    assert (answer.status_code, [wrong["field"] for wrong in answer.json()["fields"]]) == (422, ["to"])


@pytest.mark.parametrize(("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 303)])
async def test_a_page_of_another_site_signs_nobody_in(
    browser: tuple[Database, AsyncClient], site: str, status: int
) -> None:
    form, headers = {"to": "/analytics/county", "token": "leader"}, {"Sec-Fetch-Site": site}
    answer = await browser[1].post("/analytics/county/sign-in", data=form, headers=headers)
    assert (answer.status_code, "set-cookie" in answer.headers) == (status, status == 303)


@pytest.mark.parametrize("params", [{}, {"token": "nobody"}])
async def test_without_a_token_it_asks_for_one(browser: tuple[Database, AsyncClient], params: dict[str, str]) -> None:
    _, client = browser
    page = await client.get("/analytics/county", params=params)
    assert page.status_code == 401
    assert 'name="token"' in page.text
    assert "nobody" not in page.text


async def test_an_empty_county_has_dashes_not_zeros(browser: tuple[Database, AsyncClient]) -> None:
    _, client = browser
    page = await client.get("/analytics/county", headers={"Authorization": "Bearer leader"})
    assert page.status_code == 200
    assert "响应率 — 0 / 0" in seen(page.text)
    assert "尚无数据" in page.text


async def test_the_numbers_and_both_languages(browser: tuple[Database, AsyncClient]) -> None:
    database, client = browser
    await hear_seeds(database)
    headers = {"Authorization": "Bearer leader"}
    zh = await client.get("/analytics/county", headers=headers)
    en = await client.get("/analytics/county", headers=headers, params={"lang": "en"})
    assert "解决率 96.1 % 268 / 279" in seen(zh.text)
    assert "Resolution rate 96.1 % 268 / 279" in seen(en.text)
    assert "91.3 % 116 / 127" in seen(zh.text)
    assert "平均（宏观·各区域） 100.0 % 95.7 %" in seen(zh.text)
    assert zh.headers["content-language"] == "zh"
    assert "default-src 'none'" in zh.headers["content-security-policy"]
    assert not re.search(r"(src|href)=\"(https?:)?//", zh.text)
    assert "<script" not in zh.text


async def test_every_link_leads_somewhere(browser: tuple[Database, AsyncClient]) -> None:
    database, client = browser
    await hear_seeds(database)
    client.headers["Authorization"] = "Bearer leader"
    page = await client.get("/analytics/county", params={"lang": "en"})
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"]+)"', page.text)}
    assert len(links) > 15
    for link in links:
        answer = await client.get(link)
        assert answer.status_code == 200, link
    case = await client.get(f"/analytics/county/cases/{UUID(int=1)}", params={"lang": "en"})
    assert "Resolution rate" in seen(case.text)


async def test_the_list_behind_a_number_pages(browser: tuple[Database, AsyncClient]) -> None:
    database, client = browser
    await hear_seeds(database)
    client.headers["Authorization"] = "Bearer leader"
    link: str | None = "/analytics/county/cases?measure=resolution&part=numerator&limit=200"
    numbers: list[str] = []
    while link:
        page = await client.get(link)
        numbers += re.findall(r">(NO-\d+)</a>", page.text)
        found = re.search(r'class="button" href="([^"]+)"', page.text)
        link = found[1].replace("&amp;", "&") if found else None
    assert len(numbers) == len(set(numbers)) == 268


async def test_whoever_sees_no_figures_of_now_sees_what_is_published(browser: tuple[Database, AsyncClient]) -> None:
    database, client = browser
    await hear_seeds(database)
    headers = {"Authorization": "Bearer operator"}
    page = await client.get("/analytics/county", headers=headers)
    assert "268 / 279" not in seen(page.text)
    assert "公布数据" in seen(page.text)
    assert "/analytics/county/cases" not in page.text
    assert (await client.get("/analytics/county/open", headers=headers)).status_code == 403
