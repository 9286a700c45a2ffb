"""What a county's figures have to be by what was lived: each number, and the cases that it opens to."""

from collections.abc import Collection, Mapping
from typing import Any

from tests.journeys.county import County

YEAR = {"period": "year"}


async def opened(county: County, **number: Any) -> dict[str, int]:
    """Every case behind a number, and what it adds."""
    found: dict[str, int] = {}
    page: dict[str, Any] = {"next_cursor": ""}
    while page["next_cursor"] is not None:
        more = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
        page = await county.leader.ask("/analytics/v1/figures/cases", **YEAR, **number, **more)
        found |= {one["case_id"]: one["amount"] for one in page["items"]}
    return found


async def check_counts(county: County, lived: Mapping[str, int], **selection: Any) -> None:
    """Counters are what was lived, and each opens to cases that add up to it, by the cohort and by the day."""
    for basis in ("registered", "happened"):
        asked = YEAR | {"basis": basis} | selection
        answer = await county.leader.ask("/analytics/v1/figures/counts", **asked)
        assert {counter: answer["total"][counter] for counter in lived} == dict(lived)
        for counter, number in lived.items():
            cases = await opened(county, counter=counter, basis=basis, **selection)
            assert sum(cases.values()) == number, (counter, basis)


async def check_rate(county: County, measure: str, parts: tuple[int, int], cases: Collection[str]) -> dict[str, Any]:
    """A rate has these parts, says by which formula and which positions of the ledgers, and opens to these cases."""
    answer = await county.leader.ask("/analytics/v1/figures", measure=measure, **YEAR)
    rate: dict[str, Any] = answer["rates"][0]
    assert (rate["micro"]["numerator"], rate["micro"]["denominator"]) == parts
    assert (rate["version"], bool(answer["cut"])) == (1, True)
    assert set(await opened(county, measure=measure, part="denominator")) == set(cases)
    return rate
