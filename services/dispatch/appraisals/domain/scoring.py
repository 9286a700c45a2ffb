"""Scoring a summoned unit (评分): whole points by the criteria of the pack, and the grade that they come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from libs.common.errors import invalid
from libs.common.rules.machine import Actor, NotTheirs, OutOfTurn
from services.dispatch.appraisals.domain.consulting import check_street
from services.dispatch.appraisals.domain.state import WhistlesOfCase
from services.dispatch.calls.domain import OPEN_CALLS, CallState, is_late
from services.dispatch.cases.domain.appraising import Points, UnitScore
from services.dispatch.cases.domain.state import Ask, Said, State
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.domain.transitions import decide


class Graded(Protocol):
    """A grade, from so many points on."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def from_points(self) -> int: ...


@dataclass(frozen=True, slots=True)
class ScoreRules:
    """What the pack says of scores: the most of each criterion, and the grades from the best to the worst."""

    most: Points
    grades: Sequence[Graded]
    if_never_came: str
    if_late: str | None


@dataclass(frozen=True, slots=True)
class Scored:
    """Points as somebody gives them, and why."""

    whistle: int
    unit_code: str
    points: Points
    words: str
    claims_until: datetime


def decide_score(
    state: State, standing: WhistlesOfCase, wanted: Scored, rules: ScoreRules, by: Actor, now: datetime
) -> Said:
    """What is said when the street scores a unit.

    Raises:
        NotTheirs: another unit whistled, or whoever scores is of the unit, or worked on its task, by any account.
        OutOfTurn: its task is open, was not its own or was ended before it had to be there, or it was scored before.
        Invalid: points that the pack does not have, or too good for whoever never came, or came late.
    """
    whistle = standing.appraisal.whistle(wanted.whistle)
    check_street(whistle, by)
    call = standing.call(wanted.whistle, wanted.unit_code)
    if call.unit_code in by.units or not by.names.isdisjoint(call.worked_by):
        raise NotTheirs("Nobody scores the own unit, or a task worked on", "不得给本单位或本人经办的任务评分")
    if standing.appraisal.score(wanted.whistle, wanted.unit_code) is not None:
        raise OutOfTurn("The unit was scored, and that stands unless it objects", "已评分，除异议成立外不得更改")
    _check_can_be_scored(call)
    grade = grade_of(call, wanted.points, rules, "points")
    score = UnitScore(
        whistle=wanted.whistle,
        task=call.name,
        unit_code=call.unit_code,
        points=wanted.points,
        most=sum(rules.most.values()),
        grade=grade,
        never_came=call.arrived_at is None,
        words=wanted.words,
        claims_until=wanted.claims_until,
    )
    why = f"{call.unit_code}: {sum(wanted.points.values())}/{score.most} {grade}: {wanted.words}"
    return decide(state, Ask(Action.SCORE, score, why), by, now)


def grade_of(call: CallState, points: Points, rules: ScoreRules, field: str) -> str:
    """The grade that these points come to for a unit that did so.

    Raises:
        OutOfTurn: the pack has nothing to score by.
        Invalid: names the point, or the rule that they are too good for.
    """
    if not rules.most or not rules.grades:
        raise OutOfTurn("The county pack has no scores of summoned units", "县包未规定对报到单位评分")
    for code in points:
        if code not in rules.most:
            raise invalid(f"{field}/{code}", "is none of the pack's criteria", "不是县包规定的评分项")
    for code, most in rules.most.items():
        if not 0 <= points.get(code, -1) <= most:
            raise invalid(f"{field}/{code}", f"must be a whole number from 0 to {most}", f"须为 0 至 {most} 的整数")
    total = sum(points.values())
    found = next(grade for grade in rules.grades if total >= grade.from_points)
    best = _best(call, rules)
    if best is not None and rules.grades.index(found) < rules.grades.index(best[0]):
        allowed, chinese, english = best
        raise invalid(
            field,
            f"come to '{found.code}', and a unit that {english} is '{allowed.code}' at best, as the county pack says",
            f"合计为“{found.name}”；按县包规定，{chinese}的单位最高评为“{allowed.name}”",
        )
    return found.code


def _best(call: CallState, rules: ScoreRules) -> tuple[Graded, str, str] | None:
    """The best grade that it may have, where that is not any, and why."""
    by_code = {grade.code: grade for grade in rules.grades}
    if call.arrived_at is None:
        return by_code[rules.if_never_came], "未报到", "never came"
    return (by_code[rules.if_late], "迟到", "came late") if call.late and rules.if_late is not None else None


def _check_can_be_scored(call: CallState) -> None:
    if call.status in OPEN_CALLS:
        raise OutOfTurn("Its task has not ended", "该单位的任务尚未结束，不能评分")
    if call.given_back:
        raise OutOfTurn("It was found not to be its task", "已认定不属该单位任务，不评分")
    if call.arrived_at is None and not _was_due(call):
        raise OutOfTurn("It was let off before it had to be there", "该单位在报到时限前已撤销召集，不评分")


def _was_due(call: CallState) -> bool:
    """Whether it should have been there before it was let off."""
    return call.ended_at is not None and is_late(call.report_due_at, call.ended_at)
