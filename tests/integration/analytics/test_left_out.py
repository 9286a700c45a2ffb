"""What is not counted (不计入考核) leaves both sides of every rate, stands beside it, opens, and comes back."""

from datetime import timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from httpx import AsyncClient

from libs.common.database.session import Database
from libs.common.events import judging
from libs.common.events.base import Event
from services.analytics.figures.domain import half_up
from tests.integration.analytics.county import NOW, hear
from tests.integration.analytics.test_figures import TANG_WU, called_back, get
from tests.support.histories import Told, numbered

UNIT = "T-999001101"
SATISFIED, ANGRY = 3, 2
"""Cases of each kind; one angry one is left out."""
LEFT_OUT = str(UUID(int=SATISFIED))


def said(event: type[Any], seq: int, **fields: object) -> Told:
    """What followup says of the case, behind all that it had said."""
    moment = NOW - timedelta(hours=1)
    about = {"case_id": LEFT_OUT, "occurred_at": moment, "exclusion_id": "e1", "note": "情况属实"}
    return Told("followup", seq, event(**{**about, **fields}))


async def tell(database: Database) -> int:
    """Five cases; gives how much followup had said of the one that is left out."""
    told: list[Event] = [
        event for n in range(SATISFIED + ANGRY) for event in called_back(n, TANG_WU, UNIT, solved=n < SATISFIED)
    ]
    history = numbered(told)
    await hear(database, history)
    return max(one.seq for one in history if one.source == "followup" and one.event.key == LEFT_OUT)


async def rate(leader: AsyncClient, **query: str) -> Any:
    return (await get(leader, "figures", measure="resolution", **query))["rates"][0]


async def test_a_rate_says_what_was_left_out_of_it_and_opens_it(database: Database, leader: AsyncClient) -> None:
    last = await tell(database)
    before = await get(leader, "figures", measure="resolution")
    assert [before["rates"][0]["micro"][name] for name in ("numerator", "denominator")] == [3, 5]
    assert before["rates"][0]["micro"]["cases_not_counted"] == "0"
    counts = await get(leader, "figures/counts", basis="registered")
    await hear(database, [said(judging.ExclusionDecided, last + 1, granted=True)])

    micro = (await rate(leader))["micro"]
    assert [micro[name] for name in ("numerator", "denominator")] == [3, 4]
    assert [micro[f"not_counted_{name}"] for name in ("numerator", "denominator")] == [0, 1]
    (row,) = (await rate(leader, by="unit"))["rows"]
    assert (row["key"], row["denominator"], row["cases_not_counted"]) == (UNIT, 4, "1")
    plain = (await get(leader, "figures/counts", basis="registered"))["total"]
    assert plain == {**counts["total"], "not_counted": 1}

    for part, cases in (("numerator", 3), ("denominator", 4), ("not_counted", 1)):
        page = await get(leader, "figures/cases", measure="resolution", part=part)
        assert sum(case["amount"] for case in page["items"]) == cases, part
        assert (LEFT_OUT in {case["case_id"] for case in page["items"]}) is (part == "not_counted")
    case = await get(leader, f"cases/{LEFT_OUT}")
    assert (case["not_counted"], case["figures"]) == (True, [])
    assert {cell["basis"] for cell in case["cells"]} == {"registered", "happened"}

    asked = {"measure": "resolution", "part": "denominator", "since_cut": before["cut"]}
    changes = await get(leader, "figures/changes", **asked)
    assert (changes["before"], changes["after"]) == (5, 4)
    assert [(one["case_id"], one["change"]) for one in changes["items"]] == [(LEFT_OUT, -1)]
    again = await get(leader, "figures", measure="resolution", cut=before["cut"])
    assert again == before


async def test_a_score_says_what_it_would_be_with_every_case_counted(database: Database, leader: AsyncClient) -> None:
    last = await tell(database)
    await hear(database, [said(judging.ExclusionDecided, last + 1, granted=True)])
    found = await get(leader, "figures", by="unit")
    of = {one["code"]: one["micro"] for one in found["rates"]}
    (score,) = found["scores"]
    counted, everything = (
        sum(
            Fraction(
                of[code]["numerator"] + all_of_them * of[code]["not_counted_numerator"],
                of[code]["denominator"] + all_of_them * of[code]["not_counted_denominator"],
            )
            * weight
            for code, weight in score["weights"].items()
        )
        for all_of_them in (False, True)
    )
    assert everything < counted
    for shown in (score["micro"], score["rows"][0]):
        assert (shown["score"], shown["all_counted"]) == (half_up(counted), half_up(everything))


async def test_what_is_revoked_counts_again(database: Database, leader: AsyncClient) -> None:
    last = await tell(database)
    first = (await rate(leader))["micro"]
    await hear(database, [said(judging.ExclusionDecided, last + 1, granted=True)])
    assert (await rate(leader))["micro"] != first
    await hear(database, [said(judging.ExclusionRevoked, last + 2)])
    assert (await rate(leader))["micro"] == first
    page = await get(leader, "figures/cases", measure="resolution", part="not_counted")
    assert page["items"] == []


async def test_the_county_page_shows_how_many_were_left_out(database: Database, leader: AsyncClient) -> None:
    last = await tell(database)
    await hear(database, [said(judging.ExclusionDecided, last + 1, granted=True)])
    page = (await leader.get("/analytics/county?lang=zh")).text
    assert "不计入考核 0" not in page or "不计入考核 <a" in page or "不计入考核 1" in page
    assert "part=not_counted" in page
