"""Households of a plan: on the phones of the team's members, and theirs to visit though they are nobody's contact."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.intake.devices.phone import Phone
from tests.integration.intake.door import NOW, IntakeDoor
from tests.integration.intake.homes import Homes, appoint
from tests.integration.intake.test_visit_plans import DAYS, TOWN_UNIT, Planner

HOUR = timedelta(hours=1)


@pytest.fixture
async def planner(intake: IntakeDoor) -> Planner:
    await appoint(intake, "L-1", "L-2", post="town_leader", unit=TOWN_UNIT)
    await appoint(intake, "D-1", "D-2", "E-1", "E-2", post="duty_cadre", unit=TOWN_UNIT)
    await appoint(intake, "V-1", "V-2")
    return Planner(intake, made=["V-1"])


async def planned(homes: Homes, planner: Planner, *days: str) -> tuple[str, dict[str, Any]]:
    """A household that nobody looks after, and the plan by which team 1 visits it."""
    home = (await homes.register(head="李四", door="一组1号"))["household_id"]
    await planner.form(1)
    plan = await planner.plan(await planner.open(), days=[*days] or DAYS[:1])
    return home, plan


async def test_a_member_of_the_team_gets_what_is_planned_and_may_visit_it(
    intake: IntakeDoor, homes: Homes, planner: Planner
) -> None:
    home, plan = await planned(homes, planner)
    phone, other = await Phone(intake, "V-1").register(), await Phone(intake, "V-2").register()
    (given,) = (await phone.pull())["households"]
    assert (given["household_id"], given["head"]) == (home, "李四")
    turn = {"plan_id": plan["plan_id"], "team_id": planner.teams[0], "on": DAYS[0], "order": 1}
    assert given["planned"] == turn
    assert (await other.pull())["households"] == []
    phone.visit(home)
    other.visit(home)
    assert await other.outcomes() == [("held", "no-longer-yours")]
    assert await phone.outcomes() == [("applied", "applied")]


async def test_a_plan_that_is_made_anew_leaves_what_was_begun_before(
    intake: IntakeDoor, homes: Homes, planner: Planner
) -> None:
    home, plan = await planned(homes, planner)
    phone = await Phone(intake, "V-1").register()
    await phone.pull()
    intake.move_clock(NOW + 2 * HOUR)
    await planner.form(2)
    again = {"days": DAYS[1:2], "team_ids": [planner.teams[1]]}
    await planner.done(f"/intake/v1/plans/{plan['plan_id']}/again", again)
    intake.move_clock(NOW + 5 * HOUR)
    assert (await phone.pull(have=[home]))["purge"] == [home]
    phone.visit(home, NOW + HOUR)
    phone.visit(home, NOW + 3 * HOUR)
    assert await phone.outcomes() == [("applied", "applied"), ("held", "no-longer-yours")]
