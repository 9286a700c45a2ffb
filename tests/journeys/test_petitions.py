"""小池镇 (journey 2): first petitions settled in one go, old ones apart, and every way to a prettier figure closed."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from huiyin.office import errands
from libs.common.security.principal import Role
from tests.conftest import MakeDatabase
from tests.journeys.county import (
    DEMO,
    NOT_SATISFIED,
    SATISFIED,
    TOWN_UNIT,
    VILLAGE_UNIT,
    County,
    complaint,
    open_county,
)

PLACE = DEMO.parent / "taihu-xiaochi"
VILLAGE = "340825103201"
WORDS = {"reason": "按信访登记核定。"}
ASKING = {"reason_code": "force_majeure", "evidence": "洪水断路三日，附水务站通报。"}


@pytest.fixture
async def town(either_bus: dict[str, Any], make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[County]:
    """The town, audited at the end."""
    async with open_county(await make_database("template0"), tmp_path, pack=PLACE, **either_bus) as county:
        yield county
        await county.check()


async def first_petitions(town: County) -> tuple[int, int, str, str]:
    """What is told of them: over 90 % at once."""
    answer = await town.leader.ask("/analytics/v1/figures", period="year", measure="first_petitions")
    [rate] = answer["rates"]
    return rate["micro"]["numerator"], rate["micro"]["denominator"], rate["micro"]["text"], rate["micro"]["met"]


async def settled_at_the_door(town: County, petition: str | None = "first_visit", **fields: Any) -> str:
    """A petition that is answered at once, and the citizen is content."""
    about = {"category_code": "0101", "area_code": VILLAGE, "petition": petition, "direct_answer": "已当面调解。"}
    case_id = await town.register(**about | fields)
    await town.call(case_id, SATISFIED)
    return case_id


async def names_repeat(town: County, case_id: str, of: str | None) -> None:
    """Somebody who had no hand in it says of which one it is a repeat, or of none."""
    await town.dispatcher.do(f"/intake/v1/cases/{case_id}/repeats", {"repeat_of": of, **WORDS})
    await town.house.settle()


async def test_one_that_comes_back_leaves_the_figure_and_comes_in_again_when_it_was_none(town: County) -> None:
    first = [await settled_at_the_door(town) for _ in range(10)]
    for _ in range(2):
        await settled_at_the_door(town, "backlog")
    assert await first_petitions(town) == (10, 10, "100.0 %", "met")
    again = await settled_at_the_door(town, "repeat_visit", repeat_of=first[0])
    assert await first_petitions(town) == (9, 10, "90.0 %", "not_met")
    assert (await town.operator.ask(f"/intake/v1/cases/{again}/repeats"))["repeat_of"] == first[0]
    assert again in (await town.operator.get(f"/intake/v1/cases/{first[0]}/repeats")).text
    await names_repeat(town, again, None)
    assert await first_petitions(town) == (10, 10, "100.0 %", "met")
    await names_repeat(town, again, first[1])
    assert await first_petitions(town) == (9, 10, "90.0 %", "not_met")
    await settled_at_the_door(town)
    assert await first_petitions(town) == (10, 11, "90.9 %", "met")
    assert (await town.count("backlog_cases"), await town.count("backlog_settled")) == (2, 2)
    await town.advance(days=31)
    late = await settled_at_the_door(town, "repeat_visit", repeat_of=first[2])
    assert await first_petitions(town) == (10, 11, "90.9 %", "met"), late


async def test_whoever_wants_the_figure_prettier_judges_nothing(county_on_either_bus: County) -> None:
    """What kind it is, whether it is reasonable, whether it counts: by nobody who had a hand in it, by no account."""
    town = county_on_either_bus
    desk = town.person("desk", Role.OPERATOR, staff_id="S-1")
    receipt = await desk.do(errands.register(complaint(petition="first_visit")))
    case_id = receipt["case_id"]
    await town.house.settle()
    await town.handle(case_id)
    await town.call(case_id, NOT_SATISFIED)
    assert (await first_petitions(town))[:2] == (0, 1)
    own = (
        town.person("desk-2", Role.OPERATOR, Role.SUPERVISOR, staff_id="S-1"),
        town.person("handler-1", Role.SUPERVISOR),
        town.person("another", Role.SUPERVISOR, unit=VILLAGE_UNIT),
    )
    for who in own:
        for what, word in (("petition", {"petition": "repeat_visit"}), ("merit", {"merit": "unreasonable"})):
            refused = await who.post(f"/followup/v1/cases/{case_id}/{what}", word | WORDS)
            assert refused.status_code == 403, refused.text
    merit = {"merit": "unreasonable", **WORDS}
    assert (await town.handler(VILLAGE_UNIT).post(f"/followup/v1/cases/{case_id}/merit", merit)).status_code == 403
    await town.supervisor.do(f"/followup/v1/cases/{case_id}/merit", merit)
    assert (await town.promise(case_id))["status"] == "handling"
    wish = await town.handler(VILLAGE_UNIT).do("/followup/v1/exclusions", {"case_id": case_id, **ASKING})
    decision = f"/followup/v1/exclusions/{wish['exclusion_id']}/decision"
    granted = {"granted": True, "note": "情况属实，同意。"}
    heads = [town.person("head", Role.LEADER, unit=unit) for unit in (VILLAGE_UNIT, TOWN_UNIT)]
    for who in (*own[1:], *heads, town.person("no-unit", Role.LEADER)):
        refused = await who.post(decision, granted)
        assert refused.status_code == 403, refused.text
    assert (await town.handler(VILLAGE_UNIT).post(decision, granted)).status_code == 403
    await town.person("mayor", Role.LEADER, unit="S-GOV").do(decision, granted)
    await town.house.settle()
    numerator, denominator, _, met = await first_petitions(town)
    assert (numerator, denominator, met) == (0, 0, "no_data")
    assert [one["case_id"] for one in (await town.leader.ask("/followup/v1/exclusions"))["items"]] == [case_id]
    await town.supervisor.do(
        f"/followup/v1/exclusions/{wish['exclusion_id']}/revocation", {"note": "通报日期与断路日期不符。"}
    )
    await town.house.settle()
    assert (await first_petitions(town))[:2] == (0, 1)
