"""Mediations of a case, as their events tell: each step by their rules, each session, and the step of the case."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from libs.common.errors import NotFound
from libs.common.events import mediations as told
from libs.common.events.mediation_terms import MediationStep
from libs.common.events.mediations import MediationEvent, MediationGiven, MediationHeld
from libs.common.rules.machine import Actor, OutOfTurn
from services.dispatch.cases.domain.state import Said
from services.dispatch.mediations.actions.keeping import EVENTS, case_step
from services.dispatch.mediations.domain import MediationSaid, MediationState, SessionEntry, evolve

STEPS: Mapping[type[MediationEvent], MediationStep] = {tells.event: step for step, tells in EVENTS.items()}
_FACTS: Mapping[type[MediationEvent], tuple[str, ...]] = {
    told.MediationAgreed: ("terms", "document", "follow_up_on"),
    told.MediationFailed: ("note",),
    told.MediationKept: ("note",),
    told.MediationBroken: ("note",),
    told.MediationWithdrawn: ("note",),
}
"""What a step brings, under the names of columns and of its event's fields."""


@dataclass(frozen=True, slots=True)
class Mediations:
    """Those of one case by their ids, and all their sessions."""

    given: Mapping[str, MediationState] = field(default_factory=dict)
    held: tuple[SessionEntry, ...] = ()


def after_mediation(before: Mediations, event: MediationEvent, by: Actor) -> tuple[Mediations, Said] | None:
    """The mediations after an event, and the step of the case; None for what the mediation does not allow."""
    step, sessions = STEPS[type(event)], before.held
    try:
        mediation = _given(event, by) if isinstance(event, MediationGiven) else _stepped(before, event, step, by)
    except (OutOfTurn, NotFound):
        return None
    if isinstance(event, MediationHeld):
        sessions = (*sessions, _session(event, by))
    asked = case_step(mediation, step)
    said = Said(asked.action, event.occurred_at, asked.what, by, asked.why)
    return replace(before, given={**before.given, event.mediation_id: mediation}, held=sessions), said


def _given(event: MediationGiven, by: Actor) -> MediationState:
    words = {name: getattr(event, name) for name in ("kind", "subject", "mediator", "mediator_unit", "post")}
    who: dict[str, Any] = {"given_by": by.subject, "given_by_staff": by.staff_id, "given_by_unit": by.unit_code}
    about: dict[str, Any] = {"case_id": event.case_id, "round": event.round, "given_at": event.occurred_at}
    return MediationState(mediation_id=event.mediation_id, **words, **who, **about)


def _stepped(before: Mediations, event: MediationEvent, step: MediationStep, by: Actor) -> MediationState:
    mediation = before.given.get(event.mediation_id)
    if mediation is None:
        raise NotFound("There is no such mediation", "调解事项不存在")
    if mediation.mediator != event.mediator:
        raise OutOfTurn("It names another mediator than it was given to", "调解员与委托不符")
    facts: dict[str, Any] = {name: getattr(event, name) for name in _FACTS.get(type(event), ())}
    if isinstance(event, MediationHeld):
        facts["last_held_at"] = max(event.held_at, mediation.last_held_at or event.held_at)
    return evolve(mediation, MediationSaid(step, event.occurred_at, by, facts))


def _session(event: MediationHeld, by: Actor) -> SessionEntry:
    names = ("case_id", "mediation_id", "number", "held_at", "venue", "area_code", "took_part", "people", "note")
    who: dict[str, Any] = {"recorded_by": by.subject, "recorded_by_staff": by.staff_id}
    return SessionEntry(**{name: getattr(event, name) for name in names}, **who, recorded_at=event.occurred_at)
