"""A phone's branch: applied in order whatever order it comes in, each item told what became of it."""

from datetime import timedelta

from tests.integration.intake.devices.phone import Phone, visits_of
from tests.integration.intake.door import NOW, IntakeDoor
from tests.integration.intake.homes import Homes

APPLIED, WAITS = ("applied", "applied"), ("held", "awaiting-earlier")


async def test_what_was_recorded_without_a_network_is_a_visit(intake: IntakeDoor, home: str, phone: Phone) -> None:
    item = phone.visit(home, purposes=["policy"])
    (receipt,) = await phone.push()
    assert (receipt["outcome"], receipt["code"], receipt["seq"]) == ("applied", "applied", 1)
    assert receipt["visit_id"] == item["item_id"]
    made = await intake.get(f"/intake/v1/visits/{item['item_id']}")
    assert (made["household_id"], made["purposes"], made["entered_by"]) == (home, ["policy"], "staff:S-1")
    assert await phone.push() == [receipt]
    assert len(await visits_of(intake, "S-1")) == 1


async def test_out_of_order_waits_and_is_applied_in_order(intake: IntakeDoor, homes: Homes, phone: Phone) -> None:
    ids = [(await homes.register(contact_staff_id="S-1"))["household_id"] for _ in range(3)]
    first, second, third = (phone.visit(one) for one in ids)
    (receipt,) = await phone.push(third)
    assert (receipt["outcome"], receipt["code"]) == WAITS
    assert receipt["until"] == (NOW + timedelta(days=5)).isoformat().replace("+00:00", "Z")
    assert await phone.outcomes(second) == [WAITS]
    assert await visits_of(intake, "S-1") == []
    assert await phone.outcomes(first) == [APPLIED]
    assert [row.household_id for row in await visits_of(intake, "S-1")] == ids
    receipts = await phone.receipts()
    assert {seq: one["outcome"] for seq, one in receipts.items()} == {1: "applied", 2: "applied", 3: "applied"}
