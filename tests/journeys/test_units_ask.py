"""Asking and giving at the units' page in a real browser: more time, a return, a part for one more unit, the lists."""

from datetime import date
from typing import Any

from libs.common.security.principal import Role
from tests.journeys.county import TOWN_UNIT, VILLAGE_UNIT
from tests.journeys.phones import Phones
from tests.journeys.test_asked_and_granted import signed
from tests.journeys.test_units_decide import NOTICE, decide, requests
from tests.journeys.units_page import at_the_page, fill, send, wall, written
from tests.support.browser import Window

MORE = {"days": "3", "reason_code": "complex", "note": "需多部门现场核查"}
LISTS = ("problem", "task", "measure", "responsibility")


async def of_the_village(phones: Phones, case_id: str) -> Window:
    return await at_the_page(phones, "li", Role.HANDLER, place=f"#case/{case_id}", unit=VILLAGE_UNIT)


async def lists(phones: Phones, case_id: str) -> list[Any]:
    found = await phones.county.dispatcher.ask(f"/dispatch/v1/cases/{case_id}/lists")
    return [(one["list_code"], one["edition"], one["text"]) for one in found["items"]]


async def test_more_time_is_asked_on_one_page_and_decided_by_another_on_theirs(phones: Phones) -> None:
    case_id = await signed(phones.county)
    village = await of_the_village(phones, case_id)
    await fill(village, "ask/extension", **MORE | {"days": "6"})
    await send(village, "ask/extension")
    await village.sees("5", "[data-step='ask/extension'] .wrong")
    assert await village.run("return document.activeElement.name") == "days"
    assert await written(village, "ask/extension", "note") == MORE["note"]
    assert await requests(phones, case_id) == []
    await fill(village, "ask/extension", days="3")
    await send(village, "ask/extension")
    await village.sees("延长 3 天", "#requests")
    assert await village.count("[data-step^='ask/']") == 0
    await village.sees("提出申请", "[data-closed=ask]")

    above = await at_the_page(phones, "supervisor-1", Role.SUPERVISOR, place="#decide")
    await decide(above, case_id, True, "情况属实", notice=NOTICE)
    await above.sees("已完成：审核", "#notice")
    await village.reload()
    await village.sees(NOTICE, "#requests")
    assert await requests(phones, case_id) == [("extension", "granted", "supervisor-1", NOTICE)]


async def test_what_the_pack_allows_can_be_asked_for_and_nothing_else(phones: Phones) -> None:
    county = phones.county
    case_id = await signed(county)
    village = await of_the_village(phones, case_id)
    await village.find("[data-step='ask/suspension']")
    kinds = "return [...document.querySelectorAll('#asking [data-step]')].map((one) => one.dataset.step)"
    offered = set(await village.run(kinds))
    assert offered == {"ask_return", *(f"ask/{one}" for one in ("extension", "suspension", "staged", "termination"))}
    back = date(2026, 3, 10).isoformat()
    await fill(village, "ask/suspension", review_on=back, reason_code="season", note="春节期间不能施工")
    await send(village, "ask/suspension")
    await village.sees("春节期间不能施工", "#requests")
    returned = await county.register()
    window = await of_the_village(phones, returned)
    await fill(window, "ask_return", reason_code="wrong_area", note="不属本村")
    await send(window, "ask_return")
    await window.sees("不属本村", "#requests")
    support = await at_the_page(phones, "zhang", Role.HANDLER, place=f"#case/{case_id}", unit=TOWN_UNIT)
    await support.find("[data-step^=support]")
    assert await support.count("#asking, #lists [data-step], [data-step=support_give]") == 0


async def test_one_more_unit_is_given_a_part_and_a_limit_that_cannot_be_says_why(phones: Phones) -> None:
    case_id = await signed(phones.county)
    now = phones.county.house.clock.now()
    village = await of_the_village(phones, case_id)
    part = {"unit_code": "D-WATER", "what": "关阀配合抢修", "measures": "夜间停水两小时"}
    await fill(village, "support_give", **part, due_at=wall(now, days=300))
    await send(village, "support_give")
    await village.sees("不得晚于本件办理时限", "[data-step=support_give] .wrong")
    await fill(village, "support_give", due_at=wall(now, hours=5))
    await send(village, "support_give")
    await village.sees("夜间停水两小时", "[data-part=D-WATER]")


async def test_the_lists_say_what_is_missing_and_are_filled(phones: Phones) -> None:
    case_id = await phones.county.register()
    village = await of_the_village(phones, case_id)
    await village.find("[data-list=problem][data-edition='0']")
    assert await village.count("#lists .mark-waits") == len(LISTS)
    await fill(village, "fill_list/problem", text="电梯停运三天")
    await send(village, "fill_list/problem")
    await village.sees("已完成：填报问题清单", "#notice")
    await village.sees("电梯停运三天", "[data-list=problem][data-edition='1']")
    # What it says by now is there to go on from.
    await village.run("document.querySelector(\"[data-step='fill_list/problem']\").open = true")
    assert await written(village, "fill_list/problem", "text") == "电梯停运三天"
    await fill(village, "fill_list/problem", text="电梯停运四天")
    await send(village, "fill_list/problem")
    await village.find("[data-list=problem][data-edition='2']")
    assert await lists(phones, case_id) == [("problem", 1, "电梯停运三天"), ("problem", 2, "电梯停运四天")]
    assert await village.count("#lists .mark-waits") == len(LISTS) - 1
