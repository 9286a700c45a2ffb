"""What a phone may hold, and how late it may bring something, is what the place's pack says."""

from datetime import timedelta

from services.intake.devices.actions.giving_up import pass_gaps
from tests.integration.intake.devices.phone import MINUTE, Phone
from tests.integration.intake.door import NOW, IntakeDoor
from tests.integration.intake.homes import Homes, phones_by

DAY = timedelta(days=1)
RULES = {"keep_days": 2, "wait_days": 1, "oldest_days": 3, "households": 2}


async def test_a_phone_holds_as_many_households_and_as_long_as_the_pack_says(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone
) -> None:
    for number in range(2):
        await homes.register(contact_staff_id="S-1", head=f"户主{number}")
    pulled = await phone.pull()
    limits = ("keep_days", "oldest_days", "most_households", "left_out")
    assert [pulled[name] for name in limits] == [7, 30, 300, 0]
    await intake.hear(phones_by(**RULES))
    pulled = await phone.pull()
    assert [pulled[name] for name in limits] == [2, 3, 2, 1]
    assert len(pulled["households"]) == 2
    looks = "SELECT count(*) AS n FROM household_look WHERE household_id = $1"
    kept = pulled["households"][0]["household_id"]
    intake.move_clock(NOW + 2 * DAY)
    await phone.pull()
    assert [row.n for row in await intake.rows(looks, kept)] == [2]


async def test_a_gap_is_given_up_and_a_record_is_too_old_when_the_pack_says(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone
) -> None:
    other = (await homes.register(contact_staff_id="S-1"))["household_id"]
    await intake.hear(phones_by(**RULES))
    early, late = NOW - 3 * DAY - timedelta(hours=1), NOW - timedelta(hours=1)
    old, waiting = phone.visit(home, early, seq=1), phone.visit(other, late, seq=3)
    receipts = await phone.push(old, waiting)
    assert [one["code"] for one in receipts] == ["too-old", "awaiting-earlier"]
    assert "3" in receipts[0]["text"]["en"]
    assert receipts[1]["until"] == (NOW + DAY).isoformat().replace("+00:00", "Z")
    intake.move_clock(NOW + DAY - MINUTE)
    await pass_gaps(intake.service.runtime)
    assert (await phone.receipts())[3]["code"] == "awaiting-earlier"
    intake.move_clock(NOW + DAY)
    await pass_gaps(intake.service.runtime)
    assert (await phone.receipts())[3]["code"] == "applied"
