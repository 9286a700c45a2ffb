"""The units complained about (被反映单位), those below them, and people (被反映人), named at once or later.

They are never chosen, and lose the case when it turns out to be about them. That no route shows it to them is asked
in ``test_blind_to_the_case``.
"""

from typing import Any

import pytest

from libs.common.security.principal import Role
from tests.journeys.county import LIGHTS, TOWN_UNIT, VILLAGE_UNIT, County, complaint

ACCUSED, BELOW, SUPERIOR = TOWN_UNIT, VILLAGE_UNIT, "S-GOV"
REASON = {"reason": "依规处理，详见记录。"}
TO_WATER = {"lead_unit": "D-WATER", "category_code": "0104", **REASON}
ORDER = {"level": "supervision", **REASON}
GIVEN_BACK = {"reason_code": "not_our_duty", "note": "不属本单位职责"}


@pytest.mark.parametrize(
    ("accused", "category", "lead"),
    [
        (BELOW, LIGHTS, ACCUSED),
        (ACCUSED, LIGHTS, SUPERIOR),
        ("D-HOUSING", "0102", SUPERIOR),
        ("D-WATER", LIGHTS, BELOW),
        (SUPERIOR, LIGHTS, None),
    ],
)
async def test_a_case_goes_past_the_unit_that_it_is_about(
    county: County, accused: str, category: str, lead: str | None
) -> None:
    case_id = await county.register(accused_unit=accused, category_code=category)
    work = await county.work(case_id)
    assert (work["lead_unit"], work["accused_unit"]) == (lead, accused)
    assert accused not in work["support_units"]
    assert ("回避" in work["explanation"]) == (lead != BELOW)
    assert (await county.promise(case_id))["accused_unit"] == accused


async def test_a_support_unit_that_is_complained_about_is_left_out(county: County) -> None:
    with_town = await county.register(category_code="0102")
    without = await county.register(category_code="0102", accused_unit=ACCUSED)
    assert (await county.work(with_town))["support_units"] == [ACCUSED]
    assert (await county.work(without))["support_units"] == []


@pytest.mark.parametrize("named", [{"lead_unit": BELOW}, {"lead_unit": ACCUSED}, {"support_units": [BELOW]}])
async def test_no_dispatcher_chooses_it_by_hand(county: County, named: dict[str, Any]) -> None:
    case_id = await county.register(accused_unit=ACCUSED)
    before = await county.prints()
    wish = TO_WATER | {"category_code": LIGHTS} | named
    answer = await county.dispatcher.post(f"/dispatch/v1/cases/{case_id}/reassignment", wish)
    assert answer.status_code == 422
    [error] = answer.json()["fields"]
    assert (error["field"].partition("/")[0], "complained about" in error["message"]) == (*named, True)
    assert await county.prints() == before


async def test_an_order_about_it_goes_to_its_superior(county: County) -> None:
    """The ladder would send the third round's order to the lead, its superior and the supervisor."""
    case_id = await county.register(accused_unit=ACCUSED)
    answer = await county.supervisor.post("/followup/v1/supervisions", ORDER | {"case_id": case_id, "unit_code": BELOW})
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "unit_code")
    own = await county.supervisor.do("/followup/v1/supervisions", ORDER | {"case_id": case_id})
    assert own["unit_code"] == SUPERIOR


async def test_one_of_several_that_are_complained_about_is_as_the_only_one(county: County) -> None:
    """The lead, its town and the supervisor's own support: each is left out, and the case goes on to the next."""
    case_id = await county.register(accused_units=["D-WATER", BELOW], category_code=LIGHTS)
    work = await county.work(case_id)
    assert (work["lead_unit"], work["accused_units"]) == (ACCUSED, ["D-WATER", BELOW])
    both = await county.register(accused_unit=BELOW, accused_units=[ACCUSED], category_code=LIGHTS)
    assert (await county.work(both))["lead_unit"] == SUPERIOR
    for unit in (BELOW, "D-WATER"):
        assert (await county.handler(unit).get(f"/dispatch/v1/cases/{both}")).status_code == 404


async def test_whoever_turns_out_to_be_complained_about_loses_the_case_at_once(county: County) -> None:
    """Its unit has signed it and asked to give it back; a dispatcher of it may not say so, nor may it answer again."""
    case_id = await county.register()
    village, town = county.handler(BELOW), county.handler(SUPERIOR)
    signature = f"/dispatch/v1/cases/{case_id}/signature"
    assert (await village.post(signature, key="sign-1", version="*")).status_code == 200
    await county.house.settle()
    await county.lead_does(case_id, "return", GIVEN_BACK)
    path = f"/intake/v1/cases/{case_id}/accused"
    own = county.person("clerk", Role.DISPATCHER, unit=BELOW)
    assert (await own.post(path, {"accused_units": [BELOW], **REASON})).status_code == 403
    await county.dispatcher.do(path, {"accused_units": [ACCUSED], **REASON})
    await county.house.settle()
    work = await county.work(case_id)
    assert (work["lead_unit"], work["status"], work["return_pending"]) == (SUPERIOR, "assigned", False)
    assert "回避" in work["explanation"]
    promise = await county.promise(case_id)
    assert promise["lead_unit"] == SUPERIOR
    assert {clock["unit_code"] for clock in promise["timers"] if clock["state"] == "pending"} == {SUPERIOR}
    assert not [order for order in promise["supervisions"] if "退单" in order["reason"]]
    # The answer that was kept under its key tells it nothing any more, and nobody else's is lost.
    again = await village.post(signature, key="sign-1", version="*")
    assert (again.status_code, "title" in again.json(), case_id in again.text.replace(signature, "")) == (
        404,
        True,
        False,
    )
    assert (await county.dispatcher.post(path, {"accused_units": [ACCUSED], **REASON})).status_code == 409
    await county.lead_does(case_id, "signature")
    assert (await town.get(f"/dispatch/v1/cases/{case_id}")).status_code == 200
    assert (await county.fact(case_id))["unit_code"] == SUPERIOR
    await county.check()


async def test_a_supplement_may_name_whoever_is_complained_about(county: County) -> None:
    case_id = await county.register(accused_staff=["S-1"])
    clerk = county.person("clerk", Role.SUPERVISOR, staff_id="S-2")
    seen = f"/followup/v1/cases/{case_id}"
    assert (await clerk.get(seen)).status_code == 200
    body = {"text": "是他本人让人砸的路灯", "accused_staff": ["S-2"]}
    await county.operator.do(f"/intake/v1/cases/{case_id}/supplements", body)
    await county.house.settle()
    assert (await clerk.get(seen)).status_code == 404
    assert (await county.person("other", Role.SUPERVISOR, staff_id="S-3").get(seen)).status_code == 200
    assert (await county.case(case_id))["accused_staff"] == ["S-1", "S-2"]
    assert (await county.promise(case_id))["accused_staff"] == ["S-1", "S-2"]
    assert (await county.work(case_id))["lead_unit"] == BELOW
    await county.check()


async def test_who_takes_a_complaint_about_himself_cannot_answer_it(county: County) -> None:
    clerk = county.person("clerk", Role.OPERATOR, unit=BELOW)
    answered = complaint(accused_unit=ACCUSED, direct_answer="没有这回事。")
    refused = await clerk.post("/intake/v1/cases", answered)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (403, "direct_answer")
    receipt = await clerk.do("/intake/v1/cases", complaint(accused_unit=ACCUSED))
    assert (await clerk.get(f"/intake/v1/cases/{receipt['case_id']}")).status_code == 404
    again = complaint(accused_unit=ACCUSED, source_system="city", source_no="7")
    await county.operator.do("/intake/v1/cases", again)
    known = await clerk.post("/intake/v1/cases", again)
    assert (known.status_code, "case_no" in known.json()) == (409, False)
