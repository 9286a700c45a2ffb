"""The overview of visits in a real browser: rounds and gaps, silent phones, what waits for a decision, who is late."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import MakeDatabase
from tests.journeys.county import VILLAGE, open_county
from tests.journeys.phones import OVERVIEW, Phones, phones_of, sign_in
from tests.support.browser import PHONE
from tests.support.eventually import eventually
from tests.support.service import real_now

IN_THE_PLACE = ZoneInfo("Asia/Shanghai")
TOWN_UNIT = "T-999001101"
LEADER, DUTY, VILLAGER = "L-1", ("D-1", "D-2"), "S-1"


@pytest.fixture
async def phones(make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[Phones]:
    """A house that goes by the clock of the browser: the page asks which days of teams are over."""
    async with (
        open_county(await make_database("template0"), tmp_path, start=real_now()) as county,
        phones_of(county, tmp_path / "profile") as phones,
    ):
        yield phones
        await county.check()


async def test_who_oversees_visits_sees_how_far_they_are_and_decides_what_waits(phones: Phones) -> None:
    county, today = phones.county, phones.county.house.clock.now().astimezone(IN_THE_PLACE).date()
    await phones.appoint(LEADER, "town_leader", TOWN_UNIT)
    for one in DUTY:
        await phones.appoint(one, "duty_cadre", TOWN_UNIT)
    await phones.appoint(VILLAGER)
    await phones.appoint("O-1", "supervisor", "S-GOV")
    homes = [await phones.household(VILLAGER, number) for number in (1, 2)]
    span = {"begins_on": today.isoformat(), "ends_on": (today + timedelta(days=20)).isoformat()}
    await county.operator.do("/intake/v1/rounds", {"name": "第一轮", "area_code": VILLAGE, **span})
    seats = [(LEADER, "leader"), *((one, "duty") for one in DUTY), (VILLAGER, "village")]
    team = {
        "rule": "night",
        "area_code": VILLAGE,
        "on": (today - timedelta(days=1)).isoformat(),
        "members": [{"staff_id": one, "part": part} for one, part in seats],
        "why": "昨晚临时组队",
    }
    await county.operator.do("/intake/v1/teams", team)
    await county.house.settle()
    phone = await phones.signed_in(VILLAGER)
    for home, along in zip(homes, ("", "S-99"), strict=True):
        await phone.click(f"[data-household='{home}']")
        await phone.click("[data-outcome=reached]")
        await phone.type("[name=companions]", along)
        await phone.click("#record")
        await phone.find("#counts[data-unsent='0'][data-busy=false]")

    async def both_came() -> bool:
        return bool((await county.supervisor.ask("/intake/v1/devices/items", outcome="refused"))["items"])

    # That nothing is unsent was true before the second was recorded, too.
    await eventually(both_came, what="both visits came")
    window = await phones.open(OVERVIEW)
    # Else it would be heard of again as soon as somebody looks at it.
    await phone.close()
    await county.advance(days=4)
    await sign_in(window, "O-1")
    await window.sees("1 / 2", "#whole")
    await window.sees("50.0 %", "#whole")
    await window.find(f"#gaps [data-household='{homes[1]}']")
    await window.sees("4 天未同步", "#devices")
    await window.sees((today - timedelta(days=1)).isoformat(), "#late [data-team]")
    await window.sees("staff_ids/1", "#refused [data-item]")
    words = await window.text()
    assert not [word for word in ("欧阳", "三组", "1381234567") if word in words], words
    width = await window.run("return document.documentElement.scrollWidth")
    assert width == PHONE[0]
    await window.click("#refused [data-decision=drop]")
    await window.sees("reason", "#refused .alert")
    await window.type("#refused [name=why]", "同行人员不在册，重新填报")
    await window.click("#refused [data-decision=drop]")
    await window.sees("已处理", "#refused")
    assert (await county.supervisor.ask("/intake/v1/devices/items"))["items"] == []
