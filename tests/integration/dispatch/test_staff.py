"""The register of people: who is entered, appointed and ended, said whole, and what follows at the door."""

from typing import Any

import pytest

from libs.common.events.directory import StaffRecorded
from libs.common.security.principal import Role
from libs.common.staff.register import StaffRegister
from tests.integration.dispatch.office import COUNTY, HOUR, TOWN, Office, Person

WATER, VILLAGE_UNIT, GRID = "D-WATER", "V-999001101201", "999001101201001"
WORKER = {"post_code": "case_worker", "unit_code": WATER}
GRID_WORKER = {"post_code": "grid_worker", "unit_code": VILLAGE_UNIT, "area_code": GRID}


def admin(office: Office, area: str = COUNTY, staff: str | None = None) -> Person:
    return office.person("root", Role.ADMIN, area, staff_id=staff)


async def enter(office: Office, staff_id: str, *terms: dict[str, Any]) -> Any:
    body = {"staff_id": staff_id, "name": "陈测试", "terms": list(terms)}
    return await admin(office).post("/staff", body)


async def test_a_person_is_entered_said_whole_and_found(office: Office) -> None:
    answer = await enter(office, "S-1", WORKER, GRID_WORKER)
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert answer.headers["location"] == "/dispatch/v1/staff/S-1"
    (said,) = await office.said("S-1")
    assert isinstance(said, StaffRecorded)
    assert (said.by, said.version, [term.post_code for term in said.terms]) == (
        "root",
        1,
        ["case_worker", "grid_worker"],
    )
    read = (await office.dispatcher.get("/staff/S-1")).json()
    assert [(term["number"], term["post_name"], term["in_office"]) for term in read["terms"]] == [
        (1, "经办人", True),
        (2, "网格员", True),
    ]
    assert (await enter(office, "S-1")).status_code == 409
    assert (await office.dispatcher.get("/staff/S-2")).status_code == 404


async def test_what_cannot_be_is_named_by_its_field_and_changes_nothing(office: Office) -> None:
    await enter(office, "S-1", GRID_WORKER)
    answer = await enter(office, "S-2", WORKER, GRID_WORKER)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["fields"]] == ["terms/1/post_code"]
    assert await office.said("S-2") == []
    for staff_id in ("13912345678", "999001000000", "a b"):
        assert (await enter(office, staff_id)).json()["fields"][0]["field"] == "staff_id"


async def test_a_name_that_travels_has_nothing_else_in_it(office: Office) -> None:
    root = admin(office)
    for name in ("13912345678", "陈测试 139-1234-5678", "陈测试，微信号chen_test88"):
        refused = await root.post("/staff", {"staff_id": "S-2", "name": name})
        assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "name"), name
    assert await office.said("S-2") == []
    assert (await enter(office, "S-1")).status_code == 201
    changed = await root.post("/staff/S-1/change", {"name": "13912345678"}, version=1)
    assert (changed.status_code, changed.json()["fields"][0]["field"]) == (422, "name")


async def test_terms_begin_and_end_on_the_version_that_was_read(office: Office) -> None:
    await enter(office, "S-1")
    root = admin(office)
    assert (await root.post("/staff/S-1/terms", WORKER)).status_code == 428
    appointed = await root.post("/staff/S-1/terms", WORKER, version=1)
    assert appointed.json()["terms"][0]["in_office"]
    assert (await root.post("/staff/S-1/terms", GRID_WORKER, version=1)).status_code == 412
    office.later(HOUR)
    ended = await root.post("/staff/S-1/terms/1/end", version=2)
    assert (ended.json()["version"], ended.json()["terms"][0]["in_office"]) == (3, False)
    assert (await root.post("/staff/S-1/terms/1/end", version=3)).json()["type"].endswith("term-is-over")
    assert (await root.post("/staff/S-1/terms/7/end", version=3)).status_code == 404
    renamed = await root.post("/staff/S-1/change", {"name": "陈回音"}, version=3)
    assert (renamed.json()["name"], renamed.json()["version"]) == ("陈回音", 4)
    assert [event.version for event in await office.said("S-1") if isinstance(event, StaffRecorded)] == [1, 2, 3, 4]


async def test_nobody_changes_the_own_record_and_nobody_appoints_outside_the_own_area(office: Office) -> None:
    await enter(office, "S-1", WORKER)
    herself = admin(office, staff="S-9")
    assert (await herself.post("/staff", {"staff_id": "S-9", "name": "林测试"})).json()["type"].endswith("own-record")
    of_town = admin(office, TOWN)
    assert (await of_town.post("/staff/S-1/terms/1/end", version=1)).status_code == 403
    assert (await of_town.post("/staff/S-1/terms", GRID_WORKER, version=1)).status_code == 200
    assert (await office.dispatcher.post("/staff", {"staff_id": "S-2", "name": "林测试"})).status_code == 403


@pytest.mark.parametrize(
    "terms", [(), (WORKER | {"ends_at": "2026-02-01T00:00:00Z", "begins_at": "2025-01-01T00:00:00Z"},)]
)
async def test_who_holds_no_post_any_more_is_not_everybodys(office: Office, terms: tuple[dict[str, Any], ...]) -> None:
    """Of no unit now: of the area of what was held last, else of the place."""
    body = {"staff_id": "S-1", "name": "陈测试", "terms": list(terms), "contact": {"phone": "13800138000"}}
    assert (await admin(office).post("/staff", body)).status_code == 201
    for area in (TOWN, "888001000000"):
        stranger = admin(office, area)
        assert (await stranger.post("/staff/S-1/contact", {"reason": "核实联系方式是否仍然有效"})).status_code == 403
        assert (await stranger.post("/staff/S-1/change", {"name": "林测试"}, version=1)).status_code == 403
        assert (await stranger.post("/staff/S-1/change", {"contact": None}, version=1)).status_code == 403
    assert (await admin(office).post("/staff/S-1/contact", {"reason": "核实联系方式是否仍然有效"})).status_code == 200


async def test_another_county_enters_nobody(office: Office) -> None:
    nobody = {"staff_id": "S-1", "name": "陈测试"}
    elsewhere = admin(office, "888001000000")
    assert (await elsewhere.post("/staff", nobody)).status_code == 403
    table = "人员编号,姓名\nS-1,陈测试\n".encode()
    refused = await elsewhere.post("/staff/import", table, content_type="text/csv")
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "2/人员编号")
    assert (await admin(office, TOWN).post("/staff", nobody)).status_code == 201


async def test_people_are_listed_by_unit_by_post_and_by_who_is_in_office(office: Office) -> None:
    await enter(office, "S-3", WORKER)
    await enter(office, "S-1", WORKER, GRID_WORKER)
    await enter(office, "S-2", {**WORKER, "begins_at": "2026-03-09T00:00:00Z"})

    async def listed(query: str) -> list[str]:
        answer = await office.dispatcher.get(f"/staff?{query}")
        assert answer.status_code == 200, answer.text
        return [row["staff_id"] for row in answer.json()["items"]]

    assert await listed("") == ["S-1", "S-2", "S-3"]
    assert await listed("post_code=grid_worker") == ["S-1"]
    assert await listed(f"unit_code={WATER}") == ["S-1", "S-2", "S-3"]
    assert await listed(f"unit_code={WATER}&in_office=true") == ["S-1", "S-3"]
    assert await listed(f"unit_code={WATER}&post_code=case_worker&in_office=true") == ["S-1", "S-3"]
    assert await listed("in_office=true") == ["S-1", "S-3"]
    assert await listed("in_office=false") == ["S-2"]
    first = (await office.dispatcher.get("/staff?limit=2")).json()
    assert await listed(f"limit=2&cursor={first['next_cursor']}") == ["S-3"]


async def test_at_the_door_a_person_has_what_the_posts_give_until_they_end(office: Office) -> None:
    case_id = await office.register(category_code="1003")
    assert (await office.work(case_id))["lead_unit"] == WATER
    li = office.person("li", Role.HANDLER, COUNTY, WATER, staff_id="S-1")
    assert (await li.get(f"/cases/{case_id}")).status_code == 200
    await enter(office, "S-1", {"post_code": "caller", "unit_code": "H-12345"})
    assert (await li.get(f"/cases/{case_id}")).json()["type"].endswith("no-post")
    await admin(office).post("/staff/S-1/terms", WORKER, version=1)
    assert (await li.get(f"/cases/{case_id}")).status_code == 200
    await admin(office).post("/staff/S-1/terms/2/end", {"at": "2026-03-03T02:00:00Z"}, version=2)
    assert (await li.get(f"/cases/{case_id}")).status_code == 200
    office.later(HOUR)
    assert (await li.get(f"/cases/{case_id}")).status_code == 403


async def test_another_process_learns_what_was_stored_and_a_record_that_failed_is_not_known(office: Office) -> None:
    await enter(office, "S-1", WORKER)
    office.database.staff = StaffRegister()
    assert (await office.dispatcher.get("/staff/S-1")).status_code == 200
    assert office.database.staff.place == 1
    # A record whose transaction failed is not known.
    await enter(office, "S-2", WORKER, {**WORKER, "post_code": "king"})
    assert (await office.dispatcher.get("/staff/S-2")).status_code == 404


@pytest.mark.parametrize("unit", ["D-AGRI", None])
async def test_a_person_acts_for_no_unit_in_which_it_holds_no_post(office: Office, unit: str | None) -> None:
    await enter(office, "S-1", WORKER)
    answer = await office.person("li", Role.HANDLER, COUNTY, unit, staff_id="S-1").get("/work")
    assert answer.status_code == (403 if unit else 200)
