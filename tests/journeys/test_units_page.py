"""The units' page in a real browser: sign, report, hand in with a photo; and what goes wrong loses nothing."""

from pathlib import Path
from typing import Any

from libs.common.security.principal import Role
from tests.journeys.county import RESULT, TOWN_UNIT, VILLAGE_UNIT
from tests.journeys.phones import PICTURE, Phones, sign_in
from tests.journeys.units_page import UNITS, at_the_page, fill, paste, send, written
from tests.support.browser import Window
from tests.support.eventually import eventually

WHY = "镇里已当面配合"


async def of_the_village(phones: Phones, place: str = "", subject: str = "li") -> Window:
    return await at_the_page(phones, subject, Role.HANDLER, place=place, unit=VILLAGE_UNIT)


async def steps(phones: Phones, case_id: str) -> list[str]:
    """What was done with the case, oldest first."""
    county = phones.county
    return [one["action"] async for one in county.dispatcher.listed(f"/dispatch/v1/cases/{case_id}/transitions")]


async def files(phones: Phones, case_id: str) -> list[Any]:
    return list((await phones.county.operator.ask(f"/intake/v1/cases/{case_id}/attachments"))["items"])


async def test_a_unit_signs_reports_and_hands_in_with_a_photo(phones: Phones, tmp_path: Path) -> None:
    await phones.appoint("S-1")
    case_id = await phones.county.register()
    window = await phones.open(UNITS)
    await sign_in(window, "S-1")
    await window.sees("东坡村", "#who")
    await window.click(f"[data-case='{case_id}'] a")
    await window.find("#case[data-status=assigned]")
    await window.sees("S-1", "[data-step=sign]")
    await fill(window, "sign", responsible="S-1")
    await send(window, "sign")
    await window.find("#case[data-status=signed]")
    await window.sees("已完成：签收", "#notice")
    await window.sees("干部1", ".facts")
    await fill(window, "report", note="已联系物业，明日更换")
    await send(window, "report")
    await window.sees("已联系物业，明日更换", "#history")
    picture = tmp_path / "电梯.png"
    picture.write_bytes(PICTURE)
    await fill(window, "hand_in", result_kind="substantive", result=RESULT["result"], without_support=WHY)
    await window.attach("[data-step=hand_in] [name=photo]", picture)
    await window.find("[data-photo=waits]")
    await send(window, "hand_in")
    await window.find("#case[data-status=handled]")
    await phones.county.house.settle()
    assert (await phones.county.work(case_id))["result"] == RESULT["result"]
    assert [(one["media_type"], one["name"]) for one in await files(phones, case_id)] == [
        ("image/jpeg", "办理照片.jpg")
    ]
    await window.sees("没有需要您办理的步骤", "#steps")
    await window.click("#places a[href='#list']")
    await window.sees("没有", "#work")


async def test_a_support_unit_does_its_part_and_is_on_its_own_list(phones: Phones) -> None:
    case_id = await phones.county.register()
    window = await at_the_page(phones, "zhang", Role.HANDLER, place="#list/support", unit=TOWN_UNIT)
    await window.click(f"[data-case='{case_id}'] a")
    await send(window, "support_sign")
    await fill(window, "support_done", result="已当面配合办理完毕")
    assert await window.count("[data-step=sign], [data-step=hand_in]") == 0
    await send(window, "support_done")
    await window.find(f"[data-part='{TOWN_UNIT}'][data-status=done]")
    assert (await phones.county.work(case_id))["open_support"] == []


async def test_a_line_that_goes_dead_at_the_moment_of_sending_counts_once(phones: Phones, tmp_path: Path) -> None:
    case_id = await phones.county.register()
    await phones.county.lead_does(case_id, "signature")
    window = await of_the_village(phones, f"#case/{case_id}")
    picture = tmp_path / "现场.png"
    picture.write_bytes(PICTURE)
    await fill(window, "report", note="现场已勘查")
    await window.attach("[data-step=report] [name=photo]", picture)
    await window.find("[data-photo=waits]")
    phones.cut()
    await send(window, "report")
    await window.sees("网络不通", "[data-step=report]")
    assert await written(window, "report", "note") == "现场已勘查"
    assert await window.count("[data-photo=waits]") == 1
    # The request arrives, and nothing of its answer.
    phones.mend()
    phones.line.cut_after(0)
    await send(window, "report")
    await eventually(lambda: files(phones, case_id), what="the photo")
    await window.sees("网络不通", "[data-step=report]")
    phones.line.heal()
    await send(window, "report")
    await window.sees("已完成：报告进展", "#notice")
    assert (await steps(phones, case_id)).count("report") == 1
    assert len(await files(phones, case_id)) == 1


async def test_an_answer_that_was_lost_is_had_by_sending_again_also_after_a_reload(phones: Phones) -> None:
    case_id = await phones.county.register()
    window = await of_the_village(phones, f"#case/{case_id}")
    await fill(window, "sign", note="已安排上门")
    phones.line.cut_after(0)
    await send(window, "sign")

    async def is_signed() -> bool:
        return bool((await phones.county.work(case_id))["status"] == "signed")

    await eventually(is_signed, what="the signature")
    await window.sees("网络不通")
    phones.line.heal()
    await window.reload()
    await window.sees("已安排上门", "#left")
    await window.click("#left button")
    await window.sees("已完成", "#notice")
    assert await window.count("#left") == 0
    assert (await steps(phones, case_id)).count("sign") == 1


async def test_a_double_touch_is_one_step(phones: Phones) -> None:
    case_id = await phones.county.register()
    await phones.county.lead_does(case_id, "signature")
    window = await of_the_village(phones, f"#case/{case_id}")
    await fill(window, "report", note="已通知物业")
    await window.run("""
        const button = document.querySelector("[data-step=report] [data-send]");
        for (let times = 0; times < 3; times += 1) { button.click(); button.form.requestSubmit(); }
    """)
    await window.sees("已完成：报告进展", "#notice")
    assert (await steps(phones, case_id)).count("report") == 1


async def test_of_two_windows_the_second_is_told_and_keeps_what_it_wrote(phones: Phones) -> None:
    case_id = await phones.county.register()
    await phones.county.lead_does(case_id, "signature")
    first = await of_the_village(phones, f"#case/{case_id}")
    second = await of_the_village(phones, f"#case/{case_id}", "wang")
    await fill(second, "report", note="第二个窗口写的进展")
    await fill(first, "report", note="第一个窗口写的进展")
    await send(first, "report")
    await first.sees("已完成", "#notice")
    await send(second, "report")
    await second.sees("已被他人更新", "[data-step=report]")
    await second.sees("第一个窗口写的进展", "#history")
    assert await written(second, "report", "note") == "第二个窗口写的进展"
    await send(second, "report")
    await second.sees("已完成", "#notice")
    assert (await steps(phones, case_id)).count("report") == 2
    # And a step that is not to be had any more keeps its words to be read.
    await fill(second, "hand_in", result_kind="substantive", result=RESULT["result"], without_support=WHY)
    await phones.county.lead_does(case_id, "result", RESULT)
    await send(second, "hand_in")
    await second.find("#case[data-status=handled]")
    await second.sees(RESULT["result"], "#left")
    # That somebody is owed aid can be found as long as the case is not over.
    assert await second.count("[data-step]") == await second.count("[data-step=aid_find]") == 1


async def test_a_step_that_is_refused_says_why_and_at_which_field(phones: Phones) -> None:
    case_id = await phones.county.register()
    await phones.county.lead_does(case_id, "signature")
    window = await of_the_village(phones, f"#case/{case_id}")
    await fill(window, "hand_in", result_kind="substantive", result="修好了", without_support=WHY)
    await window.sees(TOWN_UNIT, "[data-step=hand_in] .hint")
    await send(window, "hand_in")
    await window.sees("按县包规定须为", "[data-step=hand_in] .wrong")
    assert await window.run("return document.activeElement.name") == "result"
    assert await window.count("[name=result][aria-invalid=true]") == 1
    assert (await steps(phones, case_id))[-1] == "sign"


async def test_who_is_signed_out_meanwhile_signs_in_again_and_goes_on(phones: Phones) -> None:
    case_id = await phones.county.register()
    await phones.county.lead_does(case_id, "signature")
    window = await of_the_village(phones, f"#case/{case_id}")
    await fill(window, "report", note="写到一半的进展")
    await window.run("sessionStorage.setItem('huiyin-units', JSON.stringify({access_token: 'gone'}))")
    await send(window, "report")
    await window.sees("登录已失效")
    assert await window.count("#places a") == 0
    await paste(phones, window, "li", Role.HANDLER, unit=VILLAGE_UNIT)
    await window.find("[data-step=report]")
    assert await written(window, "report", "note") == "写到一半的进展"
    await send(window, "report")
    await window.sees("已完成", "#notice")
    await fill(window, "report", note="别人不该看到的话")
    await window.run("sessionStorage.setItem('huiyin-units', JSON.stringify({access_token: 'gone'}))")
    await window.reload()
    await paste(phones, window, "wang", Role.HANDLER, unit=VILLAGE_UNIT)
    await window.find("[data-step=report]")
    assert await written(window, "report", "note") == ""


async def test_who_has_no_right_is_shown_no_button(phones: Phones) -> None:
    case_id = await phones.county.register()
    caller = await at_the_page(phones, "caller-1", Role.CALLER)
    await caller.sees("没有", "#main")
    assert await caller.run("return [...document.querySelectorAll('#places a')].map((one) => one.hash)") == ["#more"]
    auditor = await at_the_page(phones, "auditor-1", Role.AUDITOR, place=f"#case/{case_id}")
    await auditor.sees("没有需要您办理的步骤", "#steps")
    assert await auditor.count("[data-step], [name=photo]") == 0
    other = await at_the_page(phones, "zhao", Role.HANDLER, place=f"#case/{case_id}", unit="D-HOUSING")
    await other.sees("不存在或无权查看")
    nobody = await phones.open(UNITS)
    await nobody.run("document.querySelector('#sign-in details').open = true")
    await nobody.type("input[name=token]", "not-a-token")
    await nobody.click("#enter-token")
    await nobody.sees("登录已失效", ".alert")
