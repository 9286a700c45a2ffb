"""Every wrong registration: a clear problem in both languages, and nothing is changed."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest

from libs.common.security.principal import Role
from tests.integration.intake.door import CASES, NOW, OTHER_TOWN, TOWN, IntakeDoor, complaint

Body = dict[str, Any]


def _without(field: str) -> Body:
    body = complaint()
    del body[field]
    return body


FIELDS: dict[str, tuple[Body, str]] = {
    "unknown area": (complaint(area_code="999001999000"), "area_code"),
    "area of another county": (complaint(area_code="110101001001"), "area_code"),
    "area that is no code": (complaint(area_code="望山镇"), "area_code"),
    "no area": (_without("area_code"), "area_code"),
    "unknown category": (complaint(category_code="9999"), "category_code"),
    "category that is no code": (complaint(category_code="1"), "category_code"),
    "unknown channel": (complaint(channel="fax"), "channel"),
    "unknown kind": (complaint(kind=7), "kind"),
    "unknown urgency": (complaint(urgency="now"), "urgency"),
    "unknown unit complained about": (complaint(accused_unit="D-NOWHERE"), "accused_unit"),
    "no text": (_without("text"), "text"),
    "empty text": (complaint(text=""), "text"),
    "blank text": (complaint(text=" \n\t "), "text"),
    "text that is a number": (complaint(text=12345), "text"),
    "text over the pack's limit": (complaint(text="路" * 5001), "text"),
    "text over every limit": (complaint(text="路" * 20_000), "text"),
    "title over the pack's limit": (complaint(title="路" * 101), "title"),
    "control character in the text": (complaint(text="路灯\x07坏了"), "text"),
    "control character in the title": (complaint(title="路灯\x1b坏了"), "title"),
    "in the future": (complaint(occurred_at=(NOW + timedelta(minutes=3)).isoformat()), "occurred_at"),
    "time without a zone": (complaint(occurred_at="2026-03-01T10:00:00"), "occurred_at"),
    "time that is none": (complaint(occurred_at="昨天"), "occurred_at"),
    "time as a number": (complaint(occurred_at=1_772_000_000), "occurred_at"),
    "phone that is none": (complaint(requester={"phone": "不详"}), "requester/phone"),
    "flag as text": (complaint(confidential="yes"), "confidential"),
    "source number without its system": (complaint(source_no="GD1"), "source_system"),
    "misspelt field": (complaint(adress="村口"), "adress"),
    "a time of registration of one's own": (complaint(registered_at=NOW.isoformat()), "registered_at"),
}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_a_wrong_field_is_named_in_both_languages(intake: IntakeDoor, language: str) -> None:
    before = await intake.counts()
    headers = {**intake.operator, "Accept-Language": language}
    for name, (body, field) in FIELDS.items():
        answer = await intake.http.post(CASES, json=body, headers=headers)
        assert answer.status_code == 422, name
        assert answer.headers["content-language"] == language
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert field in [wrong["field"] for wrong in problem["fields"]], name
        assert problem["detail"]
        assert all(wrong["message"].isascii() is (language == "en") for wrong in problem["fields"]), name
    assert await intake.counts() == before


RAW: dict[str, tuple[bytes, int]] = {
    "not UTF-8": ('{"text": "路灯"}'.encode("gb18030"), 400),
    "UTF-16": (orjson.dumps(complaint()).decode().encode("utf-16"), 400),
    "broken JSON": (b'{"channel": "hotline", ', 400),
    "a list": (b"[]", 422),
    "nothing": (b"", 422),
    "NUL": (orjson.dumps(complaint(text="a\0b")), 400),
    "too deep": (b'{"text": ' + b"[" * 50 + b"]" * 50 + b"}", 400),
    "far too deep": (b"[" * 100_000, 400),
    "huge": (orjson.dumps(complaint(text="路" * 200_000)), 413),
}


async def test_what_cannot_be_read_is_refused(intake: IntakeDoor) -> None:
    headers = {**intake.operator, "Content-Type": "application/json"}
    before = await intake.counts()
    for name, (raw, status) in RAW.items():
        english = await intake.http.post(CASES, content=raw, headers=headers)
        chinese = await intake.http.post(CASES, content=raw, headers={**headers, "Accept-Language": "zh"})
        assert (english.status_code, chinese.status_code) == (status, status), name
        assert english.json()["type"] == chinese.json()["type"]
        assert english.json()["title"] != chinese.json()["title"]
    assert await intake.counts() == before


async def test_another_kind_of_body_is_refused(intake: IntakeDoor) -> None:
    answer = await intake.http.post(
        CASES, content="路灯坏了", headers={**intake.operator, "Content-Type": "text/plain"}
    )
    assert answer.status_code == 415


CALLERS: dict[str, tuple[Callable[[IntakeDoor], dict[str, str]], int]] = {
    "nobody": (lambda _: {}, 401),
    "a forged token": (lambda _: {"Authorization": "Bearer abc.def.ghi"}, 401),
    "another town": (lambda intake: intake.token(Role.OPERATOR, area=OTHER_TOWN), 403),
    "another county": (lambda intake: intake.token(Role.OPERATOR, area="110101000000"), 403),
    "a handler": (lambda intake: intake.token(Role.HANDLER, unit="D-HOUSING"), 403),
    "a leader": (lambda intake: intake.token(Role.LEADER), 403),
}


async def test_who_may_not_register_changes_nothing(intake: IntakeDoor) -> None:
    before = await intake.counts()
    for name, (caller, status) in CALLERS.items():
        answer = await intake.http.post(CASES, json=complaint(), headers=caller(intake))
        assert answer.status_code == status, name
    assert await intake.counts() == before


async def test_a_caller_of_a_town_registers_in_its_town(intake: IntakeDoor) -> None:
    assert await intake.register(intake.token(Role.VISITOR, area=TOWN))


async def test_wrong_requests_do_not_disturb_right_ones(intake: IntakeDoor) -> None:
    headers = intake.operator
    bodies = [complaint() if index % 2 else complaint(area_code="999001999000") for index in range(60)]

    async def send(body: Body) -> httpx.Response:
        return await intake.http.post(CASES, json=body, headers=headers)

    answers = await asyncio.gather(*map(send, bodies))
    assert [answer.status_code for answer in answers] == [201 if index % 2 else 422 for index in range(60)]
    assert (await intake.counts())["cases"] == 30
