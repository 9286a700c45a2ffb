"""A complaint comes in: what is written, what is said, and what the citizen gets."""

import asyncio
from datetime import timedelta
from http import HTTPStatus

import httpx
import pytest

from libs.common.case_numbers import is_case_number
from libs.common.pack.versions import PackVersions
from libs.common.security.principal import Role
from tests.integration.intake.door import CASES, COUNTY, NOW, TOWN, IntakeDoor, complaint


async def test_a_registration_is_answered_with_its_number_and_its_address(intake: IntakeDoor) -> None:
    answer = await intake.http.post(CASES, json=complaint(ref="row-7"), headers=intake.operator)
    assert answer.status_code == 201
    receipt = answer.json()
    assert answer.headers["location"] == f"{CASES}/{receipt['case_id']}"
    assert answer.headers["etag"] == '"1"'
    assert is_case_number(receipt["case_no"])
    assert receipt["case_no"].startswith("999001260304000001")
    assert (
        receipt | {"status": "registered", "round": 1, "version": 1, "ref": "row-7", "status_zh": "已登记"} == receipt
    )
    found = await intake.get(answer.headers["location"])
    assert found["title"] == "村口路灯坏了三天"
    assert found["registered_at"] == found["occurred_at"] == "2026-03-04T02:00:00Z"
    assert found["requester"] is None
    assert await intake.get(f"{CASES}/{receipt['case_no']}") == found


async def test_a_registration_says_so_once(intake: IntakeDoor) -> None:
    receipt = await intake.register()
    rows = await intake.rows("SELECT key, seq, type, payload ->> 'case_no' AS case_no FROM ledger")
    assert [tuple(row) for row in rows] == [(receipt["case_id"], 1, "cn.huiyin.case.registered", receipt["case_no"])]


async def test_the_citizen_may_have_spoken_before(intake: IntakeDoor) -> None:
    earlier = NOW - timedelta(days=3)
    receipt = await intake.register(occurred_at=earlier.isoformat())
    found = await intake.get(f"{CASES}/{receipt['case_id']}")
    assert found["occurred_at"] == "2026-03-01T02:00:00Z"
    assert found["registered_at"] == "2026-03-04T02:00:00Z"


async def test_a_clock_that_runs_a_little_ahead_registers_nothing_before_it_was_said(intake: IntakeDoor) -> None:
    receipt = await intake.register(occurred_at=(NOW + timedelta(seconds=90)).isoformat())
    found = await intake.get(f"{CASES}/{receipt['case_id']}")
    assert found["occurred_at"] == found["registered_at"]


async def test_answered_in_the_same_breath(intake: IntakeDoor) -> None:
    receipt = await intake.register(direct_answer="医保局电话是12393，工作日上午可咨询。")
    assert receipt["status"] == "answered"
    said = await intake.rows(
        "SELECT seq, type, payload ->> 'answered_at_once' AS once, payload ->> 'answer' AS a,"
        " payload ->> 'answered_by' AS by FROM ledger ORDER BY id"
    )
    assert [tuple(row) for row in said] == [
        (1, "cn.huiyin.case.registered", "true", None, None),
        (2, "cn.huiyin.case.answered_directly", None, "医保局电话是12393，工作日上午可咨询。", "operator-1"),
    ]
    timeline = await intake.get(f"{CASES}/{receipt['case_id']}/timeline")
    assert [item["what"] for item in timeline["items"]] == ["registered", "answered_directly"]


async def test_the_day_of_a_number_is_the_countys_own(intake: IntakeDoor) -> None:
    intake.move_clock(NOW.replace(hour=16))  # midnight in the county
    receipt = await intake.register()
    assert receipt["case_no"].startswith("999001260305")


async def test_twins_with_the_same_key_make_one_case(intake: IntakeDoor) -> None:
    headers = {**intake.operator, "Idempotency-Key": "call-4711"}
    answers = await asyncio.gather(*(intake.http.post(CASES, json=complaint(), headers=headers) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 7
    counts = await intake.counts()
    assert (counts["cases"], counts["ledger"], counts["timeline"]) == (1, 1, 1)


async def test_a_key_is_not_for_another_request(intake: IntakeDoor) -> None:
    headers = {**intake.operator, "Idempotency-Key": "call-4711"}
    await intake.http.post(CASES, json=complaint(), headers=headers)
    answer = await intake.http.post(CASES, json=complaint(kind="praise"), headers=headers)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:huiyin:problem:idempotency-key-reused"
    assert (await intake.counts())["cases"] == 1


async def test_a_thousand_at_once_get_a_thousand_numbers(intake: IntakeDoor) -> None:
    async def register(number: int) -> httpx.Response:
        """Asked again under its key where the machine stood still so long that the door gave up, as its answer asks."""
        headers = intake.operator | {"Idempotency-Key": f"complaint-{number}"}
        for _ in range(5):
            answer = await intake.http.post(CASES, json=complaint(), headers=headers)
            if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                break
        return answer

    answers = await asyncio.gather(*map(register, range(1000)))
    assert {answer.status_code for answer in answers} == {201}
    numbers = {answer.json()["case_no"] for answer in answers}
    assert len(numbers) == 1000
    assert all(map(is_case_number, numbers))
    counts = await intake.counts()
    assert [counts[table] for table in ("cases", "wording", "ledger", "ledger_unsent", "timeline")] == [1000] * 5


async def test_a_source_number_is_registered_once(intake: IntakeDoor) -> None:
    first = await intake.register(source_system="hotline", source_no="GD1")
    again = await intake.http.post(
        CASES, json=complaint(source_system="hotline", source_no="GD1"), headers=intake.operator
    )
    assert again.status_code == 409
    assert (again.json()["case_id"], again.json()["case_no"]) == (first["case_id"], first["case_no"])
    await intake.register(source_system="mailbox", source_no="GD1")
    await intake.register(source_system="hotline")
    await intake.register(source_system="hotline")
    assert (await intake.counts())["cases"] == 4


async def test_twins_of_one_source_number_make_one_case(intake: IntakeDoor) -> None:
    body = complaint(source_system="hotline", source_no="GD1")
    headers = intake.operator
    answers = await asyncio.gather(*(intake.http.post(CASES, json=body, headers=headers) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    counts = await intake.counts()
    assert (counts["cases"], counts["wording"], counts["ledger"]) == (1, 1, 1)


async def test_two_processes_register_a_source_number_once(intake: IntakeDoor) -> None:
    """What the look-up of a batch cannot see yet, the unique index does; and nobody is told of an error of ours."""
    other = intake.another_process()
    bodies = [complaint(source_system="hotline", source_no=f"GD{index % 8}") for index in range(64)]
    headers = intake.operator
    try:
        answers = await asyncio.gather(
            *(
                (intake, other)[index // 8 % 2].http.post(CASES, json=body, headers=headers)
                for index, body in enumerate(bodies)
            )
        )
    finally:
        await other.close()
    assert sorted(answer.status_code for answer in answers) == [201] * 8 + [409] * 56
    counts = await intake.counts()
    assert [counts[table] for table in ("cases", "wording", "timeline", "ledger")] == [8] * 4


async def test_who_may_not_see_the_other_case_is_not_told_which_it_is(intake: IntakeDoor) -> None:
    await intake.register(source_system="hotline", source_no="GD1", area_code="999001102201")
    answer = await intake.http.post(
        CASES,
        json=complaint(source_system="hotline", source_no="GD1"),
        headers=intake.token(Role.OPERATOR, area=TOWN),
    )
    assert answer.status_code == 409
    assert "case_id" not in answer.json()


async def test_an_outside_system_registers_under_its_own_name(intake: IntakeDoor) -> None:
    headers = intake.token(Role.INTEGRATOR, subject="city-12345")
    receipt = await intake.register(headers, source_no="C1")
    assert (await intake.get(f"{CASES}/{receipt['case_id']}", headers))["source_system"] == "city-12345"
    answer = await intake.http.post(CASES, json=complaint(source_system="other"), headers=headers)
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["field"] == "source_system"
    assert (await intake.http.post(CASES, json=complaint(direct_answer="好的"), headers=headers)).status_code == 403


async def test_an_outside_system_sees_its_own_cases_alone(intake: IntakeDoor) -> None:
    theirs = await intake.register(source_system="mailbox", source_no="M1")
    headers = intake.token(Role.INTEGRATOR, subject="city-12345")
    for path in (
        f"{CASES}/{theirs['case_id']}",
        f"{CASES}/{theirs['case_no']}",
        f"{CASES}/{theirs['case_id']}/timeline",
    ):
        assert (await intake.http.get(path, headers=headers)).status_code == 404
    answer = await intake.http.post(
        f"{CASES}/{theirs['case_id']}/supplements", json={"text": "再补充"}, headers=headers
    )
    assert answer.status_code == 404
    assert (await intake.http.get(CASES, headers=headers)).status_code == 403


@pytest.mark.parametrize("area", [COUNTY, TOWN, "999001101201", "999001101201001"])
async def test_a_case_may_lie_on_every_level(intake: IntakeDoor, area: str) -> None:
    assert (await intake.register(area_code=area))["status"] == "registered"


async def test_nothing_is_registered_before_there_is_a_pack(intake: IntakeDoor) -> None:
    intake.service.runtime.door_database.packs = PackVersions()
    answer = await intake.http.post(CASES, json=complaint(), headers=intake.operator)
    assert answer.status_code == 503
    assert (await intake.counts())["cases"] == 0


async def test_the_callers_own_mark_is_given_back_and_never_kept(intake: IntakeDoor) -> None:
    headers = intake.operator | {"Idempotency-Key": "k-1"}
    body = complaint(ref="13812341234")
    first, again = [await intake.http.post(CASES, json=body, headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["ref"] == "13812341234"
    assert (again.headers["idempotency-replayed"], again.content) == ("true", first.content)
    assert not await intake.rows("SELECT 1 FROM answer WHERE convert_from(body, 'UTF8') LIKE '%13812341234%'")
