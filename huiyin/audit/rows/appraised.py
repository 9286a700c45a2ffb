"""Whistles as a whole: the steps that their events tell, and the rows of consultations, scores and claims."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from huiyin.audit.case import DISPATCH
from huiyin.audit.rows.comparing import Json, WantedRows, columns_of
from libs.common.events import whistles
from libs.common.events.base import Event
from libs.common.events.cases import DeadlineSet
from libs.common.events.terms import Deadline
from libs.common.events.whistle_parts import ScoredPoints
from libs.common.rules.machine import Actor
from services.dispatch.appraisals.domain.evolving import due_from
from services.dispatch.appraisals.domain.state import Appraisal
from services.dispatch.cases.domain.appraising import (
    ClaimRuling,
    Consultation,
    GivenTask,
    Ticked,
    UnitClaim,
    UnitScore,
    WhistleCompletion,
)
from services.dispatch.cases.domain.state import Said
from services.dispatch.cases.domain.terms import Action

APPRAISED: tuple[type[Any], ...] = (
    *(whistles.ConsultationHeld, whistles.WhistleDone, whistles.UnitScored),
    *(whistles.ClaimMade, whistles.ClaimDecided),
)
_TABLES: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "whistles": ("whistle", ("version",), ("criteria",)),
    "consultations": ("consultation", ("version",), ("tasks",)),
    "scores": ("call_score", ("whistle", "unit_code"), ("points", "given")),
    "claims": ("call_claim", ("version",), ()),
}
"""By field of an appraisal its table, by what its rows are told apart, and which of its columns are documents."""


def appraised_step(event: Any, by: Actor) -> Said:
    """The step that such an event tells."""
    at = event.occurred_at
    match event:
        case whistles.ConsultationHeld():
            tasks = tuple(GivenTask(one.task, one.unit_code, one.what, one.measures, one.due_at) for one in event.tasks)
            held = Consultation(event.whistle, event.held_at, event.took_part, event.findings, tasks)
            return Said(Action.CONSULT, at, held, replace(by, unit_code=event.unit_code), event.findings)
        case whistles.WhistleDone():
            criteria = tuple(Ticked(one.code, one.met, one.words) for one in event.criteria)
            why = "; ".join(f"{one.code}: {'是' if one.met else '否'} {one.words}" for one in criteria)
            mark = WhistleCompletion(event.whistle, criteria, event.claims_until)
            return Said(Action.WHISTLE_DONE, at, mark, replace(by, unit_code=event.unit_code), why)
        case whistles.UnitScored():
            return _scored(event, by)
        case whistles.ClaimMade():
            claim = UnitClaim(event.kind, event.whistle, event.task, event.unit_code, event.reason)
            why = f"{event.kind.value}: {event.unit_code}: {event.reason}"
            return Said(Action.CLAIM, at, claim, replace(by, unit_code=event.unit_code), why)
    points = _points(event.points) or None
    about = event.claim, event.kind, event.whistle, event.task, event.unit_code
    action = Action.CLAIM_GRANT if event.granted else Action.CLAIM_REFUSE
    return Said(action, at, ClaimRuling(*about, event.granted, points, event.grade), by, event.note)


def claims_due_by(event: Event, appraisal: Appraisal) -> Appraisal:
    """With until when claims are to be decided, as the clocks say that an event tells of."""
    for clock in event.deadlines if isinstance(event, DeadlineSet) else ():
        if clock.deadline is Deadline.CLAIM:
            appraisal = replace(appraisal, claims=due_from(appraisal.claims, clock.about, clock.due_at))
    return appraisal


def rows_of_appraisal(about: Mapping[str, Any], appraisal: Appraisal) -> Iterator[WantedRows]:
    """What should stand in the four tables about a case."""
    for name, (table, key, documents) in _TABLES.items():
        rows = [dict(about) | columns_of(one) for one in getattr(appraisal, name)]
        yield WantedRows(
            DISPATCH, table, key, [row | {column: Json(row[column]) for column in documents} for row in rows]
        )


def _scored(event: whistles.UnitScored, by: Actor) -> Said:
    points = _points(event.points)
    score = UnitScore(
        event.whistle,
        event.task,
        event.unit_code,
        points,
        event.most,
        event.grade,
        event.never_came,
        event.words,
        event.claims_until,
    )
    why = f"{event.unit_code}: {sum(points.values())}/{event.most} {event.grade}: {event.words}"
    return Said(Action.SCORE, event.occurred_at, score, replace(by, unit_code=event.street_unit), why)


def _points(said: tuple[ScoredPoints, ...]) -> dict[str, int]:
    return {one.code: one.points for one in said}
