"""The words of the rules about whistles as a whole and their appraisal, as events."""

from typing import Any

from libs.common.events import whistles
from libs.common.events.base import Event
from libs.common.events.whistle_parts import ConsultedTask, ScoredPoints, TickedCriterion
from services.dispatch.cases.domain.appraising import (
    Appraising,
    ClaimRuling,
    Consultation,
    GivenTask,
    Points,
    Ticked,
    UnitScore,
    WhistleCompletion,
)
from services.dispatch.cases.domain.state import Said, State


def appraised_event(where: dict[str, Any], after: State, said: Said, what: Appraising) -> Event:
    """What is said of each."""
    street: dict[str, Any] = where | {"whistle": what.whistle, "unit_code": said.by.unit_code or ""}
    match what:
        case Consultation():
            return whistles.ConsultationHeld(
                **street,
                held_at=what.held_at,
                took_part=what.took_part,
                findings=what.findings,
                tasks=tuple(map(_task, what.tasks)),
            )
        case WhistleCompletion():
            criteria = tuple(map(_ticked, what.criteria))
            return whistles.WhistleDone(**street, criteria=criteria, claims_until=what.claims_until)
        case UnitScore():
            return _scored(where, said, what)
        case ClaimRuling():
            answer: dict[str, Any] = {"granted": what.granted, "note": said.why, "grade": what.grade}
            answer["points"] = () if what.points is None else points_said(what.points)
            return whistles.ClaimDecided(**where, **answer, **_of_claim(what, what.claim))
    return whistles.ClaimMade(**where, **_of_claim(what, after.version), reason=what.reason)


def points_said(points: Points) -> tuple[ScoredPoints, ...]:
    """As they travel."""
    return tuple(ScoredPoints(code=code, points=got) for code, got in points.items())


def _scored(where: dict[str, Any], said: Said, score: UnitScore) -> Event:
    return whistles.UnitScored(
        **where,
        whistle=score.whistle,
        task=score.task,
        unit_code=score.unit_code,
        street_unit=said.by.unit_code or "",
        points=points_said(score.points),
        most=score.most,
        grade=score.grade,
        never_came=score.never_came,
        words=score.words,
        claims_until=score.claims_until,
    )


def _of_claim(what: Any, number: int) -> dict[str, Any]:
    about = {"kind": what.kind, "whistle": what.whistle, "task": what.task, "unit_code": what.unit_code}
    return about | {"claim": number}


def _task(given: GivenTask) -> ConsultedTask:
    about: dict[str, Any] = {"task": given.task, "unit_code": given.unit_code, "what": given.what}
    return ConsultedTask(**about, measures=given.measures, due_at=given.due_at)


def _ticked(one: Ticked) -> TickedCriterion:
    return TickedCriterion(code=one.code, met=one.met, words=one.words)
