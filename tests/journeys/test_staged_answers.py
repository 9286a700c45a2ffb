"""Answered for now (阶段性答复): the citizen is told, and the case comes back by itself on the day that was named."""

from typing import Any

from libs.common.security.principal import Role
from tests.journeys.county import RESULT, SATISFIED, VILLAGE_UNIT, County
from tests.journeys.test_asked_and_granted import GRANT, asks, of_the_town, refused, signed, to_the_minute, worker

WHAT, DECISION = "staged-answer", "staged-answer/decision"
FOR_NOW = {
    "answer": "已立项，路灯线路改造需三周，联系电话13912345678",
    "review_on": "2026-05-11",
    "reason_code": "long_work",
    "note": "工程周期较长",
}


async def clock(county: County, case_id: str) -> Any:
    timers = (await county.promise(case_id))["timers"]
    return next((one for one in timers[::-1] if (one["what"], one["state"]) == ("staged", "pending")), None)


async def test_it_comes_back_on_its_day_and_is_overdue_after_it(county_on_either_bus: County) -> None:
    county = county_on_either_bus
    await county.advance(days=64)
    fresh = await county.register()
    assert await refused(county, fresh, WHAT, FOR_NOW, worker(county)) == 409
    case_id = await signed(county)
    before = (await county.work(case_id))["handle_due_at"]
    for day in ("2026-03-01", "2027-05-11"):
        assert await refused(county, case_id, WHAT, FOR_NOW | {"review_on": day}, worker(county)) == 422
    assert await refused(county, case_id, WHAT, FOR_NOW | {"reason_code": "no_such"}, worker(county)) == 422
    await asks(county, case_id, WHAT, FOR_NOW)
    assert (await county.work(case_id))["handle_due_at"] == before
    for nobody in (
        county.person("handler-1", Role.SUPERVISOR),
        county.person("village-leader", Role.LEADER, unit=VILLAGE_UNIT, staff_id="S-V02"),
    ):
        assert await refused(county, case_id, DECISION, GRANT, nobody) == 403
    await asks(county, case_id, DECISION, GRANT, of_the_town(county))
    work = await county.work(case_id)
    assert (work["status"], work["suspended_until"]) == ("signed", "2026-05-10T16:00:00Z")
    assert work["handle_due_at"] > before
    told = (await county.operator.ask(f"/intake/v1/cases/{case_id}/timeline"))["items"]
    [entry] = [entry for entry in told if entry["what"] == "request_granted"]
    assert "线路改造需三周" in entry["note"]
    assert "13912345678" not in entry["note"]
    waiting = await clock(county, case_id)
    assert (waiting["due_at"], waiting["unit_code"]) == ("2026-05-11T16:00:00Z", VILLAGE_UNIT)
    still = (await county.dispatcher.ask("/dispatch/v1/work", suspended="true"))["items"]
    assert [one["case_id"] for one in still] == [case_id]
    await to_the_minute(county, waiting["due_at"], -10 * 60)
    await county.house.settle()
    assert not (await county.work(case_id))["overdue"]
    assert (await county.dispatcher.ask("/dispatch/v1/work", suspended="true"))["items"] == []
    await to_the_minute(county, waiting["due_at"], 1)
    await county.house.settle()
    work = await county.work(case_id)
    assert (work["overdue"], "staged" in work["misses"], "handle" in work["misses"]) == (True, True, False)
    await county.lead_does(case_id, "result", RESULT)
    assert await clock(county, case_id) is None
    await county.call(case_id, SATISFIED)
    assert await county.rate("on_time") == (1, 1)


async def test_a_second_one_takes_the_place_of_the_first_and_no_third_is_given(county: County) -> None:
    await county.advance(days=64)
    case_id = await signed(county)
    for day in ("2026-05-11", "2026-05-25"):
        await asks(county, case_id, WHAT, FOR_NOW | {"review_on": day})
        await asks(county, case_id, DECISION, GRANT, county.dispatcher)
        waiting = await clock(county, case_id)
        assert waiting["due_at"] == f"{day}T16:00:00Z"
        await county.advance(hours=2)
        await asks(county, case_id, "suspension/lifting", {"note": "提前复工"})
    assert await refused(county, case_id, WHAT, FOR_NOW | {"review_on": "2026-06-01"}, worker(county)) == 409
    await county.advance(days=12)
    assert "staged" not in (await county.work(case_id))["misses"]
