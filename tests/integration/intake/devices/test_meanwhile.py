"""What was otherwise meanwhile: a household given to somebody else, merged, muted, moved; a clock that was wrong."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.intake.devices.phone import MINUTE, Phone, give, visits_of
from tests.integration.intake.door import NOW, VILLAGE, IntakeDoor
from tests.integration.intake.homes import VISITS, Homes, Visitors

ELSEWHERE = "999001101202"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def told(receipt: dict[str, Any]) -> tuple[str, str]:
    return receipt["outcome"], receipt["code"]


async def test_a_visit_begun_before_a_household_was_given_away_stays_its_makers(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone
) -> None:
    intake.move_clock(NOW + 2 * HOUR)
    await give(homes, "S-2", home)
    intake.move_clock(NOW + 5 * HOUR)
    phone.visit(home, NOW + HOUR, outcome="nobody_home")
    phone.visit(home, NOW + 3 * HOUR)
    before, after = await phone.push()
    assert told(before) == ("applied", "applied")
    (conflict,) = before["conflicts"]
    expected = {"field": "contact_staff_id", "at_base": "S-1", "now": "S-2", "yours": "S-1", "hard": False}
    assert conflict == expected
    assert told(after) == ("held", "no-longer-yours")
    assert after["who_decides"] == "supervisor"
    assert [row.visit_id for row in await visits_of(intake, "S-1")] == [before["visit_id"]]


async def test_a_visit_to_a_merged_household_goes_to_the_one_that_took_it_in(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone
) -> None:
    other = (await homes.register(contact_staff_id="S-1"))["household_id"]
    await homes.done(f"/{home}/merge", {"into": other, "why": "分户后重新并户"})
    intake.move_clock(NOW + 5 * HOUR)
    phone.visit(home, NOW + HOUR)
    (after,) = await phone.push()
    assert told(after) == ("applied", "applied")
    (conflict,) = after["conflicts"]
    assert (conflict["field"], conflict["now"], conflict["yours"]) == ("merged_into", other, home)
    made = await intake.get(f"{VISITS}/{after['visit_id']}")
    assert made["household_id"] == other


async def test_a_muted_household_takes_what_finds_somebody_and_holds_the_rest(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone, supervisor: dict[str, str]
) -> None:
    intake.move_clock(NOW + DAY)
    await homes.done(f"/{home}/muting", {"reason": "refused", "why": "多次拒访"})
    supervisors = Homes(intake, supervisor)
    await supervisors.done(f"/{home}/muting/decision", {"granted": True, "why": "已核实"})
    intake.move_clock(NOW + DAY + 5 * HOUR)
    phone.visit(home, NOW - HOUR, outcome="nobody_home")
    phone.visit(home, NOW + DAY + HOUR, outcome="nobody_home")
    phone.visit(home, NOW + DAY + 2 * HOUR)
    made, held, found = await phone.push()
    assert told(made) == ("applied", "applied")
    assert told(held) == ("held", "conflict")
    assert told(found) == ("applied", "applied")
    assert [one["field"] for one in found["conflicts"]] == ["muted_for"]
    assert (await homes.one(home))["status"] == "registered"


async def test_nobody_found_at_a_door_that_was_another_by_then_is_looked_at(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone
) -> None:
    await homes.done(f"/{home}/change", {"area_code": f"{VILLAGE}002", "kinds": ["vulnerable"]})
    intake.move_clock(NOW + 5 * HOUR)
    phone.visit(home, NOW + HOUR, outcome="nobody_home")
    phone.visit(home, NOW + 2 * HOUR)
    hard, soft = await phone.push()
    assert told(hard) == ("held", "changed-meanwhile")
    assert [(one["field"], one["hard"]) for one in hard["conflicts"]] == [("area_code", True), ("kinds", False)]
    assert told(soft) == ("applied", "applied")
    assert [(one["field"], one["hard"]) for one in soft["conflicts"]] == [("area_code", False), ("kinds", False)]


@pytest.mark.parametrize(
    ("begun_at", "made_at", "code"),
    [
        (NOW, NOW + 3 * MINUTE, "clock-ahead"),
        (NOW - HOUR, NOW - 2 * HOUR, "clock-backwards"),
        (NOW - 32 * DAY, NOW - 31 * DAY, "too-old"),
    ],
)
async def test_a_clock_that_was_wrong_holds_for_a_person(
    intake: IntakeDoor, home: str, phone: Phone, begun_at: Any, made_at: Any, code: str
) -> None:
    phone.visit(home, begun_at, made_at=made_at)
    assert await phone.outcomes() == [("held", code)]
    assert await visits_of(intake, "S-1") == []


async def test_two_visits_of_a_day_are_one_and_its_duplicate(
    intake: IntakeDoor, home: str, phone: Phone, homes: Homes
) -> None:
    second = await Phone(intake).register()
    one, other = phone.visit(home, NOW - 3 * HOUR), second.visit(home, NOW - HOUR)
    assert await phone.outcomes() == [("applied", "applied")]
    (receipt,) = await second.push()
    assert told(receipt) == ("duplicate", "same-day")
    rows = await visits_of(intake, "S-1")
    assert [(row.visit_id, row.duplicate_of) for row in rows] == [
        (one["item_id"], None),
        (other["item_id"], one["item_id"]),
    ]


async def test_the_same_visit_by_two_phones_is_there_once(intake: IntakeDoor, home: str, phone: Phone) -> None:
    second = await Phone(intake).register()
    item = phone.visit(home)
    second.items.append(item)
    assert await phone.outcomes() == [("applied", "applied")]
    (receipt,) = await second.push()
    assert (told(receipt), receipt["visit_id"]) == (("duplicate", "same-visit"), item["item_id"])
    assert len(await visits_of(intake, "S-1")) == 1


async def test_what_the_visits_door_would_refuse_ends_with_the_same_words(
    intake: IntakeDoor, home: str, phone: Phone, homes: Homes
) -> None:
    visitors = Visitors(intake)
    bad = phone.visit(home, purposes=["none_such"])
    phone.visit(home, outcome="nonsense")
    phone.visit("00000000-0000-7000-8000-000000000000")
    good = phone.visit(home)
    wrong, unread, nowhere, made = await phone.push()
    answer = (await visitors.refused(home, purposes=["none_such"])).json()
    assert told(wrong) == ("refused", "invalid")
    assert answer["fields"][0]["message"] in wrong["text"]["en"]
    assert told(unread) == ("refused", "invalid")
    assert unread["text"]["en"].startswith("outcome")
    assert told(nowhere) == ("refused", "invalid")
    assert nowhere["text"]["en"].startswith("household_id")
    assert (told(made), made["visit_id"]) == (("applied", "applied"), good["item_id"])
    assert bad["item_id"] not in [row.visit_id for row in await visits_of(intake, "S-1")]


async def test_a_field_that_somebody_else_corrected_meanwhile_is_looked_at(
    intake: IntakeDoor, home: str, phone: Phone, supervisor: dict[str, str]
) -> None:
    visit = phone.visit(home, NOW - 3 * HOUR, materials={"safety_leaflet": 2})
    await phone.push()
    intake.move_clock(NOW + HOUR)
    colleague = Visitors(intake)
    await colleague.done(f"{VISITS}/{visit['item_id']}/correction", {"why": "核对台账", "topics": ["jobs"]})
    intake.move_clock(NOW + 2 * HOUR)
    phone.correction(visit["item_id"], NOW - HOUR, topics=["school"])
    phone.correction(visit["item_id"], NOW - HOUR, materials={"safety_leaflet": 3})
    both, one = await phone.push(*phone.items[1:])
    assert (told(both), [(each["field"], each["hard"]) for each in both["conflicts"]]) == (
        ("held", "changed-meanwhile"),
        [("topics", True)],
    )
    assert (told(one), [(each["field"], each["hard"]) for each in one["conflicts"]]) == (
        ("applied", "applied"),
        [("topics", False)],
    )
    receipt = (await phone.decide(2, "apply", supervisor)).json()
    assert receipt["outcome"] == "applied", receipt
    made = await intake.get(f"{VISITS}/{visit['item_id']}")
    assert (made["topics"], made["materials"]) == (["school"], {"safety_leaflet": 3})


async def test_a_household_that_moved_out_of_reach_keeps_what_was_begun_before(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone
) -> None:
    intake.move_clock(NOW + 2 * HOUR)
    await homes.done(f"/{home}/change", {"area_code": ELSEWHERE})
    await give(homes, "S-2", home)
    intake.move_clock(NOW + 5 * HOUR)
    phone.visit(home, NOW + HOUR)
    phone.visit(home, NOW + 3 * HOUR)
    before, after = await phone.push()
    assert (told(before), len(before["conflicts"])) == (("applied", "applied"), 2)
    assert (told(after), after["conflicts"]) == (("refused", "invalid"), [])
    assert after["text"]["en"].startswith("household_id")
