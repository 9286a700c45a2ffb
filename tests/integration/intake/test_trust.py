"""Who spoke stays in the vault: in no event, log line or table in the clear; shown with a reason, on the record."""

from typing import Any

import pytest

from libs.common.events.cases import CaseAssigned
from libs.common.security.principal import Role
from tests.integration.intake.door import CASES, NOW, IntakeDoor, complaint
from tests.support.logged import logged

REQUESTERS = "/intake/v1/requesters"
WHO = {"name": "欧阳金丝雀", "phone": "+86 138-1234-5678", "id_no": "110101199003074514", "home": "东坡村金丝雀巷7号"}
CANARIES = ("欧阳金丝雀", "13812345678", "138-1234-5678", "110101199003074514", "金丝雀巷", "13987654321")
TEXT = "我的电话是13987654321，路灯坏了。"


def assigned(case_id: str, unit: str) -> CaseAssigned:
    """Dispatch gave it to a unit."""
    return CaseAssigned(
        occurred_at=NOW, case_id=case_id, round=1, lead_unit=unit, category_code="0101", by_rule=True,
        explanation="x", pack_version=1,
    )  # fmt: skip


async def look(intake: IntakeDoor, case_id: str, headers: dict[str, str], **body: Any) -> Any:
    """Ask for everything, unless told otherwise."""
    asked = {"reason": "回电核实路灯的具体位置", "fields": ["name", "phone", "id_no", "home", "text"], **body}
    return await intake.http.post(f"{REQUESTERS}/{case_id}/reveal", json=asked, headers=headers)


async def test_no_identity_stands_anywhere_in_the_clear(intake: IntakeDoor) -> None:
    with logged("DEBUG") as lines:
        headers = {**intake.operator, "Idempotency-Key": "call-1"}
        answer = await intake.http.post(
            CASES,
            headers=headers,
            json={
                "channel": "hotline", "kind": "help", "area_code": "999001101201", "text": TEXT, "requester": WHO,
                "title": "电话13987654321的路灯", "direct_answer": "已致电13987654321",
            },
        )  # fmt: skip
        assert answer.status_code == 201
        case_id = answer.json()["case_id"]
        await intake.http.post(f"{CASES}/{case_id}/supplements", json={"text": TEXT}, headers=intake.operator)
        assert (await look(intake, case_id, intake.operator)).status_code == 200
        await intake.http.post(CASES, json={"requester": WHO, "text": TEXT}, headers=intake.operator)
    dump = await _dump(intake)
    for place, text in {**dump, "log": f"{lines()}"}.items():
        for canary in CANARIES:
            assert canary not in text, (place, canary)
    assert "138****" not in await intake.payloads()


async def _dump(intake: IntakeDoor) -> dict[str, str]:
    """Every row of every table, as text."""
    tables = await intake.rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'intake'")
    return {
        table.name: "\n".join(row.row for row in await intake.rows(f"SELECT t::text AS row FROM {table.name} t"))  # noqa: S608
        for table in tables
    }


async def test_its_own_name_and_home_stand_in_no_words_of_a_case(intake: IntakeDoor) -> None:
    who = {"name": "钱森淼", "home": "望山村3组15号"}
    words = "我是钱森淼，家住3组15号，找我就问钱 森 淼。"
    fields: dict[str, Any] = {"requester": who, "text": words, "title": "钱森淼家的路", "direct_answer": "已答复钱森淼"}
    case_id = (await intake.register(**fields))["case_id"]
    for step, body in (("supplements", {"text": words}), ("urgings", {"text": words})):
        if step == "urgings":
            case_id = (await intake.register(requester=who))["case_id"]
        answer = await intake.http.post(f"{CASES}/{case_id}/{step}", json=body, headers=intake.operator)
        assert answer.status_code == 201, answer.text
    assert (await look(intake, case_id, intake.operator, reason="回电钱森淼核实路灯位置")).status_code == 200
    headers = {**intake.operator, "If-Match": "*"}
    answer = await intake.http.post(f"{CASES}/{case_id}/direct-answer", json={"answer": words}, headers=headers)
    assert answer.status_code == 200, answer.text
    for place, text in (await _dump(intake)).items():
        assert not [secret for secret in ("钱森淼", "3组15号", "钱 森 淼") if secret in text], place
    seen = (await look(intake, case_id, intake.operator)).json()
    assert (seen["name"], seen["home"], seen["urgings"]) == ("钱森淼", "望山村3组15号", [words])


async def test_the_requester_is_shown_masked_to_those_who_may_know(intake: IntakeDoor) -> None:
    case_id = (await intake.register(requester=WHO, text=TEXT))["case_id"]
    case = await intake.get(f"{CASES}/{case_id}")
    assert case["requester"] == {"name": "欧*", "phone": "138****5678", "id_no": "****", "home": "****"}
    assert case["text"] == "我的电话是139****4321，路灯坏了。"
    for role in (Role.DISPATCHER, Role.SUPERVISOR, Role.AUDITOR):
        assert (await intake.get(f"{CASES}/{case_id}", intake.token(role)))["requester"] is None
    listed = (await intake.get(CASES))["items"][0]
    assert "requester" not in listed


async def test_the_words_of_a_call_and_of_a_withdrawal_are_sealed_as_a_supplement_is(intake: IntakeDoor) -> None:
    receipt = await intake.register()
    path = f"{CASES}/{receipt['case_id']}"
    for words in (TEXT, "还没修"):
        answer = await intake.http.post(f"{path}/urgings", json={"text": words}, headers=intake.operator)
    headers = {**intake.operator, "If-Match": answer.headers["etag"]}
    answer = await intake.http.post(f"{path}/withdrawal", json={"reason": TEXT}, headers=headers)
    assert answer.status_code == 200, answer.text
    for place, text in (await _dump(intake)).items():
        assert not any(canary in text for canary in CANARIES), place
    assert (await intake.get(path))["supplements"] == []
    seen = (await look(intake, receipt["case_id"], intake.operator)).json()
    assert (seen["supplements"], seen["urgings"], seen["withdrawal"]) == ([], [TEXT, "还没修"], TEXT)


async def test_a_look_is_recorded(intake: IntakeDoor) -> None:
    case_id = (await intake.register(requester=WHO, text=TEXT, title="找13987654321"))["case_id"]
    await intake.http.post(f"{CASES}/{case_id}/supplements", json={"text": TEXT}, headers=intake.operator)
    answer = await look(intake, case_id, intake.operator)
    assert answer.json() == {
        "case_id": case_id, **WHO, "title": "找13987654321", "text": TEXT, "supplements": [TEXT], "urgings": [],
        "withdrawal": None, "objections": [],
    }  # fmt: skip
    assert answer.headers["cache-control"] == "no-store"
    looks = await intake.rows("SELECT case_id, who, unit_code, reason, fields, at FROM reveal")
    assert [tuple(row) for row in looks] == [
        (case_id, "operator-1", None, "回电核实路灯的具体位置", ["home", "id_no", "name", "phone", "text"], NOW)
    ]


async def test_the_reason_of_a_look_is_kept_without_numbers(intake: IntakeDoor) -> None:
    case_id = (await intake.register(requester=WHO))["case_id"]
    reason = "诉求人用15880008887来电，身份证110101199003074514"
    assert (await look(intake, case_id, intake.operator, reason=reason)).status_code == 200
    (kept,) = await intake.rows("SELECT reason FROM reveal")
    assert kept.reason == "诉求人用158****8887来电，身份证110***********4514"


@pytest.mark.parametrize(
    ("field", "number"),
    [
        ("source_no", "13812345678"),
        ("source_no", "GD-138-1234-5678"),
        ("source_no", "110101199003074514"),
        ("source_system", "13812345678"),
    ],
)
async def test_a_number_of_a_person_is_no_number_of_a_complaint(intake: IntakeDoor, field: str, number: str) -> None:
    source = {"source_system": "city", "source_no": "GD1", field: number}
    before = await intake.counts()
    refused = await intake.http.post(CASES, json=complaint(**source), headers=intake.operator)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, field)
    assert number not in refused.text
    lines = await intake.batch([complaint(**source)], intake.token(Role.VISITOR))
    assert [(wrong["line"], wrong["field"]) for wrong in lines.json()["problems"]] == [(1, field)]
    assert await intake.counts() == before


@pytest.mark.parametrize("number", ["GD202611280042", "370100202611280012", "20261128000042", "999001000000-0001"])
async def test_long_numbers_of_orders_are_taken(intake: IntakeDoor, number: str) -> None:
    await intake.register(source_system="city", source_no=number)
    (row,) = await intake.rows("SELECT source_no FROM cases")
    assert row.source_no == number


async def test_only_what_was_asked_for_is_shown(intake: IntakeDoor) -> None:
    case_id = (await intake.register(requester=WHO))["case_id"]
    found = (await look(intake, case_id, intake.operator, fields=["phone"])).json()
    assert {name for name, value in found.items() if value is not None} == {"case_id", "phone"}


async def test_an_answer_with_an_identity_is_never_kept(intake: IntakeDoor) -> None:
    case_id = (await intake.register(requester=WHO))["case_id"]
    headers = {**intake.operator, "Idempotency-Key": "look-1"}
    await look(intake, case_id, headers)
    await look(intake, case_id, headers)
    counts = await intake.counts()
    assert (counts["answer"], counts["reveal"]) == (0, 2)


async def test_nobody_spoke(intake: IntakeDoor) -> None:
    case_id = (await intake.register(requester={}))["case_id"]
    assert (await intake.counts())["requester"] == 0
    found = (await look(intake, case_id, intake.operator)).json()
    assert (found["name"], found["text"]) == (None, "村口路灯坏了三天。晚上老人出门很不安全。")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 200),
        ({"confidential": True}, 403),
        ({"accused_unit": "D-WATER"}, 200),
    ],
)
async def test_what_the_handling_unit_may_know(intake: IntakeDoor, fields: dict[str, Any], status: int) -> None:
    case_id = (await intake.register(requester=WHO, **fields))["case_id"]
    await intake.hear(assigned(case_id, "D-HOUSING"))
    handler = intake.token(Role.HANDLER, unit="D-HOUSING", subject="handler-1")
    assert (await look(intake, case_id, handler)).status_code == status
    seen = await intake.get(f"{CASES}/{case_id}", handler)
    assert (seen["requester"] is not None) is (status == 200)
    assert (await intake.counts())["reveal"] == (status == 200)
    chinese = await look(intake, case_id, {**handler, "Accept-Language": "zh"})
    assert status == 200 or "保密件" in chinese.json()["detail"]


async def test_another_unit_does_not_even_see_the_case(intake: IntakeDoor) -> None:
    case_id = (await intake.register(requester=WHO))["case_id"]
    await intake.hear(assigned(case_id, "D-HOUSING"))
    other = intake.token(Role.HANDLER, unit="D-WATER")
    assert (await look(intake, case_id, other)).status_code == 404
    assert (await intake.http.get(f"{CASES}/{case_id}", headers=other)).status_code == 404
    assert (await intake.counts())["reveal"] == 0


async def test_who_may_not_look_leaves_no_record_and_gets_nothing(intake: IntakeDoor) -> None:
    case_id = (await intake.register(requester=WHO))["case_id"]
    for role in (Role.DISPATCHER, Role.SUPERVISOR, Role.LEADER, Role.ADMIN, Role.AUDITOR, Role.INTEGRATOR):
        assert (await look(intake, case_id, intake.token(role))).status_code == 403, role
    wrong: list[dict[str, Any]] = [{"reason": ""}, {"fields": []}, {"fields": ["everything"]}, {"fields": "name"}]
    for body in wrong:
        assert (await look(intake, case_id, intake.operator, **body)).status_code == 422, body
    assert (await intake.counts())["reveal"] == 0


async def test_a_case_whose_key_is_lost_can_still_be_read(intake: IntakeDoor) -> None:
    case_id = (await intake.register(requester=WHO))["case_id"]
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        await session.fetch("UPDATE requester SET sealed_name = 'x'::bytea || sealed_name")
    assert (await intake.get(f"{CASES}/{case_id}"))["requester"]["name"] == "****"
    assert (await look(intake, case_id, intake.operator)).status_code == 503
    assert (await intake.counts())["reveal"] == 0
