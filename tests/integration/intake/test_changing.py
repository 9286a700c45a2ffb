"""What the door does with a case that is there, and what it refuses."""

import asyncio
from itertools import product
from typing import Any

import httpx
import pytest

from bench.said import said
from libs.common.events.cases import (
    CaseAssigned,
    CaseClosed,
    CaseSigned,
)
from libs.common.events.citizens import WithdrawalTried
from libs.common.events.terms import Closing, Reached
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
    row = await intake.rows("SELECT seq, payload ->> 'text' AS text FROM ledger ORDER BY id DESC LIMIT 1")
    assert tuple(row[0]) == (2, "又坏了一盏。")


async def test_a_withdrawal_is_told_and_ends_nothing(intake: IntakeDoor) -> None:
    case_id = (await intake.register())["case_id"]
    answer = await change(intake, case_id, "withdrawal")
    assert (answer.status_code, answer.json()["status"], answer.headers["etag"]) == (200, "registered", '"2"')
    assert (await intake.get(f"{CASES}/{case_id}"))["withdrawal_wished"] is True
    last = await intake.rows("SELECT type, payload ->> 'reason' AS reason FROM ledger ORDER BY id DESC LIMIT 1")
    assert tuple(last[0]) == ("cn.huiyin.case.withdrawal_wished", "已经自己修好")
    before = await intake.counts()
    assert (await change(intake, case_id, "withdrawal", 2)).status_code == 409
    assert await intake.counts() == before
    assert (await change(intake, case_id, "supplements", 2)).status_code == 201


@pytest.mark.parametrize(("withdraws", "note"), [(False, "接通，未撤单"), (None, "无人接听")])
async def test_a_wish_is_over_when_the_citizen_denies_it_or_cannot_be_reached(
    intake: IntakeDoor, withdraws: bool | None, note: str
) -> None:
    case_id = (await intake.register())["case_id"]
    await change(intake, case_id, "withdrawal")
    reached = Reached.NO_ANSWER if withdraws is None else Reached.ANSWERED
    tried = said(WithdrawalTried, case_id, occurred_at=NOW, reached=reached, withdraws=withdraws, ends=False)
    await intake.hear(tried)
    assert (await intake.get(f"{CASES}/{case_id}"))["withdrawal_wished"] is True
    await intake.hear(tried.model_copy(update={"attempt": 2, "ends": True}))
    case = await intake.get(f"{CASES}/{case_id}")
    assert (case["status"], case["withdrawal_wished"]) == ("registered", False)
    last = (await intake.get(f"{CASES}/{case_id}/timeline"))["items"][-1]
    assert (last["what"], last["note"], last["by"]) == ("withdrawal_tried", note, "caller-1")
    assert (await change(intake, case_id, "withdrawal", case["version"])).status_code == 200


async def test_an_answer_at_the_door_needs_no_unit(intake: IntakeDoor) -> None:
    case_id = (await intake.register())["case_id"]
    answer = await change(intake, case_id, "direct-answer")
    assert (answer.status_code, answer.json()["status"]) == (200, "answered")
    row = await intake.rows(
        "SELECT payload ->> 'answer' AS answer, payload ->> 'answered_by' AS by FROM ledger ORDER BY id DESC LIMIT 1"
    )
    assert ("今晚更换" in row[0].answer, row[0].by) == (True, "operator-1")
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
        " Possible: supplement it or urge it or say that the citizen takes it back"
    )
    assert chinese.json()["detail"] == "诉求件办理中，不能直接答复。可以：补充、催办、申请撤单"
    assert english.json()["possible"] == ["supplement", "urge", "wish"]
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


async def name_accused(intake: IntakeDoor, case_id: str, headers: dict[str, str] | None = None, **body: Any) -> Any:
    """Further units or people are complained about."""
    wanted = {"reason": "来电人补充反映"} | body
    path = f"{CASES}/{case_id}/accused"
    return await intake.http.post(path, json=wanted, headers=headers or intake.operator)


async def test_who_is_complained_about_may_be_named_later(intake: IntakeDoor) -> None:
    case_id = (await intake.register(accused_unit="D-WATER"))["case_id"]
    more: dict[str, Any] = {"accused_units": ["D-ENV", "D-WATER"], "accused_staff": ["S-1"]}
    assert (await name_accused(intake, case_id, **more)).status_code == 201
    shown = await intake.get(f"{CASES}/{case_id}")
    names = shown["accused_unit"], shown["accused_units"], shown["accused_staff"]
    assert names == ("D-WATER", ["D-WATER", "D-ENV"], ["S-1"])
    [told] = await intake.rows("SELECT payload::text AS said FROM ledger WHERE type = 'cn.huiyin.case.accused_named'")
    assert ('["D-ENV"]' in told.said, '["S-1"]' in told.said, "operator-1" in told.said) == (True, True, True)
    assert (await name_accused(intake, case_id, **more)).status_code == 409
    timeline = await intake.get(f"{CASES}/{case_id}/timeline")
    assert [entry["what"] for entry in timeline["items"]] == ["registered", "accused_named"]
    for unit in ("D-WATER", "D-ENV"):
        theirs = intake.token(Role.AUDITOR, unit=unit)
        assert (await intake.http.get(f"{CASES}/{case_id}", headers=theirs)).status_code == 404
    assert (await name_accused(intake, case_id, theirs, accused_units=["D-ENV"])).status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"accused_units": ["D-NOWHERE"]}, "accused_units/0"),
        ({"accused_staff": ["13812341234"]}, "accused_staff/0"),
        ({"accused_staff": ["S 1"]}, "accused_staff/0"),
        ({"accused_units": ["D-ENV"], "reason": ""}, "reason"),
    ],
)
async def test_nobody_wrong_is_named(intake: IntakeDoor, body: dict[str, Any], field: str) -> None:
    case_id = (await intake.register())["case_id"]
    before = await intake.counts()
    answer = await name_accused(intake, case_id, **body)
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, field)
    assert await intake.counts() == before


async def test_whoever_would_be_named_has_somebody_else_say_so(intake: IntakeDoor) -> None:
    case_id = (await intake.register())["case_id"]
    before = await intake.counts()
    own = intake.token(Role.DISPATCHER, unit="D-ENV")
    assert (await name_accused(intake, case_id, own, accused_units=["D-ENV"])).status_code == 403
    assert (await name_accused(intake, case_id, own, accused_units=["S-GOV"])).status_code == 403
    caller = intake.token(Role.CALLER)
    assert (await name_accused(intake, case_id, caller, accused_units=["D-WATER"])).status_code == 403
    assert await intake.counts() == before
    assert (await name_accused(intake, case_id, own, accused_units=["D-WATER"])).status_code == 201


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
