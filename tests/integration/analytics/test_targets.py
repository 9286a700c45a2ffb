"""Targets and printed digits: compared as fractions, printed with care, in the API and on the county page."""

from fractions import Fraction
from typing import Any

from httpx import AsyncClient

from libs.common.database.session import Database
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.terms import Satisfaction
from tests.integration.analytics.county import ask_of, hear, in_batches
from tests.integration.analytics.test_county_page import seen
from tests.integration.analytics.test_figures import TANG_WU, XIANG_CHANG, called_back, get
from tests.support.histories import numbered

FIRST, SECOND = "999001101000", "999001102000"
"""The towns of the two places."""


async def solved(database: Database, area: str, first: int, count: int, of: int) -> None:
    """So many of so many cases of a place are solved."""
    unit = {TANG_WU: "T-999001101", XIANG_CHANG: "T-999001102"}[area]
    told = [event for n in range(of) for event in called_back(first + n, area, unit, solved=n < count)]
    await tell(database, told)


async def tell(database: Database, told: list[Event]) -> None:
    for batch in in_batches(numbered(told), 400):
        await hear(database, batch)


async def measure(client: AsyncClient, code: str, **query: str) -> Any:
    answer = await get(client, "figures", measure=code, **query)
    return (answer["rates"] or answer["scores"])[0]


async def test_over_95_percent_leaves_out_what_only_prints_so(database: Database, leader: AsyncClient) -> None:
    await ask_of(database, resolution={"target": {"over": 95}})
    await solved(database, TANG_WU, 0, 551, of=579)
    await solved(database, XIANG_CHANG, 1000, 550, of=579)
    rate = await measure(leader, "resolution", by="area")
    rows = {row["key"]: (row["text"], row["met"]) for row in rate["rows"]}
    assert (rows[FIRST], rows[SECOND]) == (("95.2 %", "met"), ("95.0 %", "not_met"))
    assert {row["met"] for row in rate["rows"]} == {"met", "not_met"}
    assert (rate["micro"]["text"], rate["micro"]["met"]) == ("95.1 %", "met")
    assert (rate["macro"]["text"], rate["macro"]["met"]) == ("95.1 %", "met")
    assert rate["target"] == {
        "comparison": "over",
        "percent": "95",
        "period": None,
        "text": "高于 95 %",
        "text_en": "over 95 %",
    }


async def test_98_percent_without_decimals_is_printed_and_not_met(database: Database, leader: AsyncClient) -> None:
    await ask_of(database, resolution={"target": {"at_least": 98}, "decimals": 0})
    await solved(database, TANG_WU, 0, 461, of=471)
    micro = (await measure(leader, "resolution"))["micro"]
    assert (micro["text"], micro["rate"], micro["met"]) == ("98 %", "98", "not_met")
    await solved(database, XIANG_CHANG, 1000, 1, of=1)
    assert (await measure(leader, "resolution", area_code=SECOND))["micro"]["met"] == "met"


async def test_nearly_all_is_not_all_and_hardly_any_is_not_none(database: Database, leader: AsyncClient) -> None:
    await ask_of(database, resolution={"target": {"at_least": 100}, "decimals": 0})
    await solved(database, TANG_WU, 0, 299, of=300)
    await solved(database, XIANG_CHANG, 1000, 1, of=300)
    rows = {row["key"]: row for row in (await measure(leader, "resolution", by="area"))["rows"]}
    assert [(rows[area]["text"], rows[area]["met"]) for area in (FIRST, SECOND)] == [
        ("99 %", "not_met"),
        ("1 %", "not_met"),
    ]


async def test_a_rate_is_missed_by_the_weight_of_the_basically_satisfied(
    database: Database, leader: AsyncClient
) -> None:
    """441 and 21 of 471, the latter at nine tenths: 4,599 of 4,710."""
    await ask_of(database, satisfaction={"target": {"at_least": 98}})
    told = [event for n in range(471) for event in called_back(n, TANG_WU, "T-999001101", solved=n < 462)]
    for place, event in enumerate(told):
        if isinstance(event, cases.CallbackTried) and int(event.case_id[-12:], 16) < 21:
            told[place] = event.model_copy(update={"satisfaction": Satisfaction.BASICALLY_SATISFIED})
    await tell(database, told)
    micro = (await measure(leader, "satisfaction"))["micro"]
    assert (micro["numerator"], micro["denominator"]) == (4599, 4710)
    assert (micro["text"], micro["met"]) == ("97.6 %", "not_met")
    assert (micro["missed_by"], micro["missed_by_weights_alone"]) == ("14/3925", True)
    assert Fraction("14/3925") == Fraction(98, 100) - Fraction(4599, 4710)
    page = seen((await leader.get("/analytics/county")).text)
    assert "目标 不低于 98 %： 未达标 ，相差 14/3925（仅因折算未达标）" in page
    resolution = (await measure(leader, "resolution"))["micro"]
    assert (resolution["text"], resolution["met"], resolution["missed_by"]) == ("98.1 %", None, None)


async def test_a_target_that_is_missed_at_full_weight_too_is_not_missed_by_the_weights(
    database: Database, leader: AsyncClient
) -> None:
    await ask_of(database, satisfaction={"target": {"over": 95}}, resolution={"target": {"over": 95}})
    await solved(database, TANG_WU, 0, 550, of=579)
    satisfaction, resolution = [(await measure(leader, code))["micro"] for code in ("satisfaction", "resolution")]
    assert (satisfaction["missed_by"], satisfaction["missed_by_weights_alone"]) == ("1/11580", False)
    assert (resolution["missed_by"], resolution["missed_by_weights_alone"]) == ("1/11580", None)


async def test_a_place_says_once_how_many_digits_are_printed(database: Database, leader: AsyncClient) -> None:
    await solved(database, TANG_WU, 0, 550, of=579)
    await ask_of(database, place={"figures": {"decimals": 3}}, on_time={"decimals": 1}, resolution={"target": None})
    found = await get(leader, "figures")
    digits = {rate["code"]: (rate["decimals"], rate["micro"]["text"]) for rate in found["rates"]}
    assert digits["resolution"] == (3, "94.991 %")
    assert digits["on_time"] == (1, "—")
    assert "解决率 94.991 % 550 / 579" in seen((await leader.get("/analytics/county")).text)


async def test_a_score_has_a_target_too_and_without_data_nothing_is_judged(
    database: Database, leader: AsyncClient
) -> None:
    score = await measure(leader, "overall", by="area")
    assert (score["micro"]["text"], score["micro"]["met"], score["macro"]["met"]) == ("—", "no_data", "no_data")
    assert (score["target"]["text"], score["target"]["text_en"]) == ("不低于 90", "at least 90")
    await solved(database, TANG_WU, 0, 9, of=10)
    score = await measure(leader, "overall", by="area")
    assert [(row["score"], row["met"]) for row in score["rows"]] == [("91.0", "met")]
    await ask_of(database, overall={"target": {"over": 91}})
    assert (await measure(leader, "overall"))["micro"] == {
        "score": "91.0", "text": "91.0", "met": "not_met", "all_counted": "91.0",
    }  # fmt: skip


async def test_a_target_of_years_is_asked_of_years_alone(database: Database, leader: AsyncClient) -> None:
    await ask_of(database, resolution={"target": {"under": 50, "period": "year"}})
    await solved(database, TANG_WU, 0, 9, of=10)
    year, month = [await measure(leader, "resolution", period=period) for period in ("year", "month")]
    assert (year["target"]["period"], year["micro"]["met"]) == ("year", "not_met")
    assert (month["target"], month["micro"]["met"]) == (None, None)


async def test_the_county_page_says_in_words_whether_a_target_is_met(database: Database, leader: AsyncClient) -> None:
    await ask_of(database, resolution={"target": {"over": 95}})
    await solved(database, TANG_WU, 0, 550, of=579)
    await solved(database, XIANG_CHANG, 1000, 10, of=10)
    zh = seen((await leader.get("/analytics/county")).text)
    en = seen((await leader.get("/analytics/county", params={"lang": "en"})).text)
    assert "解决率 95.1 % 560 / 589 不计入考核 0 目标 高于 95 %： 达标" in zh
    assert "Resolution rate 95.1 % 560 / 589 Not counted 0 Target over 95 %: met" in en
    assert "95.0 % 未达标 550 / 579" in zh
    assert "95.0 % not met 550 / 579" in en
    assert "Handled on time — 0 / 0 Not counted 0 Target over 95 %: no data" in en
    assert "Whether a target is met is told by the exact fraction" in en


async def test_a_page_without_targets_says_nothing_of_them(database: Database, leader: AsyncClient) -> None:
    none = {"target": None}
    await ask_of(database, satisfaction=none, on_time=none, sent_back=none, first_petitions=none, overall=none)
    text = seen((await leader.get("/analytics/county", params={"lang": "en"})).text)
    assert "not met" not in text
    assert "exact fraction" not in text
