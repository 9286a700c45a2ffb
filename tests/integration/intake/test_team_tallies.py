"""The numbers of teams and turns that are kept ready are those of the households, whatever becomes of these."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from libs.common.security.principal import Role
from services.intake.rounds.actions.counting import put_right
from tests.integration.intake.door import NOW, VILLAGE, IntakeDoor
from tests.integration.intake.homes import ROUNDS, VISITS, Homes, appoint
from tests.integration.intake.recounting import (
    kept_plans,
    kept_turns,
    recounted,
    recounted_plans,
    recounted_turns,
    tallied,
    teams_of,
)
from tests.integration.intake.test_stages import in_order
from tests.integration.intake.test_visit_plans import (
    ANOTHER_VILLAGE,
    DAYS,
    PLANS,
    TOWN_UNIT,
    Planner,
    homes,
    planner,
    village,
)

__all__ = ["homes", "planner"]
COMING = DAYS[2:]
"""Days that are not over at the end of a walk."""
PEOPLE = (["L-1", "D-1"], ["D-1"], ["V-1", "D-1"], ["D-2", "E-2"], ["V-2", "L-2"])
MEASURES = ("households", "visited", "reached", "refused", "by_phone", "nobody_home", "moved", "late")


class Walk:
    """A round in stages that is planned, visited and corrected at random; what is refused changes nothing."""

    def __init__(self, homes: Homes, planner: Planner, ids: list[str], round_id: str, chance: Random) -> None:
        self.homes, self.planner, self.ids, self.round_id, self.chance = homes, planner, ids, round_id, chance
        self.plans: list[dict[str, Any]] = []
        self.visits: list[str] = []
        self.taken: Counter[str] = Counter()
        self.overseer = planner.by(Role.SUPERVISOR, subject="overseer", unit="S-GOV")

    async def step(self) -> None:
        """Something happens."""
        steps = (self.plan, self.plan_again, self.visit, self.visit, self.correct, self.void, self.move, self.merge)
        step = self.chance.choice(steps)
        if await step():
            self.taken[step.__name__] += 1

    async def plan(self) -> bool:
        """The village, or one of its groups, or another."""
        area = self.chance.choice((VILLAGE, f"{VILLAGE}001", ANOTHER_VILLAGE))
        answer = await self.planner.post(PLANS, {"round_id": self.round_id, "days": COMING, "area_code": area})
        self.plans += [answer.json()] if answer.is_success else []
        return self._was(answer)

    async def plan_again(self) -> bool:
        """One team is ill, on all days or on some."""
        if not self.plans:
            return False
        away = [{"on": day, "team_id": self.chance.choice(self.planner.teams)} for day in COMING]
        plan_id = self.chance.choice(self.plans)["plan_id"]
        answer = await self.planner.post(f"{PLANS}/{plan_id}/again", {"days": COMING, "without": away})
        return self._was(answer)

    async def visit(self) -> bool:
        """Somebody goes somewhere; mostly they find people."""
        outcome = self.chance.choice(("reached", "reached", "refused", "nobody_home", "by_phone"))
        body = self.planner.visit(self.chance.choice(self.ids), staff_ids=self.chance.choice(PEOPLE), outcome=outcome)
        answer = await self.planner.post(VISITS, body)
        self.visits += [answer.json()["visit_id"]] if answer.is_success else []
        return self._was(answer)

    async def correct(self) -> bool:
        """Others went, or something else came of it."""
        change = self.chance.choice(({"staff_ids": self.chance.choice(PEOPLE)}, {"outcome": "reached"}))
        return await self._of_a_visit("correction", {"why": "记错了", **change}, self.overseer)

    async def void(self) -> bool:
        """It was none; somebody else says so, too."""
        if not self.visits:
            return False
        visit_id = self.chance.choice(self.visits)
        asked = await self.overseer.post(f"{VISITS}/{visit_id}/voiding", {"why": "没有去"})
        confirming = self.planner.by(Role.SUPERVISOR, subject="overseer-2", unit="S-GOV")
        answer = await confirming.post(f"{VISITS}/{visit_id}/voiding/decision", {"granted": True, "why": "核实"})
        return self._was(asked) and self._was(answer)

    async def move(self) -> bool:
        """A household moves, or is none of the round's any more, or has another contact person."""
        change = self.chance.choice(
            (
                {"area_code": self.chance.choice((VILLAGE, f"{VILLAGE}001", ANOTHER_VILLAGE))},
                {"household_class": self.chance.choice(("resident", "vacant"))},
                {"contact_staff_id": self.chance.choice(("V-1", "V-2"))},
            )
        )
        answer = await self.homes.post(f"/{self.chance.choice(self.ids)}/change", change)
        return self._was(answer)

    async def merge(self) -> bool:
        """Two households are one."""
        one, other = self.chance.sample(self.ids, 2)
        answer = await self.homes.post(f"/{one}/merge", {"into": other, "why": "同一户"})
        return self._was(answer)

    async def _of_a_visit(self, path: str, body: dict[str, Any], by: Any) -> bool:
        if not self.visits:
            return False
        return self._was(await by.post(f"{VISITS}/{self.chance.choice(self.visits)}/{path}", body))

    def _was(self, answer: Any) -> bool:
        assert answer.status_code < 500, answer.text
        return bool(answer.is_success)


async def check(intake: IntakeDoor, planner: Planner, round_id: str) -> None:
    """What is kept is what a recount finds, and what is told of teams and of stages comes to the same."""
    numbers = await recounted(intake, round_id)
    assert await tallied(intake, round_id) == numbers
    assert await kept_turns(intake, round_id) == await recounted_turns(intake, round_id)
    assert await kept_plans(intake, round_id) == await recounted_plans(intake, round_id)
    by_team = await planner.coverage(round_id, by="team", limit=200)
    for measure in MEASURES:
        assert sum(row[measure] for row in by_team["rows"]) == by_team["whole"][measure], measure
    told = {row["of"]: row["households"] for row in by_team["rows"]}
    teams = await teams_of(intake, round_id)
    stand = await intake.rows("SELECT household_id FROM round_household WHERE round_id = $1 AND stands", round_id)
    assert told == Counter(teams.get(row.household_id) for row in stand)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_becomes_of_a_round_a_recount_finds_the_same(
    intake: IntakeDoor, homes: Homes, planner: Planner, seed: int
) -> None:
    await in_order(intake)
    ids = await village(homes, 8)
    ids += [(await homes.register(area_code=f"{VILLAGE}001"))["household_id"] for _ in range(4)]
    await planner.form(1, 2)
    round_id = await planner.open(visit_order="leaders_first")
    walk = Walk(homes, planner, ids, round_id, Random(seed))
    for number in range(60):
        await walk.step()
        if number % 20 == 0:
            intake.move_clock(NOW + timedelta(hours=number))
        if number % 6 == 5:
            await check(intake, planner, round_id)
    assert {"plan", "plan_again", "visit", "move"} <= walk.taken.keys(), walk.taken


async def test_who_is_planned_and_who_is_visited_at_once_are_counted_once(
    intake: IntakeDoor, homes: Homes, planner: Planner
) -> None:
    await in_order(intake)
    ids = await village(homes, 24)
    await planner.form(1, 2)
    round_id = await planner.open(visit_order="leaders_first")
    plan = await planner.plan(round_id)

    async def visit(household_id: str) -> Any:
        return await planner.post(VISITS, planner.visit(household_id, staff_ids=["L-1"]))

    async def plan_again() -> Any:
        away = [{"on": DAYS[0], "team_id": planner.teams[0]}]
        return await planner.post(f"{PLANS}/{plan['plan_id']}/again", {"days": DAYS, "without": away})

    answers = await asyncio.gather(*(visit(one) for one in ids[:12]), plan_again(), *map(visit, ids[12:]))
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    await check(intake, planner, round_id)
    assert sum((await kept_turns(intake, round_id)).values()) == 24


async def test_what_a_process_that_knows_no_such_number_did_is_put_right(
    intake: IntakeDoor, homes: Homes, planner: Planner
) -> None:
    await in_order(intake)
    ids = await village(homes, 6)
    await planner.form(1, 2)
    round_id = await planner.open(visit_order="leaders_first")
    await planner.plan(round_id)
    await planner.record(ids[0], staff_ids=["L-1"])
    database = intake.service.runtime.work_database
    for damage in (
        "DELETE FROM round_tally WHERE cut = 'team'",
        "UPDATE round_tally SET reached = reached + 1 WHERE cut = 'team'",
        "UPDATE planned_household SET team_id = (SELECT max(team_id) FROM team)",
        "DELETE FROM round_turn",
        "UPDATE round_household SET reached_staff = '{}'",
        "INSERT INTO round_turn SELECT round_id, begins_on, 'ghost', area_code, 3 FROM visit_round",
        "UPDATE plan_turn SET households = 0, reached = 0",
        "UPDATE plan_turn SET reached = reached + 1",
    ):
        async with database.transaction(NOW) as session:
            await session.fetch(damage)
        await put_right(database, NOW)
        await check(intake, planner, round_id)
        assert await kept_turns(intake, round_id) == {(date(2026, 3, 4), "L-1", VILLAGE): 1}


async def test_stages_go_by_the_posts_of_the_day_as_the_register_tells_them_now(
    intake: IntakeDoor, homes: Homes, planner: Planner
) -> None:
    await in_order(intake)
    ids = await village(homes, 3)
    round_id = await planner.open(visit_order="leaders_first")
    for number, household_id in enumerate(ids):
        intake.move_clock(NOW + timedelta(days=number))
        await planner.record(household_id, staff_ids=["D-1"])
    before = await intake.get(f"{ROUNDS}/{round_id}/stages", planner.headers)
    assert [(row["visited"], row["early"]) for row in before["stages"]] == [(0, 0), (3, 2)]
    assert [turn["on"] for turn in before["early"]] == ["2026-03-04", "2026-03-05"]
    await appoint(intake, "D-1", post="town_leader", unit=TOWN_UNIT, since=NOW + timedelta(days=1), version=2)
    after = await intake.get(f"{ROUNDS}/{round_id}/stages", planner.headers)
    assert [(row["visited"], row["early"]) for row in after["stages"]] == [(2, 0), (1, 1)]
    assert [turn["on"] for turn in after["early"]] == ["2026-03-04"]
