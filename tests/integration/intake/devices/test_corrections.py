"""A visit's record is corrected from a phone: in its turn, once, and never over what somebody else said meanwhile."""

from datetime import timedelta
from typing import Any

from tests.integration.intake.devices.phone import Phone
from tests.integration.intake.door import NOW, IntakeDoor
from tests.integration.intake.homes import Homes, Visitors

VISITS = "/intake/v1/visits"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
APPLIED = ("applied", "applied")


async def record_of(intake: IntakeDoor, visit: dict[str, Any]) -> Any:
    return await intake.get(f"{VISITS}/{visit['item_id']}")


async def test_a_correction_that_comes_before_its_visit_waits_for_it_and_is_applied_once(
    intake: IntakeDoor, home: str, phone: Phone
) -> None:
    visit = phone.visit(home, NOW - 3 * HOUR, materials={"safety_leaflet": 2}, topics=["jobs"])
    first = phone.correction(visit["item_id"], NOW - 2 * HOUR, materials={"safety_leaflet": 3})
    second = phone.correction(visit["item_id"], NOW - 2 * HOUR, materials={"safety_leaflet": 4}, topics=[])
    assert await phone.outcomes(second, first) == [("held", "awaiting-earlier")] * 2
    assert await phone.outcomes(visit, first) == [APPLIED] * 2
    assert await phone.outcomes(first, second, visit, first) == [APPLIED] * 3
    made = await record_of(intake, visit)
    assert (made["materials"], made["topics"], made["version"]) == ({"safety_leaflet": 4}, [], 3)
    changes = (await intake.get(f"{VISITS}/{visit['item_id']}/changes"))["items"]
    assert [one["before"] for one in changes] == [
        {},
        {"materials": {"safety_leaflet": 2}},
        {"topics": ["jobs"], "materials": {"safety_leaflet": 3}},
    ]
    assert [one["staff_id"] for one in changes] == ["S-1"] * 3


async def test_a_correction_that_says_what_is_so_already_is_one_with_it(
    intake: IntakeDoor, home: str, phone: Phone
) -> None:
    visit = phone.visit(home, NOW - 3 * HOUR)
    phone.correction(visit["item_id"], NOW - 2 * HOUR, topics=["jobs"])
    phone.correction(visit["item_id"], NOW - 2 * HOUR, topics=["jobs"])
    assert await phone.outcomes() == [APPLIED, APPLIED, ("duplicate", "same-correction")]
    assert (await record_of(intake, visit))["version"] == 2


async def test_a_phone_that_did_not_know_of_another_correction_overwrites_nothing(
    intake: IntakeDoor, home: str, phone: Phone, supervisor: dict[str, str]
) -> None:
    """The colleague was first by every clock: what counts is what the phone had when it was corrected."""
    visit = phone.visit(home, NOW - 3 * HOUR, materials={"safety_leaflet": 2}, guide="三组组长")
    await phone.push()
    intake.move_clock(NOW + HOUR)
    body = {"why": "核对台账", "materials": {"safety_leaflet": 5}, "guide": "欧阳金丝雀"}
    await Visitors(intake).done(f"{VISITS}/{visit['item_id']}/correction", body)
    intake.move_clock(NOW + 3 * HOUR)
    when = NOW + 2 * HOUR
    phone.correction(visit["item_id"], when, materials={"safety_leaflet": 3}, guide="欧阳金丝雀带路")
    phone.correction(visit["item_id"], when, materials={"safety_leaflet": 5}, topics=["jobs"])
    clash, alike = await phone.push(*phone.items[1:])
    assert (clash["outcome"], clash["code"], clash["who_decides"]) == ("held", "changed-meanwhile", "supervisor")
    told = {one.pop("field"): one for one in clash["conflicts"]}
    sheets = {"at_base": {"safety_leaflet": 2}, "now": {"safety_leaflet": 5}, "yours": {"safety_leaflet": 3}}
    assert told["materials"] == sheets | {"hard": True}
    assert (told["guide"]["at_base"], told["guide"]["yours"], told["guide"]["hard"]) == ("三组组长", None, True)
    assert "金丝雀" not in str(clash)
    assert ((alike["outcome"], alike["code"]), [one["field"] for one in alike["conflicts"]]) == (APPLIED, ["guide"])
    assert (await record_of(intake, visit))["materials"] == {"safety_leaflet": 5}
    assert (await phone.decide(2, "drop", supervisor)).status_code == 200
    (row,) = await intake.rows("SELECT sealed_body, differences::text AS told FROM device_item WHERE seq = 2")
    assert row.sealed_body is None
    assert (await record_of(intake, visit))["materials"] == {"safety_leaflet": 5}


async def test_a_correction_that_comes_a_day_late_is_somebody_elses_to_make(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone, supervisor: dict[str, str]
) -> None:
    visit = phone.visit(home, NOW - 3 * HOUR)
    await phone.push()
    late = phone.correction(visit["item_id"], NOW - 2 * HOUR, topics=["jobs"])
    intake.move_clock(NOW + DAY)
    (receipt,) = await phone.push(late)
    assert (receipt["outcome"], receipt["who_decides"]) == ("refused", "supervisor")
    assert (await record_of(intake, visit))["version"] == 1
    assert (await phone.decide(2, "apply", supervisor)).json()["outcome"] == "applied"
    changes = (await intake.get(f"{VISITS}/{visit['item_id']}/changes"))["items"]
    assert [one["staff_id"] for one in changes] == ["S-1", "S-9"]


async def test_nobody_corrects_a_colleagues_visit_from_a_phone(intake: IntakeDoor, home: str, phone: Phone) -> None:
    visit = phone.visit(home, NOW - 3 * HOUR)
    await phone.push()
    other = await Phone(intake, "S-2").register()
    other.correction(visit["item_id"], NOW - 2 * HOUR, outcome="refused")
    (receipt,) = await other.push()
    assert (receipt["outcome"], receipt["code"]) == ("refused", "forbidden")
    assert (await record_of(intake, visit))["outcome"] == "reached"
