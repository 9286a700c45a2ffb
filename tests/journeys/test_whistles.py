"""翠屏街道: street lamps (journey 7, the whistle): who is summoned is in time, late or never there."""

from typing import Any

from huiyin.office import errands
from tests.journeys.counted import check_counts, check_rate
from tests.journeys.county import RESULT, SATISFIED, County
from tests.journeys.test_levels import does

STREET, LAMPS, POWER, HOUSING = "T-511703002", "D-LAMPS", "E-POWER", "D-HOUSING"
COMMUNITY = "511703002001"
WHISTLE = {"kind": "emergency", "units": [LAMPS, POWER, HOUSING], "place": "杨柳社区北口", "what": "查明断电原因并抢修"}
WHOLE = {key: value for key, value in RESULT.items() if key != "without_support"}
HERE = {"area_code": COMMUNITY, "place": "社区北口"}


async def led_by_the_street(street: County) -> str:
    """A case of the community that the street leads, and has signed."""
    case_id = await street.register(category_code=None, area_code=COMMUNITY)
    given = {"lead_unit": STREET, "category_code": "0501", "reason": "街道牵头"}
    await street.dispatcher.do(errands.on_work(case_id, "assignment", given))
    await does(street, STREET, case_id, "signature")
    return case_id


async def calls(street: County, unit: str, verb: str, case_id: str, body: object = None) -> Any:
    """A step of a summoned unit, with all that follows from it."""
    answer = await street.handler(unit, f"worker-{unit}").do(f"/dispatch/v1/calls/{case_id}/{verb}", body)
    await street.house.settle()
    return answer


async def board(street: County) -> dict[str, tuple[str, bool]]:
    """Where each summoned unit stands, and whether it is late."""
    items = (await street.handler(STREET).ask("/dispatch/v1/whistles"))["items"]
    return {one["unit_code"]: (one["status"], one["late"]) for one in items}


async def test_one_comes_in_time_one_late_one_never_and_the_result_waits_for_all(street: County) -> None:
    case_id = await led_by_the_street(street)
    await does(street, STREET, case_id, "whistles", WHISTLE)
    await calls(street, LAMPS, "acknowledgement", case_id)
    await street.advance(minutes=20)
    first = await calls(street, LAMPS, "arrival", case_id, HERE)
    again = await calls(street, LAMPS, "arrival", case_id, HERE)
    assert (first["version"], first["call"]) == (again["version"], again["call"])
    await street.advance(minutes=11)
    await calls(street, POWER, "arrival", case_id, HERE)
    await street.house.settle()
    assert await board(street) == {LAMPS: ("arrived", False), POWER: ("arrived", True), HOUSING: ("called", True)}
    promise = await street.promise(case_id)
    late = sorted((one["rule_code"], one["unit_code"]) for one in promise["supervisions"])
    assert {unit for code, unit in late if code == "report_in_late"} >= {POWER, HOUSING}
    assert LAMPS not in {unit for _, unit in late}

    lead = street.handler(STREET, f"worker-{STREET}")
    for without in (None, "不再等待其他单位"):
        waits = await lead.post(
            f"/dispatch/v1/cases/{case_id}/result", WHOLE | {"without_support": without}, version="*"
        )
        assert waits.status_code == 409
        assert all(f"{unit} (查明断电原因并抢修) due" in waits.text for unit in (LAMPS, POWER, HOUSING))
    refused = await street.handler(HOUSING).post(
        f"/dispatch/v1/calls/{case_id}/result", {"result": "已处理"}, version="*"
    )
    assert refused.status_code == 409
    for unit in (LAMPS, POWER):
        await calls(street, unit, "result", case_id, {"result": "已修复"})
    off = f"/dispatch/v1/cases/{case_id}/calls/{HOUSING}/cancellation"
    assert (await street.handler(HOUSING).post(off, {"reason": "未到场"}, version="*")).status_code == 404
    await street.dispatcher.do(off, {"reason": "始终未到场，由路灯所代办"})
    await street.house.settle()
    await does(street, STREET, case_id, "result", WHOLE)
    await street.call(case_id, SATISFIED)
    assert (await street.case(case_id))["status"] == "closed"
    assert await board(street) == {LAMPS: ("done", False), POWER: ("done", True), HOUSING: ("cancelled", False)}
    await counted_as_lived(street, case_id)


async def counted_as_lived(street: County, case_id: str) -> None:
    """Of three who were summoned one came in time, one late, one never; figures say so, by unit and by street."""
    whole = {"whistles": 1, "calls": 3, "calls_done": 2, "calls_cancelled": 1, "calls_open": 0}
    whole |= {"reports_due": 3, "reported_on_time": 1, "reported_late": 1, "never_reported": 1}
    whole |= {"calls_due": 2, "calls_on_time": 2, "calls_late": 0}
    await check_counts(street, whole)
    await check_counts(street, whole, area_code=f"{COMMUNITY[:9]}000")
    for unit, counter in ((LAMPS, "reported_on_time"), (POWER, "reported_late"), (HOUSING, "never_reported")):
        others = dict.fromkeys(("reported_on_time", "reported_late", "never_reported"), 0)
        await check_counts(street, others | {"calls": 1, "whistles": 0, "reports_due": 1, counter: 1}, unit_code=unit)
    await check_counts(street, {"whistles": 1, "calls": 0, "solved_in_town": 1}, unit_code=STREET)
    rate = await check_rate(street, "reported_in", (1, 3), [case_id])
    assert rate["micro"]["text"] == "33.3 %"
    assert await street.rate("called_on_time") == (2, 2)


async def test_a_summoned_unit_sees_its_own_task_alone_and_another_whistle_there_is_a_signal(street: County) -> None:
    case_id = await led_by_the_street(street)
    await does(street, STREET, case_id, "whistles", WHISTLE | {"units": [LAMPS, POWER]})
    await calls(street, POWER, "arrival", case_id, HERE)
    await calls(street, POWER, "progress", case_id, {"note": "变压器烧毁，正在更换"})
    lamps = street.handler(LAMPS, f"worker-{LAMPS}")
    seen = await lamps.ask(f"/dispatch/v1/calls/{case_id}")
    assert seen["call"]["unit_code"] == LAMPS
    listed = str(seen) + str((await lamps.ask("/dispatch/v1/calls"))["items"])
    assert not [word for word in (POWER, "变压器", "张三", "13812341234") if word in listed]
    for path in (f"cases/{case_id}", f"cases/{case_id}/transitions", f"cases/{case_id}/tasks"):
        assert (await lamps.get(f"/dispatch/v1/{path}")).status_code == 404
    second = await led_by_the_street(street)
    await does(street, STREET, second, "whistles", WHISTLE | {"units": [LAMPS]})
    items = (await street.dispatcher.ask("/dispatch/v1/whistles"))["items"]
    assert {(one["case_id"], one["times"]) for one in items} == {(case_id, 1), (second, 2)}
    for one, units in ((case_id, (LAMPS, POWER)), (second, (LAMPS,))):
        for unit in units:
            off = f"/dispatch/v1/cases/{one}/calls/{unit}/cancellation"
            await street.dispatcher.do(off, {"reason": "演练结束，无需到场"})


async def test_what_was_summoned_outlives_a_case_that_its_citizen_takes_back(street: County) -> None:
    case_id = await led_by_the_street(street)
    await does(street, STREET, case_id, "whistles", WHISTLE | {"units": [POWER]})
    await calls(street, POWER, "arrival", case_id, HERE)
    await street.confirm(await street.withdraw(case_id))
    assert (await street.work(case_id))["status"] == "closed"
    assert await board(street) == {POWER: ("arrived", False)}
    await calls(street, POWER, "result", case_id, {"result": "已修复"})
    assert await board(street) == {POWER: ("done", False)}
