"""Where a post is held and where not (岗位覆盖), and for how many people."""

from copy import deepcopy
from typing import Any

import pytest

from libs.common.pack.loader import document
from libs.common.pack.schema import AreaLevel
from libs.common.security.principal import Role
from tests.integration.dispatch.office import COUNTY, HOUR, OTHER_TOWN, PACK, TOWN, VILLAGE, VILLAGE_UNIT, Office
from tests.integration.dispatch.test_staff import WORKER, admin

GRID, NEXT_GRID = f"{VILLAGE}001", f"{VILLAGE}002"
GRIDS = sorted(area.code for area in PACK.areas if area.level is AreaLevel.GRID)
PEOPLE = {area.code: area.people or 0 for area in PACK.areas}
WORKS = {"post_code": "grid_worker", "unit_code": VILLAGE_UNIT, "area_code": GRID}


async def enter(office: Office, staff_id: str, *terms: dict[str, Any]) -> None:
    answer = await admin(office).post("/staff", {"staff_id": staff_id, "name": "陈测试", "terms": list(terms)})
    assert answer.status_code == 201, answer.text


async def covered(office: Office, area: str = COUNTY, **query: Any) -> Any:
    asked = {"post_code": "grid_worker", "limit": 200} | query
    answer = await admin(office, area).get("/staff-coverage", **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def of_grid(office: Office, code: str = GRID) -> Any:
    return next(item for item in (await covered(office))["items"] if item["area_code"] == code)


def edition(**post: Any) -> dict[str, Any]:
    """The demo pack with something else about its workers of grids."""
    plain = deepcopy(document(PACK)) | {"version": "2026年第2版"}
    for one in plain["posts"]:
        if one["code"] == "grid_worker":
            one.update(post)
    return plain


async def publish(office: Office, pack: dict[str, Any]) -> None:
    answer = await admin(office).post("/directory/packs", pack)
    assert answer.status_code == 200, answer.text
    assert answer.json()["published"]


async def test_every_grid_is_told_with_its_people_and_its_worker_and_gaps_come_first(office: Office) -> None:
    await enter(office, "S-1", WORKS)
    told = await covered(office)
    codes = [item["area_code"] for item in told["items"]]
    assert codes == [*(code for code in GRIDS if code != GRID), GRID]
    assert told["items"][-1] == {
        "area_code": GRID,
        "area_name": "东坡村第一网格",
        "people": 400,
        "holders": [{"staff_id": "S-1", "name": "陈测试", "unit_code": VILLAGE_UNIT, "stand_in_for": None}],
        "people_per_holder": 400,
    }
    gaps = [item for item in told["items"] if not item["holders"]]
    assert {item["people_per_holder"] for item in gaps} == {None}
    assert told["totals"] == {
        "areas": 20,
        "covered": 1,
        "gaps": 19,
        "people": sum(PEOPLE[code] for code in GRIDS),
        "people_covered": 400,
        "areas_without_people": 0,
        "holders": 1,
        "people_per_holder": 400,
    }
    assert (told["post_name"], told["area_level"], told["people_per_area"]) == ("网格员", "grid", [200, 1200])


async def test_who_stands_in_is_told_apart_and_is_no_second_worker(office: Office) -> None:
    await enter(office, "S-1", WORKS)
    await enter(office, "S-2", WORKS | {"stand_in_for": "S-1"})
    told = await of_grid(office)
    assert [(one["staff_id"], one["stand_in_for"]) for one in told["holders"]] == [("S-1", None), ("S-2", "S-1")]
    assert told["people_per_holder"] == 400
    assert (await covered(office))["totals"]["holders"] == 1
    # Who is stood in for has left: the place is filled all the same.
    await admin(office).post("/staff/S-1/terms/1/end", version=1)
    alone = await of_grid(office)
    assert [one["staff_id"] for one in alone["holders"]] == ["S-2"]
    assert alone["people_per_holder"] == 400


async def test_two_who_share_a_grid_have_half_its_people_each(office: Office) -> None:
    await publish(office, edition(only_one=False))
    for staff_id in ("S-1", "S-2"):
        await enter(office, staff_id, WORKS | {"area_code": NEXT_GRID})
    told = await of_grid(office, NEXT_GRID)
    assert [one["staff_id"] for one in told["holders"]] == ["S-1", "S-2"]
    # 385 people: 192.5 each.
    assert (told["people"], told["people_per_holder"]) == (385, 193)
    totals = (await covered(office))["totals"]
    assert (totals["covered"], totals["people_covered"], totals["holders"]) == (1, 385, 2)


async def test_who_has_two_grids_has_the_people_of_both(office: Office) -> None:
    await enter(office, "S-1", WORKS, WORKS | {"area_code": NEXT_GRID})
    totals = (await covered(office))["totals"]
    assert (totals["covered"], totals["holders"], totals["people_per_holder"]) == (2, 1, 785)


async def test_a_term_that_ended_or_has_not_begun_leaves_a_gap(office: Office) -> None:
    now = office.clock.now()
    await enter(office, "S-1", WORKS | {"ends_at": (now + HOUR).isoformat()})
    await enter(office, "S-2", WORKS | {"begins_at": (now + 2 * HOUR).isoformat()})
    holders = []
    for _ in range(3):
        holders.append([one["staff_id"] for one in (await of_grid(office))["holders"]])
        office.later(HOUR)
    assert holders == [["S-1"], [], ["S-2"]]


async def test_another_post_in_a_grid_covers_nothing(office: Office) -> None:
    pack = edition()
    pack["posts"].append({"code": "grid_guard", "name": "巡查员", "name_en": "Guard", "area_level": "grid"})
    await publish(office, pack)
    await enter(office, "S-1", WORKS | {"post_code": "grid_guard"}, WORKER)
    assert (await covered(office))["totals"]["covered"] == 0
    assert (await covered(office, post_code="grid_guard"))["totals"]["covered"] == 1


async def test_a_caller_is_told_of_the_areas_in_view_alone(office: Office) -> None:
    await enter(office, "S-1", WORKS)
    in_town = [code for code in GRIDS if code.startswith(TOWN[:9])]
    for asked in (await covered(office, TOWN), await covered(office, area_code=TOWN)):
        assert sorted(item["area_code"] for item in asked["items"]) == in_town
        assert (asked["totals"]["areas"], asked["totals"]["covered"]) == (len(in_town), 1)
        assert asked["totals"]["people"] == sum(PEOPLE[code] for code in in_town)
    for nothing in (
        await covered(office, "888001000000"),
        await covered(office, TOWN, area_code=OTHER_TOWN),
    ):
        assert (nothing["items"], nothing["totals"]["areas"], nothing["totals"]["people_per_holder"]) == ([], 0, None)
    assert (await covered(office, OTHER_TOWN))["totals"]["covered"] == 0


async def test_pages_come_to_the_end_and_each_has_the_same_totals(office: Office) -> None:
    await enter(office, "S-1", WORKS)
    await enter(office, "S-2", WORKS | {"area_code": NEXT_GRID})
    whole = await covered(office)
    seen: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = await covered(office, limit=6, **cursor)
        assert len(page["items"]) <= 6
        assert page["totals"] == whole["totals"]
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == whole["items"]
    assert [item["area_code"] for item in seen[-2:]] == [GRID, NEXT_GRID]


async def test_where_nobody_counted_no_worker_is_said_to_have_so_many(office: Office) -> None:
    pack = edition()
    del pack["people_per_area"]
    for area in pack["areas"]:
        if area["code"] in (GRID, VILLAGE):
            del area["people"]
    await publish(office, pack)
    await enter(office, "S-1", WORKS)
    await enter(office, "S-2", WORKS | {"area_code": NEXT_GRID})
    told = await of_grid(office)
    assert (told["people"], told["people_per_holder"]) == (None, None)
    whole = await covered(office)
    totals = whole["totals"]
    assert (totals["people_covered"], totals["areas_without_people"]) == (385, 1)
    assert (totals["holders"], totals["people_per_holder"], whole["people_per_area"]) == (2, 385, None)


async def test_the_worker_of_a_grid_that_was_merged_works_in_its_successor(office: Office) -> None:
    await enter(office, "S-1", WORKS)
    pack = edition()
    pack["areas"] = [area for area in pack["areas"] if area["code"] != GRID]
    next(area for area in pack["areas"] if area["code"] == NEXT_GRID)["people"] = 785
    pack["merged"] = {"areas": [{"code": GRID, "name": "东坡村第一网格", "successor": NEXT_GRID}]}
    await publish(office, pack)
    told = await of_grid(office, NEXT_GRID)
    assert ([one["staff_id"] for one in told["holders"]], told["people"]) == (["S-1"], 785)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"post_code": "king"}, "post_code"),
        ({"post_code": "case_worker"}, "post_code"),
        ({}, "post_code"),
        ({"post_code": "grid_worker", "area_code": "999001999000"}, "area_code"),
        ({"post_code": "grid_worker", "cursor": "x"}, "cursor"),
    ],
)
async def test_what_cannot_be_asked_is_named_by_its_field(office: Office, query: dict[str, str], field: str) -> None:
    refused = await admin(office).get("/staff-coverage", **query)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert [one["field"].rpartition("/")[2] for one in refused.json()["fields"]] == [field]


async def test_whoever_may_read_the_register_may_ask_and_nobody_else(office: Office) -> None:
    for role in Role:
        person = office.person("li", role, unit="D-WATER")
        status = (await person.get("/staff-coverage", post_code="grid_worker")).status_code
        assert status == (await person.get("/staff")).status_code
        assert status == (403 if role is Role.INTEGRATOR else 200), role
    await enter(office, "S-1", WORKER | {"ends_at": (office.clock.now() + HOUR).isoformat()})
    office.later(HOUR)
    left = office.person("li", Role.HANDLER, unit="D-WATER", staff_id="S-1")
    assert (await left.get("/staff-coverage", post_code="grid_worker")).status_code == 403


async def test_an_id_of_somebody_is_not_taken_for_the_list(office: Office) -> None:
    await enter(office, "coverage")
    assert (await admin(office).get("/staff/coverage")).json()["staff_id"] == "coverage"
