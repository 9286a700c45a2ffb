"""Asked and disputed: what nobody decides goes up by itself, and whose a case is, is ruled by nobody of the units."""

from typing import Any

from libs.common.security.principal import Role
from tests.journeys.county import TOWN, TOWN_UNIT, VILLAGE_UNIT, County
from tests.journeys.test_asked_and_granted import asks, refused

BACK = {"reason_code": "not_our_duty", "note": "不属本单位职责"}
TO_TRIAGE = {"approved": True, "note": "情况属实"}
KEEP = {"approved": False, "note": "属本单位职责"}
THIRD = "D-HOUSING"
RULING = {
    "lead_unit": TOWN_UNIT,
    "words": "依据镇履职事项清单由镇办",
    "minutes": "三家单位到会，议定由镇主办，县住建局指导",
    "files": ["ab" * 32],
}


def of(county: County, unit: str, role: Role = Role.HANDLER, **who: Any) -> Any:
    """Somebody of a unit, in its own area."""
    area = {VILLAGE_UNIT: None, TOWN_UNIT: TOWN}.get(unit)
    return county.person(f"of-{unit}", role, area=area, unit=unit, staff_id=f"S-{unit}", **who)


def arbiter(county: County) -> Any:
    return county.person("arbiter", Role.SUPERVISOR, unit="S-GOV", staff_id="S-900")


async def gives_back(county: County, case_id: str, unit: str, to: str | None) -> None:
    await asks(county, case_id, "return", BACK, of(county, unit))
    await asks(
        county, case_id, "return/decision", TO_TRIAGE | ({} if to is None else {"lead_unit": to}), county.dispatcher
    )


async def steps(county: County, case_id: str) -> list[str]:
    told = await county.dispatcher.ask(f"/dispatch/v1/cases/{case_id}/transitions")
    return [step["action"] for step in told["items"]]


async def test_a_return_that_nobody_decides_goes_up_once_by_itself(county_on_either_bus: County) -> None:
    """Its limit by the pack is one working day; then the supervisors alone decide, and its own clocks ran on."""
    county = county_on_either_bus
    case_id = await county.register()
    before = await county.work(case_id)
    await asks(county, case_id, "return", BACK, of(county, VILLAGE_UNIT))
    timers = (await county.promise(case_id))["timers"]
    [limit] = [timer for timer in timers if timer["what"] == "decision"]
    assert (limit["state"], limit["unit_code"]) == ("pending", None)
    await county.advance(hours=3)
    await county.house.settle()
    assert (await county.work(case_id))["request_raised_at"] is None
    await county.advance(days=4)
    await county.house.settle()
    work = await county.work(case_id)
    assert (work["return_pending"], work["request_raised_at"] is None) == (True, False)
    assert (work["handle_due_at"], work["lead_unit"]) == (before["handle_due_at"], VILLAGE_UNIT)
    assert (await steps(county, case_id)).count("raise_request") == 1
    await county.advance(days=2)
    await county.house.settle()
    assert (await steps(county, case_id)).count("raise_request") == 1
    decision = "return/decision"
    assert await refused(county, case_id, decision, KEEP, county.dispatcher) == 403
    assert await refused(county, case_id, decision, KEEP, of(county, VILLAGE_UNIT, Role.SUPERVISOR)) == 403
    assert await refused(county, case_id, decision, KEEP, county.person(f"of-{VILLAGE_UNIT}", Role.SUPERVISOR)) == 403
    await asks(county, case_id, decision, KEEP, arbiter(county))
    [request] = (await county.dispatcher.ask(f"/dispatch/v1/cases/{case_id}/requests"))["items"]
    assert (request["state"], request["decided_by_staff"], request["raised_at"] is None) == ("refused", "S-900", False)
    assert (await county.work(case_id))["request_raised_at"] is None


async def test_three_units_give_it_back_and_it_is_ruled_on(county_on_either_bus: County) -> None:
    county = county_on_either_bus
    case_id = await county.register()
    await gives_back(county, case_id, VILLAGE_UNIT, TOWN_UNIT)
    await gives_back(county, case_id, TOWN_UNIT, THIRD)
    await asks(county, case_id, "return", BACK, of(county, THIRD))
    to_a_fourth = TO_TRIAGE | {"lead_unit": "D-AGRI"}
    assert await refused(county, case_id, "return/decision", to_a_fourth, county.dispatcher) == 409
    await asks(county, case_id, "return/decision", TO_TRIAGE, county.dispatcher)
    work = await county.work(case_id)
    assert (work["status"], work["disputing"]) == ("triage", [VILLAGE_UNIT, TOWN_UNIT, THIRD])
    waiting = (await county.supervisor.ask("/dispatch/v1/arbitrations"))["items"]
    assert [(one["case_id"], one["by_rule"]) for one in waiting] == [(case_id, True)]
    by_hand = {"lead_unit": TOWN_UNIT, "reason": "由镇办"}
    assert await refused(county, case_id, "assignment", by_hand, county.dispatcher) == 409
    court = {"reason_code": "litigation", "go_to": "县人民法院", "notice": "请向法院反映"}
    assert await refused(county, case_id, "nonacceptance", court, county.dispatcher) == 409
    ruling = "arbitration/ruling"
    assert await refused(county, case_id, ruling, RULING, arbiter(county)) == 409
    for unit in (VILLAGE_UNIT, TOWN_UNIT, THIRD):
        said = {"unit_code": unit, "absent": unit == THIRD, "words": "不属本单位职责"}
        assert await refused(county, case_id, "arbitration/hearings", said, of(county, unit, Role.DISPATCHER)) in (
            403,
            404,
        )
        await asks(county, case_id, "arbitration/hearings", said, county.dispatcher)
    for who in (of(county, THIRD, Role.SUPERVISOR), county.person(f"of-{THIRD}", Role.SUPERVISOR), county.dispatcher):
        assert await refused(county, case_id, ruling, RULING, who) == 403
    assert await refused(county, case_id, ruling, RULING | {"files": ["no digest"]}, arbiter(county)) == 422
    await asks(county, case_id, ruling, RULING, arbiter(county))
    work = await county.work(case_id)
    assert (work["status"], work["lead_unit"], work["designated_unit"]) == ("assigned", TOWN_UNIT, TOWN_UNIT)
    assert await refused(county, case_id, "return", BACK, of(county, TOWN_UNIT)) == 409
    answer = await of(county, TOWN_UNIT).post(f"/dispatch/v1/cases/{case_id}/return", BACK)
    assert "designated" in answer.json()["detail"]
    [session] = (await county.dispatcher.ask(f"/dispatch/v1/cases/{case_id}/arbitrations"))["items"]
    assert (session["state"], session["files"], session["ruled_by_staff"]) == ("ruled", ["ab" * 32], "S-900")
    assert [one["absent"] for one in session["hearings"]] == [False, False, True]
    clock = next(timer for timer in (await county.promise(case_id))["timers"] if timer["what"] == "sign")
    assert clock["unit_code"] == TOWN_UNIT
