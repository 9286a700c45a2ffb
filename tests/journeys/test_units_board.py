"""The board of whistles in a real browser: who is called, on the way, there, late; and what a summoned unit does."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from libs.common.security.principal import Role
from tests.journeys.phones import Phones
from tests.journeys.test_levels import does
from tests.journeys.test_whistles import HERE, HOUSING, LAMPS, POWER, STREET, WHISTLE, calls, led_by_the_street
from tests.journeys.units_page import at_the_page, fill, looks_well, send
from tests.support.browser import DESK, PHONE, Window, open_browser

BACK = {"reason_code": "wrong_area", "note": "不属本街道管辖"}
LETTER = {"kind": "request", "to_unit": LAMPS, "subject": "商请修复路灯", "body": "社区北口路灯不亮，请贵单位修复。"}
BOARD = "#whistles/board"
SCHEMES = ("light", "dark")
LANGUAGES = ("zh", "en")


async def column(window: Window, status: str) -> list[tuple[str, str]]:
    """The units that stand in a column, and whether each is late."""
    script = "return [...document.querySelectorAll(arguments[0])].map((one) => [one.dataset.unit, one.dataset.late])"
    return [(unit, late) for unit, late in await window.run(script, f"#{status} li")]


async def test_the_board_shows_who_is_called_on_the_way_there_and_late(street_phones: Phones) -> None:
    county = street_phones.county
    case_id = await led_by_the_street(county)
    await does(county, STREET, case_id, "whistles", WHISTLE)
    board = await at_the_page(street_phones, "li", Role.HANDLER, place=BOARD, unit=STREET)
    await board.find("#called[data-state=shown] li")
    assert sorted(await column(board, "called")) == sorted((unit, "false") for unit in (LAMPS, POWER, HOUSING))
    lamps = await at_the_page(street_phones, "lamps", Role.HANDLER, place="#whistles/calls", unit=LAMPS)
    await lamps.click("#called li a")
    await send(lamps, "call_acknowledge")
    await lamps.find("#call[data-status=on_the_way]")
    await fill(lamps, "call_arrive", place="社区北口")
    await send(lamps, "call_arrive")
    await lamps.find("#call[data-status=arrived]")
    await calls(county, POWER, "acknowledgement", case_id)
    await county.advance(minutes=31)
    await board.click(".tools button")
    await board.find("#arrived[data-state=shown] li")
    await board.find("#called[data-state=shown] li")
    assert await column(board, "called") == [(HOUSING, "true")]
    assert await column(board, "on_the_way") == [(POWER, "true")]
    assert await column(board, "arrived") == [(LAMPS, "false")]
    await board.sees("逾期未到", "#called")
    await fill(lamps, "call_done", result="已更换电缆，路灯恢复")
    await send(lamps, "call_done")
    await lamps.find("#call[data-status=done]")
    await lamps.sees("没有需要您办理的步骤", "#steps")
    await county.house.settle()
    await board.click(f"#called li[data-unit='{HOUSING}'] a")
    await board.find(f"[data-step='call_cancel/{HOUSING}']")
    assert await board.count("[data-step=hand_in]") == 0
    await board.sees("尚未办结", "[data-closed=hand_in]")
    await fill(board, f"call_cancel/{HOUSING}", reason="故障已排除，无需到场")
    await send(board, f"call_cancel/{HOUSING}")
    await board.sees("已完成", "#notice")
    assert await board.count(f"[data-step='call_cancel/{HOUSING}']") == 0


async def test_a_summoned_unit_sees_its_own_task_alone(street_phones: Phones) -> None:
    county = street_phones.county
    case_id = await led_by_the_street(county)
    await does(county, STREET, case_id, "whistles", WHISTLE)
    power = await at_the_page(street_phones, "power", Role.HANDLER, place=f"#call/{case_id}", unit=POWER)
    await power.sees("查明断电原因并抢修", "#call")
    assert await power.count("#parts, #history, #files, [name=photo]") == 0
    await power.run("location.hash = arguments[0]", f"#case/{case_id}")
    await power.sees("不存在或无权查看")
    other = await at_the_page(street_phones, "other", Role.HANDLER, place=f"#call/{case_id}", unit="D-WATER")
    await other.sees("不存在或无权查看")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_every_page_fits_in_both_languages_dark_and_light_and_on_paper(
    street_phones: Phones, tmp_path: Path, size: tuple[int, int]
) -> None:
    county = street_phones.county
    case_id = await led_by_the_street(county)
    await does(county, STREET, case_id, "whistles", WHISTLE)
    await does(county, STREET, case_id, "progress", {"note": "已到现场查看，三盏路灯不亮，电缆被挖断"})
    await calls(county, LAMPS, "arrival", case_id, HERE)
    await calls(county, POWER, "acknowledgement", case_id)
    await does(county, STREET, await led_by_the_street(county), "return", BACK)
    await county.advance(minutes=31)
    clerk, letters = county.handler(STREET, "clerk"), "/dispatch/v1/letters"
    letter_id = (await clerk.do(letters, LETTER | {"case_id": case_id}))["letter_id"]
    await county.handler(STREET, "head").do(f"{letters}/{letter_id}/sending", None)
    await county.house.settle()
    async with open_browser(tmp_path / "browser", size) as browser:
        at = replace(street_phones, browser=browser)
        lead = await at_the_page(at, "li", Role.HANDLER, unit=STREET, staff_id="S-9")
        pages = {
            "list": (lead, "#list", "#work li"),
            "case": (lead, f"#case/{case_id}", "#history[data-state=shown]"),
            "board": (lead, BOARD, "#arrived[data-state=shown]"),
            "more": (lead, "#more", "#sign-out"),
            "call": (await at_the_page(at, "power", Role.HANDLER, unit=POWER), f"#call/{case_id}", "#call"),
            "letters": (lead, "#letters/sent", "#letters li"),
            "letter": (lead, f"#letter/{letter_id}", "#letter"),
            "decide": (await at_the_page(at, "wang", Role.DISPATCHER), "#decide", "#waiting li"),
        }
        for name, (window, place, sign) in pages.items():
            for language, scheme in product(LANGUAGES, SCHEMES):
                await window.run("localStorage.setItem('huiyin-language', arguments[0])", language)
                await window.prefers(scheme)
                await window.run("location.hash = arguments[0]", place)
                await window.reload()
                await window.find(sign)
                await window.find("#who")
                await looks_well(window, size[0], f"{name} {language} {scheme}")
                (tmp_path / f"{name}-{size[0]}-{language}-{scheme}.png").write_bytes(await window.picture())
        await _prints(lead, case_id, tmp_path)


async def _prints(window: Window, case_id: str, folder: Path) -> None:
    """On paper there is what was written, and nothing to touch."""
    await window.run("location.hash = arguments[0]", f"#case/{case_id}")
    await window.find("#history[data-state=shown]")
    await window.do("/goog/cdp/execute", cmd="Emulation.setEmulatedMedia", params={"media": "print"})
    touched = "return [...document.querySelectorAll('button, form, nav')].filter((one) => one.offsetParent).length"
    assert await window.run(touched) == 0
    await window.sees("三盏路灯不亮", "#history")
    (folder / "paper.png").write_bytes(await window.picture())
