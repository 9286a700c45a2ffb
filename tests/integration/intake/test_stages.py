"""In which stages a round is gone: leaders first by the pack; plans keep to it, and who went before is told."""

from datetime import timedelta
from typing import Any

import pytest

from libs.common.pack.schema import VisitOrder
from libs.common.security.principal import Role
from tests.integration.intake.door import NOW, VILLAGE, IntakeDoor
from tests.integration.intake.homes import ROUNDS, VISITS, Homes
from tests.integration.intake.test_visit_plans import ANOTHER_VILLAGE, DAYS, PLANS, Planner, homes, planner, village
from tests.support.service import PACK, published

__all__ = ["homes", "planner"]
ORDER: dict[str, Any] = {
    "code": "leaders_first", "name": "领导先行", "name_en": "Leaders first",
    "stages": [
        {"code": "leaders", "name": "镇领导", "name_en": "Leaders", "posts": ["town_leader"], "from_day": 1},
        {"code": "everybody", "name": "包村干部", "name_en": "Cadres", "posts": ["duty_cadre"], "from_day": 3},
    ],
}  # fmt: skip
TEAM = {"rule": "duty_only", "area_code": VILLAGE, "from_day": DAYS[0], "until_day": DAYS[-1]}


async def in_order(intake: IntakeDoor) -> None:
    """A pack by which leaders go first, and cadres on duty from the third day on; and a team of them alone."""
    part = PACK.visits.teams[0].parts[1].model_copy(update={"fewest": 1})
    alone = PACK.visits.teams[0].model_copy(update={"code": "duty_only", "parts": (part,)})
    orders = (VisitOrder.model_validate(ORDER),)
    visits = PACK.visits.model_copy(update={"orders": orders, "teams": (*PACK.visits.teams, alone), "gap_days": 0})
    await intake.hear(published(PACK.model_copy(update={"visits": visits}), 2, NOW))


async def test_a_plan_gives_no_team_a_household_before_its_stage(
    intake: IntakeDoor, homes: Homes, planner: Planner
) -> None:
    await in_order(intake)
    await village(homes, 8)
    await planner.form(1)
    duty = await planner.done("/intake/v1/teams", {**TEAM, "members": [{"staff_id": "D-2", "part": "duty"}]})
    round_id = await planner.open(visit_order="leaders_first")
    shown = await intake.get(f"{ROUNDS}/{round_id}", planner.headers)
    assert shown["visit_order"] == "leaders_first"
    only = {"round_id": round_id, "days": DAYS[:2], "team_ids": [duty["team_id"]]}
    refused = await planner.post(PLANS, only)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "days")
    assert "2026-03-06" in refused.json()["detail"]
    told = await planner.plan(round_id, preview=True)
    early = [{"on": day, "team_id": duty["team_id"]} for day in DAYS[:2]]
    assert told["not_yet"] == early
    plan = await planner.plan(round_id)
    assert plan["not_yet"] == early
    turns = {(turn["on"], turn["team_id"]) for turn in plan["turns"] if turn["households"]}
    assert turns == {(day, planner.teams[0]) for day in DAYS} | {(day, duty["team_id"]) for day in DAYS[2:]}


async def test_who_went_before_their_stage_counts_and_is_told(
    intake: IntakeDoor, homes: Homes, planner: Planner
) -> None:
    await in_order(intake)
    ids = await village(homes, 5)
    round_id, plain = await planner.open(visit_order="leaders_first"), await planner.open(name="不分批次")
    led = await planner.record(ids[0], staff_ids=["L-1", "D-1"])
    early = await planner.record(ids[1], staff_ids=["D-1"])
    await planner.record(ids[2], staff_ids=["V-1", "D-1"])
    await planner.record(ids[3], staff_ids=["D-1"], outcome="nobody_home")
    by_round = {one["round_id"]: one["early"] for one in early["rounds"]}
    assert by_round == {round_id: True, plain: False}
    assert [one["early"] for one in led["rounds"]] == [False, False]
    intake.move_clock(NOW + timedelta(days=2))
    late = await planner.record(ids[4], staff_ids=["D-2"])
    assert [one["early"] for one in late["rounds"]] == [False, False]
    told = await intake.get(f"{ROUNDS}/{round_id}/stages", planner.headers)
    assert (told["households"], told["visited"], told["early_households"]) == (5, 4, 2)
    assert [(row["stage"], row["name"], row["from_day"], row["visited"], row["early"]) for row in told["stages"]] == [
        ("leaders", "镇领导", "2026-03-04", 1, 0),
        ("everybody", "包村干部", "2026-03-06", 3, 2),
    ]
    assert [(turn["on"], turn["staff_ids"], turn["households"]) for turn in told["early"]] == [
        ("2026-03-04", ["D-1"], 1),
        ("2026-03-04", ["V-1", "D-1"], 1),
    ]
    assert await planner.counts(round_id) == (4, 5), "they count all the same"
    elsewhere = await intake.get(f"{ROUNDS}/{round_id}/stages", planner.headers, {"area_code": ANOTHER_VILLAGE})
    assert (elsewhere["households"], elsewhere["early"]) == (0, [])
    without = await intake.get(f"{ROUNDS}/{plain}/stages", planner.headers)
    assert (without["visit_order"], without["stages"], without["visited"]) == (None, [], 4)
    overseer = planner.by(Role.SUPERVISOR, subject="overseer", unit="S-GOV")
    await overseer.done(
        f"{VISITS}/{early['visit_id']}/correction", {"why": "同去的还有镇领导", "staff_ids": ["L-1", "D-1"]}
    )
    again = await intake.get(f"{ROUNDS}/{round_id}/stages", planner.headers)
    assert [row["visited"] for row in again["stages"]] == [2, 2]


@pytest.mark.parametrize(
    "fields", [{"visit_order": "by_age"}, {"visit_order": "leaders_first", "ends_on": "2026-03-05"}]
)
async def test_an_order_that_cannot_be_is_named(intake: IntakeDoor, planner: Planner, fields: dict[str, Any]) -> None:
    await in_order(intake)
    span = {"name": "第一轮", "area_code": VILLAGE, "begins_on": "2026-03-04", "ends_on": "2026-03-31"}
    refused = await planner.post(ROUNDS, span | fields)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "visit_order")
