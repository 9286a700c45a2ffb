"""Many steps of one case at one moment, as simulated time and clocks that are set bring about: each is counted."""

from datetime import timedelta
from itertools import cycle, islice

from libs.common.bus.flow import Service
from libs.common.time.clock import SimulatedClock
from tests.journeys.county import LIGHTS, SATISFIED, VILLAGE_UNIT, County

RETURN = {"reason_code": "not_our_duty", "note": "路灯不由本单位管理"}
REFUSED = {"approved": False, "note": "属地负责路灯日常维护"}
GIVEN = 4
"""Reassignments, after the first assignment: the case ends with the unit that it began with."""


async def hand_to(county: County, case_id: str, unit: str) -> None:
    wish = {"lead_unit": unit, "category_code": LIGHTS, "reason": "改派"}
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/reassignment", wish)
    await county.house.settle()


async def refuse_a_return(county: County, case_id: str) -> None:
    await county.lead_does(case_id, "return", RETURN)
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/return/decision", REFUSED)
    await county.house.settle()


async def test_steps_of_one_moment_are_each_counted(county: County) -> None:
    case_id = await county.register()
    for _ in range(2):
        await refuse_a_return(county, case_id)
    for unit in islice(cycle(("D-HOUSING", VILLAGE_UNIT)), GIVEN):
        await hand_to(county, case_id, unit)
    counted = {name: await county.count(name) for name in ("returns_requested", "returns_refused", "assigned")}
    assert counted == {"returns_requested": 2, "returns_refused": 2, "assigned": 1 + GIVEN}
    assert (await county.fact(case_id))["unit_code"] == (await county.work(case_id))["lead_unit"] == VILLAGE_UNIT


async def test_what_is_signed_in_one_moment_is_signed_by_who_leads_then(county: County) -> None:
    case_id = await county.register()
    await county.lead_does(case_id, "signature")
    await hand_to(county, case_id, "D-HOUSING")
    await hand_to(county, case_id, VILLAGE_UNIT)
    assert (await county.fact(case_id))["status"] == (await county.work(case_id))["status"] == "assigned"
    await county.advance(days=5)
    decided = {name: await county.count(name, unit_code=VILLAGE_UNIT) for name in ("signed", "sign_due", "assigned")}
    assert decided == {"signed": 1, "sign_due": 2, "assigned": 2}
    assert await county.count("signed_on_time", unit_code=VILLAGE_UNIT) == 1
    assert await county.count("sign_due", unit_code="D-HOUSING") == 0
    await county.lead_does(case_id, "signature")
    assert await county.count("signed", unit_code=VILLAGE_UNIT) == 2
    assert await county.rate("signed_on_time", unit_code=VILLAGE_UNIT) == (1, 2)


async def test_of_clocks_that_began_together_the_one_that_ran_on_is_missed(county: County) -> None:
    case_id = await county.register()
    for unit in ("D-HOUSING", VILLAGE_UNIT):
        await hand_to(county, case_id, unit)
    await county.advance(days=5)
    assert await county.times_said(case_id, "deadline_missed") == 1
    assert await county.rate("signed_on_time", unit_code=VILLAGE_UNIT) == (0, 1)
    await county.handle(case_id)
    await county.call(case_id, SATISFIED)
    assert await county.rate("signed_on_time", unit_code=VILLAGE_UNIT) == (0, 1)
    steps = await county.rows(Service.DISPATCH, "SELECT count(*) AS n FROM transition WHERE action = 'reassign'")
    assert steps[0].n == 2


async def test_a_clock_that_was_ahead_for_one_step_makes_one_moment_of_those_that_follow(county: County) -> None:
    case_id = await county.register()
    clock = county.house.clock
    assert isinstance(clock, SimulatedClock)
    ahead = clock.now() + timedelta(hours=1)
    with clock.at(ahead):
        await county.lead_does(case_id, "return", RETURN)
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/return/decision", REFUSED)
    await refuse_a_return(county, case_id)
    await hand_to(county, case_id, "D-HOUSING")
    await county.handle(case_id)
    said = await county.rows(Service.DISPATCH, "SELECT occurred_at FROM ledger WHERE stream = 'cases' ORDER BY seq")
    assert [row.occurred_at for row in said[1:]] == [ahead] * 7
    counted = {
        name: await county.count(name) for name in ("returns_requested", "returns_refused", "assigned", "signed")
    }
    assert counted == {"returns_requested": 2, "returns_refused": 2, "assigned": 2, "signed": 1}
    assert (await county.fact(case_id))["status"] == "handled"
