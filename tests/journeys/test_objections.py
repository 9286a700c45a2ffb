"""Objection (异议) against the closing of a case, and the case reopened: by HTTP alone."""

import pytest

from libs.common.security.principal import Role
from tests.journeys.county import (
    NO_ANSWER,
    NO_CALLBACK,
    NOT_HERE,
    NOT_SATISFIED,
    OBJECTION,
    RESULT,
    SATISFIED,
    VILLAGE_UNIT,
    County,
)

REVIEW = {"decision": "close_unasked", "reason": "本人表示不需回访"}


async def test_a_granted_objection_opens_the_next_round_and_takes_the_closing_back(
    county_on_either_bus: County,
) -> None:
    county = county_on_either_bus
    case_id = await county.register()
    await county.handle(case_id)
    await county.call(case_id, SATISFIED)
    assert (await county.count("closed_substantive"), await county.rate("satisfaction")) == (1, (10, 10))
    objection = await county.object_to(case_id)
    case = await county.case(case_id)
    assert (case["status"], case["objection_state"], case["objection_id"]) == (
        "closed",
        "raised",
        objection["objection_id"],
    )
    assert "13812341234" not in objection["text"]
    assert (objection["channel"], objection["state"], objection["closing"]) == ("hotline", "raised", "substantive")
    timers = (await county.promise(case_id))["timers"]
    assert [(timer["what"], timer["about"]) for timer in timers if timer["state"] == "pending"] == [
        ("objection", objection["objection_id"])
    ]
    await county.rule(objection, granted=True)
    case, work, promise = await county.case(case_id), await county.work(case_id), await county.promise(case_id)
    assert (case["status"], case["closing"], case["round"], case["objection_state"]) == ("assigned", None, 2, "granted")
    assert (work["status"], work["round"], work["lead_unit"]) == ("assigned", 2, VILLAGE_UNIT)
    assert (promise["status"], promise["round"]) == ("handling", 2)
    pending = sorted(timer["what"] for timer in promise["timers"] if timer["state"] == "pending")
    assert pending == ["handle", "sign"]
    counted = {name: await county.count(name) for name in ("closed", "objections", "objections_granted", "reopened")}
    assert counted == {"closed": 0, "objections": 1, "objections_granted": 1, "reopened": 1}
    assert await county.count("sent_back") == 0
    assert (await county.count("first_satisfied"), await county.count("satisfied")) == (1, 0)
    await county.handle(case_id)
    await county.call(case_id, NOT_SATISFIED)
    await county.handle(case_id)
    await county.call(case_id, SATISFIED)
    case = await county.case(case_id)
    assert (case["status"], case["round"], case["closing"]) == ("closed", 3, "substantive")
    assert (await county.count("first_satisfied"), await county.count("satisfied")) == (1, 1)
    assert (await county.count("closed"), await county.count("closed_in_one_round")) == (1, 0)
    timeline = await county.operator.ask(f"/intake/v1/cases/{case_id}/timeline", limit=200)
    assert {"objection_raised", "objection_decided", "reopened"} <= {entry["what"] for entry in timeline["items"]}
    await county.object_to(case_id)
    await county.check()


async def test_a_refused_objection_leaves_it_closed_and_is_not_raised_again(county: County) -> None:
    case_id = await county.register()
    await county.handle(case_id)
    await county.call(case_id, SATISFIED)
    objection = await county.object_to(case_id)
    again = await county.operator.post(f"/intake/v1/cases/{case_id}/objections", OBJECTION)
    assert (again.status_code, again.json()["objection_id"]) == (409, objection["objection_id"])
    waiting = await county.supervisor.ask("/followup/v1/objections", state="raised")
    assert [one["objection_id"] for one in waiting["items"]] == [objection["objection_id"]]
    await county.rule(objection, granted=False)
    case = await county.case(case_id)
    assert (case["status"], case["closing"], case["objection_state"]) == ("closed", "substantive", "refused")
    timeline = (await county.operator.ask(f"/intake/v1/cases/{case_id}/timeline", limit=200))["items"]
    assert timeline[-1]["note"] == "异议不成立：已派人到现场复核"
    before = await county.prints()
    refused = await county.operator.post(f"/intake/v1/cases/{case_id}/objections", OBJECTION)
    assert (refused.status_code, refused.json()["objection_state"]) == (409, "refused")
    twice = await county.judge.post(
        f"/followup/v1/objections/{objection['objection_id']}/decision", {"granted": True, "reason": "再想想"}
    )
    assert twice.status_code == 409, twice.text
    assert await county.prints() == before
    counted = {name: await county.count(name) for name in ("closed", "objections", "objections_granted", "reopened")}
    assert counted == {"closed": 1, "objections": 1, "objections_granted": 0, "reopened": 0}
    await county.check()


async def test_every_kind_of_closing_can_be_objected_to(county: County) -> None:
    unasked = await county.register(**NO_CALLBACK)
    await county.handle(unasked)
    path = f"/followup/v1/callbacks/{(await county.callback(unasked))['callback_id']}/review"
    await county.supervisor.do(path, REVIEW)
    unverified = await county.register()
    await county.handle(unverified)
    for _ in range(3):
        await county.call(unverified, NO_ANSWER)
        await county.advance(hours=24)
    path = f"/followup/v1/callbacks/{(await county.callback(unverified))['callback_id']}/review"
    await county.supervisor.do(path, REVIEW | {"decision": "close_unverified"})
    withdrawn = await county.register()
    await county.confirm(await county.withdraw(withdrawn))
    await county.house.settle()
    for case_id, closing in ((unasked, "unasked"), (unverified, "unverified"), (withdrawn, "withdrawn")):
        assert (await county.case(case_id))["closing"] == closing
        objection = await county.object_to(case_id)
        assert objection["closing"] == closing
        await county.rule(objection, granted=True)
        assert (await county.case(case_id))["status"] == "assigned"
        await county.handle(case_id)
        await county.call(case_id, SATISFIED)
        assert (await county.case(case_id))["closing"] == "substantive"
    assert await county.count("closed_substantive") == await county.count("reopened") == 3
    await county.check()


async def test_who_had_a_part_in_the_end_decides_nothing_and_who_is_complained_about_sees_nothing(
    county: County,
) -> None:
    case_id = await county.register()
    await county.lead_does(case_id, "signature")
    handler = county.person("handler-2", Role.HANDLER, unit=VILLAGE_UNIT, staff_id="0815")
    await handler.do(f"/dispatch/v1/cases/{case_id}/result", RESULT)
    await county.house.settle()
    await county.call(case_id, SATISFIED, county.person("caller-9", Role.CALLER, staff_id="4711"))
    objection = await county.object_to(case_id, county.person("operator-2", Role.OPERATOR, staff_id="2222"))
    path = f"/followup/v1/objections/{objection['objection_id']}/decision"
    refused = {
        "who registered it": county.person("operator-1", Role.SUPERVISOR),
        "who signed it": county.person("handler-1", Role.SUPERVISOR),
        "who handled it, by another account": county.person("anna", Role.SUPERVISOR, staff_id="0815"),
        "of the unit that handled it": county.person("wei", Role.LEADER, unit=VILLAGE_UNIT),
        "who closed it, by another account": county.person("bert", Role.SUPERVISOR, staff_id="4711"),
        "who took it, by another account": county.person("carl", Role.SUPERVISOR, staff_id="2222"),
    }
    before = await county.prints()
    for name, who in refused.items():
        answer = await who.post(path, {"granted": True, "reason": "已派人到现场复核"})
        assert answer.status_code == 403, (name, answer.text)
    assert (await county.operator.post(path, {"granted": True, "reason": "已派人"})).status_code == 403
    assert await county.prints() == before
    await county.operator.do(
        f"/intake/v1/cases/{case_id}/accused", {"accused_staff": ["9999"], "reason": "也反映该人员"}
    )
    await county.house.settle()
    blind = county.person("dora", Role.SUPERVISOR, staff_id="9999")
    assert (await blind.post(path, {"granted": False, "reason": "已派人到现场复核"})).status_code == 404
    assert (await blind.get(f"/followup/v1/objections/{objection['objection_id']}")).status_code == 404
    assert (await blind.ask("/followup/v1/objections"))["items"] == []
    await county.rule(objection, granted=True)
    await county.check()


async def test_it_comes_within_its_time_and_is_decided_within_its_own(county: County) -> None:
    first, second = await county.register(), await county.register()
    for case_id in (first, second):
        await county.handle(case_id)
        await county.call(case_id, SATISFIED)
    early = await county.operator.post(f"/intake/v1/cases/{await county.register()}/objections", OBJECTION)
    assert (early.status_code, early.json()["case_status"]) == (409, "assigned")
    objection = await county.object_to(first)
    await county.advance(days=10)
    promise = await county.promise(first)
    assert [timer["state"] for timer in promise["timers"] if timer["what"] == "objection"] == ["fired"]
    late = [order for order in promise["supervisions"] if order["rule_code"] == "objection_late"]
    assert [order["unit_code"] for order in late] == ["S-GOV"]
    await county.rule(objection, granted=False)
    await county.advance(days=20)
    over = await county.operator.post(f"/intake/v1/cases/{second}/objections", OBJECTION)
    assert (over.status_code, over.json()["last_day"]) == (409, objection["last_day"])
    await county.check()


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"text": ""}, "text"), ({"channel": "rumour"}, "channel"), ({"channel": None}, "channel"), ({"x": 1}, "x")],
)
async def test_a_bad_objection_names_its_field_and_changes_nothing(
    county: County, changes: dict[str, object], field: str
) -> None:
    case_id = await county.register()
    await county.handle(case_id)
    await county.call(case_id, SATISFIED)
    before = await county.prints()
    answer = await county.operator.post(f"/intake/v1/cases/{case_id}/objections", OBJECTION | changes)
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, field)
    assert await county.prints() == before


async def test_what_was_not_accepted_goes_back_to_triage_with_its_clock_anew(county: County) -> None:
    case_id = await county.register(category_code=None)
    asker = county.person("dispatcher-2", Role.DISPATCHER, staff_id="3333")
    await asker.do(f"/dispatch/v1/cases/{case_id}/nonacceptance", NOT_HERE)
    await county.house.settle()
    path = f"/dispatch/v1/cases/{case_id}/nonacceptance/decision"
    await county.dispatcher.do(path, {"approved": True, "note": "情况属实，同意"})
    await county.house.settle()
    case = await county.case(case_id)
    assert (case["status"], await county.count("not_accepted")) == ("not_accepted", 1)
    objection = await county.object_to(case_id)
    assert objection["closing"] == "not_accepted"
    decision = f"/followup/v1/objections/{objection['objection_id']}/decision"
    for who in (
        county.person("erna", Role.SUPERVISOR, staff_id="3333"),
        county.person("dispatcher-1", Role.SUPERVISOR),
    ):
        refused = await who.post(decision, {"granted": False, "reason": "不属于本级受理范围"})
        assert refused.status_code == 403, refused.text
    await county.rule(objection, granted=True)
    case, work, promise = await county.case(case_id), await county.work(case_id), await county.promise(case_id)
    assert (case["status"], case["round"], case["not_accepted_for"], case["closing"]) == ("triage", 2, None, None)
    assert (work["status"], work["round"]) == ("triage", 2)
    assert [timer["what"] for timer in promise["timers"] if timer["state"] == "pending"] == ["triage"]
    assert (await county.count("not_accepted"), await county.count("reopened")) == (0, 1)
    await county.check()
