"""Buildings 楼宇: a class of their own. Whom to ask for at one stands in the place of a head, and is needed."""

import pytest

from tests.integration.intake.door import CASES, IntakeDoor
from tests.integration.intake.homes import Homes, Visitors, bad_of, table, table_row, with_visitors

CONTACT = {"head": "物业司马经理", "phone": "13812345678", "door": "创新大厦"}


@pytest.fixture
async def homes(intake: IntakeDoor) -> Homes:
    return await with_visitors(intake)


@pytest.fixture
def visitors(intake: IntakeDoor) -> Visitors:
    return Visitors(intake)


async def test_a_building_is_visited_in_a_round_and_counted_as_one(
    intake: IntakeDoor, homes: Homes, visitors: Visitors
) -> None:
    building = (await homes.register(household_class="building", contact_staff_id="S-1", **CONTACT))["household_id"]
    await homes.register()
    round_id = await visitors.open(classes=["building", "shop", "farm"])
    assert await visitors.gaps(round_id) == [building]
    matter = {"what": "becomes_case", "kind": "help", "category_code": "0101", "text": "大厦消防通道被堵，请处理。"}
    made = await visitors.record(building, matters=[matter])
    assert await visitors.counts(round_id) == (1, 1)
    (row,) = (await visitors.coverage(round_id, by="class"))["rows"]
    assert (row["of"], row["visited"], row["households"]) == ("building", 1, 1)
    case = await intake.get(f"{CASES}/{made['matters'][0]['case_id']}", intake.operator)
    assert case["requester"]["name"] == "物***理" or "物" in str(case["requester"]), "the contact at it is called back"
    assert await homes.ids(household_class="building") == [building]
    (item, *_) = (await intake.get("/intake/v1/contacts", intake.operator))["items"]
    assert item["by_class"] == {"building": 1}


async def test_a_building_without_a_contact_at_it_is_refused(homes: Homes) -> None:
    refused = await homes.post("", {"area_code": "999001101201", "household_class": "building", "door": "创新大厦"})
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "head")
    shop = (await homes.register(household_class="shop"))["household_id"]
    refused = await homes.post(f"/{shop}/change", {"household_class": "building"})
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "head")
    changed = await homes.done(f"/{shop}/change", {"household_class": "building", **CONTACT})
    assert changed["household_class"] == "building"
    refused = await homes.post(f"/{shop}/change", {"head": None})
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "head")


async def test_a_table_brings_buildings_by_their_own_headings(homes: Homes) -> None:
    rows = table(table_row(1, 户类别="楼宇", 户主="物业"), table_row(2, 户类别="building"))
    preview = await homes.take(rows, "?preview=true")
    assert bad_of(preview) == [(3, "户主")]
    headings = tuple("联系人" if name == "户主" else name for name in rows[0])
    await homes.take([headings, rows[1]])
    (made,) = await homes.everybody(household_class="building")
    assert (await homes.one(made["household_id"]))["head"]
    taken_away = table(table_row(1, 户类别="楼宇", 户主="无"))
    assert bad_of(await homes.take(taken_away, "?preview=true")) == [(2, "户主")]
    assert (await homes.take(rows[:2]))["changed"] == 0
