"""Pictures of a visit that waits for a decision leave the phone with it, and outlive the phone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.county import County
from tests.journeys.phone_page import unsent
from tests.journeys.phones import PICTURE, Phones, phones_of

_CLOCK_WENT_WRONG = """
    const {all, put} = await import("/intake/visits/store.js");
    const [item] = await all("items");
    await put("items", {...item, made_at: new Date(Date.parse(item.begun_at) - 3600000).toISOString()});
"""


@pytest.fixture
async def phones(county: County, tmp_path: Path) -> AsyncIterator[Phones]:
    """A phone, and a house that it reaches while nothing is cut."""
    async with phones_of(county, tmp_path / "profile") as phones:
        yield phones


async def test_a_picture_of_a_held_visit_is_there_after_the_phone_was_wiped(phones: Phones, tmp_path: Path) -> None:
    await phones.appoint("S-1")
    home = await phones.household("S-1", 1)
    picture = tmp_path / "门前.png"
    picture.write_bytes(PICTURE)
    window = await phones.signed_in("S-1")
    phones.cut()
    await window.click(f"[data-household='{home}']")
    await window.click("[data-outcome=reached]")
    await window.attach("#photo", picture)
    await window.find(".photo")
    await window.click("#record")
    await unsent(window, 1)
    await window.run(_CLOCK_WENT_WRONG)
    phones.mend()
    await window.click("#send")
    await unsent(window, 0)
    await window.sees("待处理 1", "#status")
    assert (await window.kept())["photos"] == []
    supervisor = phones.county.supervisor
    (item,) = (await supervisor.ask("/intake/v1/devices/items"))["items"]
    device = f"/intake/v1/devices/{item['device_id']}"
    await supervisor.do(f"{device}/loss", {"reason": "手机昨晚遗失在村口"})
    await window.click("#send")
    await window.sees("本机数据已清除")
    decision = {"decision": "apply", "reason": "已向走访人核实"}
    await supervisor.do(f"{device}/items/{item['seq']}/decision", decision)
    (visit,) = await phones.visits()
    photos = (await supervisor.ask(f"/intake/v1/visits/{visit['visit_id']}/photos"))["photos"]
    assert [(one["state"], one["media_type"]) for one in photos] == [("kept", "image/jpeg")]
