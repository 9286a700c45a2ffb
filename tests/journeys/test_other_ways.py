"""The other ways of a case: answered at the door, withdrawn, given to a unit by hand, given back, heard on a visit."""

import pytest

from libs.common.bus.flow import Service
from libs.common.security.principal import Role
from tests.journeys.county import (
    LIGHTS,
    NO_ANSWER,
    NOT_SATISFIED,
    RESULT,
    SATISFIED,
    TOWN,
    VILLAGE,
    VILLAGE_UNIT,
    County,
    complaint,
)

ANSWER = {"answer": "该政策自三月一日起执行，办理窗口在政务服务中心二楼。"}
BY_HAND = {"lead_unit": "D-HOUSING", "category_code": LIGHTS, "reason": "路灯由住建局统一维护"}
RETURN = {"reason_code": "not_our_duty", "note": "路灯不由本村管理"}


async def test_answered_in_the_same_breath_the_citizen_is_still_asked(county: County) -> None:
    hotline = county.person("operator-2", Role.OPERATOR, unit="H-12345")
    receipt = await hotline.do("/intake/v1/cases", complaint(kind="consult", direct_answer=ANSWER["answer"]))
    await county.house.settle()
    case_id = receipt["case_id"]
    assert (await county.case(case_id))["status"] == "callback"
    assert (await county.work(case_id))["status"] == "answered"
    assert (await county.promise(case_id))["triage_due_at"] is None
    callback = await county.callback(case_id)
    assert callback["handling_unit"] == "H-12345"
    itself = county.person("caller-2", Role.CALLER, unit="H-12345")
    path = f"/followup/v1/callbacks/{callback['callback_id']}/attempts"
    assert (await itself.post(path, SATISFIED)).status_code == 403
    await county.call(case_id, SATISFIED)
    assert (await county.case(case_id))["closing"] == "substantive"
    assert await county.count("answered_directly") == 1
    assert await county.rate("on_time") == (0, 0)


async def test_an_answer_that_satisfies_nobody_goes_to_a_unit(county: County) -> None:
    case_id = await county.register(direct_answer=ANSWER["answer"])
    await county.call(case_id, NOT_SATISFIED)
    case = await county.case(case_id)
    assert (case["status"], case["round"], case["lead_unit"]) == ("assigned", 2, VILLAGE_UNIT)
    assert case["answered_directly"] is False
    await county.handle(case_id)
    await county.call(case_id, SATISFIED)
    assert (await county.case(case_id))["status"] == "closed"


async def test_answered_at_the_door_before_the_unit_signs_and_not_after(county: County) -> None:
    early, late = await county.register(), await county.register()
    await county.operator.do(f"/intake/v1/cases/{early}/direct-answer", ANSWER)
    await county.lead_does(late, "signature")
    refused = await county.operator.post(f"/intake/v1/cases/{late}/direct-answer", ANSWER)
    assert refused.status_code == 409
    assert refused.json()["case_status"] == "signed"
    await county.house.settle()
    assert (await county.work(early))["status"] == "answered"
    assert (await county.handler(VILLAGE_UNIT).post(f"/dispatch/v1/cases/{early}/signature")).status_code == 409
    await county.call(early, SATISFIED)


@pytest.mark.parametrize("stage", ["triage", "assigned", "signed", "callback", "second round"])
async def test_withdrawn_and_confirmed_at_any_stage_ends_it_in_no_rate(county: County, stage: str) -> None:
    case_id = await county.register(category_code=None if stage == "triage" else LIGHTS)
    if stage in ("signed", "callback", "second round"):
        await county.lead_does(case_id, "signature")
    if stage in ("callback", "second round"):
        await county.lead_does(case_id, "result", RESULT)
    if stage == "second round":
        await county.call(case_id, NOT_SATISFIED)
    before = await county.case(case_id), await county.work(case_id), await county.promise(case_id)
    callback = await county.withdraw(case_id)
    for known, now in zip(before, [await county.case(case_id), await county.work(case_id)], strict=False):
        assert known["status"] == now["status"] != "closed"
    timers = [timer for timer in (await county.promise(case_id))["timers"] if timer["state"] == "pending"]
    assert timers == [timer for timer in before[2]["timers"] if timer["state"] == "pending"]
    await county.confirm(callback)
    case, work, promise = await county.case(case_id), await county.work(case_id), await county.promise(case_id)
    assert {case["status"], work["status"], promise["status"]} == {"closed"}
    assert case["closing"] == promise["closing"] == "withdrawn"
    assert not [timer for timer in promise["timers"] if timer["state"] == "pending"]
    assert await county.count("withdrawn") == 1
    assert await county.count("closed") == 0
    again = await county.operator.post(f"/intake/v1/cases/{case_id}/withdrawal", {"reason": "再撤一次"})
    assert again.status_code == 409
    for callback in promise["callbacks"]:
        tried = await county.caller.post(f"/followup/v1/callbacks/{callback['callback_id']}/attempts", NO_ANSWER)
        assert tried.status_code == 409
    await county.advance(days=30)
    assert (await county.promise(case_id))["supervisions"] == promise["supervisions"]


async def test_without_a_category_a_person_chooses_the_unit(county: County) -> None:
    case_id = await county.register(category_code=None)
    waiting = await county.dispatcher.ask("/dispatch/v1/triage")
    assert [work["case_id"] for work in waiting["items"]] == [case_id]
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/assignment", BY_HAND)
    await county.house.settle()
    case, promise = await county.case(case_id), await county.promise(case_id)
    assert (case["lead_unit"], case["category_code"]) == ("D-HOUSING", LIGHTS)
    assert case["due_at"] == promise["handle_due_at"]
    assert promise["triage_due_at"] is None
    assert (await county.dispatcher.ask("/dispatch/v1/triage"))["items"] == []
    await county.handle(case_id)
    await county.call(case_id, SATISFIED)
    assert await county.count("triaged") == 1


async def test_a_refused_return_leaves_the_case_with_its_unit(county: County) -> None:
    case_id = await county.register()
    await county.lead_does(case_id, "return", RETURN)
    path = f"/dispatch/v1/cases/{case_id}"
    assert (await county.handler(VILLAGE_UNIT).post(f"{path}/signature")).status_code == 409
    decision = {"approved": False, "note": "属地村负责路灯日常维护"}
    for nobody in (
        county.person("handler-1", Role.DISPATCHER),
        county.person("dispatcher-2", Role.DISPATCHER, unit=VILLAGE_UNIT),
    ):
        assert (await nobody.post(f"{path}/return/decision", decision)).status_code == 403
    await county.dispatcher.do(f"{path}/return/decision", decision)
    await county.handle(case_id)
    await county.call(case_id, SATISFIED)
    assert await county.count("returns_requested") == await county.count("returns_refused") == 1


async def test_an_approved_return_goes_to_another_unit(county: County) -> None:
    case_id = await county.register()
    await county.lead_does(case_id, "return", RETURN)
    decision = {"approved": True, "note": "同意", "lead_unit": "D-HOUSING"}
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/return/decision", decision)
    await county.house.settle()
    assert (await county.case(case_id))["lead_unit"] == "D-HOUSING"
    assert (await county.handler(VILLAGE_UNIT).get(f"/dispatch/v1/cases/{case_id}")).status_code == 404
    await county.handle(case_id)
    assert (await county.callback(case_id))["handling_unit"] == "D-HOUSING"
    # Whoever led it once had a hand in it, and does not ask.
    await county.call(case_id, SATISFIED, by=county.person("caller-3", Role.CALLER, unit="H-12345"))
    assert await county.rate("satisfaction", unit_code="D-HOUSING") == (10, 10)
    assert await county.rate("satisfaction", unit_code=VILLAGE_UNIT) == (0, 0)


async def test_an_approved_return_without_a_unit_waits_for_one(county: County) -> None:
    case_id = await county.register()
    await county.lead_does(case_id, "return", RETURN)
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/return/decision", {"approved": True, "note": "同意退回"})
    await county.house.settle()
    assert (await county.case(case_id))["status"] == (await county.work(case_id))["status"] == "triage"
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/assignment", BY_HAND)
    await county.handle(case_id)
    await county.call(case_id, SATISFIED)


async def test_a_return_comes_too_late_after_its_limit(county: County) -> None:
    case_id = await county.register()
    await county.advance(days=2)
    late = await county.handler(VILLAGE_UNIT).post(f"/dispatch/v1/cases/{case_id}/return", RETURN)
    assert late.status_code == 409
    assert (await county.case(case_id))["lead_unit"] == VILLAGE_UNIT


async def test_a_dispatcher_hands_a_signed_case_to_another_unit(county: County) -> None:
    case_id = await county.register()
    await county.lead_does(case_id, "signature")
    due = (await county.case(case_id))["due_at"]
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/reassignment", BY_HAND)
    await county.house.settle()
    case = await county.case(case_id)
    assert (case["status"], case["lead_unit"], case["due_at"]) == ("assigned", "D-HOUSING", due)
    gone = await county.handler(VILLAGE_UNIT).post(f"/dispatch/v1/cases/{case_id}/result", RESULT)
    assert gone.status_code == 404
    await county.handle(case_id)
    await county.call(case_id, SATISFIED)


async def test_heard_on_a_visit(county: County) -> None:
    visitor = county.person("visitor-1", Role.VISITOR, area=TOWN)
    receipt = await visitor.do("/intake/v1/cases", complaint(channel="visit", area_code=VILLAGE + "001"))
    elsewhere = await visitor.post("/intake/v1/cases", complaint(channel="visit", area_code="999001102201"))
    assert elsewhere.status_code == 403
    await county.house.settle()
    case_id = receipt["case_id"]
    assert (await visitor.ask(f"/intake/v1/cases/{case_id}"))["lead_unit"] == VILLAGE_UNIT
    await county.handle(case_id)
    await county.call(case_id, SATISFIED)
    assert await county.rate("resolution", channel="visit") == (1, 1)
    assert await county.rate("resolution", channel="hotline") == (0, 0)
    assert len(await county.rows(Service.INTAKE, "SELECT 1 FROM cases")) == 1
