"""Whatever is wrong with a request: a clear refusal in both languages, and not one row of any service has changed."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
import pytest
import pytest_asyncio

from libs.common.security.issuer import LocalIssuer
from libs.common.security.principal import Role
from libs.programs.postgres.server import EmbeddedPostgres
from tests.journeys.county import (
    OTHER_TOWN,
    RESULT,
    SATISFIED,
    VILLAGE,
    VILLAGE_UNIT,
    County,
    Person,
    complaint,
    open_county,
)
from tests.journeys.wrongs import CASES, ORDER, RETURN, WRONGS, Wrong

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHINESE = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Stage:
    """A county with a case at every stage; their ids, and what hangs on them, by name."""

    county: County
    names: dict[str, str]

    def people(self) -> dict[str, Person]:
        """Everybody who does something wrong here."""
        county = self.county
        return {
            "operator": county.operator,
            "town operator": county.person("operator-3", Role.OPERATOR, area=OTHER_TOWN),
            "dispatcher": county.dispatcher,
            "town dispatcher": county.person("dispatcher-3", Role.DISPATCHER, area=OTHER_TOWN),
            "unit": county.handler(VILLAGE_UNIT),
            "other unit": county.handler("D-WATER"),
            "no unit": county.person("handler-9", Role.HANDLER),
            "caller": county.caller,
            "town caller": county.person("caller-9", Role.CALLER, area=OTHER_TOWN),
            "supervisor": county.supervisor,
            "leader": county.leader,
            "admin": county.admin,
        }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(
    county_template: str, postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """One stage for all: nothing that happens on it changes it."""
    database = "bad_input"
    connection = await asyncpg.connect(postgres.dsn)
    await connection.execute(f"CREATE DATABASE {database} TEMPLATE {county_template}")
    folder: Path = tmp_path_factory.mktemp(database)
    async with open_county(postgres.dsn.rpartition("/")[0] + f"/{database}", folder) as county:
        yield Stage(county, await _cases(county))
        await county.check()
    await connection.execute(f"DROP DATABASE {database} WITH (FORCE)")
    await connection.close()


async def _cases(county: County) -> dict[str, str]:
    names = {"triage": await county.register(category_code=None)}
    for name in ("assigned", "signed", "returned", "asked", "closed"):
        names[name] = await county.register()
    await county.lead_does(names["signed"], "signature")
    await county.lead_does(names["returned"], "return", RETURN)
    await county.handle(names["asked"])
    await county.handle(names["closed"])
    names["done"] = (await county.call(names["closed"], SATISFIED))["callback_id"]
    names["callback"] = (await county.callback(names["asked"]))["callback_id"]
    order = await county.supervisor.do("/followup/v1/supervisions", ORDER | {"case_id": names["signed"]})
    names["order"] = order["supervision_id"]
    await county.house.settle()
    return names


def _filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: names[found[1]], value)
    if isinstance(value, dict):
        return {key: _filled(inner, names) for key, inner in value.items()}
    return value


async def _send(stage: Stage, wrong: Wrong, **headers: str) -> httpx.Response:
    person = stage.people()[wrong.who]
    content = wrong.body if isinstance(wrong.body, bytes) else None
    if content is None and wrong.body is not None:
        content = orjson.dumps(_filled(wrong.body, stage.names))
    sent = {"Content-Type": wrong.content_type, "If-Match": "*", **person.headers, **headers}
    path = _filled(wrong.path, stage.names)
    return await stage.county.http.request(wrong.method, path, content=content, headers=sent)


def _told(answer: httpx.Response, language: str) -> str:
    """The words of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert answer.headers["content-language"] == language
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"].startswith("urn:huiyin:problem:")
    assert body["instance"] == f"urn:huiyin:request:{answer.headers['x-request-id']}"
    return " ".join([body["title"], body.get("detail", ""), *(wrong["message"] for wrong in body.get("fields", []))])


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda wrong: wrong.what)
async def test_a_wrong_request_is_refused_in_both_languages_and_changes_nothing(stage: Stage, wrong: Wrong) -> None:
    before = await stage.county.prints()
    english = await _send(stage, wrong, **{"Accept-Language": "en"})
    chinese = await _send(stage, wrong, **{"Accept-Language": "zh-CN"})
    await stage.county.house.settle()
    assert await stage.county.prints() == before
    assert english.status_code == chinese.status_code == wrong.status, english.text
    assert not CHINESE.search(_told(english, "en"))
    assert CHINESE.search(_told(chinese, "zh-CN"))
    if wrong.field is not None:
        assert wrong.field in {each["field"] for each in english.json()["fields"]}, english.text


@pytest.mark.parametrize(
    ("if_match", "status"), [(None, 428), ('"99"', 412), ("99", 422), ('"x"', 422), ('W/"0"', 412), ("", 422)]
)
@pytest.mark.parametrize(
    ("who", "path", "body"),
    [
        ("operator", CASES + "/{signed}/withdrawal", {"reason": "不要了"}),
        ("unit", "/dispatch/v1/cases/{signed}/result", RESULT),
        ("caller", "/followup/v1/callbacks/{callback}/attempts", SATISFIED),
        ("unit", "/followup/v1/supervisions/{order}/reply", {"reply": "已在办理"}),
    ],
)
async def test_a_change_names_the_version_it_was_decided_on(
    stage: Stage, who: str, path: str, body: Any, if_match: str | None, status: int
) -> None:
    before = await stage.county.prints()
    headers = {**stage.people()[who].headers, **({} if if_match is None else {"If-Match": if_match})}
    answer = await stage.county.http.post(_filled(path, stage.names), json=body, headers=headers)
    assert answer.status_code == status, answer.text
    if status == 412:
        assert answer.json()["current_version"] > 0
    assert await stage.county.prints() == before


async def test_a_token_that_is_none(stage: Stage, tmp_path: Path) -> None:
    county = stage.county
    good = county.operator.headers["Authorization"].removeprefix("Bearer ")
    stranger = LocalIssuer.load_or_create(tmp_path, county.issuer.now)
    forged = County(county.house, county.http, stranger, county.send).operator.headers["Authorization"]
    head, claims, signature = good.split(".")
    tokens = [
        b"",
        b"Bearer",
        b"Bearer null",
        b"Bearer a.b.c",
        f"Bearer {head}.{claims}.".encode(),
        f"Bearer {head}.{claims}.{signature[:-4]}AAAA".encode(),
        f"Bearer {claims}.{head}.{signature}".encode(),
        f"Basic {good}".encode(),
        b"Bearer " + b"A" * 10_000,
        "Bearer 令牌".encode(),
        b"Bearer \xff\xfe",
        forged.encode(),
    ]
    before = await county.prints()
    for service, path in (("intake", "/v1/cases"), ("dispatch", "/v1/work"), ("followup", "/v1/callbacks")):
        assert (await county.http.get(f"/{service}{path}")).status_code == 401
        for token in tokens:
            answer = await county.http.get(f"/{service}{path}", headers=[(b"authorization", token)])
            assert answer.status_code == 401, (token, answer.text)
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert _told(answer, "en")
    posted = await county.http.post(CASES, json=complaint(), headers={"Authorization": forged})
    assert posted.status_code == 401
    assert await county.prints() == before


async def test_broken_lines_in_the_middle_of_a_batch_are_named_and_the_good_ones_taken(stage: Stage) -> None:
    county = stage.county
    good = [complaint(source_system="city", source_no=f"GD{number}", ref=f"r{number}") for number in range(4)]
    lines = [
        orjson.dumps(good[0]),
        b'{"channel": "hotline", ',
        orjson.dumps(good[1]),
        orjson.dumps(complaint(area_code="999009101000", ref="lost")),
        orjson.dumps(complaint(text=" ")),
        "路灯不亮".encode("gb18030"),
        b"",
        orjson.dumps(good[2]),
        b"[" * 60 + b"]" * 60,
        orjson.dumps(good[3]),
        orjson.dumps(good[3]),
    ]
    city = county.person("city", Role.VISITOR)
    headers = {**city.headers, "Content-Type": "application/x-ndjson", "Accept-Language": "zh"}
    answer = await county.http.post(f"{CASES}/batch", content=b"\n".join(lines), headers=headers)
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert (report["accepted"], report["repeated"], report["refused"]) == (4, 1, 5)
    assert sorted({problem["line"] for problem in report["problems"]}) == [2, 4, 5, 6, 9]
    assert all(CHINESE.search(problem["message"]) for problem in report["problems"])
    assert {taken["ref"] for taken in report["results"] if not taken["repeated"]} == {"r0", "r1", "r2", "r3"}
    await county.house.settle()
    for taken in report["results"]:
        assert (await county.case(taken["case_id"]))["lead_unit"] == VILLAGE_UNIT
    assert (await county.operator.ask(CASES, source_system="city", area_code=VILLAGE))["items"]
