"""Units beside the lead: each part has its limit, is late by unit and by name, and the result waits for it."""

from datetime import timedelta
from typing import Any

from libs.common.pack.loader import document
from tests.journeys.counted import check_counts
from tests.journeys.county import RESULT, SATISFIED, TOWN_UNIT, VILLAGE_UNIT, County
from tests.journeys.test_levels import does
from tests.support.service import PACK

LATE = {
    "code": "part_late",
    "name": "协办逾期催办",
    "name_en": "A part is late",
    "trigger": {"on": "overdue", "deadline": "task"},
    "level": "reminder",
    "to": ["lead"],
}
WHOLE = {key: value for key, value in RESULT.items() if key != "without_support"}


def with_limits() -> dict[str, Any]:
    """The demo county, whose support units have two working days."""
    plain = document(PACK)
    ladder = plain["ladder"] | {"steps": [*plain["ladder"]["steps"], LATE]}
    limits = plain["limits"] | {"task": {"any": {"any": "2 work_day"}}}
    return plain | {"version": "parts have limits", "ladder": ladder, "limits": limits}


async def test_a_part_that_is_late_is_on_the_ladder_and_the_result_waits_for_every_one(county: County) -> None:
    await county.admin.do("/dispatch/v1/directory/packs", with_limits())
    await county.house.settle()
    case_id = await county.register()
    await does(county, VILLAGE_UNIT, case_id, "signature")
    await does(county, VILLAGE_UNIT, case_id, "lists/measure", {"text": "更换灯头"})
    due = county.house.clock.now() + timedelta(hours=5)
    body = {"unit_code": "D-WATER", "what": "关阀配合抢修", "due_at": due.isoformat()}
    await does(county, VILLAGE_UNIT, case_id, "tasks", body)
    tasks = (await county.dispatcher.ask(f"/dispatch/v1/cases/{case_id}/tasks"))["items"]
    assert [(one["unit_code"], one["due_at"] is not None) for one in tasks] == [(TOWN_UNIT, True), ("D-WATER", True)]
    await does(county, TOWN_UNIT, case_id, f"tasks/{TOWN_UNIT}/signature")
    await does(county, TOWN_UNIT, case_id, f"tasks/{TOWN_UNIT}/result", {"result": "已配合断电"})
    await county.advance(hours=6)
    await county.house.settle()
    await check_counts(county, {"support_due": 2, "support_late": 1, "support_open": 1})
    promise = await county.promise(case_id)
    late = [(one["unit_code"], one["rule_code"]) for one in promise["supervisions"]]
    assert late == [("D-WATER", "part_late")]
    timers = {one["unit_code"]: one["state"] for one in promise["timers"] if one["what"] == "task"}
    assert timers == {TOWN_UNIT: "cancelled", "D-WATER": "fired"}
    waits = await county.handler(VILLAGE_UNIT).post(f"/dispatch/v1/cases/{case_id}/result", WHOLE, version="*")
    assert (waits.status_code, "D-WATER (关阀配合抢修) due" in waits.text) == (409, True)
    await does(county, "D-WATER", case_id, "tasks/D-WATER/signature")
    await does(county, "D-WATER", case_id, "tasks/D-WATER/result", {"result": "已关阀"})
    await does(county, VILLAGE_UNIT, case_id, "result", WHOLE)
    await county.call(case_id, SATISFIED)
    assert (await county.case(case_id))["status"] == "closed"
    whole = {"support_given": 2, "support_done": 2, "support_open": 0}
    await check_counts(county, whole | {"support_due": 2, "support_on_time": 1, "support_late": 1})
    await check_counts(county, {"support_due": 1, "support_late": 1}, unit_code="D-WATER")
    await check_counts(county, {"support_due": 1, "support_on_time": 1, "support_late": 0}, unit_code=TOWN_UNIT)
