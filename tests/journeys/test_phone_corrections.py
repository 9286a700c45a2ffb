"""A visit is corrected on the phone's page with the line cut: in its turn, once, and never over what others said."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.county import County
from tests.journeys.phone_page import record, unsent
from tests.journeys.phones import PAGE, Phones, phones_of
from tests.support.browser import Window

WHY = "登记时点错了结果"
VISITS = "/intake/v1/visits"


@pytest.fixture
async def phones(county: County, tmp_path: Path) -> AsyncIterator[Phones]:
    """A phone, and a house that it reaches while nothing is cut."""
    async with phones_of(county, tmp_path / "profile") as phones:
        yield phones


async def begin(window: Window, seq: int) -> None:
    """Open the correction of what was recorded under this number."""
    await window.click("#places a[href='#sent']")
    await window.click(f"[data-seq='{seq}'] a")
    await window.find("#correction")


async def correct(window: Window, seq: int, *clicks: str) -> None:
    """Correct it, and say why."""
    await begin(window, seq)
    for one in clicks:
        await window.click(one)
    await window.type("[name=why]", WHY)
    await window.click("#record")
    await window.find("#items")


async def only_visit(phones: Phones) -> Any:
    """The one visit on record, whole."""
    (visit,) = await phones.visits()
    return await phones.county.supervisor.ask(f"{VISITS}/{visit['visit_id']}")


async def test_a_visit_that_is_not_sent_is_corrected_without_a_network_and_stands_once(phones: Phones) -> None:
    await phones.appoint("S-1")
    home = await phones.household("S-1", 1)
    window = await phones.signed_in("S-1")
    phones.cut()
    await record(window, home)
    leaflets = "[data-material=safety_leaflet] button:last-child"
    await correct(window, 1, leaflets, leaflets)
    await correct(window, 1, "[data-outcome=by_phone]")
    await unsent(window, 3)
    await window.reload()
    await unsent(window, 3)
    phones.mend()
    # The request arrives, and nothing of its answer.
    phones.line.cut_after(0)
    await window.click("#send")
    await unsent(window, 3)
    phones.mend()
    await window.click("#send")
    await unsent(window, 0)
    visit = await only_visit(phones)
    assert (visit["outcome"], visit["materials"], visit["version"]) == ("by_phone", {"safety_leaflet": 2}, 3)
    changes = (await phones.county.supervisor.ask(f"{VISITS}/{visit['visit_id']}/changes"))["items"]
    assert [one["before"] for one in changes] == [{}, {"materials": {}}, {"outcome": "reached"}]
    assert [one["why"] for one in changes[1:]] == [WHY, WHY]
    await window.click("#places a[href='#sent']")
    await window.sees("已入账", "[data-seq='3']")
    assert [item["body"] for item in (await window.kept())["items"]] == [None] * 3


async def test_what_somebody_else_corrected_meanwhile_is_told_by_field_and_decided_by_a_person(phones: Phones) -> None:
    await phones.appoint("S-1")
    home = await phones.household("S-1", 1)
    window = await phones.signed_in("S-1")
    await record(window, home)
    await unsent(window, 0)
    visit = await only_visit(phones)
    phones.cut()
    by_office = {"why": "核对台账", "outcome": "refused"}
    await phones.county.supervisor.do(f"{VISITS}/{visit['visit_id']}/correction", by_office)
    await correct(window, 1, "[data-outcome=by_phone]")
    await unsent(window, 1)
    phones.mend()
    await window.click("#send")
    await unsent(window, 0)
    await window.sees("走访督导员决定", "[data-seq='2']")
    await window.sees("走访结果 outcome：当时 reached，现为 refused，您填 by_phone", "[data-seq='2']")
    assert (await only_visit(phones))["outcome"] == "refused"
    (item,) = (await phones.county.supervisor.ask("/intake/v1/devices/items"))["items"]
    path = f"/intake/v1/devices/{item['device_id']}/items/{item['seq']}/decision"
    await phones.county.supervisor.do(path, {"decision": "drop", "reason": "以台账为准"})
    await window.click("#send")
    await window.sees("经审核不入账", "[data-seq='2']")
    assert (await only_visit(phones))["outcome"] == "refused"


async def test_a_correction_outlives_its_window_and_needs_a_reason_and_a_change(phones: Phones) -> None:
    await phones.appoint("S-1")
    home = await phones.household("S-1", 1)
    window = await phones.signed_in("S-1")
    phones.cut()
    await record(window, home)
    await begin(window, 1)
    await window.type("[name=why]", WHY)
    await window.click("#record")
    await window.sees("没有任何改动", "#wrong")
    await window.reload()
    await window.find("[name=why]")
    assert await window.run("return document.querySelector('[name=why]').value") == WHY
    await window.type("[name=guide]", "三组组长")
    await window.click("#places a[href='#list']")
    # The household's own draft is another thing.
    await window.find(f"[data-household='{home}']")
    assert "草稿" not in await window.text(f"[data-household='{home}']")
    await window.click("#places a[href='#sent']")
    await window.sees("继续填写更正", "[data-seq='1']")
    await window.click("[data-seq='1'] a")
    await window.click("#record")
    await unsent(window, 2)
    phones.mend()
    await window.click("#send")
    await unsent(window, 0)
    assert (await only_visit(phones))["guide"] == "三组组长"


async def test_on_another_day_the_office_corrects_it_and_the_phone_keeps_nothing_of_it(phones: Phones) -> None:
    await phones.appoint("S-1")
    home = await phones.household("S-1", 1)
    window = await phones.signed_in("S-1")
    await record(window, home)
    await unsent(window, 0)
    (item,) = (await window.kept())["items"]
    assert (item["record"]["outcome"], "matters" in item["record"]) == ("reached", False)
    await window.run("""
        const {keep, kept} = await import("/intake/visits/store.js");
        await keep({offset: await kept("offset") + 86400000});
    """)
    phones.cut()
    await window.open(f"{phones.address}{PAGE}#sent")
    await window.reload()
    await window.find("[data-seq='1']")
    assert await window.count("[data-seq='1'] a") == 0
    assert [one["record"] for one in (await window.kept())["items"]] == [None]
