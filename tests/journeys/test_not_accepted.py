"""Not accepted (不予受理): by two people, for a reason, with the door to go to; and "not our duty" closes nothing."""

from typing import Any

from libs.common.security.principal import Role
from tests.journeys.county import NOT_HERE, NOT_SATISFIED, TOWN_UNIT, VILLAGE_UNIT, County

APPROVE = {"approved": True, "note": "已核对立案通知书"}
REFUSE = {"approved": False, "note": "属镇级职责，应予受理"}
TO_VILLAGE = {"lead_unit": VILLAGE_UNIT, "category_code": "0101", "reason": "属村级事项"}
COUNTED_APART = ("registered", "not_accepted", "closed", "closed_in_one_round", "withdrawn", "callbacks_due")


async def asked_for(county: County, **fields: Any) -> str:
    """A case that no rule gives to a unit, and of which a dispatcher asks that it be not accepted."""
    case_id = await county.register(category_code=None, text="我和邻居的宅基地纠纷法院已经立案。", **fields)
    await dispatcher(county).do(f"/dispatch/v1/cases/{case_id}/nonacceptance", NOT_HERE)
    await county.house.settle()
    return case_id


def dispatcher(county: County) -> Any:
    """Whoever asks, as a member of staff."""
    return county.person("dispatcher-1", Role.DISPATCHER, staff_id="S-0101")


async def decide(county: County, case_id: str, body: object, by: Any = None) -> Any:
    """A second person decides."""
    said = await (by or county.supervisor).do(f"/dispatch/v1/cases/{case_id}/nonacceptance/decision", body)
    await county.house.settle()
    return said


async def test_it_ends_by_two_people_and_its_citizen_is_told_where_to_go(county_on_either_bus: County) -> None:
    county = county_on_either_bus
    case_id = await asked_for(county)
    waiting = await county.work(case_id)
    assert (waiting["status"], waiting["nonacceptance_pending"]) == ("triage", True)
    given = await county.dispatcher.post(f"/dispatch/v1/cases/{case_id}/assignment", TO_VILLAGE)
    assert given.status_code == 409
    await decide(county, case_id, APPROVE)
    case, work, promise = await county.case(case_id), await county.work(case_id), await county.promise(case_id)
    assert (case["status"], case["status_zh"], case["closing"]) == ("not_accepted", "不予受理", "not_accepted")
    told = {"reason_code": case["not_accepted_for"], "go_to": case["go_to"], "notice": case["notice"]}
    assert told == NOT_HERE
    assert (work["status"], work["go_to"], work["lead_unit"]) == ("closed", NOT_HERE["go_to"], None)
    assert (promise["status"], promise["closing"], promise["callbacks"]) == ("closed", "not_accepted", [])
    assert {timer["state"] for timer in promise["timers"]} <= {"cancelled", "done"}
    entries = (await county.operator.ask(f"/intake/v1/cases/{case_id}/timeline"))["items"]
    [notice] = [entry for entry in entries if entry["what"] == "not_accepted"]
    assert NOT_HERE["go_to"] in notice["note"]
    assert notice["by"] == "supervisor-1"
    [request] = (await county.dispatcher.ask(f"/dispatch/v1/cases/{case_id}/requests"))["items"]
    assert (request["kind"], request["state"], request["go_to"]) == ("nonacceptance", "granted", NOT_HERE["go_to"])
    assert (request["asked_by_staff"], request["decided_by"]) == ("S-0101", "supervisor-1")
    listed = (await county.operator.ask("/intake/v1/cases", status="not_accepted"))["items"]
    assert [row["case_id"] for row in listed] == [case_id]
    counted = {name: await county.count(name) for name in COUNTED_APART}
    assert counted == dict.fromkeys(COUNTED_APART, 0) | {"registered": 1, "not_accepted": 1}
    assert [await county.rate(name) for name in ("response", "resolution", "satisfaction")] == [(0, 0)] * 3
    assert (await county.fact(case_id))["status"] == "not_accepted"


async def test_refused_it_goes_on_and_its_clock_ran_on(county: County) -> None:
    case_id = await asked_for(county)
    due = (await county.work(case_id))["triage_due_at"]
    await county.advance(minutes=10)
    refused = await decide(county, case_id, REFUSE)
    assert (refused["status"], refused["nonacceptance_pending"], refused["go_to"]) == ("triage", False, None)
    assert (refused["triage_due_at"], (await county.case(case_id))["go_to"]) == (due, None)
    [timer] = [timer for timer in (await county.promise(case_id))["timers"] if timer["what"] == "triage"]
    assert (timer["state"], timer["due_at"]) == ("pending", due)
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/assignment", TO_VILLAGE)
    await county.house.settle()
    await county.handle(case_id)
    assert (await county.case(case_id))["status"] == "callback"
    late = await county.dispatcher.post(f"/dispatch/v1/cases/{case_id}/nonacceptance", NOT_HERE)
    assert late.status_code == 409
    assert await county.count("not_accepted") == 0


async def test_one_person_with_two_accounts_is_one_person(county: County) -> None:
    case_id = await asked_for(county)
    before = await county.prints()
    for again in (
        county.person("dispatcher-1", Role.SUPERVISOR),
        county.person("another-account", Role.SUPERVISOR, staff_id="S-0101"),
        county.person("another-account", Role.DISPATCHER, unit="H-12345", staff_id="S-0101"),
    ):
        answer = await again.post(f"/dispatch/v1/cases/{case_id}/nonacceptance/decision", APPROVE)
        assert answer.status_code == 403, answer.text
        assert "S-0101" not in answer.text
    assert await county.prints() == before
    await decide(county, case_id, APPROVE, county.person("a-colleague", Role.DISPATCHER, staff_id="S-0102"))
    assert (await county.case(case_id))["status"] == "not_accepted"


async def test_who_is_complained_about_sees_nothing_of_it(county: County) -> None:
    case_id = await asked_for(county, accused_units=[TOWN_UNIT], accused_staff=["S-0900"])
    before = await county.prints()
    for who in (
        county.person("town", Role.SUPERVISOR, Role.DISPATCHER, unit=TOWN_UNIT),
        county.person("village", Role.SUPERVISOR, Role.DISPATCHER, unit=VILLAGE_UNIT),
        county.person("someone", Role.SUPERVISOR, Role.DISPATCHER, staff_id="S-0900"),
    ):
        for path, body in (("nonacceptance", NOT_HERE), ("nonacceptance/decision", APPROVE)):
            answer = await who.post(f"/dispatch/v1/cases/{case_id}/{path}", body)
            assert answer.status_code == 404, answer.text
    assert await county.prints() == before


async def test_not_our_duty_closes_nothing(county: County) -> None:
    case_id = await county.register(category_code=None)
    before = await county.prints()
    for changes, field in (
        ({"reason_code": "not_our_duty"}, "reason_code"),
        ({"reason_code": "outside_duty"}, "reason_code"),
        ({"reason_code": "we_are_busy"}, "reason_code"),
        ({"reason_code": "Not our duty"}, "reason_code"),
        ({"go_to": ""}, "go_to"),
        ({"go_to": None}, "go_to"),
        ({"notice": "无"}, "notice"),
    ):
        answer = await county.dispatcher.post(f"/dispatch/v1/cases/{case_id}/nonacceptance", NOT_HERE | changes)
        assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, field), answer.text
        if changes.get("reason_code") == "not_our_duty":
            assert "returns it or hands it over" in answer.json()["fields"][0]["message"]
    assert await county.prints() == before


async def test_what_a_unit_gave_back_is_not_ended_by_its_own_people(county: County) -> None:
    case_id = await county.register()
    late = await county.dispatcher.post(f"/dispatch/v1/cases/{case_id}/nonacceptance", NOT_HERE)
    assert late.status_code == 409
    await county.lead_does(case_id, "return", {"reason_code": "not_our_duty", "note": "不属本单位职责"})
    back = {"approved": True, "note": "再议"}
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/return/decision", back)
    await county.house.settle()
    for who in (
        county.person("handler-1", Role.DISPATCHER),
        county.person("other", Role.DISPATCHER, unit=VILLAGE_UNIT),
    ):
        answer = await who.post(f"/dispatch/v1/cases/{case_id}/nonacceptance", NOT_HERE)
        assert answer.status_code == 403, answer.text
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/nonacceptance", NOT_HERE)
    its_own = county.person("other", Role.SUPERVISOR, unit=VILLAGE_UNIT)
    answer = await its_own.post(f"/dispatch/v1/cases/{case_id}/nonacceptance/decision", APPROVE)
    assert answer.status_code == 403
    await decide(county, case_id, APPROVE)
    assert (await county.case(case_id))["status"] == "not_accepted"


async def test_who_was_not_satisfied_is_never_told_that_it_is_not_accepted(county: County) -> None:
    case_id = await county.register(category_code=None)
    await county.operator.do(f"/intake/v1/cases/{case_id}/direct-answer", {"answer": "请找法院"})
    await county.house.settle()
    await county.call(case_id, NOT_SATISFIED)
    assert (await county.work(case_id))["status"] == "triage"
    answer = await county.dispatcher.post(f"/dispatch/v1/cases/{case_id}/nonacceptance", NOT_HERE)
    assert answer.status_code == 409


async def test_words_that_nobody_has_released_are_judged_by_nobody(county: County) -> None:
    case_id = await county.register(category_code=None, confidential=True)
    answer = await county.dispatcher.post(f"/dispatch/v1/cases/{case_id}/nonacceptance", NOT_HERE)
    assert answer.status_code == 409
    await county.word(case_id)
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/nonacceptance", NOT_HERE)
    await decide(county, case_id, APPROVE)
    assert (await county.case(case_id))["status"] == "not_accepted"


async def test_a_wish_to_withdraw_ends_with_it(county: County) -> None:
    case_id = await asked_for(county)
    callback = await county.withdraw(case_id)
    await decide(county, case_id, APPROVE)
    [after] = (await county.promise(case_id))["callbacks"]
    assert (after["callback_id"], after["state"]) == (callback["callback_id"], "cancelled")
    case = await county.case(case_id)
    assert (case["status"], case["withdrawal_wished"]) == ("not_accepted", False)


async def test_an_operator_may_ask_and_a_handler_may_not(county: County) -> None:
    case_id = await county.register(category_code=None)
    handler = county.handler(VILLAGE_UNIT)
    assert (await handler.post(f"/dispatch/v1/cases/{case_id}/nonacceptance", NOT_HERE)).status_code in (403, 404)
    await county.operator.do(f"/dispatch/v1/cases/{case_id}/nonacceptance", NOT_HERE)
    decision = f"/dispatch/v1/cases/{case_id}/nonacceptance/decision"
    assert (await county.operator.post(decision, APPROVE)).status_code == 403
    late = await county.operator.do(f"/intake/v1/cases/{case_id}/direct-answer", {"answer": "已告知向法院反映"})
    assert late["status"] == "answered"
    await county.house.settle()
    [request] = (await county.dispatcher.ask(f"/dispatch/v1/cases/{case_id}/requests"))["items"]
    assert request["state"] == "lapsed"
    assert (await county.supervisor.post(decision, APPROVE)).status_code == 409
