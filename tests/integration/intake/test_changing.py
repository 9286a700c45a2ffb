"""What the door does with a case that is there, and what it refuses."""

import asyncio
from itertools import product
from typing import Any

import httpx
import pytest

from libs.common.events.cases import CaseAssigned, CaseClosed, CaseSigned
from libs.common.events.terms import Closing
from libs.common.security.principal import Role
from tests.integration.intake.door import CASES, NOW, OTHER_TOWN, IntakeDoor

VERBS = ("supplements", "withdrawal", "direct-answer")
BODIES: dict[str, dict[str, str]] = {
    "supplements": {"text": "又坏了一盏。"},
    "withdrawal": {"reason": "已经自己修好"},
    "direct-answer": {"answer": "今晚更换，明早可用。"},
}


async def change(intake: IntakeDoor, case_id: str, verb: str, version: object = 1, **headers: str) -> httpx.Response:
    """Do it as the operator."""
    headers = {**intake.operator, "If-Match": f'"{version}"', **headers}
    return await intake.http.post(f"{CASES}/{case_id}/{verb}", json=BODIES[verb], headers=headers)


def assigned(case_id: str, round_: int = 1) -> CaseAssigned:
    """Dispatch found a unit."""
    return CaseAssigned(
        occurred_at=NOW,
        case_id=case_id,
        round=round_,
        lead_unit="D-HOUSING",
        category_code="0101",
        by_rule=True,
        explanation="权责清单",
        pack_version=1,
    )


def signed(case_id: str, round_: int = 1) -> CaseSigned:
    """The unit took it on."""
    return CaseSigned(occurred_at=NOW, case_id=case_id, round=round_, unit_code="D-HOUSING")


async def test_a_supplement_reaches_those_who_handle_it(intake: IntakeDoor) -> None:
    case_id = (await intake.register())["case_id"]
    answer = await change(intake, case_id, "supplements")
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{CASES}/{case_id}/timeline"
    assert (answer.json()["version"], answer.json()["status"]) == (2, "registered")
    assert (await intake.get(f"{CASES}/{case_id}"))["supplements"] == ["又坏了一盏。"]
    said = await intake.rows("SELECT seq, payload ->> 'text' AS text FROM ledger ORDER BY id DESC LIMIT 1")
    assert tuple(said[0]) == (2, "又坏了一盏。")


async def test_a_withdrawal_ends_it(intake: IntakeDoor) -> None:
    case_id = (await intake.register())["case_id"]
    answer = await change(intake, case_id, "withdrawal")
    assert (answer.status_code, answer.json()["status"], answer.headers["etag"]) == (200, "withdrawn", '"2"')
    for verb in VERBS:
        again = await change(intake, case_id, verb, 2)
        assert again.status_code == 409
        assert again.json()["possible"] == []
    said = await intake.rows("SELECT type, payload ->> 'reason' AS reason FROM ledger ORDER BY id DESC LIMIT 1")
    assert tuple(said[0]) == ("cn.huiyin.case.withdrawn", "已经自己修好")


async def test_an_answer_at_the_door_needs_no_unit(intake: IntakeDoor) -> None:
    case_id = (await intake.register())["case_id"]
    answer = await change(intake, case_id, "direct-answer")
    assert (answer.status_code, answer.json()["status"]) == (200, "answered")
    said = await intake.rows(
        "SELECT payload ->> 'answer' AS answer, payload ->> 'answered_by' AS by FROM ledger ORDER BY id DESC LIMIT 1"
    )
    assert ("今晚更换" in said[0].answer, said[0].by) == (True, "operator-1")
    assert (await intake.get(f"{CASES}/{case_id}"))["answered_directly"] is True


async def test_what_a_unit_has_signed_is_the_units_to_answer(intake: IntakeDoor) -> None:
    case_id = (await intake.register())["case_id"]
    await intake.hear(assigned(case_id))
    assert (await intake.get(f"{CASES}/{case_id}"))["version"] == 2
    await intake.hear(signed(case_id))
    before = await intake.counts()
    english = await change(intake, case_id, "direct-answer", 3)
    chinese = await change(intake, case_id, "direct-answer", 3, **{"Accept-Language": "zh-CN"})
    assert english.json()["detail"] == (
        "The case is being handled: it is not possible to answer it directly."
        " Possible: supplement it or urge it or withdraw it"
    )
    assert chinese.json()["detail"] == "诉求件办理中，不能直接答复。可以：补充、催办、撤单"
    assert english.json()["possible"] == ["supplement", "urge", "withdraw"]
    assert await intake.counts() == before


async def test_nothing_is_withdrawn_after_it_was_closed(intake: IntakeDoor) -> None:
    case_id = (await intake.register())["case_id"]
    await intake.hear(CaseClosed(occurred_at=NOW, case_id=case_id, round=1, closing=Closing.UNVERIFIED))
    answer = await change(intake, case_id, "withdrawal", 2)
    assert answer.status_code == 409
    assert answer.json()["case_status"] == "closed"


@pytest.mark.parametrize("verb", ["withdrawal", "direct-answer"])
async def test_a_change_names_the_version_it_was_decided_on(intake: IntakeDoor, verb: str) -> None:
    case_id = (await intake.register())["case_id"]
    before = await intake.counts()
    missing = await intake.http.post(f"{CASES}/{case_id}/{verb}", json=BODIES[verb], headers=intake.operator)
    assert missing.status_code == 428
    stale = await change(intake, case_id, verb, 7)
    assert stale.status_code == 412
    assert (stale.json()["current_version"], stale.headers["etag"]) == (1, '"1"')
    assert (await change(intake, case_id, verb, "abc")).status_code == 422
    assert await intake.counts() == before


async def test_of_two_who_change_the_same_version_one_is_told(intake: IntakeDoor) -> None:
    case_id = (await intake.register())["case_id"]
    answers = await asyncio.gather(
        change(intake, case_id, "withdrawal"),
        change(intake, case_id, "direct-answer"),
        change(intake, case_id, "withdrawal"),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    assert (await intake.counts())["ledger"] == 2


async def test_a_case_of_another_area_is_not_there(intake: IntakeDoor) -> None:
    case_id = (await intake.register())["case_id"]
    before = await intake.counts()
    elsewhere = intake.token(Role.OPERATOR, area=OTHER_TOWN)
    # The version is not asked first: it would tell that the case is there.
    for verb, version in product(VERBS, (1, 7)):
        answer = await change(intake, case_id, verb, version, **elsewhere)
        assert answer.status_code == 404
    assert await intake.counts() == before


async def test_a_case_that_never_was_is_not_there(intake: IntakeDoor) -> None:
    for verb in VERBS:
        answer = await change(intake, "01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01", verb)
        assert answer.status_code == 404
        assert (await change(intake, "no-such-id", verb)).status_code == 422


WRONG: tuple[tuple[str, dict[str, Any]], ...] = (
    ("supplements", {}),
    ("supplements", {"text": " "}),
    ("supplements", {"text": "路" * 5001}),
    ("supplements", {"text": "\x00"}),
    ("withdrawal", {"reason": ""}),
    ("withdrawal", {"reason": "已修好", "why": "x"}),
    ("direct-answer", {"answer": "路" * 5001}),
    ("direct-answer", {"answer": 7}),
)


async def test_wrong_words_change_nothing(intake: IntakeDoor) -> None:
    case_id = (await intake.register())["case_id"]
    before = await intake.counts()
    headers = {**intake.operator, "If-Match": '"1"'}
    for verb, body in WRONG:
        answer = await intake.http.post(f"{CASES}/{case_id}/{verb}", json=body, headers=headers)
        assert answer.status_code in (400, 422), body
    assert await intake.counts() == before


async def test_many_changes_in_one_batch_keep_their_order(intake: IntakeDoor) -> None:
    receipts = [await intake.register() for _ in range(5)]
    answers = await asyncio.gather(
        *(change(intake, receipt["case_id"], "supplements") for receipt in receipts for _ in range(4))
    )
    assert {answer.status_code for answer in answers} == {201}
    for receipt in receipts:
        timeline = (await intake.get(f"{CASES}/{receipt['case_id']}/timeline"))["items"]
        assert [item["version"] for item in timeline] == [1, 2, 3, 4, 5]
        assert {item["by"] for item in timeline} == {"operator-1"}
