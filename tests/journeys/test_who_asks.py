"""小池镇 (journey 3): whoever solved it never asks about it, whatever the account; who may above, the pack says."""

from typing import Any

import pytest

from huiyin.office import errands
from libs.common.pack.loader import document
from libs.common.security.principal import Role
from tests.journeys.county import SATISFIED, TOWN_UNIT, VILLAGE_UNIT, County, complaint
from tests.support.service import PACK

AT_THE_DOOR = {"direct_answer": "已到户当场修好。", "channel": "visit"}


def where_the_superior_does_not_call() -> dict[str, Any]:
    """The demo county, with the other rule."""
    plain = document(PACK)
    return plain | {"version": "not the superior", "callback": plain["callback"] | {"superior_may_call": False}}


async def solved_by_her(county: County) -> str:
    """At a visit, by somebody of the village with a record; the id of its callback."""
    visitor = county.person("visitor-1", Role.VISITOR, unit=VILLAGE_UNIT, staff_id="S-1")
    receipt = await visitor.do(errands.register(complaint(**AT_THE_DOOR)))
    await county.house.settle()
    return str((await county.callback(receipt["case_id"]))["callback_id"])


@pytest.mark.parametrize("superior", [201, 403], ids=["may", "may not"])
async def test_neither_she_nor_her_office_asks_and_the_superior_as_the_pack_says(
    county_on_either_bus: County, superior: int
) -> None:
    county = county_on_either_bus
    if superior == 403:
        await county.admin.do("/dispatch/v1/directory/packs", where_the_superior_does_not_call())
        await county.house.settle()
    callback_id = await solved_by_her(county)
    refused = (
        county.person("visitor-1", Role.CALLER),
        county.person("another-account", Role.CALLER, staff_id="S-1"),
        county.person("another-role", Role.CALLER, unit=TOWN_UNIT, staff_id="S-1"),
        county.person("colleague", Role.CALLER, unit=VILLAGE_UNIT),
    )
    for who in refused:
        answer = await who.post(f"/followup/v1/callbacks/{callback_id}/attempts", SATISFIED)
        assert answer.status_code == 403, answer.text
        assert "S-1" not in answer.text
    of_the_town = county.person("town-caller", Role.CALLER, unit=TOWN_UNIT)
    answer = await of_the_town.post(f"/followup/v1/callbacks/{callback_id}/attempts", SATISFIED)
    assert answer.status_code == superior, answer.text
    if superior == 403:
        await county.caller.do(errands.call(callback_id, SATISFIED))
    await county.house.settle()
    assert await county.count("closed_substantive") == 1


async def test_a_question_that_the_pack_requires_is_answered_or_nothing_is_taken(county_on_either_bus: County) -> None:
    """D7: what the neighbour says is a note, and closes nothing by itself."""
    county = county_on_either_bus
    callback_id = await solved_by_her(county)
    before = await county.prints()
    for left_out in ("contacted", "solved", "satisfaction"):
        said = {name: value for name, value in SATISFIED.items() if name != left_out} | {
            "notes": {"note": "邻居说修好了"}
        }
        answer = await county.caller.post(f"/followup/v1/callbacks/{callback_id}/attempts", said)
        assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, left_out), answer.text
    assert await county.prints() == before
    await county.caller.do(errands.call(callback_id, SATISFIED))
    await county.house.settle()
    assert await county.count("closed_substantive") == 1
