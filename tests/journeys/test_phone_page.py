"""The phone's page in a real browser, with the network cut: nothing is lost, nothing is applied twice, all is said."""

from pathlib import Path

from libs.common.security.principal import Role
from tests.journeys.phone_page import record, unsent
from tests.journeys.phones import ANOTHER_PICTURE, PAGE, PICTURE, Phones, sign_in
from tests.support.eventually import eventually

_IS_READY = "return navigator.serviceWorker.ready.then(() => caches.keys()).then((names) => names.length)"


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
