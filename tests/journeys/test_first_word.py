"""翠屏街道 (journey 6): 471 matters, 462 of which the citizen was content with when first asked; in the end all."""

from typing import Any

from huiyin.office import errands
from libs.common.pack.loader import document
from tests.journeys.county import BASICALLY, NO_ANSWER, NOT_SATISFIED, SATISFIED, County, complaint
from tests.journeys.many import brought, called, due, told
from tests.support.service import PACK

MATTERS, AT_FIRST, BASICALLY_AT_FIRST, SENT_BACK, NEVER_REACHED = 471, 441, 21, 9, 2
ASKED = {"target": {"at_least": "98"}}


def with_targets() -> dict[str, Any]:
    """The demo county, which wants 98 % of first words; weighed in nine tenths, and printed without decimals, too."""
    plain = document(PACK)
    first = next(one for one in plain["formulas"] if one["code"] == "first_satisfaction") | ASKED
    tenths = {
        "code": "first_weighed",
        "name": "首次满意率（折算）",
        "numerator": {"first_satisfied": 10, "first_basically_satisfied": 9},
        "denominator": {"first_callbacks": 10},
    }
    only_satisfied = {
        "code": "first_satisfied_only",
        "name": "首次满意率（仅满意）",
        "numerator": {"first_satisfied": 1},
        "decimals": 0,
    }
    kept = [one for one in plain["formulas"] if one["code"] != first["code"]]
    return plain | {"version": "with targets", "formulas": [*kept, first, first | tenths, first | only_satisfied]}


async def test_the_first_word_and_the_final_one_are_two_rates_of_the_same_matters(
    county_on_either_bus: County,
) -> None:
    """Answered at the door, so that all are called; two of them nobody ever reaches."""
    county = county_on_either_bus
    await county.admin.do("/dispatch/v1/directory/packs", with_targets())
    await county.house.settle()
    callbacks = await answered_at_the_door(county, MATTERS + NEVER_REACHED)
    asked, never = callbacks[NEVER_REACHED:], callbacks[:NEVER_REACHED]
    words = [SATISFIED] * AT_FIRST + [BASICALLY] * BASICALLY_AT_FIRST + [NOT_SATISFIED] * SENT_BACK
    await called(county, asked, words)
    await never_reached(county, never)
    again = [callback["case_id"] for callback in asked[-SENT_BACK:]]
    for case_id in again:
        await county.handle(case_id)
        await county.call(case_id, SATISFIED)
    rates = await told(county)
    assert rates["first_satisfaction"] == (462, 471, "98.1 %", "met")
    assert rates["final_satisfaction"][:3] == (471, 471, "100.0 %")
    assert rates["first_weighed"] == (4_599, 4_710, "97.6 %", "not_met")
    assert rates["first_satisfied_only"] == (441, 471, "94 %", "not_met")
    assert await county.count("closed_unverified") == NEVER_REACHED
    assert await county.count("sent_back") == SENT_BACK


async def answered_at_the_door(county: County, number: int) -> list[dict[str, Any]]:
    """So many at once; the callbacks that are due."""
    await brought(
        county, [complaint(direct_answer="路灯已当场修好。", text=f"村口第{one}盏路灯坏了。") for one in range(number)]
    )
    callbacks = await due(county)
    assert len(callbacks) == number
    return callbacks


async def never_reached(county: County, callbacks: list[dict[str, Any]]) -> None:
    """Three times nobody answers; somebody else looks at that."""
    for _ in range(3):
        await called(county, callbacks, [NO_ANSWER] * len(callbacks))
        await county.advance(hours=5 if county.house.clock.now().hour < 9 else 19)
    for callback in callbacks:
        review = errands.review(callback["callback_id"], "close_unverified", "三次拨打均无人接听，已到户核实。")
        await county.supervisor.do(review)
    await county.house.settle()
