"""Visits of one household as their events make them (I6), folded by the visits' own rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import orjson
from pydantic import BaseModel

from huiyin.audit.case import INTAKE, CaseView
from huiyin.audit.rows.comparing import Columns, Json, MaskedText, Unseen, WantedRows, by_whom
from libs.common.events.visit_terms import MatterEnd, VisitStep
from libs.common.events.visits import (
    VisitCorrected,
    VisitedMatter,
    VisitEvent,
    VisitFacts,
    VisitRecorded,
    VisitVoided,
    VisitVoidRefused,
    VisitVoidRequested,
)
from libs.common.rules.machine import SYSTEM, Actor, Refused
from libs.common.visits.placing import SeenVisit
from services.intake.visits.domain import Said, State, Status, evolve

_WITH_HOUSEHOLD = "(SELECT v.household_id, t.* FROM intake.{table} AS t JOIN intake.visit AS v USING (visit_id))"
TABLES = {"visit": "intake.visit"} | {
    table: _WITH_HOUSEHOLD.format(table=table) for table in ("visit_worker", "visit_matter", "visit_change")
}
"""Every table of intake with rows about visits, each with the household."""
STEPS: Mapping[type[VisitEvent], VisitStep] = {
    VisitRecorded: VisitStep.RECORD,
    VisitCorrected: VisitStep.CORRECT,
    VisitVoidRequested: VisitStep.ASK_VOID,
    VisitVoided: VisitStep.CONFIRM_VOID,
    VisitVoidRefused: VisitStep.REFUSE_VOID,
}
_AS_TOLD = (
    "visit_id", "household_id", "day", "started_at", "ended_at", "slot", "outcome", "area_code", "place_code", "guide",
    "duplicate_of", "recorded_at",
)  # fmt: skip
_LISTS = ("staff_ids", "purposes", "topics", "photos", "rounds")
_ZONES = (timedelta(hours=-12), timedelta(), timedelta(hours=14))
"""From UTC to the places that are furthest behind and ahead of it: their days are all that a place's day can be."""


@dataclass(slots=True)
class RecordedVisit:
    """A visit's record: its facts as they were told last, and where it stands."""

    facts: VisitFacts
    state: State = field(default_factory=State)
    changes: list[Columns] = field(default_factory=list)

    @property
    def seen(self) -> SeenVisit:
        """As rounds see it."""
        told = self.facts
        return SeenVisit(
            told.visit_id,
            told.day,
            told.outcome,
            told.slot,
            frozenset(told.purposes),
            frozenset(told.rounds),
            told.recorded_at,
            duplicate=told.duplicate_of is not None,
            staff_ids=tuple(told.staff_ids),
        )


def records_of(view: CaseView) -> Mapping[str, RecordedVisit]:
    """By id every visit of a household. What was not allowed is told by the history; it changes no status."""
    found: dict[str, RecordedVisit] = {}
    for event in view.of(INTAKE, VisitEvent):
        record = found.get(event.visit_id)
        if record is None:
            if not isinstance(event, VisitFacts):
                continue
            record = found[event.visit_id] = RecordedVisit(event)
        _take(record, event)
    return found


def living(records: Mapping[str, RecordedVisit]) -> list[RecordedVisit]:
    """Those that are not void."""
    return [record for record in records.values() if record.state.status is not Status.VOID]


def rows_wanted(records: Mapping[str, RecordedVisit]) -> Iterator[WantedRows]:
    """What should stand in each table that has rows about the visits of a household."""
    every = list(records.values())
    yield WantedRows(INTAKE, "visit", ("visit_id",), [_visit(one) for one in every])
    workers = [
        {"visit_id": one.facts.visit_id, "staff_id": staff_id, "started_at": one.facts.started_at}
        for one in every
        for staff_id in dict.fromkeys(one.facts.staff_ids)
    ]
    yield WantedRows(INTAKE, "visit_worker", ("visit_id", "staff_id"), workers)
    matters = [_matter(one.facts.visit_id, matter) for one in every for matter in one.facts.matters]
    yield WantedRows(INTAKE, "visit_matter", ("visit_id", "number"), matters)
    changes = [change for one in every for change in one.changes]
    yield WantedRows(INTAKE, "visit_change", ("visit_id", "version"), changes)


def actor_of(event: VisitEvent) -> Actor:
    """Who took the step. That another visit of its day is otherwise follows by itself, whoever brought that about."""
    if isinstance(event, VisitCorrected) and event.changed == ("duplicate_of",):
        return SYSTEM
    return Actor(event.by or "", event.by_unit, event.by_staff)


def _take(record: RecordedVisit, event: VisitEvent) -> None:
    before, was = record.state, record.facts
    facts = event if isinstance(event, VisitFacts) else was
    actor, step = actor_of(event), STEPS[type(event)]
    why = event.why if isinstance(event, VisitCorrected | VisitVoidRequested | VisitVoided | VisitVoidRefused) else ""
    try:
        after = evolve(before, Said(step, event.occurred_at, facts.staff_ids, actor, why))
    except Refused:
        after = replace(before, version=before.version + 1)
    if before.version == 0:
        after = replace(after, entered_by=actor.person)
    who, unit_code, staff_id = (SYSTEM.subject, None, None) if actor is SYSTEM else by_whom(event)
    record.facts, record.state = facts, after
    record.changes.append(
        {
            "visit_id": event.visit_id,
            "version": after.version,
            "action": step,
            "from_status": before.status,
            "to_status": after.status,
            "before": Json(_before(was, event)),
            "who": who,
            "unit_code": unit_code,
            "staff_id": staff_id,
            "at": event.occurred_at,
            "why": MaskedText(why, len(why)),
        }
    )


def _before(was: VisitFacts, event: VisitEvent) -> dict[str, Any]:
    """What was otherwise, as the event before told it."""
    names = event.changed if isinstance(event, VisitCorrected) else ()
    return {name: _document(getattr(was, name)) for name in names}


def _document(value: object) -> Any:
    """As a document of a row has it."""
    return orjson.loads(orjson.dumps(value, default=_plain))


def _plain(value: object) -> object:
    return value.model_dump() if isinstance(value, BaseModel) else str(value)


def _visit(one: RecordedVisit) -> Columns:
    told, state = one.facts, one.state
    return {
        **{name: getattr(told, name) for name in _AS_TOLD},
        **{name: list(getattr(told, name)) for name in _LISTS},
        **{name: Json(_document(getattr(told, name))) for name in ("materials", "findings", "quantities")},
        "status": state.status,
        "entered_by": state.entered_by,
        "entered_on": frozenset((told.recorded_at + zone).date() for zone in _ZONES),
        "void_asked_by": state.void_asked_by,
        "version": state.version,
    }


def _matter(visit_id: str, matter: VisitedMatter) -> Columns:
    """Its words, where it became no case, stand with intake alone."""
    words = Unseen.WORDS if matter.end is MatterEnd.EXPLAINED else None
    return {
        "visit_id": visit_id,
        "number": matter.number,
        "ended": matter.end,
        "kind": matter.kind,
        "category_code": matter.category_code,
        "case_id": matter.case_id,
        "text": words,
        "answer": words,
        "sealed_text": words and Unseen.SEALED,
    }
