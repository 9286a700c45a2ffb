"""小池镇: settled in the village (journey 2, small): who works, who is accountable, where it ended, and no 三次退单."""

from itertools import pairwise
from typing import Any

from huiyin.office import errands
from libs.common.bus.flow import Service
from libs.common.pack.loader import document
from tests.journeys.county import RESULT, SATISFIED, TOWN_UNIT, VILLAGE, VILLAGE_UNIT, County
from tests.support.service import PACK

GRID = "G-999001101201001"
CHAIN = (GRID, VILLAGE_UNIT, TOWN_UNIT, "H-12345", "D-HOUSING")
UP = {"reason_code": "beyond_power", "note": "超出本级权限"}


def with_levels() -> dict[str, Any]:
    """The demo county with a grid's worker, and what it asks of its villages."""
    plain = document(PACK)
    here = {"code": f"{VILLAGE}001", "name": "东坡村一组", "level": "grid", "parent": VILLAGE}
    area = next((one for one in plain["areas"] if one["code"] == here["code"]), {}) | here
    areas = [one for one in plain["areas"] if one["code"] != area["code"]]
    worker = {"code": GRID, "name": "一组网格员", "level": "grid", "area_code": area["code"], "parent": VILLAGE_UNIT}
    return plain | {
        "version": "with levels",
        "areas": [*areas, area],
        "units": [*plain["units"], worker],
        "formulas": [_asked(one) if one["code"] == "in_the_village" else one for one in plain["formulas"]],
    }


def _asked(formula: dict[str, Any]) -> dict[str, Any]:
    return formula | {"target": {"over": "95"}}


async def does(county: County, unit: str, case_id: str, place: str, body: object = None) -> Any:
    """A step of a unit, with all that follows from it."""
    answer = await county.handler(unit, f"worker-{unit}").do(errands.on_work(case_id, place, body))
    await county.house.settle()
    return answer


async def given_to(county: County, unit: str) -> str:
    """A case of the grid that a dispatcher gives to a unit, which signs it."""
    case_id = await county.register(area_code=f"{VILLAGE}001", category_code=None)
    given = {"lead_unit": unit, "category_code": "0101", "reason": "属地办理"}
    await county.dispatcher.do(errands.on_work(case_id, "assignment", given))
    await does(county, unit, case_id, "signature")
    return case_id


async def settled(county: County, unit: str, case_id: str) -> None:
    await does(county, unit, case_id, "result", RESULT)
    await county.call(case_id, SATISFIED)


async def in_the_village(county: County) -> tuple[int, int, str, str]:
    answer = await county.leader.ask("/analytics/v1/figures", period="year", measure="in_the_village")
    micro = answer["rates"][0]["micro"]
    return micro["numerator"], micro["denominator"], micro["text"], micro["met"]


async def test_nineteen_of_twenty_in_the_village_are_not_over_95_percent_and_twenty_of_twenty_one_are(
    county: County,
) -> None:
    await county.admin.do("/dispatch/v1/directory/packs", with_levels())
    await county.house.settle()
    for _ in range(17):
        case_id = await county.register()
        await county.handle(case_id)
        await county.call(case_id, SATISFIED)
    delegated = await given_to(county, TOWN_UNIT)
    await does(county, TOWN_UNIT, delegated, "delegation", {"to_unit": VILLAGE_UNIT, "note": "请到户调解"})
    case = await county.case(delegated)
    assert (case["lead_unit"], case["working_unit"]) == (TOWN_UNIT, VILLAGE_UNIT)
    assert (await county.handler(VILLAGE_UNIT).ask(f"/intake/v1/cases/{delegated}"))["case_id"] == delegated
    promise = await county.promise(delegated)
    running = {one["what"]: one["unit_code"] for one in promise["timers"] if one["state"] == "pending"}
    assert running == {"sign": VILLAGE_UNIT, "handle": TOWN_UNIT}
    await does(county, VILLAGE_UNIT, delegated, "signature")
    await settled(county, VILLAGE_UNIT, delegated)
    await settled(county, GRID, await given_to(county, GRID))

    raised = await given_to(county, GRID)
    due = (await county.promise(raised))["handle_due_at"]
    for lower, upper in pairwise(CHAIN):
        named = {"to_unit": upper} if upper in CHAIN[3:] else {}
        await does(county, lower, raised, "raising", UP | named)
        await does(county, upper, raised, "signature")
    promise = await county.promise(raised)
    assert (promise["lead_unit"], promise["handle_due_at"], promise["supervisions"]) == ("D-HOUSING", due, [])
    (row,) = await county.rows(Service.FOLLOWUP, "SELECT left_units FROM matter WHERE case_id = $1", raised)
    assert (row.left_units, (await county.work(raised))["returns"]) == ([], 0)
    await settled(county, "D-HOUSING", raised)
    assert await in_the_village(county) == (19, 20, "95.0 %", "not_met")
    assert (await county.count("raised"), await county.count("delegated")) == (4, 1)
    assert (await county.count("returns_requested"), await county.count("supervisions")) == (0, 0)
    behind = await county.leader.ask(
        "/analytics/v1/figures/cases", period="year", basis="registered", counter="solved_in_department"
    )
    assert [one["case_id"] for one in behind["items"]] == [raised]

    await settled(county, GRID, await given_to(county, GRID))
    assert await in_the_village(county) == (20, 21, "95.2 %", "met")
    page = await county.leader.get("/analytics/county")
    assert page.status_code == 200
    assert "小事不出村" in page.text
