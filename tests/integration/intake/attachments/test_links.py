"""Links to a file that open once, without a token."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from libs.common.security.principal import Role
from tests.integration.intake.attachments.attaching import Attaching
from tests.integration.intake.door import NOW, OTHER_TOWN
from tests.support.files import JPEG


async def _link(case: Attaching, attachment_id: str, headers: dict[str, str] | None = None) -> httpx.Response:
    path = f"{case.path}/{attachment_id}/links"
    return await case.intake.http.post(path, headers=headers or case.intake.operator)


async def test_a_link_downloads_a_file_once_in_a_browser_without_a_token(case: Attaching) -> None:
    attached = await case.attached()
    answer = await _link(case, attached["attachment_id"])
    assert answer.status_code == 201
    link = answer.json()
    assert link["ends_at"] == "2026-03-04T02:10:00Z"
    first = await case.intake.http.get(link["path"])
    assert (first.status_code, first.content) == (200, JPEG)
    assert first.headers["content-disposition"].startswith("attachment;")
    second = await case.intake.http.get(link["path"])
    assert (second.status_code, second.json()["type"]) == (404, "urn:huiyin:problem:link-spent")
    (row,) = await case.intake.rows("SELECT * FROM one_time_link")
    assert (row.about, row.used_at, row.ends_at) == (
        f"{attached['case_id']}/{attached['attachment_id']}", NOW, NOW + timedelta(minutes=10)
    )  # fmt: skip
    assert row.subject == attached["added_by"]
    assert link["path"].rpartition("/")[2] not in str(dict(row))


async def test_of_two_who_open_a_link_at_once_one_gets_the_file(case: Attaching) -> None:
    link = (await _link(case, (await case.attached())["attachment_id"])).json()
    other = case.intake.another_process()
    try:
        answers = await asyncio.gather(*(door.http.get(link["path"]) for door in (case.intake, other) * 3))
    finally:
        await other.close()
    assert sorted(answer.status_code for answer in answers) == [200, *[404] * 5]


async def test_a_link_ends(case: Attaching) -> None:
    link = (await _link(case, (await case.attached())["attachment_id"])).json()
    case.intake.move_clock(NOW + timedelta(minutes=10))
    assert (await case.intake.http.get(link["path"])).status_code == 404


async def test_a_link_to_what_was_deleted_meanwhile_opens_nothing(case: Attaching) -> None:
    attached = await case.attached()
    link = (await _link(case, attached["attachment_id"])).json()
    await case.delete(attached["attachment_id"])
    assert (await case.intake.http.get(link["path"])).status_code == 404
    assert (await _link(case, attached["attachment_id"])).status_code == 404


async def test_a_link_shows_no_more_than_its_maker_may_see(case: Attaching) -> None:
    attached = await case.attached()
    elsewhere = case.intake.token(Role.OPERATOR, area=OTHER_TOWN)
    assert (await _link(case, attached["attachment_id"], elsewhere)).status_code == 404
    assert await case.intake.rows("SELECT 1 FROM one_time_link") == []


@pytest.mark.parametrize(("link", "status"), [("x" * 50, 404), ("x" * 49, 404), ("%E6%B6%88" * 10, 404), ("a.b", 404)])
async def test_a_link_that_was_made_up_opens_nothing(case: Attaching, link: str, status: int) -> None:
    answer = await case.intake.http.get(f"/intake/v1/downloads/{link}")
    assert (answer.status_code, answer.json()["type"]) == (status, "urn:huiyin:problem:link-spent")
