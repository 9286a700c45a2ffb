"""What an order from above hurries ends no later than that allows, whatever is granted to its unit meanwhile."""

from datetime import datetime
from typing import Any

from libs.common.events.cases import DeadlineWarned
from libs.common.events.ordered_above import UpperOrder
from libs.common.events.terms import Deadline
from libs.common.events.upper_orders import UpperDeadlineChanged
from libs.common.time.due import LimitUnit
from services.followup.clocks.actions.changing import extend_by, lift_clock, suspend_clock
from tests.integration.followup.office import DAY, Office, local
from tests.integration.followup.test_clocks_set_anew import at, missed, set_last

WANTED, AHEAD = local("2026-03-09", "17:00"), local("2026-03-06", "17:00")
"""The deadline of the order, a Monday, and the working day before it; by the pack alone it would be 11 March."""


async def ordered(office: Office, **fields: Any) -> str:
    return await office.open_case(upper_order=UpperOrder(body="市信访局", number="SX-1", due_at=WANTED), **fields)


async def handle_due(office: Office, case_id: str) -> datetime:
    return datetime.fromisoformat((await office.case(case_id))["handle_due_at"])


async def warnings(office: Office, case_id: str) -> int:
    said = await office.said(case_id)
    return sum(isinstance(event, DeadlineWarned) and event.deadline is Deadline.HANDLE for event in said)


async def misses(office: Office, case_id: str) -> list[datetime]:
    return [due_at for what, due_at in await missed(office, case_id) if what == "handle"]


async def changed(office: Office, case_id: str, moment: datetime, due_at: datetime, edition: int = 2) -> None:
    event = UpperDeadlineChanged(
        case_id=case_id, occurred_at=moment, due_at=due_at, before=WANTED, edition=edition, by="operator"
    )
    office.skip(moment)
    await office.hear(event)


async def test_a_suspension_moves_its_end_up_to_what_the_order_allows_and_no_further(office: Office) -> None:
    case_id = await ordered(office)
    assert await handle_due(office, case_id) == AHEAD
    async with at(office, case_id, local("2026-03-04", "10:00")) as (session, case):
        suspend_clock(session, case, Deadline.HANDLE, local("2026-03-20"))
    assert await set_last(office, case_id) == {"handle": AHEAD}
    await office.advance(AHEAD + 3 * DAY)
    assert await misses(office, case_id) == [AHEAD]
    async with at(office, case_id, AHEAD + 3 * DAY) as (session, case):
        lift_clock(session, case, Deadline.HANDLE)
    await office.advance(AHEAD + 30 * DAY)
    assert await misses(office, case_id) == [AHEAD]


async def test_it_is_not_warned_of_again_where_its_end_stays(office: Office) -> None:
    case_id = await ordered(office)
    await office.advance(local("2026-03-06", "12:00"))
    assert await warnings(office, case_id) == 1
    async with at(office, case_id, local("2026-03-06", "13:00")) as (session, case):
        suspend_clock(session, case, Deadline.HANDLE, local("2026-03-20"))
    async with at(office, case_id, local("2026-03-06", "14:00")) as (session, case):
        lift_clock(session, case, Deadline.HANDLE)
    await office.advance(AHEAD)
    assert await warnings(office, case_id) == 1
    assert await handle_due(office, case_id) == AHEAD


async def test_a_later_deadline_of_the_order_gives_it_the_days_that_it_stood_still(office: Office) -> None:
    case_id = await ordered(office)
    async with at(office, case_id, local("2026-03-04", "10:00")) as (session, case):
        suspend_clock(session, case, Deadline.HANDLE, local("2026-03-06"))
    await changed(office, case_id, local("2026-03-05", "10:00"), local("2026-04-30", "17:00"))
    # Two working days more than by the pack alone.
    assert await handle_due(office, case_id) == local("2026-03-13")


async def test_granted_days_are_its_own_and_hurried_as_before(office: Office) -> None:
    case_id = await ordered(office)
    async with at(office, case_id, local("2026-03-04", "10:00")) as (session, case):
        extend_by(session, case, Deadline.HANDLE, local("2026-03-10"), 2, LimitUnit.WORK_DAY)
    assert await handle_due(office, case_id) == AHEAD
    await changed(office, case_id, local("2026-03-05", "10:00"), local("2026-04-30", "17:00"))
    assert await handle_due(office, case_id) == local("2026-03-13")


async def test_more_time_that_is_told_of_after_the_miss_leaves_it_missed_once(office: Office) -> None:
    case_id = await ordered(office)
    await office.advance(AHEAD + DAY)
    async with at(office, case_id, AHEAD + DAY) as (session, case):
        extend_by(session, case, Deadline.HANDLE, local("2026-03-10"), 2, LimitUnit.WORK_DAY)
    assert "handle" in (await office.case(case_id))["overdue"]
    await office.advance(AHEAD + 30 * DAY)
    assert await misses(office, case_id) == [AHEAD]


async def test_by_the_day_on_which_it_is_needed_it_gains_only_what_it_stood_still(office: Office) -> None:
    case_id = await ordered(office, needed_by=local("2026-03-05", "12:00").date())
    needed = local("2026-03-06")
    assert await handle_due(office, case_id) == needed
    async with at(office, case_id, local("2026-03-04", "10:00")) as (session, case):
        suspend_clock(session, case, Deadline.HANDLE, local("2026-03-20"))
    assert await handle_due(office, case_id) == AHEAD
    async with at(office, case_id, local("2026-03-04", "16:00")) as (session, case):
        lift_clock(session, case, Deadline.HANDLE)
    assert await handle_due(office, case_id) == local("2026-03-06", "06:00")
