"""Five places, a county, a street and three towns that run their own, work by their packs alone."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from libs.common.pack.areas import AreaLevel, area_prefix
from libs.common.pack.directory import Directory
from libs.common.pack.loader import load_pack
from tests.conftest import MakeDatabase
from tests.journeys.county import DEMO, NOT_SATISFIED, SATISFIED, County, open_county

PLACES = sorted(file.parent for file in DEMO.parent.glob("*/pack.yaml") if file.parent != DEMO)
STREET = DEMO.parent / "dachuan-cuiping"
NINGSHAN = DEMO.parent / "ningshan"
PATCH = "511703002001002"
TOWN_OF_GROUPS = DEMO.parent / "yuexi-xiangchang"
GROUP, COMMITTEE = "340828107201001", "V-340828107201"
IN_THE_PLACE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
async def place(request: pytest.FixtureRequest, make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[County]:
    """A house that works by the pack of a folder, audited at the end."""
    async with open_county(await make_database("template0"), tmp_path, pack=request.param) as county:
        yield county
        await county.check()


@pytest.mark.parametrize("place", PLACES, ids=lambda folder: folder.name, indirect=True)
async def test_a_place_takes_gives_handles_and_asks_by_its_pack_alone(place: County) -> None:
    pack = load_pack(next(folder for folder in PLACES if load_pack(folder).place.code == place.place))
    directory = Directory(pack)
    finest = next(area for area in pack.areas if area.level is AreaLevel.GRID)
    for category in (category for category in pack.categories if category.parent is None):
        case_id = await place.register(category_code=category.code, area_code=finest.code)
        assert (await place.work(case_id))["lead_unit"] == directory.lead_unit(category.code, finest.code).unit_code
    assert (await place.case(case_id))["case_no"].startswith(area_prefix(place.place))
    (area,) = (
        item
        for item in (await place.admin.ask("/dispatch/v1/directory/areas", area_code=finest.code))["items"]
        if item["code"] == finest.code
    )
    assert area["called"] == next(kind.name for kind in pack.area_kinds if kind.code == finest.kind)
    await place.handle(case_id)
    await place.call(case_id, NOT_SATISFIED)
    await place.handle(case_id)
    await place.call(case_id, SATISFIED)
    assert (await place.case(case_id))["closing"] == "substantive"
    assert await place.count("satisfied") == 1


@pytest.mark.parametrize("place", [STREET], ids=lambda folder: folder.name, indirect=True)
async def test_the_power_company_supports_and_the_citizens_own_date_is_the_limit(place: County) -> None:
    today = place.house.clock.now().astimezone(IN_THE_PLACE).date()
    wanted = {"category_code": "0501", "area_code": PATCH}
    case_id = await place.register(**wanted, needed_by=str(today + timedelta(days=2)))
    due = datetime.fromisoformat((await place.promise(case_id))["handle_due_at"]).astimezone(IN_THE_PLACE)
    assert due == datetime.combine(today + timedelta(days=3), datetime.min.time(), IN_THE_PLACE)
    ordinary = await place.register(**wanted, needed_by=str(today + timedelta(days=90)))
    plain = await place.register(**wanted)
    assert (await place.promise(ordinary))["handle_due_at"] == (await place.promise(plain))["handle_due_at"]
    assert (await place.case(case_id))["needed_by"] == str(today + timedelta(days=2))
    work = await place.work(case_id)
    assert (work["lead_unit"], work["support_units"]) == ("D-LAMPS", ["E-POWER"])
    await place.lead_does(case_id, "signature")
    part = f"/dispatch/v1/cases/{case_id}/tasks/E-POWER"
    alone = {"result_kind": "substantive", "result": "路灯线路已经修复，夜间照明正常。"}
    refused = await place.handler("D-LAMPS").post(f"/dispatch/v1/cases/{case_id}/result", alone)
    assert refused.status_code == 409
    for step, body in (("signature", None), ("result", {"result": "线路已重新接通，路灯供电恢复正常。"})):
        await place.handler("E-POWER", "electrician").do(f"{part}/{step}", body)
    await place.house.settle()
    await place.lead_does(case_id, "result", alone)
    await place.call(case_id, SATISFIED)
    assert (await place.case(case_id))["closing"] == "substantive"


@pytest.mark.parametrize("place", [STREET], ids=lambda folder: folder.name, indirect=True)
async def test_a_day_that_is_over_is_refused_by_its_name(place: County) -> None:
    yesterday = place.house.clock.now().astimezone(IN_THE_PLACE).date() - timedelta(days=1)
    body = {"channel": "visit", "kind": "help", "area_code": PATCH, "text": "路灯不亮。", "needed_by": str(yesterday)}
    refused = await place.operator.post("/intake/v1/cases", body)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["fields"]] == ["needed_by"]


@pytest.mark.parametrize("place", [NINGSHAN], ids=lambda folder: folder.name, indirect=True)
async def test_each_cadre_has_duties_and_is_named_for_what_the_unit_signs(place: County) -> None:
    """个人权责清单 of town, village and Party cadres: who is in charge of a village answers for its roads alone."""
    town, village, other = "T-610923100", "610923100201", "610923100202"
    posts: dict[str, dict[str, Any]] = {
        "S-1": {"post_code": "party_secretary", "unit_code": f"V-{village}"},
        "S-2": {"post_code": "village_contact", "unit_code": town, "area_code": village},
        "S-3": {"post_code": "village_contact", "unit_code": town, "area_code": other},
        "S-4": {"post_code": "leader", "unit_code": "O-100-SFS"},
    }
    for staff_id, term in posts.items():
        person = {"staff_id": staff_id, "name": f"测试{staff_id}", "terms": [term]}
        await place.admin.do("/dispatch/v1/staff", person)
    await place.house.settle()
    listed = {
        staff_id: (await place.dispatcher.ask(f"/dispatch/v1/staff/{staff_id}/duties"))["items"] for staff_id in posts
    }
    assert {staff_id: [item["category_code"] for item in items] for staff_id, items in listed.items()} == {
        "S-1": ["01", "07"],
        "S-2": ["03", "05"],
        "S-3": ["03", "05"],
        "S-4": ["07"],
    }
    assert [area["area_code"] for area in listed["S-3"][0]["areas"]] == [other]
    for category, area, staff_id in (
        ("01", f"{village}001", "S-1"),
        ("03", other, "S-3"),
        ("07", "610923100000", "S-4"),
    ):
        case_id = await place.register(category_code=category, area_code=area)
        await place.lead_does(case_id, "signature")
        assert (await place.work(case_id))["responsible"]["staff_id"] == staff_id
        clocks = (await place.promise(case_id))["timers"]
        assert {clock["responsible"]["staff_id"] for clock in clocks if clock["responsible"]} == {staff_id}


@pytest.mark.parametrize("place", [TOWN_OF_GROUPS], ids=lambda folder: folder.name, indirect=True)
async def test_each_villagers_group_is_a_grid_with_its_people_and_one_worker(place: County) -> None:
    asked = ("/dispatch/v1/staff-coverage", {"post_code": "grid_worker", "limit": 200})
    before = await place.admin.ask(asked[0], **asked[1])
    assert (before["totals"]["areas"], before["totals"]["gaps"]) == (120, 120)
    fewest, most = before["people_per_area"]
    assert all(fewest <= group["people"] <= most for group in before["items"])
    term = {"post_code": "grid_worker", "unit_code": COMMITTEE, "area_code": GROUP}
    await place.admin.do("/dispatch/v1/staff", {"staff_id": "S-1", "name": "陈测试", "terms": [term]})
    second = {"staff_id": "S-2", "name": "林测试", "terms": [term]}
    refused = await place.admin.post("/dispatch/v1/staff", second)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "terms/0/post_code")
    after = await place.admin.ask(asked[0], **asked[1])
    *gaps, group = after["items"]
    assert len(gaps) == after["totals"]["gaps"] == 119
    assert (group["area_code"], [one["staff_id"] for one in group["holders"]]) == (GROUP, ["S-1"])
    assert group["people_per_holder"] == group["people"] == after["totals"]["people_covered"]
