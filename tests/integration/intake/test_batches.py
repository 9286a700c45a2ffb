"""Many complaints in one stream: good lines are taken, each bad one is named, nothing is taken twice."""

import re
from typing import Any

import orjson
import pytest

from libs.common.database.session import Session
from libs.common.pack.versions import PackVersions
from libs.common.run.failpoints import arm
from libs.common.security.policy import Scope
from libs.common.security.principal import Role
from libs.common.web.ndjson import Read
from services.intake.batches import actions
from services.intake.batches.schemas import TakenLine
from services.intake.cases.actions.drafts import Draft
from services.intake.cases.schemas import RegisterCase
from tests.integration.intake.door import CASES, OTHER_TOWN, TOWN, IntakeDoor, complaint


@pytest.fixture
def city(intake: IntakeDoor) -> dict[str, str]:
    """The token of the city's platform."""
    return intake.token(Role.INTEGRATOR, subject="city-12345")


def sent(number: int, **fields: Any) -> dict[str, Any]:
    """A line with its source number."""
    return complaint(source_no=f"C{number}", ref=f"r{number}", **fields)


async def test_good_lines_are_taken_and_bad_ones_named(intake: IntakeDoor, city: dict[str, str]) -> None:
    lines = [
        sent(1),
        b'{"channel": "hotline", "kind": ',
        b"",
        sent(4, area_code="999001999000"),
        sent(5, text="\x07"),
        '{"text": "路灯"}'.encode("gb18030"),
        sent(7, requester={"phone": "不详"}),
        b"[" * 60,
        sent(9, source_system="somebody-else"),
        sent(10),
    ]
    answer = await intake.batch(lines, city)
    assert answer.status_code == 200
    report = answer.json()
    assert (report["accepted"], report["repeated"], report["refused"]) == (2, 0, 7)
    assert [(taken["line"], taken["ref"]) for taken in report["results"]] == [(1, "r1"), (10, "r10")]
    assert [(wrong["line"], wrong["ref"], wrong["field"]) for wrong in report["problems"]] == [
        (2, None, "line"),
        (4, "r4", "area_code"),
        (5, None, "text"),
        (6, None, "line"),
        (7, "r7", "requester/phone"),
        (8, None, "line"),
        (9, "r9", "source_system"),
    ]
    counts = await intake.counts()
    assert (counts["cases"], counts["ledger"], counts["timeline"]) == (2, 2, 2)


async def test_problems_speak_the_language_of_the_sender(intake: IntakeDoor, city: dict[str, str]) -> None:
    wrong = [sent(1, area_code="999001999000")]
    english = (await intake.batch(wrong, city)).json()["problems"][0]["message"]
    chinese = (await intake.batch(wrong, city, **{"Accept-Language": "zh-CN"})).json()["problems"][0]["message"]
    assert "is not in the county pack" in english
    assert "县包中没有" in chinese


async def test_each_line_stands_in_the_area_of_its_sender(intake: IntakeDoor) -> None:
    visitor = intake.token(Role.VISITOR, area=OTHER_TOWN)
    report = (await intake.batch([complaint(), complaint(area_code="999001102201")], visitor)).json()
    assert (report["accepted"], report["refused"]) == (1, 1)
    assert report["problems"][0]["field"] == "area_code"


async def test_a_long_batch_is_taken_whole(intake: IntakeDoor, city: dict[str, str]) -> None:
    lines: list[object] = [sent(number) for number in range(1050)]
    lines[300] = b"{broken"
    report = (await intake.batch(lines, city)).json()
    assert (report["accepted"], report["refused"]) == (1049, 1)
    assert len(report["results"]) == 1000
    assert report["problems"][0]["line"] == 301
    numbers = await intake.rows("SELECT count(DISTINCT case_no) AS n FROM cases")
    assert numbers[0].n == 1049
    assert (await intake.counts())["ledger"] == 1049


async def test_a_batch_sent_again_finds_its_cases(intake: IntakeDoor, city: dict[str, str]) -> None:
    first = (await intake.batch([sent(1), sent(2)], city)).json()
    again = (await intake.batch([sent(1), sent(2), sent(3), sent(3)], city)).json()
    assert (again["accepted"], again["repeated"], again["refused"]) == (1, 3, 0)
    assert [taken["case_id"] for taken in again["results"][:2]] == [taken["case_id"] for taken in first["results"]]
    assert again["results"][2]["case_id"] == again["results"][3]["case_id"]
    assert (await intake.counts())["cases"] == 3


async def test_a_key_keeps_lines_without_a_source_number_from_being_taken_twice(
    intake: IntakeDoor, city: dict[str, str]
) -> None:
    lines = [complaint(ref=f"r{number}") for number in range(450)]
    headers = {"Idempotency-Key": "day-2026-03-04"}
    first = await intake.batch(lines, city, **headers)
    again = await intake.batch(lines, city, **headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert first.json()["results"][-1]["ref"] == "r449"
    assert not await intake.rows("SELECT 1 FROM answer WHERE convert_from(body, 'UTF8') LIKE '%r449%'")
    assert (await intake.counts())["cases"] == 450


async def test_what_a_broken_connection_left_is_taken_when_the_batch_comes_again(
    intake: IntakeDoor, city: dict[str, str]
) -> None:
    lines = [complaint(ref=f"r{number}") for number in range(450)]
    headers = {"Idempotency-Key": "day-2026-03-04"}
    await intake.batch(lines[:400], city, **headers)
    report = (await intake.batch(lines, city, **headers)).json()
    assert report["accepted"] == 450
    assert (await intake.counts())["cases"] == 450


async def test_a_key_is_not_for_another_batch(intake: IntakeDoor, city: dict[str, str]) -> None:
    headers = {"Idempotency-Key": "day-2026-03-04"}
    await intake.batch([sent(1)], city, **headers)
    answer = await intake.batch([sent(2)], city, **headers)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:huiyin:problem:idempotency-key-reused"
    assert (await intake.counts())["cases"] == 1


async def test_a_key_of_another_sender_is_another_key(intake: IntakeDoor, city: dict[str, str]) -> None:
    headers = {"Idempotency-Key": "day-2026-03-04"}
    await intake.batch([complaint()], city, **headers)
    await intake.batch([complaint()], intake.token(Role.INTEGRATOR, subject="province"), **headers)
    assert (await intake.counts())["cases"] == 2


@pytest.mark.parametrize("lost", [{"area": TOWN}, {"unit": "D-WATER"}])
async def test_lines_taken_before_are_not_told_to_an_account_with_other_rights(
    intake: IntakeDoor, city: dict[str, str], lost: dict[str, str]
) -> None:
    headers = {"Idempotency-Key": "day-2026-03-04"}
    first = await intake.batch([complaint(), complaint()], city, **headers)
    changed = intake.token(Role.INTEGRATOR, subject="city-12345", **lost)
    refused = await intake.batch([complaint(), complaint()], changed, **headers)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:huiyin:problem:idempotency-key-reused")
    assert first.json()["results"][0]["case_no"] not in refused.text
    assert (await intake.counts())["cases"] == 2


async def test_no_key_and_no_plain_digest_of_lines_is_kept(intake: IntakeDoor, city: dict[str, str]) -> None:
    await intake.batch([complaint(), complaint()], city, **{"Idempotency-Key": "call-13912345678"})
    (row,) = await intake.rows("SELECT scope, idempotency_key AS name, request_hash AS mark FROM answer")
    assert re.fullmatch("[a-p]{32}", row.name)
    assert "13912345678" not in row.scope
    reads = [Read(number, RegisterCase.model_validate(complaint())) for number in (1, 2)]
    assert bytes(row.mark) != actions.content_of(reads)


async def test_one_line_that_nobody_foresaw_costs_the_others_nothing(
    intake: IntakeDoor, city: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = actions._take

    async def failing(session: Session, number: int, draft: Draft, scope: Scope) -> TakenLine:
        if draft.ref == "r2":
            raise RuntimeError("nobody foresaw this")
        return await taken(session, number, draft, scope)

    monkeypatch.setattr(actions, "_take", failing)
    headers = {"Idempotency-Key": "day-2026-03-04"}
    report = (await intake.batch([sent(1), sent(2), sent(3)], city, **headers)).json()
    assert (report["accepted"], report["refused"]) == (2, 1)
    assert report["problems"] == [
        {"line": 2, "ref": "r2", "field": "line", "message": "could not be stored; the office was told"}
    ]
    assert (await intake.counts())["cases"] == 2


async def test_what_was_taken_line_by_line_before_a_crash_is_not_taken_again(
    intake: IntakeDoor, city: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chunk fails as a whole, its lines are taken one by one, and the process dies after the second of them."""
    taken = actions._take

    async def failing(session: Session, number: int, draft: Draft, scope: Scope) -> TakenLine:
        if draft.ref == "r4":
            raise RuntimeError("nobody foresaw this")
        return await taken(session, number, draft, scope)

    monkeypatch.setattr(actions, "_take", failing)
    lines = [complaint(ref=f"r{number}") for number in range(1, 6)]
    headers = {"Idempotency-Key": "day-2026-03-04"}
    arm("door.after_commit:raise:2")
    try:
        broken = await intake.batch(lines, city, **headers)
    finally:
        arm("")
    assert broken.json()["refused"] == 2
    assert (await intake.counts())["cases"] == 4
    monkeypatch.undo()
    report = (await intake.batch(lines, city, **headers)).json()
    assert (report["accepted"], report["refused"]) == (5, 0)
    assert [line["ref"] for line in report["results"]] == [f"r{number}" for number in range(1, 6)]
    assert (await intake.counts())["cases"] == 5
    assert (await intake.batch(lines, city, **headers)).json() == report


async def test_a_batch_is_only_sent(intake: IntakeDoor, city: dict[str, str]) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = await intake.http.request(method, f"{CASES}/batch", headers=city)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_an_empty_batch_is_no_batch_at_all(intake: IntakeDoor, city: dict[str, str]) -> None:
    report = (await intake.batch([b"", b"  "], city)).json()
    assert report == {"accepted": 0, "repeated": 0, "refused": 0, "results": [], "problems": []}


async def test_only_ndjson_and_only_with_the_right(intake: IntakeDoor, city: dict[str, str]) -> None:
    answer = await intake.http.post(f"{CASES}/batch", json=complaint(), headers=city)
    assert answer.status_code == 415
    assert (await intake.batch([complaint()], intake.operator)).status_code == 403


async def test_no_pack_no_batch_and_it_is_told_how_far_it_came(intake: IntakeDoor, city: dict[str, str]) -> None:
    intake.service.runtime.door_database.packs = PackVersions()
    answer = await intake.batch([sent(1)], city)
    assert answer.status_code == 503
    assert orjson.loads(answer.content)["lines_done"] == 0
