"""The whistle from its first sound to its scores in a real browser: the street's steps, and a summoned unit's own."""

from typing import Any

from libs.common.security.principal import Role
from tests.journeys.phones import Phones
from tests.journeys.test_levels import does
from tests.journeys.test_whistles import HOUSING, LAMPS, STREET, WHISTLE, calls, led_by_the_street
from tests.journeys.units_page import at_the_page, fill, send, wall, written
from tests.support.browser import Window

PEOPLE = "S-1"


async def whistles(phones: Phones, case_id: str) -> list[Any]:
    found = await phones.county.handler(STREET).ask(f"/dispatch/v1/cases/{case_id}/whistles")
    return list(found["items"])


async def sound(window: Window, **more: str) -> None:
    """Write a whistle, and send it."""
    said = {"kind": "emergency", "place": "杨柳社区北口", "what": "查明断电原因并抢修"} | more
    await fill(window, "whistle", units=f"{LAMPS} {HOUSING}", **said)
    await send(window, "whistle")


async def test_a_whistle_from_its_sound_to_its_scores_on_the_page(street_phones: Phones) -> None:
    phones, county = street_phones, street_phones.county
    await phones.appoint(PEOPLE, "cadre", LAMPS)
    case_id = await led_by_the_street(county)
    street = await at_the_page(phones, "li", Role.HANDLER, place=f"#case/{case_id}", unit=STREET)
    await sound(street)
    await street.find(f"#summons [data-summoned='{HOUSING}'][data-status=called]")
    await county.house.settle()

    lamps = await at_the_page(phones, "lamps", Role.HANDLER, place=f"#call/{case_id}", unit=LAMPS)
    await fill(lamps, "responsible", responsible=PEOPLE)
    await send(lamps, "responsible")
    await lamps.sees("干部1", ".facts")
    await send(lamps, "call_acknowledge")
    await lamps.find("#call[data-status=on_the_way]")
    await fill(lamps, "call_arrive", place="社区北口")
    await send(lamps, "call_arrive")
    await lamps.find("#call[data-status=arrived]")
    await county.advance(minutes=31)

    await street.reload()
    await street.sees("逾期未到", f"[data-summoned='{HOUSING}']")
    now = county.house.clock.now()
    due = {f"tasks/{index}/due_at": wall(now, hours=3) for index in range(2)}
    ways = {f"tasks/{index}/measures": "更换电缆并试送电" for index in range(2)}
    await fill(street, "consult", held_at=wall(now, minutes=-5), took_part=LAMPS, findings="电缆被挖断", **ways, **due)
    await send(street, "consult")
    await street.sees("电缆被挖断", "#summons [data-consultation]")
    await lamps.reload()
    await lamps.sees("更换电缆并试送电", "#call")
    await fill(lamps, "call_done", result="已更换电缆，路灯恢复")
    await send(lamps, "call_done")
    await lamps.find("#call[data-status=done]")

    await street.reload()
    await fill(street, f"call_cancel/{HOUSING}", reason="始终未到场，由路灯所代办")
    await send(street, f"call_cancel/{HOUSING}")
    await marked_done_and_scored(street)
    await lamps.reload()
    await lamps.sees("100/100", "#score")
    await fill(lamps, "claim/needless", reason="社区可自行报修")
    await send(lamps, "claim/needless")
    await lamps.sees("待审核", "[data-claim=needless]")
    assert await lamps.count("[data-step='claim/needless'], [data-step='claim/return']") == 0
    county_office = await at_the_page(phones, "wang", Role.DISPATCHER, place="#decide")
    await county_office.find("#claims [data-kind=needless]")
    await fill(county_office, "claim_decision", granted="false", note="现场需多部门处置")
    await send(county_office, "claim_decision")
    await county_office.sees("没有", "#claims")
    (whistle,) = await whistles(phones, case_id)
    assert [(one["kind"], one["state"]) for one in whistle["claims"]] == [("needless", "refused")]
    assert {one["unit_code"]: one["total"] for one in whistle["scores"]} == {LAMPS: 100, HOUSING: 0}


async def marked_done_and_scored(street: Window) -> None:
    """The street ticks each criterion; who never came cannot be scored as good, and that is said at the points."""
    met = {"criteria/0/met": "true", "criteria/0/words": "照明恢复"}
    await fill(street, "whistle_done", **met, **{"criteria/1/met": "false", "criteria/1/words": "住建未到场"})
    await send(street, "whistle_done")
    await street.find("#summons [data-done=true]")
    full = {"points/response": "30", "points/duty": "40", "points/effect": "30"}
    steps = "return [...document.querySelectorAll('[data-step^=score]')].map((one) => one.dataset.step)"
    lamps, housing = sorted(await street.run(steps), key=lambda name: name.endswith(HOUSING))
    await fill(street, lamps, **full, words="到场及时")
    await send(street, lamps)
    await street.sees("100/100", f"[data-summoned='{LAMPS}']")
    await fill(street, housing, **full, words="未到场")
    await send(street, housing)
    await street.sees("未报到的单位最高评为", f"[data-step='{housing}'] .wrong")
    assert await written(street, housing, "words") == "未到场"
    await fill(street, housing, **dict.fromkeys(full, "0"))
    await send(street, housing)
    await street.sees("0/100", f"[data-summoned='{HOUSING}']")


async def test_a_whistle_that_is_refused_says_why_and_one_touched_twice_is_one(street_phones: Phones) -> None:
    phones, county = street_phones, street_phones.county
    case_id = await led_by_the_street(county)
    street = await at_the_page(phones, "li", Role.HANDLER, place=f"#case/{case_id}", unit=STREET)
    late = county.house.clock.now()
    await sound(street, due_at=wall(late, hours=-1))
    await street.sees("须晚于当前时间", "[data-step=whistle] .wrong")
    assert await street.count("[name=due_at][aria-invalid=true]") == 1
    assert await written(street, "whistle", "place") == "杨柳社区北口"
    assert await whistles(phones, case_id) == []
    await street.run("localStorage.setItem('huiyin-language', 'en')")
    await street.reload()
    await street.find("[data-step=whistle][open]")
    assert await street.count("[data-step=whistle] [name=units]:checked") == 2
    await send(street, "whistle")
    await street.sees("must lie in the future", "[data-step=whistle] .wrong")
    await fill(street, "whistle", due_at=wall(late, hours=3))
    await street.run("""
        const button = document.querySelector("[data-step=whistle] [data-send]");
        for (let times = 0; times < 3; times += 1) { button.click(); button.form.requestSubmit(); }
    """)
    await street.find("#summons article")
    assert len(await whistles(phones, case_id)) == 1
    # Somebody else summoned one of them meanwhile: all that was written stays.
    await fill(street, "whistle", units="E-POWER", kind="enforcement", place="北口", what="现场断电")
    await does(county, STREET, case_id, "whistles", WHISTLE | {"units": ["E-POWER"]})
    await send(street, "whistle")
    await street.sees("changed since", "[data-step=whistle] .alert")
    assert await written(street, "whistle", "what") == "现场断电"
    await send(street, "whistle")
    await street.sees("E-POWER has this case in hand already", "[data-step=whistle] .alert")


async def test_only_who_whistled_has_its_steps(street_phones: Phones) -> None:
    phones, county = street_phones, street_phones.county
    case_id = await led_by_the_street(county)
    await does(county, STREET, case_id, "whistles", WHISTLE)
    await calls(county, LAMPS, "arrival", case_id, {"area_code": "511703002001"})
    sorting = await at_the_page(phones, "wang", Role.DISPATCHER, place=f"#case/{case_id}")
    await sorting.find(f"[data-summoned='{LAMPS}'][data-status=arrived]")
    assert await sorting.count("[data-step^=consult], [data-step^=whistle], [data-step^=score]") == 0
    village = "V-511703002001"
    given = await county.register(category_code=None, area_code="511703002001")
    body = {"lead_unit": village, "category_code": "0501", "reason": "社区办理"}
    await county.dispatcher.do(f"/dispatch/v1/cases/{given}/assignment", body)
    await does(county, village, given, "signature")
    window = await at_the_page(phones, "zhou", Role.HANDLER, place=f"#case/{given}", unit=village)
    await window.find("[data-step=hand_in]")
    assert await window.count("[data-step=whistle]") == 0
    # The case goes to another: the street goes on with its whistle, and with nothing else.
    other = {"lead_unit": HOUSING, "category_code": "0501", "reason": "移交住建"}
    await does(county, STREET, case_id, f"calls/{HOUSING}/cancellation", {"reason": "由其主办，无需召集"})
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/reassignment", other)
    await county.house.settle()
    street = await at_the_page(phones, "li", Role.HANDLER, place=f"#case/{case_id}", unit=STREET)
    await street.find("[data-step^=consult]")
    await street.sees("本件已由其他单位办理")
    assert await street.count("#case, [data-step=report], [data-step=whistle]") == 0
