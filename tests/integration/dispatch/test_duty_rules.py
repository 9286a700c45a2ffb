"""A ruling becomes a duty rule (职责规则): tried first, adopted by another person, then routing goes by it."""

from datetime import timedelta
from typing import Any

from libs.common.events.cases import CaseAssigned, CaseSentBack
from libs.common.events.duty_rules import DutyRuleDecided, DutyRuleTried
from libs.common.security.principal import Role
from tests.integration.dispatch.office import HOUR, LIGHTS, TOWN, TOWN_UNIT, VILLAGE, VILLAGE_UNIT, Office, Person, only
from tests.integration.dispatch.test_arbitration import RULING, THIRD, arbiter, given_back_by, hear_all
from tests.integration.dispatch.test_decisions import RESULT

SINCE = "2026-01-01T00:00:00Z"


def deputy(office: Office, **who: Any) -> Person:
    return office.person("qian", Role.SUPERVISOR, **{"unit": "S-GOV", "staff_id": "S-901"} | who)


async def ruled(office: Office) -> tuple[str, int]:
    case_id = await given_back_by(office, VILLAGE_UNIT, TOWN_UNIT, THIRD)
    await hear_all(office, case_id)
    await arbiter(office).do(case_id, "arbitration/ruling", RULING)
    [session] = (await office.dispatcher.get(f"/cases/{case_id}/arbitrations")).json()["items"]
    return case_id, session["version"]


async def proposed(office: Office, *words: str) -> dict[str, Any]:
    case_id, number = await ruled(office)
    body = {"case_id": case_id, "arbitration": number, "category_code": LIGHTS, "area_code": VILLAGE, "words": words}
    answer = await arbiter(office).post("/duty-rules", body | {"basis": "会商纪要〔2026〕3号"})
    assert answer.status_code == 201, answer.text
    rule: dict[str, Any] = answer.json()
    assert (rule["lead_unit"], rule["state"]) == (TOWN_UNIT, "proposed")
    return rule


async def does(office: Office, who: Person, rule: dict[str, Any], verb: str, body: Any, status: int = 200) -> Any:
    now = (await office.dispatcher.get(f"/duty-rules/{rule['rule_id']}")).json()
    answer = await who.post(f"/duty-rules/{rule['rule_id']}/{verb}", body, version=now["version"])
    assert answer.status_code == status, answer.text
    return answer.json()


ADOPT = {"approved": True, "note": "同意推广"}


async def test_its_dry_run_says_what_became_of_the_cases_that_it_would_have_settled(office: Office) -> None:
    fresh, back, again = [await office.register() for _ in range(3)]
    await office.handler(VILLAGE_UNIT).do(back, "return", {"reason_code": "not_our_duty", "note": "不属本村"})
    await office.handler(VILLAGE_UNIT).do(again, "signature")
    await office.handler(VILLAGE_UNIT).do(again, "result", RESULT)
    sent: dict[str, Any] = {"round": 1, "next_round": 2, "unit_code": VILLAGE_UNIT, "words": "没修好"}
    await office.hear(CaseSentBack(case_id=again, occurred_at=office.clock.now(), **sent))
    await office.register(category_code="1003")
    rule = await proposed(office)
    await does(office, deputy(office), rule, "decision", ADOPT, 409)
    tried = await does(office, office.dispatcher, rule, "trial", {"since": SINCE})
    figures = [tried[f"tried_{name}"] for name in ("open", "closed", "returned", "dissatisfied")]
    assert figures == [3, 0, 1, 1]
    assert only(await office.said(rule["case_id"]), DutyRuleTried).returned == 1
    listed = await office.dispatcher.get(f"/duty-rules/{rule['rule_id']}/cases", since=SINCE)
    assert {one["case_id"] for one in listed.json()["items"]} == {fresh, back, again}


async def test_another_person_of_none_of_the_units_adopts_it_and_routing_goes_by_it(office: Office) -> None:
    rule = await proposed(office, "路灯")
    await does(office, arbiter(office), rule, "trial", {"since": SINCE})
    for who in (
        arbiter(office),
        office.person("another", Role.SUPERVISOR, staff_id="S-900"),
        deputy(office, unit=TOWN_UNIT, area=TOWN, staff_id=None),
    ):
        await does(office, who, rule, "decision", ADOPT, 403)
    await does(office, office.dispatcher, rule, "decision", ADOPT, 403)
    past = ADOPT | {"effective_from": (office.clock.now() - HOUR).isoformat()}
    await does(office, deputy(office), rule, "decision", past, 422)
    start = office.clock.now() + timedelta(hours=2)
    await does(office, deputy(office), rule, "decision", ADOPT | {"effective_from": start.isoformat()})
    assert only(await office.said(rule["case_id"]), DutyRuleDecided).effective_from == start
    before = await office.register()
    assert (await office.work(before))["lead_unit"] == VILLAGE_UNIT
    office.later(timedelta(hours=3))
    after, other = await office.register(), await office.register(title="井盖", text="井盖丢失")
    work = await office.work(after)
    assert (work["lead_unit"], work["by_rule"], "会商纪要" in work["explanation"]) == (TOWN_UNIT, True, True)
    decided = (await office.dispatcher.get(f"/cases/{after}/decisions")).json()["items"][-1]
    assert decided["rule"] == "duty_rule"
    assert (await office.work(other))["lead_unit"] == VILLAGE_UNIT
    accused = await office.register(accused_unit=TOWN_UNIT, accused_units=(TOWN_UNIT,))
    assert (await office.work(accused))["lead_unit"] != TOWN_UNIT
    await does(office, deputy(office), rule, "end", {"note": "权责清单已修订"})
    ended = await office.register()
    assert only(await office.said(ended), CaseAssigned).lead_unit == VILLAGE_UNIT
    await does(office, deputy(office), rule, "end", {"note": "再次"}, 409)


async def test_only_what_was_ruled_becomes_a_rule(office: Office) -> None:
    case_id = await given_back_by(office, VILLAGE_UNIT, TOWN_UNIT, THIRD)
    [session] = (await office.dispatcher.get(f"/cases/{case_id}/arbitrations")).json()["items"]
    body = {"case_id": case_id, "category_code": LIGHTS, "area_code": VILLAGE, "basis": "会商纪要"}
    open_yet = await arbiter(office).post("/duty-rules", body | {"arbitration": session["version"]})
    assert open_yet.status_code == 409
    none = await arbiter(office).post("/duty-rules", body | {"arbitration": 77})
    assert none.status_code == 404
    unknown = body | {"arbitration": session["version"], "category_code": "99"}
    assert (await arbiter(office).post("/duty-rules", unknown)).status_code in (409, 422)
