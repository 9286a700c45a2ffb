"""Among the levels: the unit below works and the one above stays accountable; what is raised is nobody's giving up."""

from typing import Any

import pytest

from libs.common.events.cases import CaseHandled, CaseReassigned
from libs.common.events.passing import CaseDelegated, CaseRaised, gave_up
from libs.common.events.terms import Level
from services.dispatch.directory.actions.handing_over import hand_over
from tests.integration.dispatch.office import (
    HOUR,
    LIGHTS,
    OTHER_TOWN_UNIT,
    TOWN_UNIT,
    VILLAGE_UNIT,
    Office,
    names,
    only,
)
from tests.integration.dispatch.test_handling import RESULT
from tests.integration.dispatch.test_succession import edition, load

WHOLE = {key: value for key, value in RESULT.items() if key != "without_support"}
DOWN, BACK = {"to_unit": VILLAGE_UNIT, "note": "请先到户调解"}, {"note": "镇里直接办理"}
UP = {"reason_code": "several_units", "note": "涉及两村地界"}


async def led_by(office: Office, unit: str, **changes: Any) -> str:
    """A case that a unit leads and has signed."""
    case_id = await office.register(category_code=None, **changes)
    body = {"lead_unit": unit, "category_code": LIGHTS, "reason": "属地办理"}
    await office.dispatcher.do(case_id, "assignment", body)
    await office.handler(unit).do(case_id, "signature")
    return case_id


async def test_the_unit_below_works_and_the_one_above_stays_accountable(office: Office) -> None:
    case_id = await led_by(office, TOWN_UNIT)
    town, village = office.handler(TOWN_UNIT, "sun"), office.handler(VILLAGE_UNIT)
    assert (await village.get(f"/cases/{case_id}")).status_code == 404
    down = await town.do(case_id, "delegation", DOWN)
    assert (down["lead_unit"], down["working_unit"], down["delegates"]) == (TOWN_UNIT, VILLAGE_UNIT, [VILLAGE_UNIT])
    assert (down["status"], down["signed_at"], down["returns"]) == ("assigned", None, 0)
    refused = await town.post(f"/cases/{case_id}/signature", version=down["version"])
    assert refused.status_code == 403
    office.later(HOUR)
    await village.do(case_id, "signature")
    await village.do(case_id, "progress", {"note": "已到户，电话13812345678"})
    back = await village.post(f"/cases/{case_id}/return", {"reason_code": "wrong_area", "note": "不属本村"}, version=5)
    assert back.status_code == 403
    await village.do(case_id, "result", WHOLE)
    told = only(await office.said(case_id), CaseHandled)
    assert (told.unit_code, told.level) == (VILLAGE_UNIT, Level.VILLAGE)
    steps = (await town.get(f"/cases/{case_id}/transitions")).json()["items"]
    assert [(one["action"], one["who"], one["lead_unit"], one["delegate_unit"]) for one in steps[3:]] == [
        ("delegate", "sun", TOWN_UNIT, VILLAGE_UNIT),
        ("sign", "li", TOWN_UNIT, VILLAGE_UNIT),
        ("report", "li", TOWN_UNIT, VILLAGE_UNIT),
        ("hand_in", "li", TOWN_UNIT, VILLAGE_UNIT),
    ]
    event = only(await office.said(case_id), CaseDelegated)
    assert (event.from_unit, event.working_unit, event.by, event.by_unit) == (TOWN_UNIT, VILLAGE_UNIT, "sun", TOWN_UNIT)


async def test_both_see_it_each_in_a_list_of_its_own(office: Office) -> None:
    case_id = await led_by(office, TOWN_UNIT)
    other = await led_by(office, VILLAGE_UNIT)
    await office.handler(TOWN_UNIT).do(case_id, "delegation", DOWN)

    async def listed(unit: str, role: str) -> list[str]:
        answer = await office.handler(unit).get("/work", role=role)
        assert answer.status_code == 200, answer.text
        return [one["case_id"] for one in answer.json()["items"]]

    assert (await listed(TOWN_UNIT, "lead"), await listed(TOWN_UNIT, "delegate")) == ([case_id], [])
    assert (await listed(VILLAGE_UNIT, "lead"), await listed(VILLAGE_UNIT, "delegate")) == ([other], [case_id])
    assert (await listed("V-999001101202", "delegate")) == []
    everybody = (await office.dispatcher.get("/work", role="delegate", unit_code=VILLAGE_UNIT)).json()["items"]
    assert [(one["lead_unit"], one["working_unit"]) for one in everybody] == [(TOWN_UNIT, VILLAGE_UNIT)]
    done = await office.handler(VILLAGE_UNIT).get("/work", role="delegate", status="closed")
    assert (done.status_code, done.json()["fields"][0]["field"]) == (422, "status")


async def test_it_is_taken_back_or_raised_to_who_gave_it(office: Office) -> None:
    case_id = await led_by(office, TOWN_UNIT)
    town, village = office.handler(TOWN_UNIT), office.handler(VILLAGE_UNIT)
    await town.do(case_id, "delegation", DOWN)
    assert (await town.do(case_id, "delegation/recall", BACK))["working_unit"] == TOWN_UNIT
    assert (await village.get(f"/cases/{case_id}")).status_code == 404
    await town.do(case_id, "signature")
    await town.do(case_id, "delegation", DOWN)
    await village.do(case_id, "signature")
    raised = await village.do(case_id, "raising", UP)
    assert (raised["lead_unit"], raised["working_unit"], raised["delegates"]) == (TOWN_UNIT, TOWN_UNIT, [])
    events = await office.said(case_id)
    assert names(events)[3:] == [
        "CaseDelegated",
        "CaseDelegated",
        "CaseSigned",
        "CaseDelegated",
        "CaseSigned",
        "CaseRaised",
    ]
    assert [event.recalled for event in events if isinstance(event, CaseDelegated)] == [False, True, False]
    up = only(events, CaseRaised)
    assert (up.from_unit, up.working_unit, up.lead_unit, up.reason_code) == (
        VILLAGE_UNIT,
        TOWN_UNIT,
        TOWN_UNIT,
        "several_units",
    )


async def test_what_a_unit_leads_it_raises_to_one_that_leads_from_then_on_and_may_give_it_back_in_time(
    office: Office,
) -> None:
    case_id = await led_by(office, VILLAGE_UNIT)
    office.later(20 * HOUR)
    raised = await office.handler(VILLAGE_UNIT).do(case_id, "raising", UP)
    assert (raised["lead_unit"], raised["assigned_at"]) == (TOWN_UNIT, "2026-03-03T21:00:00Z")
    town = office.handler(TOWN_UNIT)
    await town.do(case_id, "signature")
    up = await town.do(case_id, "raising", UP | {"to_unit": "H-12345"})
    assert (up["lead_unit"], up["explanation"]) == ("H-12345", "several_units: 涉及两村地界 -> H-12345")
    assert not any(isinstance(event, CaseReassigned) for event in await office.said(case_id))
    back = {"reason_code": "wrong_area", "note": "不属我单位"}
    assert (await office.handler("H-12345").do(case_id, "return", back))["return_pending"]


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("delegation", DOWN | {"to_unit": TOWN_UNIT}, "to_unit"),
        ("delegation", DOWN | {"to_unit": OTHER_TOWN_UNIT}, "to_unit"),
        ("delegation", DOWN | {"to_unit": "V-1"}, "to_unit"),
        ("delegation", DOWN | {"note": " "}, "note"),
        ("delegation", {"note": "请办理"}, "to_unit"),
        ("raising", UP | {"reason_code": "tired"}, "reason_code"),
        ("raising", UP | {"to_unit": VILLAGE_UNIT}, "to_unit"),
        ("raising", UP | {"note": "长" * 2001}, "note"),
    ],
)
async def test_a_bad_wish_is_refused_by_its_field_and_changes_nothing(
    office: Office, verb: str, body: dict[str, Any], field: str
) -> None:
    case_id = await led_by(office, TOWN_UNIT)
    before = await office.work(case_id)
    answer = await office.handler(TOWN_UNIT).post(f"/cases/{case_id}/{verb}", body, version=3)
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, field), answer.text
    assert await office.work(case_id) == before


async def test_each_step_is_the_right_units_on_the_version_read_and_of_nobody_complained_about(office: Office) -> None:
    case_id = await led_by(office, TOWN_UNIT, accused_unit=VILLAGE_UNIT)
    town = office.handler(TOWN_UNIT)
    accused = await town.post(f"/cases/{case_id}/delegation", DOWN, version=3)
    assert (accused.status_code, "complained about" in accused.text) == (422, True)
    assert (await town.post(f"/cases/{case_id}/delegation", DOWN)).status_code == 428
    assert (await town.post(f"/cases/{case_id}/raising", UP, version=2)).status_code == 412
    assert (await town.post(f"/cases/{case_id}/delegation/recall", BACK, version=3)).status_code == 403
    for verb, body in (("delegation", DOWN), ("raising", UP), ("delegation/recall", BACK)):
        assert (await office.dispatcher.post(f"/cases/{case_id}/{verb}", body, version=3)).status_code == 403
        assert (await office.handler("D-WATER").post(f"/cases/{case_id}/{verb}", body, version=3)).status_code == 404


@pytest.mark.parametrize(("reason", "for_cause"), [("could_not", True), ("our_mistake", False), (None, True)])
async def test_a_reason_says_whether_who_it_is_taken_from_gave_it_up(
    office: Office, reason: str | None, for_cause: bool
) -> None:
    case_id = await led_by(office, VILLAGE_UNIT)
    body = {"lead_unit": TOWN_UNIT, "reason": "改派", "reason_code": reason}
    wrong = await office.dispatcher.post(f"/cases/{case_id}/reassignment", body | {"reason_code": "x"}, version=3)
    assert (wrong.status_code, wrong.json()["fields"][0]["field"]) == (422, "reason_code")
    await office.dispatcher.do(case_id, "reassignment", body)
    event = only(await office.said(case_id), CaseReassigned)
    assert (event.reason_code, event.for_cause, gave_up(event)) == (
        reason,
        for_cause,
        VILLAGE_UNIT if for_cause else None,
    )
    decided = (await office.dispatcher.get(f"/cases/{case_id}/decisions")).json()["items"]
    assert [one["reason_code"] for one in decided] == [None, None, reason]


async def test_the_successor_of_a_merged_unit_takes_its_place_whoever_leads(office: Office) -> None:
    below = await led_by(office, TOWN_UNIT)
    await office.handler(TOWN_UNIT).do(below, "delegation", DOWN)
    above = await led_by(office, "D-WATER")
    await office.handler("D-WATER").do(above, "delegation", DOWN | {"to_unit": TOWN_UNIT})
    plain = edition("D-WATER", merged={"D-WATER": "D-AGRI"})
    plain["units"] = [one for one in plain["units"] if one["code"] != VILLAGE_UNIT]
    gone = [one for one in plain["areas"] if one["code"].startswith("999001101201")]
    plain["areas"] = [one for one in plain["areas"] if one not in gone]
    rows = [{"code": one["code"], "name": "原东坡村", "successor": "999001101000"} for one in gone]
    plain["merged"]["areas"] = rows
    plain["merged"]["units"].append({"code": VILLAGE_UNIT, "name": "原东坡村委会", "successor": TOWN_UNIT})
    await load(office, plain)
    office.later(HOUR)
    await hand_over(office.database, office.clock)
    one, other = await office.work(below), await office.work(above)
    assert (one["lead_unit"], one["delegates"]) == (TOWN_UNIT, [])
    assert (other["lead_unit"], other["delegates"]) == ("D-AGRI", [TOWN_UNIT])
    assert (
        only([e for e in await office.said(below) if getattr(e, "succession", False)], CaseDelegated).recalled is False
    )
    event = only(await office.said(above), CaseReassigned)
    assert (event.succession, event.delegates, gave_up(event)) == (True, (TOWN_UNIT,), None)
    assert await hand_over(office.database, office.clock) == 0
