"""Rounds of visits: opened once, followed by every step of a household in its transaction, closed once."""

from datetime import timedelta
from typing import Any

import pytest

from libs.common.security.principal import Role
from services.intake.rounds.actions import opening
from tests.integration.intake.door import COUNTY, NOW, OTHER_TOWN, TOWN, VILLAGE, IntakeDoor
from tests.integration.intake.homes import ROUNDS, Homes, Visitors, appoint
from tests.integration.intake.recounting import recounted, tallied

ANOTHER_VILLAGE, ELSEWHERE = "999001101202", "999001102201"


@pytest.fixture
async def homes(intake: IntakeDoor) -> Homes:
    await appoint(intake, "S-1", "S-2")
    return Homes(intake)


@pytest.fixture
def visitors(intake: IntakeDoor) -> Visitors:
    return Visitors(intake)


async def test_a_round_takes_in_the_households_of_its_area_and_classes(homes: Homes, visitors: Visitors) -> None:
    for fields in ({}, {"household_class": "vacant"}, {"area_code": ELSEWHERE}, {"household_class": "shop"}):
        await homes.register(**fields)
    whole = await visitors.open()
    assert await visitors.counts(whole) == (0, 2), "vacant houses and shops stand in no denominator of residents"
    town = await visitors.open(area_code=TOWN, classes=["resident", "shop"])
    assert await visitors.counts(town) == (0, 2)
    assert (await visitors.coverage(whole, area_code=TOWN))["whole"]["households"] == 1


async def test_a_round_opens_once_under_its_id_or_key(intake: IntakeDoor, homes: Homes, visitors: Visitors) -> None:
    await homes.register()
    body = {"name": "一", "area_code": COUNTY, "begins_on": "2026-03-04", "ends_on": "2026-03-31"}
    first = await visitors.done(ROUNDS, body, key="round-1")
    again = await visitors.done(ROUNDS, body, key="round-1")
    assert (first["round_id"], first["status"]) == (again["round_id"], "open")
    named = body | {"round_id": first["round_id"]}
    assert (await visitors.done(ROUNDS, named))["version"] == first["version"]
    other = await visitors.post(ROUNDS, named | {"ends_on": "2026-04-30"})
    assert other.status_code == 409
    assert (await intake.rows("SELECT count(*) AS n FROM visit_round"))[0].n == 1
    assert await visitors.counts(first["round_id"]) == (0, 1)


async def test_a_round_that_was_held_up_goes_on_where_it_ended(
    intake: IntakeDoor, homes: Homes, visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "AT_ONCE", 2)
    ids = sorted([(await homes.register())["household_id"] for _ in range(5)])
    entered = opening._enter_some

    async def once(*where: Any) -> bool:
        await entered(*where)
        return False

    with monkeypatch.context() as held_up:
        held_up.setattr(opening, "_enter_some", once)
        round_id = await visitors.open(round_id="0" * 8 + "-0000-7000-8000-" + "0" * 12)
    assert await visitors.counts(round_id) == (0, 2)
    refused = await visitors.post(f"{ROUNDS}/{round_id}/closing", {})
    assert refused.status_code == 409
    await homes.done(f"/{ids[4]}/change", {"household_class": "away"})
    await homes.done(f"/{ids[3]}/change", {"area_code": ANOTHER_VILLAGE})
    newcomer = await homes.register()
    database = intake.service.runtime.work_database
    await opening.finish_opening(database, NOW)
    assert await visitors.counts(round_id) != (0, 5), "whoever began it may still be at it"
    await opening.finish_opening(database, NOW + timedelta(minutes=6))
    again = await visitors.open(round_id=round_id)
    assert again == round_id
    assert await visitors.counts(round_id) == (0, 5)
    assert newcomer["household_id"] in await visitors.gaps(round_id)
    assert await tallied(intake, round_id) == await recounted(intake, round_id)


@pytest.mark.parametrize(
    ("fields", "status", "named"),
    [
        ({"begins_on": "2026-03-03"}, 422, "begins_on"),
        ({"ends_on": "2026-03-03"}, 422, "ends_on"),
        ({"classes": []}, 422, "classes"),
        ({"kinds": ["nobody"]}, 422, "kinds"),
        ({"purposes": ["gold"]}, 422, "purposes"),
        ({"area_code": "999009000000"}, 422, "area_code"),
        ({"gap_days": -1}, 422, "gap_days"),
        ({"colour": "red"}, 422, "colour"),
    ],
)
async def test_what_cannot_be_a_round_is_named(
    intake: IntakeDoor, visitors: Visitors, fields: dict[str, Any], status: int, named: str
) -> None:
    body = {"name": "一", "area_code": COUNTY, "begins_on": "2026-03-04", "ends_on": "2026-03-31"}
    refused = await visitors.post(ROUNDS, body | fields)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (status, named), refused.text
    assert (await intake.rows("SELECT count(*) AS n FROM visit_round"))[0].n == 0


async def test_who_may_see_and_keep_a_round(intake: IntakeDoor, visitors: Visitors) -> None:
    round_id = await visitors.open(area_code=TOWN)
    inside = visitors.by(Role.VISITOR, subject="v", area=VILLAGE)
    elsewhere = visitors.by(Role.SUPERVISOR, subject="s", area=OTHER_TOWN)
    assert (await inside.coverage(round_id))["area_code"] == VILLAGE, "as far as it reaches"
    found = await intake.http.get(f"{ROUNDS}/{round_id}", headers=elsewhere.headers)
    assert found.status_code == 404
    assert (await inside.post(f"{ROUNDS}/{round_id}/closing", {})).status_code == 403, "no right"
    village = visitors.by(Role.SUPERVISOR, subject="s", area=VILLAGE)
    assert (await village.post(f"{ROUNDS}/{round_id}/closing", {})).status_code == 403, "beyond its reach"
    assert [one["round_id"] for one in (await intake.get(ROUNDS, inside.headers))["items"]] == [round_id]
    assert (await intake.get(ROUNDS, elsewhere.headers))["items"] == []


async def test_a_round_is_closed_once_and_what_comes_later_changes_the_next(
    intake: IntakeDoor, homes: Homes, visitors: Visitors
) -> None:
    ids = [(await homes.register())["household_id"] for _ in range(4)]
    first = await visitors.open()
    await visitors.record(ids[0])
    await visitors.close(first)
    assert (await visitors.post(f"{ROUNDS}/{first}/closing", {})).status_code == 409
    await homes.done(f"/{ids[1]}/change", {"household_class": "away"})
    moved = await homes.done(f"/{ids[2]}/change", {"area_code": ELSEWHERE})
    assert moved["area_code"] == ELSEWHERE
    assert await visitors.counts(first) == (1, 4)
    by_town = await visitors.coverage(first)
    assert [(row["of"], row["households"]) for row in by_town["rows"]] == [(TOWN, 4)]
    now = await visitors.coverage(first, view="now")
    assert [(row["of"], row["households"]) for row in now["rows"]] == [(TOWN, 3), (OTHER_TOWN, 1)]
    second = await visitors.open()
    assert await visitors.counts(second) == (0, 3)
    (told,) = await intake.rows("SELECT payload->>'households' AS n FROM ledger WHERE type = 'cn.huiyin.round.closed'")
    assert told.n == "4"
    for round_id in (first, second):
        assert await tallied(intake, round_id) == await recounted(intake, round_id)


async def test_muted_before_and_after_being_reached(intake: IntakeDoor, homes: Homes, visitors: Visitors) -> None:
    reached, unreached = [(await homes.register())["household_id"] for _ in range(2)]
    round_id = await visitors.open()
    await visitors.record(reached)
    intake.move_clock(NOW + timedelta(days=1))
    confirmer = homes.by(Role.SUPERVISOR, subject="supervisor-1")
    for household_id in (reached, unreached):
        await homes.done(f"/{household_id}/muting", {"reason": "moved_away", "why": "全家迁往外省"})
        await confirmer.done(f"/{household_id}/muting/decision", {"granted": True, "why": "已核实"})
    assert await visitors.counts(round_id) == (1, 1)
    left = (await intake.get(f"{ROUNDS}/{round_id}/departures", visitors.headers))["items"]
    assert [(one["household_id"], one["left_for"], one["by"], one["asked_by"], one["asked_why"]) for one in left] == [
        (unreached, "muted", "supervisor-1", "operator-1", "全家迁往外省")
    ]
    await homes.done(f"/{unreached}/unmuting", {"why": "已返乡"})
    assert await visitors.counts(round_id) == (1, 2)
    assert (await intake.get(f"{ROUNDS}/{round_id}/departures", visitors.headers))["items"] == []


async def test_split_and_merged_during_a_round(intake: IntakeDoor, homes: Homes, visitors: Visitors) -> None:
    ids = [(await homes.register())["household_id"] for _ in range(3)]
    round_id = await visitors.open()
    await visitors.record(ids[0])
    intake.move_clock(NOW + timedelta(days=1))
    new = await homes.done(f"/{ids[1]}/split", {"new": {"area_code": VILLAGE}})
    assert await visitors.counts(round_id) == (1, 4)
    for household_id in (ids[0], ids[2]):
        await homes.done(f"/{household_id}/merge", {"into": ids[1], "why": "并户"})
    assert await visitors.counts(round_id) == (1, 3), "the one that was reached stays"
    assert await visitors.gaps(round_id) == sorted([ids[1], new["household_id"]])
    assert await tallied(intake, round_id) == await recounted(intake, round_id)
