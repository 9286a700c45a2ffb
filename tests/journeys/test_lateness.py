"""Promises in simulated time: warned, missed, reminded, supervised; what resets no clock, and what escalates."""

from datetime import datetime, timedelta
from typing import Any

from tests.journeys.county import NOT_SATISFIED, RESULT, SATISFIED, VILLAGE_UNIT, County


def orders(promise: Any) -> list[tuple[str, str, str]]:
    """The orders of the ladder, the oldest first."""
    found = sorted(promise["supervisions"], key=lambda order: (order["issued_at"], order["unit_code"]))
    return [(order["rule_code"], order["level"], order["unit_code"]) for order in found]


async def test_the_ladder_is_climbed_step_by_step(county: County) -> None:
    case_id = await county.register()
    await county.advance(days=1, hours=14, minutes=59)
    assert orders(await county.promise(case_id)) == []
    assert (await county.work(case_id))["warnings"] == ["sign"]
    await county.advance(minutes=1)
    assert orders(await county.promise(case_id)) == [("sign_late", "reminder", VILLAGE_UNIT)]
    assert (await county.work(case_id))["overdue"]
    await county.lead_does(case_id, "signature")
    await county.advance(days=6)
    promise = await county.promise(case_id)
    assert orders(promise)[1:] == [("overdue", "reminder", VILLAGE_UNIT)]
    assert promise["overdue"] == ["handle"]
    await county.advance(days=5)
    assert orders(await county.promise(case_id))[2:] == [
        ("overdue_3", "supervision", "S-GOV"),
        ("overdue_3", "supervision", VILLAGE_UNIT),
    ]
    await county.lead_does(case_id, "result", RESULT)
    await county.call(case_id, SATISFIED)
    assert await county.rate("on_time") == (0, 1)
    assert await county.rate("signed_on_time") == (0, 1)
    assert await county.count("reminders") == 2
    assert await county.count("supervisions") == 2


async def test_after_a_long_silence_each_missed_step_happens_once_and_in_order(county: County) -> None:
    case_id = await county.register()
    await county.advance(days=60)
    promise = await county.promise(case_id)
    assert [code for code, _, _ in orders(promise)] == ["sign_late", "overdue", "overdue_3", "overdue_3"]
    ladder = ["deadline_warned", "deadline_missed", "supervision_issued"]
    assert [name for name, _ in await county.said(case_id) if name in ladder] == [
        *ladder,
        *ladder,
        "supervision_issued",
        "supervision_issued",
    ]
    issued = sorted(datetime.fromisoformat(order["issued_at"]) for order in promise["supervisions"])
    assert issued[0] < issued[1] < issued[2] == issued[3] < county.house.clock.now() - timedelta(days=40)
    await county.advance(days=60)
    assert orders(await county.promise(case_id)) == orders(promise)


async def test_a_second_order_gets_its_own_reply(county: County) -> None:
    case_id = await county.register()
    body = {"case_id": case_id, "level": "supervision", "reason": "群众反映强烈，请专题研究"}
    first = await county.supervisor.do("/followup/v1/supervisions", body)
    second = await county.supervisor.do("/followup/v1/supervisions", body | {"reason": "仍未见进展，再次督办"})
    unit = county.handler(VILLAGE_UNIT)
    path = "/followup/v1/supervisions"
    await unit.do(f"{path}/{second['supervision_id']}/reply", {"reply": "第二件：已排入本周计划"})
    assert (await unit.ask(f"{path}/{first['supervision_id']}"))["state"] == "issued"
    await unit.do(f"{path}/{first['supervision_id']}/reply", {"reply": "第一件：已现场查看"})
    replies = [(await unit.ask(f"{path}/{order['supervision_id']}"))["reply"] for order in (first, second)]
    assert replies == ["第一件：已现场查看", "第二件：已排入本周计划"]
    again = await unit.post(f"{path}/{second['supervision_id']}/reply", {"reply": "再答一次"})
    assert again.status_code == 409
    await county.house.settle()
    assert await county.times_said(case_id, "supervision_replied") == 2


async def test_words_reset_no_clock(county: County) -> None:
    case_id = await county.register()
    await county.lead_does(case_id, "signature")
    before = (await county.promise(case_id))["timers"]
    for hour in range(3):
        await county.advance(hours=1)
        await county.operator.do(f"/intake/v1/cases/{case_id}/supplements", {"text": f"第 {hour} 次补充：还是不亮"})
        await county.lead_does(case_id, "progress", {"note": "正在协调"})
    assert (await county.promise(case_id))["timers"] == before
    assert (await county.case(case_id))["due_at"] == (await county.work(case_id))["handle_due_at"]
    await county.advance(days=8)
    assert (await county.promise(case_id))["overdue"] == ["handle"]


async def test_a_return_does_not_stop_the_clock(county: County) -> None:
    case_id = await county.register()
    due = (await county.promise(case_id))["handle_due_at"]
    await county.advance(hours=20)
    await county.lead_does(case_id, "return", {"reason_code": "not_our_duty", "note": "路灯由住建部门管理"})
    decision = {"approved": True, "note": "同意改派", "lead_unit": "D-HOUSING"}
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/return/decision", decision)
    await county.house.settle()
    promise = await county.promise(case_id)
    assert (promise["lead_unit"], promise["handle_due_at"]) == ("D-HOUSING", due)
    await county.advance(days=8)
    assert ("overdue", "reminder", "D-HOUSING") in orders(await county.promise(case_id))
    assert VILLAGE_UNIT not in {unit for _, _, unit in orders(await county.promise(case_id))}


async def test_a_case_that_nobody_was_given_escalates_too(county: County) -> None:
    case_id = await county.register(category_code=None)
    assert (await county.work(case_id))["status"] == "triage"
    await county.advance(hours=24)
    waiting = await county.dispatcher.ask("/dispatch/v1/triage", overdue=True)
    assert [work["case_id"] for work in waiting["items"]] == [case_id]
    promise = await county.promise(case_id)
    assert promise["overdue"] == ["triage"]
    assert orders(promise) == [("triage_late", "reminder", "H-12345")]


async def test_nobody_calling_the_citizen_escalates_too(county: County) -> None:
    case_id = await county.register()
    await county.handle(case_id)
    await county.advance(days=3)
    promise = await county.promise(case_id)
    assert promise["overdue"] == ["callback"]
    assert orders(promise) == [("callback_late", "reminder", "H-12345")]


async def test_a_new_round_has_new_clocks_and_old_ones_say_nothing(county: County) -> None:
    case_id = await county.register()
    await county.lead_does(case_id, "signature")
    await county.advance(days=6)
    await county.lead_does(case_id, "result", RESULT)
    await county.call(case_id, NOT_SATISFIED)
    old = [timer for timer in (await county.promise(case_id))["timers"] if timer["round"] == 1]
    assert not [timer for timer in old if timer["state"] == "pending"]
    before = len((await county.promise(case_id))["supervisions"])
    await county.advance(days=2)
    new = (await county.promise(case_id))["supervisions"][before:]
    assert {order["round"] for order in (await county.promise(case_id))["supervisions"] if order in new} <= {2}
    assert ("sign_late", "reminder", VILLAGE_UNIT) in orders(await county.promise(case_id))
