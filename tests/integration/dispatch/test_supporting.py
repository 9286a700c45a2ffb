"""A support unit (协办) has its own list, sees its case, does its part, and the lead unit's result waits for it."""

from typing import Any

import pytest

from libs.common.events.cases import (
    CaseAnsweredDirectly,
    CaseHandled,
    CaseSentBack,
    TaskCancelled,
    TaskDone,
)
from libs.common.events.tasks import TaskReported, TaskSigned
from libs.common.security.principal import Role
from services.dispatch.directory.actions.handing_over import hand_over
from tests.integration.dispatch.office import (
    HOUR,
    LIGHTS,
    OTHER_TOWN_UNIT,
    T0,
    TOWN,
    TOWN_UNIT,
    VILLAGE_UNIT,
    Office,
    names,
    only,
)
from tests.integration.dispatch.test_handling import RESULT
from tests.integration.dispatch.test_succession import edition, load

WHOLE = {key: value for key, value in RESULT.items() if key != "without_support"}
SHOWS = "ab" * 32
PART = {"result": "已配合断电，陪同检修", "evidence": [SHOWS]}
TASK = f"tasks/{TOWN_UNIT}"


async def tasks(office: Office, case_id: str) -> list[dict[str, Any]]:
    """The tasks of a case, as the dispatcher reads them."""
    answer = await office.dispatcher.get(f"/cases/{case_id}/tasks")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def standing(office: Office, case_id: str) -> list[tuple[str, str, int]]:
    return [(one["unit_code"], one["status"], one["round"]) for one in await tasks(office, case_id)]


async def test_a_support_unit_finds_its_case_in_its_own_list_and_sees_it(office: Office) -> None:
    case_id = await office.register()
    support = office.handler(TOWN_UNIT)
    assert (await support.get(f"/cases/{case_id}")).status_code == 200
    assert (await support.get("/work")).json()["items"] == []
    [item] = (await support.get("/work", role="support")).json()["items"]
    assert (item["case_id"], item["lead_unit"], item["open_support"]) == (case_id, VILLAGE_UNIT, [TOWN_UNIT])
    [task] = await tasks(office, case_id)
    assert (task["status"], task["role"], task["given_at"]) == ("given", "support", "2026-03-03T01:00:00Z")
    assert (await office.handler(VILLAGE_UNIT).get("/work", role="support")).json()["items"] == []
    assert [one["case_id"] for one in (await office.dispatcher.get("/work", role="support")).json()["items"]] == [
        case_id
    ]
    assert (await office.dispatcher.get("/work", role="support", unit_code="D-WATER")).json()["items"] == []
    done = await support.get("/work", role="support", status="closed")
    assert (done.status_code, done.json()["fields"][0]["field"]) == (422, "status")


async def test_whoever_worked_on_a_part_does_not_let_its_unit_off_it_by_another_account(office: Office) -> None:
    """Neither as a dispatcher, nor as the lead unit's, be it by the result that does not wait for it."""
    case_id = await office.register()
    support = office.handler(TOWN_UNIT, "li", "S-1")
    await support.do(case_id, f"{TASK}/signature")
    await support.do(case_id, f"{TASK}/progress", {"note": "已到现场"})
    asked = [event for event in await office.said(case_id) if isinstance(event, TaskSigned | TaskReported)]
    assert [(event.unit_code, event.by_staff) for event in asked] == [(TOWN_UNIT, "S-1")] * 2
    two = office.handler(VILLAGE_UNIT, "li-2", "S-1")
    await office.handler(VILLAGE_UNIT, "other").do(case_id, "signature")
    ways = (
        (office.person("li-3", Role.DISPATCHER, staff_id="S-1"), f"{TASK}/cancellation", {"reason": "不再需要"}),
        (two, f"{TASK}/cancellation", {"reason": "不再需要"}),
        (two, "result", WHOLE | {"without_support": "不再等待"}),
    )
    for who, verb, body in ways:
        assert (await who.post(f"/cases/{case_id}/{verb}", body, version="*")).status_code == 403, verb
    await office.dispatcher.do(case_id, f"{TASK}/cancellation", {"reason": "不再需要"})
    await two.do(case_id, "result", WHOLE)


async def test_it_signs_reports_and_says_that_its_part_is_done(office: Office) -> None:
    case_id = await office.register()
    support = office.handler(TOWN_UNIT, "sun")
    await support.do(case_id, f"{TASK}/signature")
    office.later(HOUR)
    await support.do(case_id, f"{TASK}/progress", {"note": "已到现场，联系人13812345678"})
    done = await support.do(case_id, f"{TASK}/result", PART)
    assert (done["status"], done["open_support"], done["version"]) == ("assigned", [], 4)
    [task] = await tasks(office, case_id)
    assert (task["status"], task["result"], task["signed_at"]) == ("done", PART["result"], "2026-03-03T01:00:00Z")
    assert (task["ended_at"], task["evidence"]) == ("2026-03-03T02:00:00Z", [SHOWS])
    assert (await support.get("/work", role="support")).json()["items"] == []
    assert (await support.get(f"/cases/{case_id}")).status_code == 200
    told = only(await office.said(case_id), TaskDone)
    assert (told.unit_code, told.result, told.round, told.evidence) == (TOWN_UNIT, PART["result"], 1, (SHOWS,))
    steps = (await office.dispatcher.get(f"/cases/{case_id}/transitions")).json()["items"]
    assert [(one["action"], one["who"], one["unit_code"]) for one in steps[1:]] == [
        ("support_sign", "sun", TOWN_UNIT),
        ("support_report", "sun", TOWN_UNIT),
        ("support_done", "sun", TOWN_UNIT),
    ]
    assert "138****5678" in steps[2]["why"]


async def test_the_lead_units_result_waits_for_it(office: Office) -> None:
    case_id = await office.register()
    lead, support = office.handler(VILLAGE_UNIT), office.handler(TOWN_UNIT)
    version = (await lead.do(case_id, "signature"))["version"]
    waits = await lead.post(f"/cases/{case_id}/result", WHOLE, version=version)
    assert waits.status_code == 409
    assert f"have not done their part: {TOWN_UNIT}" in waits.json()["detail"]
    await support.do(case_id, f"{TASK}/signature")
    await support.do(case_id, f"{TASK}/result", PART)
    assert (await lead.do(case_id, "result", WHOLE))["status"] == "handled"
    assert only(await office.said(case_id), CaseHandled).without_support == ()


async def test_the_lead_unit_says_why_it_does_not_wait_and_who_it_was_is_told(office: Office) -> None:
    case_id = await office.register()
    lead = office.handler(VILLAGE_UNIT)
    await lead.do(case_id, "signature")
    handled = await lead.do(case_id, "result", RESULT)
    assert (handled["status"], handled["open_support"]) == ("handled", [])
    [task] = await tasks(office, case_id)
    assert (task["status"], task["result"]) == ("cancelled", RESULT["without_support"])
    assert only(await office.said(case_id), CaseHandled).without_support == (TOWN_UNIT,)
    late = await office.handler(TOWN_UNIT).post(f"/cases/{case_id}/{TASK}/signature", version=handled["version"])
    assert late.status_code == 409


@pytest.mark.parametrize("by", ["lead", "dispatcher"])
async def test_a_unit_that_never_answers_is_let_off_with_a_reason(office: Office, by: str) -> None:
    case_id = await office.register()
    lead, support = office.handler(VILLAGE_UNIT), office.handler(TOWN_UNIT)
    await lead.do(case_id, "signature")
    who = lead if by == "lead" else office.dispatcher
    assert (await who.post(f"/cases/{case_id}/{TASK}/cancellation", {"reason": " "}, version=2)).status_code == 422
    own = await support.post(f"/cases/{case_id}/{TASK}/cancellation", {"reason": "人手不足"}, version=2)
    assert own.status_code == 403
    let_off = await who.do(case_id, f"{TASK}/cancellation", {"reason": "本村可自行修复"})
    assert let_off["open_support"] == []
    assert only(await office.said(case_id), TaskCancelled).reason == "本村可自行修复"
    again = await who.post(f"/cases/{case_id}/{TASK}/cancellation", {"reason": "再次"}, version=let_off["version"])
    assert again.status_code == 404
    await lead.do(case_id, "result", WHOLE)
    assert await standing(office, case_id) == [(TOWN_UNIT, "cancelled", 1)]


async def test_each_step_is_the_units_own_in_its_turn_and_on_the_version_read(office: Office) -> None:
    case_id = await office.register()
    lead, support = office.handler(VILLAGE_UNIT), office.handler(TOWN_UNIT)
    path = f"/cases/{case_id}/{TASK}"
    assert (await lead.post(f"{path}/signature", version=1)).status_code == 403
    assert (await office.handler("D-WATER").post(f"{path}/signature", version=1)).status_code == 404
    assert (await support.post(f"/cases/{case_id}/tasks/{VILLAGE_UNIT}/signature", version=1)).status_code == 403
    assert (await support.post(f"/cases/{case_id}/signature", version=1)).status_code == 403
    early = await support.post(f"{path}/result", PART, version=1)
    assert (early.status_code, "given, not signed" in early.json()["detail"]) == (409, True)
    assert (await support.post(f"{path}/signature")).status_code == 428
    await support.do(case_id, f"{TASK}/signature")
    assert (await support.post(f"{path}/progress", {"note": "到了"}, version=1)).status_code == 412
    assert (await support.post(f"{path}/signature", version=2)).status_code == 409
    empty = await support.post(f"{path}/result", {"result": ""}, version=2)
    assert (empty.status_code, empty.json()["fields"][0]["field"]) == (422, "result")
    assert names(await office.said(case_id)) == ["CaseAssigned", "TaskSigned"]


async def test_with_another_lead_those_named_again_go_on_and_the_others_are_let_off(office: Office) -> None:
    case_id = await office.register(category_code=None)
    body = {"lead_unit": "D-WATER", "category_code": LIGHTS, "reason": "由水务办理"}
    both = {"support_units": [TOWN_UNIT, VILLAGE_UNIT]}
    await office.dispatcher.do(case_id, "assignment", body | both)
    town = office.handler(TOWN_UNIT)
    await town.do(case_id, f"{TASK}/signature")
    await town.do(case_id, f"{TASK}/result", PART)
    named = {"lead_unit": "D-HOUSING", "support_units": ["D-ENV", TOWN_UNIT], "reason": "由住建办理"}
    moved = await office.dispatcher.do(case_id, "reassignment", named)
    assert moved["open_support"] == ["D-ENV"]
    assert await standing(office, case_id) == [
        (TOWN_UNIT, "done", 1),
        (VILLAGE_UNIT, "cancelled", 1),
        ("D-ENV", "given", 1),
    ]
    assert (await office.handler(VILLAGE_UNIT).get(f"/cases/{case_id}")).status_code == 404


async def test_taken_back_and_given_again_a_part_that_was_done_begins_anew(office: Office) -> None:
    case_id = await office.register()
    town = office.handler(TOWN_UNIT)
    await town.do(case_id, f"{TASK}/signature")
    await town.do(case_id, f"{TASK}/result", PART)
    await office.handler(VILLAGE_UNIT).do(case_id, "return", {"reason_code": "wrong_area", "note": "不在本村"})
    await office.dispatcher.do(case_id, "return/decision", {"approved": True, "note": "再议"})
    again = {"lead_unit": VILLAGE_UNIT, "support_units": [TOWN_UNIT], "reason": "仍由村办"}
    assert (await office.dispatcher.do(case_id, "assignment", again))["open_support"] == [TOWN_UNIT]
    assert (await town.do(case_id, f"{TASK}/signature"))["open_support"] == [TOWN_UNIT]
    assert await standing(office, case_id) == [(TOWN_UNIT, "done", 1), (TOWN_UNIT, "signed", 1)]


async def test_every_round_gives_the_tasks_anew(office: Office) -> None:
    case_id = await office.register()
    lead = office.handler(VILLAGE_UNIT)
    await lead.do(case_id, "signature")
    await lead.do(case_id, "result", RESULT)
    at = only(await office.said(case_id), CaseHandled).occurred_at
    await office.hear(
        CaseSentBack(case_id=case_id, occurred_at=at, round=1, next_round=2, unit_code=VILLAGE_UNIT, words="没修好")
    )
    assert await standing(office, case_id) == [(TOWN_UNIT, "cancelled", 1), (TOWN_UNIT, "given", 2)]
    assert len((await office.handler(TOWN_UNIT).get("/work", role="support")).json()["items"]) == 1
    await office.handler(TOWN_UNIT).do(case_id, f"{TASK}/signature")


async def test_what_nobody_has_to_handle_any_more_no_unit_supports(office: Office) -> None:
    answered, returned = await office.register(), await office.register()
    await office.hear(CaseAnsweredDirectly(case_id=answered, occurred_at=T0, round=1, answer="已电话答复"))
    await office.handler(VILLAGE_UNIT).do(returned, "return", {"reason_code": "wrong_area", "note": "不在本村"})
    await office.dispatcher.do(returned, "return/decision", {"approved": True, "note": "再议"})
    for case_id in (answered, returned):
        assert await standing(office, case_id) == [(TOWN_UNIT, "cancelled", 1)]
        assert (await office.work(case_id))["open_support"] == []
    assert (await office.handler(TOWN_UNIT).get("/work", role="support")).json()["items"] == []


async def test_the_unit_complained_about_never_supports_nor_one_that_could_not_see_the_case(office: Office) -> None:
    about = await office.register(accused_unit=TOWN_UNIT)
    assert await tasks(office, about) == []
    assert (await office.handler(TOWN_UNIT).get("/work", role="support")).json()["items"] == []
    case_id = await office.register(category_code=None)
    wish = {"lead_unit": TOWN_UNIT, "category_code": LIGHTS, "support_units": [OTHER_TOWN_UNIT], "reason": "配合"}
    refused = await office.dispatcher.post(f"/cases/{case_id}/assignment", wish, version=1)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "support_units/0")


async def test_the_tasks_of_a_merged_lead_go_to_those_who_support_its_successor(office: Office) -> None:
    case_id = await office.register(category_code="1003", area_code=TOWN)
    before = (await office.work(case_id))["open_support"]
    await load(office, edition("D-WATER", merged={"D-WATER": "D-AGRI"}))
    assert await hand_over(office.database, office.clock) == 1
    work = await office.work(case_id)
    assert work["lead_unit"] == "D-AGRI"
    assert work["open_support"] == [code for code in before if code != "D-AGRI"]


async def supported_by(office: Office, lead: str, *support: str, **changes: Any) -> str:
    case_id = await office.register(category_code=None, area_code=TOWN, **changes)
    wish = {"lead_unit": lead, "category_code": LIGHTS, "support_units": list(support), "reason": "配合"}
    await office.dispatcher.do(case_id, "assignment", wish)
    return case_id


async def test_the_part_of_a_merged_unit_goes_to_its_successor(office: Office) -> None:
    case_id = await supported_by(office, "D-ENV", "D-WATER")
    await office.handler("D-ENV").do(case_id, "signature")
    await office.handler("D-WATER").do(case_id, "tasks/D-WATER/signature")
    await load(office, edition("D-WATER", merged={"D-WATER": "D-AGRI"}))
    for _ in range(2):
        assert await hand_over(office.database, office.clock) == 0
    work = await office.work(case_id)
    assert (work["status"], work["support_units"], work["open_support"]) == ("signed", ["D-AGRI"], ["D-AGRI"])
    assert await standing(office, case_id) == [("D-WATER", "cancelled", 1), ("D-AGRI", "given", 1)]
    assert (await office.steps(case_id))[-1] == ("support_hand_on", "signed", "D-ENV")
    said = only(await office.said(case_id), TaskCancelled)
    assert (said.unit_code, said.successor, said.by) == ("D-WATER", "D-AGRI", None)
    [item] = (await office.handler("D-AGRI").get("/work", role="support")).json()["items"]
    assert item["case_id"] == case_id
    await office.handler("D-AGRI").do(case_id, "tasks/D-AGRI/signature")
    await office.handler("D-AGRI").do(case_id, "tasks/D-AGRI/result", PART)
    assert (await office.handler("D-ENV").do(case_id, "result", WHOLE))["status"] == "handled"


@pytest.mark.parametrize(
    ("lead", "support", "accused", "left"),
    [
        ("D-ENV", ("D-WATER", "D-AGRI"), None, ["D-AGRI"]),
        ("D-AGRI", ("D-WATER",), None, []),
        ("D-ENV", ("D-WATER",), "D-AGRI", []),
        ("D-ENV", ("D-AGRI",), "D-WATER", []),
    ],
    ids=["it has a part", "it leads", "it is complained about", "who is complained about went up in it"],
)
async def test_the_part_of_a_merged_unit_ends_where_its_successor_can_have_none_more(
    office: Office, lead: str, support: tuple[str, ...], accused: str | None, left: list[str]
) -> None:
    case_id = await supported_by(office, lead, *support, accused_unit=accused)
    await load(office, edition("D-WATER", merged={"D-WATER": "D-AGRI"}))
    await hand_over(office.database, office.clock)
    work = await office.work(case_id)
    assert (work["lead_unit"], work["open_support"]) == (lead, left)
    said = only(await office.said(case_id), TaskCancelled)
    assert (said.unit_code, said.successor) == (support[0], None)
    assert (await office.steps(case_id))[-1][0] == "support_cancel"


async def test_the_part_of_a_unit_without_a_successor_waits_for_somebody_to_end_it(office: Office) -> None:
    case_id = await supported_by(office, "D-ENV", "D-WATER")
    await load(office, edition("D-WATER"))
    await hand_over(office.database, office.clock)
    assert (await office.work(case_id))["open_support"] == ["D-WATER"]
