"""What the phone's page shows: a plan, the office's figure, what is kept how long; and that it fits any phone."""

from datetime import timedelta

from libs.common.security.principal import Role
from tests.journeys.county import VILLAGE
from tests.journeys.phone_page import record, unsent
from tests.journeys.phones import Phones, sign_in
from tests.support.browser import PHONE, Window

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
DARK, LIGHT = "rgb(16, 25, 29)", "rgb(245, 248, 248)"


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
