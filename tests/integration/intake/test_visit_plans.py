"""Plans of a round: whoever is still to be visited, to one team on one day, and again after somebody fell ill."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from libs.common.security.principal import Role
from libs.common.security.vault import VaultKeys
from tests.integration.intake.door import COUNTY, NOW, OTHER_TOWN, VILLAGE, IntakeDoor
from tests.integration.intake.homes import Homes, Visitors, appoint

PLANS, TEAMS = "/intake/v1/plans", "/intake/v1/teams"
TOWN_UNIT, TODAY = "T-999001101", date(2026, 3, 4)
DAYS = [(TODAY + timedelta(days=number)).isoformat() for number in range(4)]
ANOTHER_VILLAGE = "999001101202"


class Planner(Visitors):
    """Teams and plans at a door, as an operator sees them."""

    teams: tuple[str, ...] = ()

    async def form(self, *numbers: int, days: tuple[str, str] = (DAYS[0], DAYS[-1])) -> None:
        """Teams of the village that go out on each of these days."""
        for number in numbers:
            parts = {"leader": [f"L-{number}"], "duty": [f"D-{number}", f"E-{number}"], "village": [f"V-{number}"]}
            people = [{"staff_id": one, "part": part} for part, staff in parts.items() for one in staff]
            body = {"rule": "night", "area_code": VILLAGE, "from_day": days[0], "until_day": days[1], "members": people}
            self.teams += ((await self.done(TEAMS, body))["team_id"],)

    async def plan(self, round_id: str, **fields: Any) -> dict[str, Any]:
        """A plan of the days."""
        return await self.done(PLANS, {"round_id": round_id, "days": DAYS, **fields})

    async def sheet(self, plan: dict[str, Any], on: str, team: str) -> list[str]:
        """The households of a team's list, in order."""
        page = await self.door.get(f"{PLANS}/{plan['plan_id']}/households", self.headers, {"on": on, "team_id": team})
        assert [item["place"] for item in page["items"]] == [*range(1, len(page["items"]) + 1)]
        return [item["household_id"] for item in page["items"]]

    async def whole(self, plan: dict[str, Any]) -> dict[tuple[str, str], list[str]]:
        """All lists of a plan."""
        turns = [(turn["on"], turn["team_id"]) for turn in plan["turns"]]
        return {turn: await self.sheet(plan, *turn) for turn in turns}


@pytest.fixture
async def planner(intake: IntakeDoor) -> Planner:
    await appoint(intake, "L-1", "L-2", post="town_leader", unit=TOWN_UNIT)
    await appoint(intake, "D-1", "D-2", "E-1", "E-2", post="duty_cadre", unit=TOWN_UNIT)
    await appoint(intake, "V-1", "V-2")
    return Planner(intake, made=["V-1"])


@pytest.fixture
async def homes(intake: IntakeDoor) -> Homes:
    return Homes(intake)


async def village(homes: Homes, many: int, **fields: Any) -> list[str]:
    """So many households, of three groups; the first two are key households."""
    ids = []
    for number in range(many):
        kinds = ["vulnerable"] if number < 2 else []
        door = f"{'三二一'[number % 3]}组{many - number}号"
        ids.append((await homes.register(door=door, kinds=kinds, **fields))["household_id"])
    return ids


async def test_each_household_is_on_one_list_in_walking_order_and_needs_come_first(
    homes: Homes, planner: Planner
) -> None:
    ids = await village(homes, 18)
    await homes.register(household_class="vacant")
    await planner.form(1, 2)
    plan = await planner.plan(await planner.open())
    assert (plan["households"], plan["left_out"], plan["fewest"], plan["most"]) == (18, 0, 2, 3)
    lists = await planner.whole(plan)
    assert sorted(one for households in lists.values() for one in households) == sorted(ids)
    first = lists[DAYS[0], sorted(planner.teams)[0]]
    assert set(ids[:2]) <= set(first)
    doors = {one: ("三二一"[number % 3], 18 - number) for number, one in enumerate(ids)}
    order = {"一": 1, "二": 2, "三": 3}
    for households in lists.values():
        walked = [(order[doors[one][0]], doors[one][1]) for one in households]
        assert walked == sorted(walked)


async def test_coverage_by_team_adds_up_to_the_whole_with_those_in_no_plan(homes: Homes, planner: Planner) -> None:
    ids = await village(homes, 16)
    await planner.form(1, 2)
    round_id = await planner.open()
    plan = await planner.plan(round_id)
    lists = await planner.whole(plan)
    other = await homes.register()
    visited = ids[:5]
    for home in visited:
        await planner.record(home)
    for view in ("then", "now"):
        told = await planner.coverage(round_id, by="team", view=view)
        assert told["whole"]["households"] == 17
        rows = {row["of"]: (row["households"], row["visited"]) for row in told["rows"]}
        for team in planner.teams:
            given = [one for (_, of), households in lists.items() if of == team for one in households]
            assert rows[team] == (len(given), len({*given} & {*visited}))
        assert rows[None] == (1, 0), other["household_id"]
        assert [sum(numbers) for numbers in zip(*rows.values(), strict=True)] == [17, 5]
    first = await planner.coverage(round_id, by="team", limit=1)
    assert (len(first["rows"]), first["next_cursor"] is not None) == (1, True)
    second = await planner.coverage(round_id, by="team", limit=1, cursor=first["next_cursor"])
    assert [row["of"] for row in (*first["rows"], *second["rows"])] == [*sorted(planner.teams), None]
    elsewhere = await planner.coverage(round_id, by="team", area_code="999001101202")
    assert elsewhere["rows"] == []


async def test_a_preview_keeps_nothing_and_a_second_plan_names_the_first(
    intake: IntakeDoor, homes: Homes, planner: Planner
) -> None:
    await village(homes, 3)
    await planner.form(1)
    round_id = await planner.open()
    told = await planner.plan(round_id, preview=True)
    assert (told["plan_id"], told["households"], told["most"]) == (None, 3, 1)
    assert (await intake.get(PLANS, planner.headers))["items"] == []
    body = {"round_id": round_id, "days": DAYS}
    plan = await planner.done(PLANS, body, key="a-plan")
    assert await planner.done(PLANS, body, key="a-plan") == plan
    refused = await planner.post(PLANS, body)
    assert refused.status_code == 409
    assert plan["plan_id"] in refused.json()["detail"]
    assert [one["plan_id"] for one in (await intake.get(PLANS, planner.headers, {"round_id": round_id}))["items"]] == [
        plan["plan_id"]
    ]


async def test_who_falls_ill_changes_nothing_of_what_was_done(
    intake: IntakeDoor, homes: Homes, planner: Planner
) -> None:
    ids = await village(homes, 16)
    await planner.form(1, 2)
    plan = await planner.plan(await planner.open())
    before = await planner.whole(plan)
    today = [one for (on, _), households in before.items() if on == DAYS[0] for one in households]
    for one in today[:-1]:
        await planner.record(one)
    await planner.record(today[-1], outcome="nobody_home")
    intake.move_clock(NOW + timedelta(days=1))
    ill = [{"on": DAYS[1], "team_id": planner.teams[0]}]
    again = await planner.post(f"{PLANS}/{plan['plan_id']}/again", {"days": DAYS[1:], "without": ill}, version=7)
    assert again.status_code == 412
    plan = await planner.done(f"{PLANS}/{plan['plan_id']}/again", {"days": DAYS[1:], "without": ill})
    after = await planner.whole(plan)
    assert {turn: after[turn] for turn in after if turn[0] == DAYS[0]} == {
        turn: [one for one in households if one != today[-1]]
        for turn, households in before.items()
        if turn[0] == DAYS[0]
    }
    assert (DAYS[1], planner.teams[0]) not in after
    assert sorted(one for households in after.values() for one in households) == sorted(ids)
    coming = [len(households) for (on, _), households in after.items() if on > DAYS[0]]
    assert max(coming) - min(coming) <= 1
    assert (plan["version"], plan["households"], sum(turn["reached"] for turn in plan["turns"])) == (2, 16, 3)


async def test_a_gap_is_kept_and_whoever_cannot_come_in_time_is_counted(homes: Homes, planner: Planner) -> None:
    ids = await village(homes, 4)
    before = await planner.open(name="上一轮", ends_on=DAYS[0])
    await planner.record(ids[0])
    await planner.close(before)
    await planner.form(1)
    later = await planner.open(name="下一轮", gap_days=2)
    lists = await planner.whole(await planner.plan(later))
    (turn,) = [turn for turn, households in lists.items() if ids[0] in households]
    assert turn[0] >= DAYS[2]
    last = await planner.open(name="再一轮", gap_days=30)
    plan = await planner.plan(last)
    assert (plan["households"], plan["left_out"]) == (3, 1)


@pytest.mark.parametrize(
    ("fields", "status", "named"),
    [
        ({"days": ["2026-03-03"]}, 422, "days/0"),
        ({"days": [DAYS[0], "2026-05-01"]}, 422, "days/1"),
        ({"days": []}, 422, "days"),
        ({"area_code": "999001999000"}, 422, "area_code"),
        ({"days": ["2026-03-20"]}, 422, None),
        ({"team_ids": ["00000000-0000-7000-8000-000000000000"]}, 422, None),
        ({"round_id": "00000000-0000-7000-8000-000000000000"}, 404, None),
    ],
)
async def test_what_cannot_be_planned_is_named_and_changes_nothing(
    intake: IntakeDoor, homes: Homes, planner: Planner, fields: dict[str, Any], status: int, named: str | None
) -> None:
    await village(homes, 2)
    await planner.form(1)
    refused = await planner.post(PLANS, {"round_id": await planner.open(), "days": DAYS, **fields})
    assert refused.status_code == status, refused.text
    assert [field["field"] for field in refused.json().get("fields", [])] == ([] if named is None else [named])
    assert (await intake.rows("SELECT count(*) AS n FROM planned_household"))[0].n == 0


async def test_a_plan_is_of_ones_own_area_and_of_an_open_round(
    intake: IntakeDoor, homes: Homes, planner: Planner
) -> None:
    await village(homes, 2)
    await planner.form(1)
    round_id = await planner.open()
    elsewhere = planner.by(Role.OPERATOR, subject="operator-2", area=OTHER_TOWN)
    body = {"round_id": round_id, "days": DAYS}
    assert (await elsewhere.post(PLANS, body)).status_code == 403
    assert (await elsewhere.post(PLANS, body | {"area_code": OTHER_TOWN})).status_code == 422, "no team goes out there"
    visitor = planner.by(Role.VISITOR, subject="visitor-1")
    assert (await visitor.post(PLANS, body)).status_code == 403
    plan = await planner.plan(round_id, area_code=VILLAGE)
    assert (await visitor.door.get(f"{PLANS}/{plan['plan_id']}", visitor.headers))["area_code"] == VILLAGE
    hidden = await intake.http.get(f"{PLANS}/{plan['plan_id']}", headers=elsewhere.headers)
    assert hidden.status_code == 404
    await planner.close(round_id)
    assert (await planner.post(f"{PLANS}/{plan['plan_id']}/again", {"days": DAYS})).status_code == 409


async def test_a_door_that_cannot_be_opened_comes_last_and_is_visited_all_the_same(
    intake: IntakeDoor, homes: Homes, planner: Planner
) -> None:
    await village(homes, 3)
    await planner.form(1)
    round_id = await planner.open()
    object.__setattr__(intake.service.runtime, "vault", VaultKeys.passing().vault())
    plan = await planner.plan(round_id)
    assert (plan["households"], plan["left_out"]) == (3, 0)


async def test_a_team_of_a_town_goes_into_its_villages_but_for_those_that_have_their_own(
    homes: Homes, planner: Planner
) -> None:
    own = await village(homes, 4)
    (other,) = await village(homes, 1, area_code=ANOTHER_VILLAGE)
    await planner.form(1)
    plan = await planner.plan(await planner.open(), area_code=COUNTY)
    assert (plan["households"], plan["left_out"]) == (4, 1)
    assert other not in [one for households in (await planner.whole(plan)).values() for one in households]
    assert len(own) == 4


async def test_who_is_added_to_a_list_of_today_comes_behind_those_that_were_reached(
    homes: Homes, planner: Planner
) -> None:
    ids = await village(homes, 6)
    await planner.form(1)
    plan = await planner.plan(await planner.open(), days=DAYS[:1])
    done = await planner.sheet(plan, DAYS[0], planner.teams[0])
    for one in done[:3]:
        await planner.record(one)
    plan = await planner.done(f"{PLANS}/{plan['plan_id']}/again", {"days": DAYS[:1]})
    query = {"on": DAYS[0], "team_id": planner.teams[0], "limit": 1}
    seen: list[str] = []
    more: dict[str, Any] = {}
    while True:
        page = await planner.door.get(f"{PLANS}/{plan['plan_id']}/households", planner.headers, query | more)
        seen += [item["household_id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        more = {"cursor": page["next_cursor"]}
    assert sorted(seen) == sorted(ids)


async def test_of_two_plans_at_once_one_is_kept_and_the_other_told_of_it(homes: Homes, planner: Planner) -> None:
    await village(homes, 3)
    await planner.form(1)
    body = {"round_id": await planner.open(), "days": DAYS}
    answers = await asyncio.gather(*(planner.post(PLANS, body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409], [answer.text for answer in answers]


async def test_a_list_is_walked_by_where_its_households_are_and_tells_no_place(homes: Homes, planner: Planner) -> None:
    """Doors alternate over a road: the plan goes along one side and comes back along the other."""
    ids = []
    for door in range(6):
        place = {"latitude": 30.42 + (door % 2) * 0.01, "longitude": 116.30 + door * 0.0005}
        ids.append((await homes.register(door=f"三组{door + 1}号", place=place))["household_id"])
    await planner.form(1)
    made = await planner.plan(await planner.open(), days=DAYS[:1])
    ((turn, walked),) = (await planner.whole(made)).items()
    assert walked == [ids[place] for place in (0, 2, 4, 5, 3, 1)]
    page = await homes.door.get(
        f"{PLANS}/{made['plan_id']}/households", homes.headers, dict(zip(("on", "team_id"), turn, strict=True))
    )
    assert "116.3" not in str(page)
