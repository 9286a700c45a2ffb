"""Deciding a request in a real browser: more time, a suspension, an end, a return; by somebody else, with words for
the citizen."""

from typing import Any

from libs.common.security.principal import Role
from tests.journeys.county import TOWN, TOWN_UNIT, VILLAGE_UNIT
from tests.journeys.phones import Phones
from tests.journeys.test_asked_and_granted import BACK, MORE, SEASON, asks, signed
from tests.journeys.units_page import at_the_page, fill, send
from tests.support.browser import Window

DECIDE = "#decide"
NOTICE = "因需多部门核查，办理时间延长三个工作日"
END = {"reason_code": "in_court", "note": "当事人已起诉", "evidence": "县人民法院受理通知书"}
ELSEWHERE = "D-HOUSING"


async def decide(window: Window, case_id: str, approved: bool, note: str, **more: str) -> None:
    """Say yes or no, and why."""
    card = f"[data-case='{case_id}']"
    await window.click(f"{card} summary")
    await window.click(f"{card} [data-choice={str(approved).lower()}]")
    await fill(window, "decide", note=note, **more)
    await send(window, "decide")


async def requests(phones: Phones, case_id: str) -> list[Any]:
    found = await phones.county.dispatcher.ask(f"/dispatch/v1/cases/{case_id}/requests")
    return [(one["kind"], one["state"], one["decided_by"], one["told"]) for one in found["items"]]


async def test_more_time_is_granted_with_words_for_the_citizen_and_asked_for_by_nobody_again(phones: Phones) -> None:
    county = phones.county
    case_id = await signed(county)
    await asks(county, case_id, "extension", MORE)
    window = await at_the_page(phones, "supervisor-1", Role.SUPERVISOR, place=DECIDE)
    await window.sees("延长 3 天", f"[data-case='{case_id}']")
    await window.sees("情况复杂", f"[data-case='{case_id}']")
    await decide(window, case_id, True, "情况属实")
    await window.sees("同意的须填写告知诉求人的内容", "[data-step] .alert")
    await fill(window, "decide", notice=NOTICE)
    await send(window, "decide")
    await window.sees("已完成：审核", "#notice")
    assert await window.count("#waiting li") == 0
    assert await requests(phones, case_id) == [("extension", "granted", "supervisor-1", NOTICE)]


async def test_a_unit_above_decides_few_days_and_sees_what_it_may_not(phones: Phones) -> None:
    county = phones.county
    few, many = await signed(county), await signed(county)
    await asks(county, few, "extension", MORE)
    await asks(county, many, "extension", MORE | {"days": 5})

    window = await at_the_page(
        phones, "town-leader", Role.LEADER, place=DECIDE, area=TOWN, unit=TOWN_UNIT, staff_id="S-T01"
    )
    await window.sees("须由他人审核", f"[data-case='{many}']")
    assert await window.count(f"[data-case='{many}'] [data-step]") == 0
    # A leader has no list of work here: there is no link to where they would be refused.
    assert await window.count("a[href^='#case/'], #places a[href='#list']") == 0
    await decide(window, few, False, "请按期办理")
    await window.sees("已完成", "#notice")
    assert (await requests(phones, few))[0][1] == "refused"


async def test_nobody_decides_what_they_asked_for_or_of_their_own_unit(phones: Phones) -> None:
    case_id = await signed(phones.county)
    await asks(phones.county, case_id, "suspension", SEASON | {"review_on": "2026-03-10"})
    own = await at_the_page(phones, "handler-1", Role.SUPERVISOR, place=DECIDE, unit=VILLAGE_UNIT)
    await own.sees("须由他人审核", f"[data-case='{case_id}']")
    assert await own.count("[data-step]") == 0


async def test_a_termination_is_decided_by_the_hotline_and_a_return_goes_to_another_unit(phones: Phones) -> None:
    county = phones.county
    ended, returned = await signed(county), await county.register()
    await asks(county, ended, "termination", END)
    await asks(county, returned, "return", BACK)
    window = await at_the_page(phones, "dispatcher-1", Role.DISPATCHER, place=DECIDE)
    await window.sees("县人民法院受理通知书", f"[data-case='{ended}']")
    await decide(window, ended, True, "证据齐全", notice="该纠纷已由法院受理，请向承办法庭反映。")
    await window.sees("已完成", "#notice")
    await decide(window, returned, True, "确属住建职责", lead_unit=ELSEWHERE)
    await window.sees("没有", "#waiting")
    await county.house.settle()
    assert (await county.work(returned))["lead_unit"] == ELSEWHERE
    assert [one[:2] for one in await requests(phones, ended)] == [("termination", "granted")]


async def test_of_two_who_decide_the_second_is_told_what_became_of_it(phones: Phones) -> None:
    county = phones.county
    case_id = await county.register()
    await asks(county, case_id, "return", BACK)
    first = await at_the_page(phones, "wang", Role.DISPATCHER, place=f"#case/{case_id}")
    second = await at_the_page(phones, "zhao", Role.DISPATCHER, place=DECIDE)
    await second.click(f"[data-case='{case_id}'] summary")
    await second.click("[data-choice=true]")
    await fill(second, "decide", note="同意退回")
    await first.run("document.querySelector('[data-step^=decide]').open = true")
    await first.click("[data-choice=false]")
    await fill(first, "decide", note="属本村管辖，请办理")
    await send(first, "decide")
    await first.sees("属本村管辖", "#requests")
    await send(second, "decide")
    await second.sees("数据已被他人更新", "#notice")
    assert await second.count("#waiting li") == 0
    assert (await requests(phones, case_id))[0][1] == "refused"
