"""Asking the simulated citizen (模拟回访), and what follows: closed, sent back, called again, or left to a review."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from huiyin.office import errands
from huiyin.office.people import Person
from huiyin.replay.citizens import SIMULATED, CitizenReply, Experience, ask
from huiyin.replay.planning import begin_next_round
from huiyin.replay.stage import Doing, Life, Stage
from libs.common.pack.schema import AnswerKind, Question, UnitLevel
from libs.common.security.principal import Role

_CALLERS = 4
_TRY_AGAIN_SHARE = 0.15


class NoCallback(Exception):
    """The queue does not show the callback that should be due."""


async def call_back(stage: Stage, life: Life, at: datetime) -> None:
    """One try to reach the citizen."""
    life.callback_id = life.callback_id or stage.callbacks.pop((life.case_id, life.round), "")
    if not life.callback_id:
        raise NoCallback(f"no callback is due for round {life.round}")
    life.attempts += 1
    reply = ask(life.habits.draws, Experience(life.round, life.row.result_kind, life.lateness), life.attempts)
    errand = errands.call(life.callback_id, answers(stage.directory.callback.questions, reply))
    found = await _caller(stage, life).do(errand)
    _go_on(stage, life, at, found)


def answers(questions: Sequence[Question], reply: CitizenReply) -> dict[str, Any]:
    """The record of a try: what the citizen says to the questions that the pack asks, and to no other."""
    body = {name: value for name, value in asdict(reply).items() if value is not None}
    asked = {question.answer for question in questions}
    for answer in (AnswerKind.CONTACTED, AnswerKind.SOLVED):
        if answer not in asked:
            body.pop(answer.value, None)
    if reply.satisfaction is not None:
        own = (one.code for one in questions if one.answer is AnswerKind.NOTE and one.required)
        body["notes"] = dict.fromkeys(own, f"{SIMULATED}无")
    return body


async def review(stage: Stage, life: Life, at: datetime) -> None:
    """核实: somebody else decides about a citizen who was never reached."""
    again = life.reviews == 0 and life.habits.draws.happens(_TRY_AGAIN_SHARE, "try again")
    life.reviews += 1
    decision = "try_again" if again else "close_unverified"
    errand = errands.review(life.callback_id, decision, f"{SIMULATED}多次未能接通")
    found = await stage.person(Role.SUPERVISOR).do(errand)
    _go_on(stage, life, at, found)


async def read_queue(stage: Stage, at: datetime) -> None:
    """Look at the whole queue of citizens to be called by now, as the callers do (待回访)."""
    with stage.clock.at(at):
        due = stage.person(Role.CALLER).listed(errands.CALLBACKS, state="due", due_before=_text(at))
        async for item in due:
            stage.callbacks[item["case_id"], item["round"]] = item["callback_id"]


def _go_on(stage: Stage, life: Life, at: datetime, found: dict[str, Any]) -> None:
    match found["status"]:
        case "closed":
            life.ended = True
            stage.journal.ended += 1
        case "review":
            stage.plan(life, life.habits.reviewed_at(at), Doing.REVIEW)
        case "handling":
            begin_next_round(stage, life, at, found["current_round"])
        case _:
            since = max(at, datetime.fromisoformat(found["next_try_at"]))
            stage.plan(life, life.habits.called_at(since, life.round, life.attempts + 1), Doing.CALL_BACK)


def _caller(stage: Stage, life: Life) -> Person:
    """A caller of the hotline; never one of the unit that handled the case."""
    hotlines = [unit.code for unit in stage.directory.units(UnitLevel.HOTLINE) if unit.code != life.lead_unit]
    name = str(life.index % _CALLERS + 1)
    return stage.person(Role.CALLER, name, unit=hotlines[0] if hotlines else None)


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
