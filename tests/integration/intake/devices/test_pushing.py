"""A phone's branch: applied in order whatever order it comes in, each item told what became of it."""

from datetime import timedelta

from prometheus_client import REGISTRY

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


async def test_each_item_and_each_visit_is_counted_once_however_often_a_push_is_gone_through(
    homes: Homes, phone: Phone
) -> None:
    """What the action refuses is found out by going through the push again up to there."""
    ids = [(await homes.register(contact_staff_id="S-1"))["household_id"] for _ in range(3)]
    before = counted()
    phone.visit(ids[0])
    phone.visit(ids[1], purposes=["no_such_purpose"])
    phone.visit(ids[2])
    assert [receipt["outcome"] for receipt in await phone.push()] == ["applied", "refused", "applied"]
    await phone.push()
    assert [after - was for after, was in zip(counted(), before, strict=True)] == [2.0, 1.0, 2.0]


def counted() -> list[float]:
    """Items applied, items refused, visits that met somebody."""
    items, visits = "huiyin_device_items_total", "huiyin_visits_total"
    asked = [(items, "applied"), (items, "refused"), (visits, "reached")]
    return [
        REGISTRY.get_sample_value(name, {"service": "intake", "outcome": outcome}) or 0.0 for name, outcome in asked
    ]
