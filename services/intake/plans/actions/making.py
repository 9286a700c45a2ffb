"""Making a plan (排期): what is still to be visited is read, planned beside the door, and then written at once.

A plan is a list to work by. It counts nothing: a household counts by its visit, whoever made it and whenever that was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import uuid_utils

from libs.common.database.one_writer import only_writer
from libs.common.database.session import Session
from libs.common.errors import Conflict, Forbidden, Invalid, NotFound, invalid
from libs.common.events.visit_terms import RoundStatus
from libs.common.pack.areas import area_prefix, contains
from libs.common.rules.requests import Request
from libs.common.security.envelopes import KeyEnvelope
from libs.common.security.vault import CannotOpen, Vault
from libs.common.visits.placing import NEVER
from services.intake.households.actions.recording import today_of
from services.intake.households.actions.sealing import door_cell, key_cell, spot_of
from services.intake.plans.domain.planning import PlannedTurns, TeamTurn, ToVisit, plan, walk_of
from services.intake.plans.domain.routing import Spot
from services.intake.plans.queries import (
    going_out,
    last_places,
    planned_of,
    plans_of,
    reached_of,
    replace_turns,
    seats_of,
    to_visit,
)
from services.intake.plans.schemas import MakePlan, PlanAgain
from services.intake.plans.tables import PlannedHousehold, VisitPlan
from services.intake.rounds.actions.counting import giving_anew
from services.intake.rounds.actions.stages import posts_in, stages_of
from services.intake.rounds.domain import is_early
from services.intake.rounds.queries.counting import count_turns_of_plans
from services.intake.rounds.tables import VisitRound


@dataclass(frozen=True, slots=True)
class Material:
    """What a plan is made of, as it stood when it was read."""

    round: VisitRound
    area_code: str
    before: VisitPlan | None
    """The plan that is made again."""
    to_visit: Sequence[Any]
    turns: Sequence[TeamTurn]
    not_yet: Sequence[TeamTurn] = ()
    """Turns that take nobody: their stage of the round has not begun."""


async def gather_new(session: Session, asked: Request, body: MakePlan) -> Material:
    """For a new plan.

    Raises:
        NotFound: no such round. Conflict: it is closed, or has a plan of this area. Forbidden: the area is out of
            reach. Invalid: a day is over or none of the round's, no team goes out, or the area is none of the round's.
    """
    found = await session.one(VisitRound, "round_id", body.round_id, lock=False)
    if found is None:
        raise NotFound("There is no such round", "没有此轮次")
    area_code = body.area_code or found.area_code
    session.packs.current(session.now).directory.area(area_code)
    if not contains(found.area_code, area_code):
        raise invalid("area_code", "is no part of the round's area", "不在轮次区域内")
    if not asked.scope.covers(area_code):
        raise Forbidden("This area is not in your reach", "该区域不在您的管辖范围内")
    await _check_none(session, found.round_id, area_code)
    return await _gather(session, found, area_code, None, body)


async def _check_none(session: Session, round_id: str, area_code: str) -> None:
    for one in await plans_of(session, round_id):
        if one.area_code == area_code:
            raise Conflict(f"There is a plan already: {one.plan_id}; plan it again", "该区域已有计划，请重新排期")


async def gather_again(session: Session, asked: Request, plan_id: str, body: PlanAgain) -> Material:
    """For a plan that is made again. NotFound, StaleVersion, and as `gather_new`."""
    before = await session.one(VisitPlan, "plan_id", plan_id, lock=False)
    if before is None or not asked.scope.covers(before.area_code):
        raise NotFound
    asked.check_version(before.version)
    found = await session.one(VisitRound, "round_id", before.round_id, lock=False)
    if found is None:
        raise NotFound
    return await _gather(session, found, before.area_code, before, body)


async def _gather(
    session: Session, found: VisitRound, area_code: str, before: VisitPlan | None, body: MakePlan | PlanAgain
) -> Material:
    if found.status is RoundStatus.CLOSED:
        raise Conflict("The round is closed", "该轮次已结束")
    today = today_of(session)
    for place, day in enumerate(body.days):
        if day < today or not found.begins_on <= day <= found.ends_on:
            raise invalid(f"days/{place}", "is over, or no day of the round", "日期已过，或不在轮次期间")
    away = {(one.on, one.team_id) for one in body.without}
    rows = await going_out(session, sorted(set(body.days)), body.team_ids, area_code)
    turns = [
        TeamTurn(row.on_day, row.team_id, max(area_prefix(row.area_code), area_prefix(area_code), key=len))
        for row in rows
        if (row.on_day, row.team_id) not in away
    ]
    if not turns:
        raise Invalid("No team goes out there on any of these days", "所选日期该区域没有工作队")
    early = await _early(session, found, turns)
    if len(early) == len(turns):
        begins_on = min(stage.from_day for stage in stages_of(found)[1:])
        message = f"hold only teams whose stage of the round has not begun; the next begins on {begins_on}"
        raise invalid("days", message, f"所选日期各队批次均未开始，下一批次自 {begins_on} 起")
    rows = await to_visit(session, found.round_id, area_code)
    return Material(
        found, area_code, before, rows, [turn for turn in turns if turn not in early], sorted(early, key=_in_order)
    )


async def _early(session: Session, found: VisitRound, turns: Sequence[TeamTurn]) -> frozenset[TeamTurn]:
    """Turns of teams of which nobody may go yet, by the stages of the round (走访批次)."""
    stages = stages_of(found)
    if not stages:
        return frozenset()
    seats, posts = await seats_of(session, sorted({turn.team for turn in turns})), posts_in(session)
    there = {
        turn: [one.staff_id for one in seats if one.team_id == turn.team and one.from_day <= turn.on <= one.until_day]
        for turn in turns
    }
    early = (turn for turn, staff in there.items() if is_early(stages, [posts(s, turn.on) for s in staff], turn.on))
    return frozenset(early)


def _in_order(turn: TeamTurn) -> tuple[date, str]:
    return turn.on, turn.team


def work_out(material: Material, vault: Vault) -> PlannedTurns:
    """The plan, of households as they are walked. Takes part in no transaction: run it beside the door."""
    gap = timedelta(days=material.round.gap_days)
    return plan([_candidate(row, gap, vault) for row in material.to_visit], material.turns)


def _candidate(row: Any, gap: timedelta, vault: Vault) -> ToVisit:
    envelope = KeyEnvelope(vault, key_cell(row.household_id), row.wrapped)
    try:
        door = "" if row.sealed_door is None else envelope.open(row.sealed_door, aad=door_cell(row.household_id))
        spot = spot_of(envelope, row.household_id, row.sealed_place)
    except CannotOpen:
        # It is visited all the same, at the end of its area.
        door, spot = "", None
    not_before = date.min if row.last_visited_on == NEVER else row.last_visited_on + gap
    walk = walk_of(row.area_code, door)
    return ToVisit(row.household_id, row.area_code, walk, int(row.rank == 0), not_before, spot and Spot(*spot))


async def keep(session: Session, asked: Request, material: Material, planned: PlannedTurns) -> str:
    """Write it; the plan's id. What was reached stays; a plan that was made again meanwhile is a StaleVersion."""
    before = material.before
    if before is None:
        # Of two who plan the same at one moment the second is told of the first.
        await only_writer(session, "plans")
        await _check_none(session, material.round.round_id, material.area_code)
        row = session.new(
            VisitPlan,
            plan_id=str(uuid_utils.uuid7()),
            round_id=material.round.round_id,
            area_code=material.area_code,
            left_out=len(planned.left),
            made_at=session.now,
            made_by=asked.actor.subject,
            version=1,
        )
        await session.write_so_far()
    else:
        found = await session.one(VisitPlan, "plan_id", before.plan_id)
        if found is None:
            raise NotFound
        row = found
        asked.check_version(row.version)
        row.left_out, row.made_at, row.made_by = len(planned.left), session.now, asked.actor.subject
        row.version += 1
    given = {household_id for households in planned.turns.values() for household_id in households}
    concerned = sorted(given.union(await planned_of(session, row.plan_id)))
    async with giving_anew(session, row.round_id, concerned):
        kept = await reached_of(session, row)
        turns = sorted({(turn.on, turn.team) for turn in planned.turns})
        await replace_turns(session, row.plan_id, kept, turns)
        _place(session, row.plan_id, planned, frozenset(kept), await last_places(session, row.plan_id))
    await count_turns_of_plans(session, row.round_id, row.plan_id)
    return row.plan_id


def _place(
    session: Session, plan_id: str, planned: PlannedTurns, kept: frozenset[str], last: Mapping[tuple[date, str], int]
) -> None:
    for turn, households in planned.turns.items():
        # Behind those of the list that were reached: no two have one place.
        for place, household_id in enumerate(households, start=last.get((turn.on, turn.team), 0) + 1):
            if household_id not in kept:
                values = {"plan_id": plan_id, "household_id": household_id, "on_day": turn.on}
                session.insert(PlannedHousehold, values | {"team_id": turn.team, "place": place})
