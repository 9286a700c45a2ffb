"""The phone's page in a real browser, with the network cut: nothing is lost, nothing is applied twice, all is said."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from libs.common.security.principal import Role
from tests.journeys.county import VILLAGE, County
from tests.journeys.phones import ANOTHER_PICTURE, PAGE, PICTURE, Phones, phones_of, sign_in
from tests.support.browser import PHONE, Window
from tests.support.eventually import eventually

LARGE_ENOUGH = 44
_SMALL = """
    return [...document.querySelectorAll("button, a, summary, select, textarea, label.tick, input")]
      .filter((one) => one.offsetParent && !one.closest("label.tick, .skip") || one.matches("label.tick"))
      .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
      .filter(([, box]) => box.height < arguments[0] || box.width < arguments[0])
      .map(([what, box]) => `${what} ${box.width} x ${box.height}`);
"""
_WIDTHS = "return [document.documentElement.scrollWidth, innerWidth]"
_GROUND = "return getComputedStyle(document.body).backgroundColor"
_IS_READY = "return navigator.serviceWorker.ready.then(() => caches.keys()).then((names) => names.length)"
DARK, LIGHT = "rgb(16, 25, 29)", "rgb(245, 248, 248)"


@pytest.fixture
async def phones(county: County, tmp_path: Path) -> AsyncIterator[Phones]:
    """A phone, and a house that it reaches while nothing is cut."""
    async with phones_of(county, tmp_path / "profile") as phones:
        yield phones


async def record(window: Window, household_id: str, outcome: str = "reached") -> None:
    """A visit, written down and recorded."""
    await window.click(f"[data-household='{household_id}']")
    await window.click(f"[data-outcome={outcome}]")
    await window.click("#record")
    await window.sees("已记录", f"[data-household='{household_id}']")


async def unsent(window: Window, count: int) -> None:
    """Wait until the page says that so many are not sent."""

    async def told() -> bool:
        seen = await window.run("return document.querySelector('#counts')?.dataset.unsent")
        busy = await window.run("return document.querySelector('#counts')?.dataset.busy")
        assert (seen, busy) == (str(count), "false"), await window.text("#status")
        return True

    await eventually(told, what=f"{count} not sent")


async def test_three_visits_without_a_network_are_on_record_once(phones: Phones) -> None:
    await phones.appoint("S-1")
    homes = [await phones.household("S-1", number) for number in (1, 2, 3)]
    window = await phones.signed_in("S-1")
    assert await window.run(_IS_READY) == 1
    phones.cut()
    await window.reload()
    await window.sees("三组3号 · 欧阳3")
    await window.click(f"[data-household='{homes[0]}']")
    await window.click("[data-outcome=reached]")
    await window.run("""
        const begun = document.querySelector("[name=begun]");
        begun.value = "2026-03-03T08:30";
        begun.dispatchEvent(new Event("change"));
    """)
    await window.click("[data-material=safety_leaflet] button:last-child")
    await window.click("[data-material=safety_leaflet] button:last-child")
    await window.click("#add-matter")
    await window.type("textarea[name=text]", "村口路灯坏了三天，晚上老人出门很不安全。")
    await window.click("#record")
    await window.sees("未发送 1", "#status")
    await window.sees("没有网络", "#trouble")
    for home in homes[1:]:
        await record(window, home)
    await window.reload()
    await unsent(window, 3)
    assert await phones.visits() == []
    phones.mend()
    await window.click("#send")
    await unsent(window, 0)
    await window.click("#places a[href='#sent']")
    await window.sees("已入账", "[data-seq='3']")
    assert await window.count("[data-state=applied]") == 3
    await phones.county.house.settle()
    visits = await phones.visits()
    assert sorted(visit["household_id"] for visit in visits) == sorted(homes)
    (first,) = [visit for visit in visits if visit["household_id"] == homes[0]]
    assert first["started_at"] == "2026-03-03T00:30:00Z"
    kept = await window.kept()
    assert {item["item_id"] for item in kept["items"]} == {visit["visit_id"] for visit in visits}
    assert [item["body"] for item in kept["items"]] == [None] * 3
    (case,) = [one async for one in phones.county.operator.listed("/intake/v1/cases")]
    assert case["channel"] == "visit"


async def test_a_visit_whose_answer_was_lost_is_sent_again_and_stands_once(phones: Phones) -> None:
    await phones.appoint("S-1")
    home, other = [await phones.household("S-1", number) for number in (1, 2)]
    window = await phones.signed_in("S-1")
    phones.cut()
    await record(window, home)
    await unsent(window, 1)
    phones.mend()
    # The request arrives, and nothing of its answer: the line is cut after the first byte from the server.
    phones.line.cut_after(0)
    await window.click("#send")
    await eventually(phones.visits)
    await unsent(window, 1)
    phones.mend()
    await window.click("#send")
    await unsent(window, 0)
    assert len(await phones.visits()) == 1
    # A phone that was set back counts from the beginning again: what it records then has a number of its own.
    await window.run("""
        const {within} = await import("/intake/visits/store.js");
        await within(["items", "kept"], (of) => { of("items").clear(); of("kept").put(1, "next_seq"); });
    """)
    await record(window, other)
    await unsent(window, 0)
    assert sorted([visit["household_id"] for visit in await phones.visits()]) == sorted([home, other])
    assert [item["seq"] for item in (await window.kept())["items"]] == [2]


async def test_a_draft_outlives_its_window_and_two_windows_record_it_once(phones: Phones) -> None:
    await phones.appoint("S-1")
    home = await phones.household("S-1", 1)
    first = await phones.signed_in("S-1")
    await first.click(f"[data-household='{home}']")
    await first.click("[data-outcome=reached]")
    await first.type("[name=guide]", "三组组长")
    item = await first.run("return document.querySelector('#visit').dataset.item")
    second = await phones.open(f"{PAGE}#visit/{home}")
    await second.sees("另一个窗口")
    await first.close()
    await second.reload()
    await second.find("#record")
    assert await second.run("return document.querySelector('#visit').dataset.item") == item
    assert await second.run("return document.querySelector('[name=guide]').value") == "三组组长"
    script = """
        const {record} = await import("/intake/visits/items.js");
        const {all} = await import("/intake/visits/store.js");
        const [draft] = await all("drafts");
        return Promise.all([record(draft, {a: 1}), record(draft, {a: 2})]);
    """
    phones.cut()
    assert sorted(await second.run(script)) == [False, True]
    assert [one["item_id"] for one in (await second.kept())["items"]] == [item]


async def test_what_is_held_and_what_is_refused_says_why_and_who_decides(phones: Phones) -> None:
    await phones.appoint("S-1")
    homes = [await phones.household("S-1", number) for number in (1, 2)]
    window = await phones.signed_in("S-1")
    phones.cut()
    await record(window, homes[0])
    await record(window, homes[1])
    await unsent(window, 2)
    lose_the_first = """
        const {within} = await import("/intake/visits/store.js");
        await within(["items"], (of) => { of("items").delete(1); });
    """
    await window.run(lose_the_first)
    phones.mend()
    await window.click("#send")
    await unsent(window, 0)
    await window.sees("待处理 1", "#status")
    await window.click("#places a[href='#sent']")
    await window.sees("最迟至", "[data-state=held]")
    assert await phones.visits() == []


async def test_a_lost_phone_is_wiped_at_its_next_contact(phones: Phones) -> None:
    await phones.appoint("S-1")
    await phones.household("S-1", 1)
    window = await phones.signed_in("S-1")
    await window.sees("三组1号")
    (device,) = (await phones.county.supervisor.ask("/intake/v1/devices"))["items"]
    path = f"/intake/v1/devices/{device['device_id']}/loss"
    await phones.county.supervisor.do(path, {"reason": "手机昨晚遗失在村口"})
    await window.click("#send")
    await window.sees("本机数据已清除")
    assert {name: rows for name, rows in (await window.kept()).items() if rows} == {}
    assert "三组" not in await window.text()


async def test_another_person_neither_sees_nor_sends_what_is_left(phones: Phones) -> None:
    for staff_id in ("S-1", "S-2"):
        await phones.appoint(staff_id)
    home = await phones.household("S-1", 1)
    await phones.household("S-2", 2)
    window = await phones.signed_in("S-1")
    phones.cut()
    await record(window, home)
    await unsent(window, 1)
    await window.click("#places a[href='#more']")
    await window.click("#sign-out")
    await window.find("#enter")
    phones.mend()
    await sign_in(window, "S-2")
    await window.sees("S-1 未发送的走访 1 项")
    assert "三组" not in await window.text()
    assert await phones.visits() == []
    await sign_in(window, "S-1")
    await unsent(window, 0)
    assert len(await phones.visits()) == 1
    await window.click("#places a[href='#more']")
    await window.click("#sign-out")
    await window.sees("本机数据已清除")
    await sign_in(window, "S-2")
    await window.sees("三组2号")
    assert "三组1号" not in await window.text()
    assert [one["head"] for one in (await window.kept())["households"]] == ["欧阳2"]


async def test_who_was_signed_out_meanwhile_signs_in_again_and_loses_nothing(phones: Phones) -> None:
    await phones.appoint("S-1")
    home = await phones.household("S-1", 1)
    window = await phones.signed_in("S-1")
    phones.cut()
    await record(window, home)
    phones.mend()
    root = phones.county.admin
    await root.do("/dispatch/v1/accounts/S-1/sessions/end")
    await window.run("""
        const {keep, kept} = await import("/intake/visits/store.js");
        await keep({session: {...await kept("session"), access_token: null}});
    """)
    await window.click("#send")
    await window.sees("登录已失效")
    await window.sees("未发送 1", "#status")
    await sign_in(window, "S-1")
    await unsent(window, 0)
    assert len(await phones.visits()) == 1


async def test_a_picture_goes_to_its_case_and_what_is_refused_is_decided_by_somebody_else(
    phones: Phones, tmp_path: Path
) -> None:
    await phones.appoint("S-1")
    homes = [await phones.household("S-1", number) for number in (1, 2)]
    picture = tmp_path / "路灯.png"
    picture.write_bytes(PICTURE)
    window = await phones.signed_in("S-1")
    phones.cut()
    await window.click(f"[data-household='{homes[0]}']")
    await window.click("[data-outcome=reached]")
    await window.click("#add-matter")
    await window.type("textarea[name=text]", "村口路灯坏了三天，晚上老人出门很不安全。")
    await window.attach("#photo", picture)
    await window.click(".photo select option[value='0']")
    door = tmp_path / "门前.png"
    door.write_bytes(ANOTHER_PICTURE)
    await window.attach("#photo", door)
    await window.sees("本次走访", ".photo:nth-of-type(2)")
    await window.click("#record")
    await window.click(f"[data-household='{homes[1]}']")
    await window.click("[data-outcome=nobody_home]")
    await window.type("[name=companions]", "S-99")
    await window.click("#record")
    await unsent(window, 2)
    phones.mend()
    await window.click("#send")
    await unsent(window, 0)
    (case,) = [one async for one in phones.county.operator.listed("/intake/v1/cases")]
    (visit,) = await phones.visits()
    files = await phones.county.operator.ask(f"/intake/v1/cases/{case['case_id']}/attachments")
    photos = (await phones.county.supervisor.ask(f"/intake/v1/visits/{visit['visit_id']}/photos"))["photos"]
    of_case = [one["sha256"] for one in photos if one["state"] == "with_case"]
    assert [(one["media_type"], [one["digest"]]) for one in files["items"]] == [("image/jpeg", of_case)]
    assert sorted(one["state"] for one in photos) == ["kept", "with_case"]
    assert (await window.kept())["photos"] == []
    await window.click("#places a[href='#sent']")
    await window.sees("staff_ids/1", "[data-state=refused]")
    await window.sees("走访督导员决定", "[data-state=refused]")
    path = await _path_of_a_refused_one(phones)
    own = phones.county.person("somebody", Role.SUPERVISOR, staff_id="S-1")
    reason = {"decision": "drop", "reason": "同行人员不在册，重新填报"}
    assert (await own.post(path, reason)).status_code == 403
    await phones.county.supervisor.do(path, reason)
    await window.click("#send")
    await window.sees("经审核不入账", "[data-seq='2']")


async def _path_of_a_refused_one(phones: Phones) -> str:
    (item,) = (await phones.county.supervisor.ask("/intake/v1/devices/items", outcome="refused"))["items"]
    return f"/intake/v1/devices/{item['device_id']}/items/{item['seq']}/decision"


async def test_tonights_list_is_walked_as_it_was_planned_before_all_others(phones: Phones) -> None:
    county, today = phones.county, phones.county.house.clock.now().date()
    await phones.appoint("L-1", "town_leader", "T-999001101")
    for one in ("D-1", "D-2"):
        await phones.appoint(one, "duty_cadre", "T-999001101")
    for one in ("S-1", "S-2"):
        await phones.appoint(one)
    for number, contact in ((3, "S-2"), (1, "S-2"), (2, "S-1")):
        await phones.household(contact, number)
    later = await phones.household("S-1", 4)
    span = {"begins_on": today.isoformat(), "ends_on": (today + timedelta(days=20)).isoformat()}
    terms = {"name": "第一轮", "area_code": VILLAGE, "classes": ["resident"], **span}
    seats = (("L-1", "leader"), ("D-1", "duty"), ("D-2", "duty"), ("S-1", "village"))
    members = [{"staff_id": one, "part": part} for one, part in seats]
    team = {"rule": "night", "area_code": VILLAGE, "on": today.isoformat(), "members": members}
    await county.operator.do("/intake/v1/households/" + later + "/change", {"household_class": "shop"})
    opened = await county.operator.do("/intake/v1/rounds", terms)
    await county.operator.do("/intake/v1/teams", team)
    await county.house.settle()
    await county.operator.do("/intake/v1/plans", {"round_id": opened["round_id"], "days": [today.isoformat()]})
    window = await phones.signed_in("S-1")
    heads = "return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText)"
    assert await window.run(heads, "#planned strong") == [f"三组{number}号 · 欧阳{number}" for number in (1, 2, 3)]
    assert await window.run(heads, "#own strong") == ["三组4号 · 欧阳4"]


async def test_the_figure_is_the_offices_and_what_is_not_sent_stands_beside_it(phones: Phones) -> None:
    await phones.appoint("S-1")
    homes = [await phones.household("S-1", number) for number in (1, 2)]
    window = await phones.signed_in("S-1")
    await record(window, homes[0])
    await unsent(window, 0)
    await phones.county.house.settle()
    await window.click("#send")
    await window.click("#places a[href='#mine']")
    await window.sees("走访次数 Visits\n1\n", ".figure")
    phones.cut()
    await window.click("#places a[href='#list']")
    await record(window, homes[1])
    await unsent(window, 1)
    await window.click("#places a[href='#mine']")
    await window.sees("未发送 1", "#beside")
    official = await phones.county.person("S-1", Role.VISITOR, staff_id="S-1").ask("/analytics/v1/visits/mine")
    assert [await window.text(f"[data-month='{month['month']}'] dd") for month in official["months"]] == ["1", "0"]


async def test_what_was_kept_too_long_goes_by_itself_but_for_what_is_not_sent(phones: Phones) -> None:
    await phones.appoint("S-1")
    homes = [await phones.household("S-1", number) for number in (1, 2)]
    window = await phones.signed_in("S-1")
    phones.cut()
    await record(window, homes[0])
    await unsent(window, 1)
    await window.run("""
        const {keep, kept} = await import("/intake/visits/store.js");
        await keep({offset: await kept("offset") + (await kept("keep_days") + 1) * 86400000});
    """)
    await window.reload()
    await window.find("#own")
    kept = await window.kept()
    assert [one["household_id"] for one in kept["households"]] == homes[:1]
    assert [one["household_id"] for one in kept["items"]] == homes[:1]


async def test_it_fits_a_small_phone_and_a_large_thumb_and_is_dark_at_night(phones: Phones) -> None:
    await phones.appoint("S-1")
    home = await phones.household("S-1", 1)
    window = await phones.open()
    await window.find("#enter")
    await _fits(window)
    await sign_in(window, "S-1")
    await window.sees("三组1号")
    for place in ("#sent", "#mine", "#more", "#list"):
        await window.click(f"#places a[href='{place}']")
        await window.find(f"#places a[href='{place}'][aria-current=page]")
        await _fits(window)
    await window.click(f"[data-household='{home}']")
    await window.click("[data-outcome=reached]")
    await window.click("#add-matter")
    await window.find("textarea[name=text]")
    await _fits(window)
    for scheme, ground in (("dark", DARK), ("light", LIGHT)):
        await window.prefers(scheme)
        assert await window.run(_GROUND) == ground
    await window.click("#places a[href='#more']")
    for chosen, ground in (("dark", DARK), ("light", LIGHT), ("auto", LIGHT), ("dark", DARK)):
        await window.click(f"#theme option[value={chosen}]")
        assert await window.run(_GROUND) == ground
    await window.reload()
    await window.find("#places")
    assert await window.run(_GROUND) == DARK


async def _fits(window: Window) -> None:
    width, shown = await window.run(_WIDTHS)
    assert (width, shown) == (PHONE[0], PHONE[0]), await window.text()
    assert await window.run(_SMALL, LARGE_ENOUGH) == []
