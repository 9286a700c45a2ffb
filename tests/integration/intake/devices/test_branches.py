"""Branches of phones: whatever way a push comes, doubled, cut, split, at once or late, the same visits are there."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.devices.actions.giving_up import pass_gaps
from tests.integration.intake.devices.phone import MINUTE, Phone, give, visits_of
from tests.integration.intake.door import NOW, IntakeDoor
from tests.integration.intake.homes import Homes
from tests.integration.intake.test_costs import counted

APPLIED, WAITS = ("applied", "applied"), ("held", "awaiting-earlier")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WAIT = timedelta(days=5)


async def some_homes(homes: Homes, many: int) -> list[str]:
    return [(await homes.register(contact_staff_id="S-1"))["household_id"] for _ in range(many)]


async def test_a_gap_is_passed_over_after_its_time_and_what_comes_late_is_taken(
    intake: IntakeDoor, homes: Homes, phone: Phone
) -> None:
    first, second, third, fourth = [phone.visit(one) for one in await some_homes(homes, 4)]
    assert await phone.outcomes(first, third) == [APPLIED, WAITS]
    await pass_gaps(intake.service.runtime)
    assert (await phone.receipts())[3]["code"] == "awaiting-earlier"
    intake.move_clock(NOW + WAIT - MINUTE)
    await pass_gaps(intake.service.runtime)
    assert len(await visits_of(intake, "S-1")) == 1
    intake.move_clock(NOW + WAIT)
    await pass_gaps(intake.service.runtime)
    assert (await phone.receipts())[3]["outcome"] == "applied"
    assert await phone.outcomes(fourth) == [APPLIED]
    assert await phone.outcomes(second) == [APPLIED]
    rows = await visits_of(intake, "S-1")
    assert [row.visit_id for row in rows] == [one["item_id"] for one in (first, third, fourth, second)]
    await pass_gaps(intake.service.runtime)
    assert len(await visits_of(intake, "S-1")) == 4


async def test_what_a_passed_gap_lets_through_may_be_held_for_a_person(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone, supervisor: dict[str, str]
) -> None:
    await give(homes, "S-2", home)
    intake.move_clock(NOW + 5 * HOUR)
    phone.visit(home)
    item = phone.visit(home, NOW + HOUR)
    assert await phone.outcomes(item) == [WAITS]
    assert (await phone.decide(2, "apply", supervisor)).status_code == 409
    intake.move_clock(NOW + WAIT + 5 * HOUR)
    await pass_gaps(intake.service.runtime)
    assert (await phone.receipts())[2]["code"] == "no-longer-yours"
    assert (await phone.decide(2, "apply", supervisor)).json()["outcome"] == "applied"


async def test_two_gaps_are_each_waited_for(intake: IntakeDoor, homes: Homes, phone: Phone) -> None:
    items = [phone.visit(one) for one in await some_homes(homes, 5)]
    assert await phone.outcomes(items[1]) == [WAITS]
    intake.move_clock(NOW + DAY)
    assert await phone.outcomes(items[4]) == [WAITS]
    intake.move_clock(NOW + WAIT)
    await pass_gaps(intake.service.runtime)
    receipts = await phone.receipts()
    assert (receipts[2]["outcome"], receipts[5]["outcome"]) == ("applied", "held")
    intake.move_clock(NOW + WAIT + DAY)
    await pass_gaps(intake.service.runtime)
    assert (await phone.receipts())[5]["outcome"] == "applied"


async def test_a_gap_that_is_over_is_passed_by_the_next_push_as_well(
    intake: IntakeDoor, homes: Homes, phone: Phone
) -> None:
    _, second, third = [phone.visit(one) for one in await some_homes(homes, 3)]
    assert await phone.outcomes(second) == [WAITS]
    intake.move_clock(NOW + WAIT)
    assert await phone.outcomes(third) == [APPLIED]
    assert (await phone.receipts())[2]["outcome"] == "applied"


async def test_pushes_at_once_and_doubled_are_one(intake: IntakeDoor, homes: Homes, phone: Phone) -> None:
    items = [phone.visit(one) for one in await some_homes(homes, 8)]
    batches = [items, items[4:], items[:4], list(reversed(items)), items]
    answers = await asyncio.gather(*(phone.push(*batch) for batch in batches))
    assert {one["outcome"] for answer in answers for one in answer} <= {"applied", "held"}
    assert await phone.outcomes() == [APPLIED] * 8
    assert len(await visits_of(intake, "S-1")) == 8
    assert [row.n for row in await intake.rows("SELECT count(*) AS n FROM device_item")] == [8]


async def test_a_push_within_a_push_twice(intake: IntakeDoor, home: str, phone: Phone) -> None:
    item = phone.visit(home)
    assert await phone.outcomes(item, item) == [APPLIED]


async def test_what_is_cut_off_after_it_was_kept_goes_on_when_it_comes_again(
    intake: IntakeDoor, homes: Homes, phone: Phone
) -> None:
    """The numbers of the day are used up, so nothing is applied; all of it is here already, and goes on by itself."""
    first, second = await some_homes(homes, 2)
    phone.visit(first)
    phone.visit(second, matters=[{"what": "becomes_case", "text": "村口路灯坏了三天，晚上出门很不安全。"}])
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        await session.fetch("INSERT INTO case_number VALUES ('999001', '2026-03-04', 999999)")
    answer = await phone.post(f"/{phone.device_id}/push", {"items": phone.items})
    assert answer.status_code == 503, answer.text
    assert [one["outcome"] for one in (await phone.receipts()).values()] == ["held", "held"]
    await pass_gaps(intake.service.runtime)
    assert await visits_of(intake, "S-1") == []
    intake.move_clock(NOW + DAY)
    await pass_gaps(intake.service.runtime)
    assert len(await visits_of(intake, "S-1")) == 2
    assert await phone.outcomes() == [APPLIED] * 2


async def test_the_same_item_under_another_number_is_a_duplicate_and_leaves_no_gap(
    intake: IntakeDoor, homes: Homes, phone: Phone
) -> None:
    first, second = [phone.visit(one) for one in await some_homes(homes, 2)]
    renumbered = first | {"seq": 2}
    third = second | {"seq": 3}
    assert await phone.outcomes(renumbered) == [WAITS]
    assert await phone.outcomes(third) == [WAITS]
    assert await phone.outcomes(first) == [APPLIED]
    receipts = await phone.receipts()
    assert [(seq, one["outcome"], one["code"]) for seq, one in sorted(receipts.items())] == [
        (1, "applied", "applied"),
        (2, "duplicate", "same-item"),
        (3, "applied", "applied"),
    ]


async def test_every_one_of_148_visits_ends_with_a_receipt_though_40_households_were_given_away(
    intake: IntakeDoor, homes: Homes, phone: Phone
) -> None:
    """What a worker's phone has recorded and what the register has of it never differ without a word."""
    ids = await some_homes(homes, 148)
    given = ids[:40]
    intake.move_clock(NOW + 2 * HOUR)
    await give(homes, "S-2", *given)
    intake.move_clock(NOW + 9 * HOUR)
    for number, one in enumerate(ids):
        begun_late = one in given and number % 2 == 0
        phone.visit(one, NOW + (3 * HOUR if begun_late else HOUR))
    receipts: list[dict[str, Any]] = []
    for begin in range(0, 148, 60):
        receipts += await phone.push(*phone.items[begin : begin + 60])
    assert [one["seq"] for one in receipts] == [*range(1, 149)]
    outcomes = [(one["outcome"], one["code"]) for one in receipts]
    assert (outcomes.count(APPLIED), outcomes.count(("held", "no-longer-yours"))) == (128, 20)
    assert len(await visits_of(intake, "S-1")) == 128
    told = await phone.receipts()
    assert {seq: one["outcome"] for seq, one in told.items()} == {one["seq"]: one["outcome"] for one in receipts}


async def test_sixty_visits_are_one_turn_of_a_handful_of_statements(
    intake: IntakeDoor, homes: Homes, phone: Phone
) -> None:
    costs = []
    for many in (2, 60):
        items = [phone.visit(one) for one in await some_homes(homes, many)]
        with (
            counted(intake.service.runtime.work_database) as work,
            counted(intake.service.runtime.door_database) as door,
        ):
            assert await phone.outcomes(*items) == [APPLIED] * many
        costs.append(len(work) + len(door))
    assert costs[1] <= costs[0] + 2
    assert costs[1] < 60


async def test_a_bad_item_harms_no_other(intake: IntakeDoor, homes: Homes, phone: Phone) -> None:
    ids = await some_homes(homes, 9)
    for number, one in enumerate(ids):
        phone.visit(one, purposes=["none_such"] if number % 3 == 1 else [])
    outcomes = await phone.outcomes()
    assert [outcome for outcome, _ in outcomes] == ["applied", "refused", "applied"] * 3
    assert len(await visits_of(intake, "S-1")) == 6


def order_of(drawn: st.DrawFn) -> list[list[int]]:
    """Any way in which eight items may come: doubled, in any order, in any number of pushes."""
    order = drawn(st.permutations([*range(8), *drawn(st.lists(st.integers(0, 7), max_size=4))]))
    cuts = sorted(drawn(st.sets(st.integers(1, len(order) - 1), max_size=4)))
    return [order[begin:end] for begin, end in pairwise([0, *cuts, len(order)])]


ORDERS = st.composite(order_of)()


async def what_came_of(intake: IntakeDoor, homes: Homes, order: list[list[int]]) -> tuple[Any, Any]:
    """Receipts and visits, by the numbers of the items."""
    phone = await Phone(intake).register()
    first, second, third = await some_homes(homes, 3)
    others = (await homes.register(contact_staff_id="S-2"))["household_id"]
    phone.visit(first, NOW - 5 * HOUR)
    phone.visit(second, NOW - 4 * HOUR)
    phone.visit(first, NOW - 3 * HOUR)
    phone.visit(third, purposes=["none_such"])
    phone.visit(others)
    phone.correction(phone.items[1]["item_id"], NOW - 3 * HOUR, topics=["jobs"])
    phone.visit(third, NOW - 2 * HOUR)
    phone.items.append(phone.items[1] | {"seq": 8})
    for pushed in order:
        await phone.push(*(phone.items[number] for number in pushed))
    numbers = {one["item_id"]: one["seq"] for one in reversed(phone.items)}
    received = await phone.receipts()
    told = {
        seq: (one["outcome"], one["code"], numbers.get(one["visit_id"]), len(one["conflicts"]))
        for seq, one in received.items()
    }
    rows = await intake.rows(
        "SELECT visit_id, duplicate_of, topics, version FROM visit WHERE visit_id = ANY($1::text[])", [*numbers]
    )
    made = {numbers[row.visit_id]: (numbers.get(row.duplicate_of), [*row.topics], row.version) for row in rows}
    return told, made


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(order=ORDERS)
async def test_whatever_way_items_come_the_same_visits_and_receipts_are_there(
    intake: IntakeDoor, homes: Homes, order: list[list[int]]
) -> None:
    expected = {
        1: ("applied", "applied", 1, 0),
        2: ("applied", "applied", 2, 0),
        3: ("duplicate", "same-day", 3, 0),
        4: ("refused", "invalid", None, 0),
        5: ("held", "no-longer-yours", None, 0),
        6: ("applied", "applied", 2, 0),
        7: ("applied", "applied", 7, 0),
        8: ("duplicate", "same-item", 2, 0),
    }
    told, made = await what_came_of(intake, homes, order)
    assert told == expected
    assert made == {1: (None, [], 1), 2: (None, ["jobs"], 2), 3: (1, [], 1), 7: (None, [], 1)}
