"""Where a household is: as good as its door, so sealed, looked at on the record, told by nothing, gone with it."""

from typing import Any

import pytest

from libs.common.events.households import HouseholdRecorded
from tests.integration.intake.door import IntakeDoor
from tests.integration.intake.homes import (
    HEADINGS,
    HOUSEHOLDS,
    WHO,
    WHY,
    Homes,
    bad_of,
    said,
    table,
    table_row,
    with_visitors,
)

PLACE = {"latitude": 30.426512, "longitude": 116.302199}
WITH_PLACES = (*HEADINGS, "纬度", "经度")


@pytest.fixture
async def homes(intake: IntakeDoor) -> Homes:
    return await with_visitors(intake)


async def seen(homes: Homes, household_id: str) -> Any:
    body = {"reason": WHY, "fields": ["place"]}
    return (await homes.done(f"/{household_id}/reveal", body))["place"]


async def test_a_place_is_sealed_and_looked_at_on_the_record_and_told_by_nothing(
    intake: IntakeDoor, homes: Homes
) -> None:
    made = await homes.register(**WHO, place=PLACE)
    assert "place" not in made
    assert await seen(homes, made["household_id"]) == PLACE
    (look,) = await intake.rows("SELECT fields FROM household_look")
    assert [*look.fields] == ["place"]
    everything = await intake.rows("SELECT to_jsonb(household_identity)::text AS whole FROM household_identity")
    told = (
        str(await said(intake, made["household_id"], HouseholdRecorded))
        + str(everything)
        + str(await homes.everybody())
    )
    assert "30.4265" not in told
    assert "116.3021" not in told


async def test_another_door_is_another_place_until_somebody_says_which(homes: Homes) -> None:
    household_id = (await homes.register(**WHO, place=PLACE))["household_id"]
    await homes.done(f"/{household_id}/change", {"phone": "13987654321"})
    await homes.done(f"/{household_id}/change", {"door": WHO["door"], "phone": "13812345678"})
    assert await seen(homes, household_id) == PLACE
    await homes.done(f"/{household_id}/change", {"door": "五组2号"})
    assert await seen(homes, household_id) is None
    moved = PLACE | {"latitude": 30.43}
    await homes.done(f"/{household_id}/change", {"place": moved})
    assert await seen(homes, household_id) == moved
    await homes.done(f"/{household_id}/change", {"place": None})
    assert await seen(homes, household_id) is None


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ({"latitude": 116.3, "longitude": 30.4}, "place.latitude"),
        ({"latitude": 30.4}, "place.longitude"),
        ({"latitude": 30.4, "longitude": 200}, "place.longitude"),
        ({"latitude": "NaN", "longitude": 116.3}, "place.latitude"),
    ],
)
async def test_what_is_no_place_here_is_refused_by_its_field(homes: Homes, place: object, field: str) -> None:
    answer = await homes.post("", {"area_code": "999001101201", "place": place})
    assert answer.status_code == 422, answer.text
    assert field in [one["field"].replace("/", ".") for one in answer.json()["fields"]]


async def test_a_table_brings_places_and_the_same_again_changes_nothing(intake: IntakeDoor, homes: Homes) -> None:
    def sheet(latitude: str, longitude: str) -> list[tuple[str, ...]]:
        return table(table_row(1, 纬度=latitude, 经度=longitude), headings=WITH_PLACES)

    whole = sheet("30.426512", "116.302199")
    assert (await homes.take(whole))["entered"] == 1
    (one,) = await homes.everybody()
    assert await seen(homes, one["household_id"]) == PLACE
    again = await homes.take(whole)
    assert (again["entered"], again["changed"]) == (0, 0)
    assert bad_of(await homes.take(sheet("30.426512", ""), "?preview=true")) == [(2, "经度")]
    swapped = await homes.take(sheet("116.302199", "30.426512"), "?preview=true")
    assert bad_of(swapped) == [(2, "纬度")]
    assert "116.3" not in str(swapped)
    clear = await intake.http.post(f"{HOUSEHOLDS}/export", json={"reason": WHY}, headers=homes.headers)
    assert "30.426512,116.302199" in clear.text
    masked = await intake.http.get(f"{HOUSEHOLDS}/export", headers=homes.headers)
    assert "30.4265" not in masked.text
    assert (await homes.take(sheet("无", "无")))["changed"] == 1
    assert await seen(homes, one["household_id"]) is None
