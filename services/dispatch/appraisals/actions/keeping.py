"""A step of a case with its whistles: with their tasks, consultations, scores and claims."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from sqlmodel import SQLModel

from libs.common.database.session import Session
from libs.common.events.cases import DeadlineSet
from libs.common.events.terms import Deadline
from libs.common.rules.steps import keep_beside, seen_of
from services.dispatch.appraisals.domain.evolving import concern, due_from, evolve
from services.dispatch.appraisals.domain.state import (
    Appraisal,
    ClaimedState,
    ConsultationState,
    ScoreState,
    WhistlesOfCase,
    WhistleState,
)
from services.dispatch.appraisals.tables import CallScoreRow, ClaimRow, ConsultationRow, WhistleRow
from services.dispatch.calls import actions as calls
from services.dispatch.cases.domain.state import Said
from services.dispatch.cases.tables import Case

_KEPT: Mapping[str, tuple[type[SQLModel], type[Any], tuple[str, ...]]] = {
    "whistles": (WhistleRow, WhistleState, ("version",)),
    "consultations": (ConsultationRow, ConsultationState, ("version",)),
    "scores": (CallScoreRow, ScoreState, ("scored_at", "whistle", "unit_code")),
    "claims": (ClaimRow, ClaimedState, ("version",)),
}
"""By field of an appraisal its table, its state, and the order of its rows."""


async def apply(session: Session, case: Case, said: Said) -> None:
    """Take the step: row, history, ledger, tasks, and what of its whistles it moves."""
    after = await calls.apply(session, case, said)
    if not concern(said):
        return
    rows = {name: await _rows(session, case.case_id, name) for name in _KEPT}
    before = _seen(rows)
    moved = evolve(before, after, said)
    for name, (table, _, _) in _KEPT.items():
        if getattr(moved, name) is not getattr(before, name):
            states = getattr(before, name), getattr(moved, name)
            keep_beside(session, table, rows[name], *states, case_id=case.case_id)


async def note_due(session: Session, event: DeadlineSet) -> None:
    """Until when what units claim is to be decided, as its clocks say."""
    ends = [one for one in event.deadlines if one.deadline is Deadline.CLAIM]
    rows = await _rows(session, event.case_id, "claims") if ends else []
    before = claims = tuple(seen_of(ClaimedState, row) for row in rows)
    for one in ends:
        claims = due_from(claims, one.about, one.due_at)
    keep_beside(session, ClaimRow, rows, before, claims)


async def whistles_of(session: Session, case: Case) -> WhistlesOfCase:
    """What the rules see of a case's whistles."""
    rows = {name: await _rows(session, case.case_id, name) for name in _KEPT}
    return WhistlesOfCase(await calls.calls_for(session, case), _seen(rows))


async def _rows(session: Session, case_id: str, name: str) -> list[Any]:
    table, _, order = _KEPT[name]
    return sorted(await session.rows(table, "case_id", case_id), key=attrgetter(*order))


def _seen(rows: Mapping[str, list[Any]]) -> Appraisal:
    seen = {name: tuple(seen_of(state, row) for row in rows[name]) for name, (_, state, _) in _KEPT.items()}
    return Appraisal(**seen)
