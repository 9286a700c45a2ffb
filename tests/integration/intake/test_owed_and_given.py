"""What others have to give that fits a household's needs, and policies that it may be owed once it got worse."""

from typing import Any

import pytest

from libs.common.security.principal import Role
from tests.integration.intake.door import OTHER_TOWN, VILLAGE, IntakeDoor
from tests.integration.intake.homes import HOUSEHOLDS, Homes, Visitors, with_visitors

NEXT_VILLAGE = "999001101202"
POLICIES = "/intake/v1/household-policies"


@pytest.fixture
async def homes(intake: IntakeDoor) -> Homes:
    return await with_visitors(intake)


async def offered(door: IntakeDoor, home: str, headers: Any = None, **query: Any) -> list[str]:
    found = await door.get(f"{HOUSEHOLDS}/{home}/candidates", headers or door.operator, query)
    return [item["household_id"] for item in found["items"]]


async def home_of(homes: Homes, **fields: Any) -> str:
    return str((await homes.register(**fields))["household_id"])


async def test_who_has_what_fits_is_offered_by_nearness_and_a_person_confirms(
    intake: IntakeDoor, homes: Homes, visitors: Visitors
) -> None:
    poor = await home_of(homes, head="欧阳金丝雀", kinds=["out_of_poverty"])
    near = await home_of(homes, head="司马青鸟", resources=["machinery", "crafts"])
    next_door = await home_of(homes, resources=["jobs"], area_code=NEXT_VILLAGE)
    await home_of(homes, resources=["jobs"], area_code="999001102201")
    plain = await home_of(homes)
    whole = await intake.get(f"{HOUSEHOLDS}/{poor}/candidates", intake.operator)
    assert {one["resource"]: one["needs"] for one in whole["fits"]} == {
        "crafts": ["out_of_poverty"], "machinery": ["out_of_poverty"], "jobs": ["out_of_poverty"],
    }  # fmt: skip
    assert (whole["items"][0]["household_id"], whole["items"][0]["resources"]) == (near, ["crafts", "machinery"])
    assert await offered(intake, poor) == [near]
    assert await offered(intake, poor, near="town") == [next_door]
    assert await offered(intake, poor, resource="jobs") == []
    assert await offered(intake, plain) == []
    await visitors.record(plain, topics=["jobs"])
    assert await offered(intake, plain, resource="crafts") == [near], "what it spoke of at a visit"
    body = {"giver_id": near, "resource": "machinery", "need": "out_of_poverty", "why": "司马青鸟愿意出借农机"}
    made = await homes.done(f"/{poor}/matches", body)
    assert (made["status"], made["giver_id"]) == ("confirmed", near)
    assert "青鸟" not in made["why"]
    assert (await homes.post(f"/{poor}/matches", body)).status_code == 409
    for home in (poor, near):
        (seen,) = (await intake.get(f"{HOUSEHOLDS}/{home}/matches", intake.operator))["items"]
        assert seen == made
    end = f"/{poor}/matches/{made['match_id']}/end"
    ended = await homes.done(end, {"why": "欧阳金丝雀家已不需要"})
    assert (ended["status"], "金丝雀" in ended["ended_why"]) == ("ended", False)
    assert (await homes.post(end, {"why": "再次"})).status_code == 409
    everything = await intake.payloads()
    assert not [word for word in ("青鸟", "金丝雀") if word in everything]


@pytest.mark.parametrize(
    ("fields", "status", "named"),
    [
        ({"resource": "jobs"}, 422, "resource"),
        ({"resource": "magic"}, 422, "resources"),
        ({"need": "vulnerable"}, 422, "need"),
        ({"giver_id": "00000000-0000-7000-8000-000000000009"}, 422, "giver_id"),
    ],
)
async def test_a_match_that_fits_nothing_is_refused(
    intake: IntakeDoor, homes: Homes, fields: dict[str, str], status: int, named: str
) -> None:
    poor = await home_of(homes, kinds=["out_of_poverty"])
    giver = await home_of(homes, resources=["machinery"])
    body = {"giver_id": giver, "resource": "machinery", "need": "out_of_poverty"} | fields
    refused = await homes.post(f"/{poor}/matches", body)
    assert (refused.status_code, [one["field"] for one in refused.json()["fields"]]) == (status, [named])
    there = homes.by(Role.VISITOR, subject="far", area=OTHER_TOWN)
    assert (await there.post(f"/{poor}/matches", body)).status_code == 404
    assert (await intake.rows("SELECT * FROM household_match")) == []


async def test_a_household_that_got_worse_is_looked_at_and_a_person_says_what_became_of_it(
    intake: IntakeDoor, homes: Homes
) -> None:
    always = await home_of(homes, kinds=["orphan"], holds_from="2026-01-01")
    worse = await home_of(homes, head="欧阳金丝雀", kinds=["party_elder"], holds_from="2026-01-01")
    await homes.done(f"/{worse}/change", {"kinds": ["party_elder", "orphan"], "holds_from": "2026-03-01"})
    await homes.done(f"/{worse}/change", {"kinds": ["party_elder", "orphan", "seriously_ill"]})
    listed = (await intake.get(POLICIES, intake.operator, {"status": "due"}))["items"]
    assert [(one["household_id"], one["policy"], one["policy_name"]) for one in listed] == [
        (worse, "orphan_allowance", "孤儿基本生活保障"),
        (worse, "medical_aid", "医疗救助"),
    ], "what a household was when it was registered is no news"
    answer = f"/{worse}/policies/orphan_allowance/answer"
    for body, named in (
        ({"answer": "explained"}, "why"),
        ({"answer": "granted", "on_day": "2026-03-05"}, "on_day"),
        ({"answer": "granted", "on_day": "2026-02-28"}, "on_day"),
    ):
        refused = await homes.post(answer, body)
        assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, named)
    told = await homes.done(answer, {"answer": "explained", "why": "欧阳金丝雀的手续未齐"})
    assert (told["items"][0]["status"], "金丝雀" in told["items"][0]["why"]) == ("explained", False)
    granted = await homes.done(answer, {"answer": "granted", "on_day": "2026-03-03"})
    assert (granted["items"][0]["status"], granted["items"][0]["answered_on"]) == ("granted", "2026-03-03")
    assert (await homes.post(answer, {"answer": "granted"})).status_code == 409
    assert (await homes.post(f"/{always}/policies/orphan_allowance/answer", {"answer": "granted"})).status_code == 404
    counts = (await intake.get(f"{POLICIES}/counts", intake.operator, {"area_code": VILLAGE}))["policies"]
    assert [(one["policy"], one["matched"], one["due"], one["granted"]) for one in counts] == [
        ("medical_aid", 1, 1, 0),
        ("orphan_allowance", 1, 0, 1),
    ]
    there = homes.by(Role.VISITOR, subject="far", area=OTHER_TOWN)
    assert (await there.post(answer, {"answer": "granted"})).status_code == 404
    assert (await intake.get(POLICIES, there.headers))["items"] == []
    assert [one["matched"] for one in (await intake.get(f"{POLICIES}/counts", there.headers))["policies"]] == [0, 0]
    assert "金丝雀" not in await intake.payloads()
