"""Aid that came of a case, as its events tell: each step by its rules, and the step of the case that it is."""

from collections.abc import Mapping
from dataclasses import replace

from libs.common.errors import NotFound
from libs.common.events.aid_terms import AidStep
from libs.common.events.aids import AidEvent, AidFound, AidGranted
from libs.common.rules.machine import Actor, OutOfTurn
from services.dispatch.aids.actions import EVENTS, case_step
from services.dispatch.aids.domain import AidSaid, AidState, evolve
from services.dispatch.cases.domain.state import Said

STEPS: Mapping[type[AidEvent], AidStep] = {tells.event: step for step, tells in EVENTS.items()}

Aids = Mapping[str, AidState]
"""Those of one case, by their ids."""


def after_aid(aids: Aids, event: AidEvent, by: Actor) -> tuple[Aids, Said] | None:
    """The matters of aid after an event, and the step of the case; None for what the matter does not allow."""
    step, of_unit = STEPS[type(event)], replace(by, unit_code=event.unit_code)
    try:
        aid = _found(event, by) if isinstance(event, AidFound) else _stepped(aids, event, step, of_unit)
    except (OutOfTurn, NotFound):
        return None
    asked = case_step(aid, step)
    return {**aids, event.aid_id: aid}, Said(asked.action, event.occurred_at, asked.what, by, asked.why)


def _found(event: AidFound, by: Actor) -> AidState:
    return AidState(
        aid_id=event.aid_id,
        case_id=event.case_id,
        round=event.round,
        kind=event.kind,
        persons=event.persons,
        found_note=event.note,
        found_unit=event.unit_code,
        found_by=by.subject,
        found_by_staff=by.staff_id,
        found_at=event.occurred_at,
    )


def _stepped(aids: Aids, event: AidEvent, step: AidStep, by: Actor) -> AidState:
    aid = aids.get(event.aid_id)
    if aid is None:
        raise NotFound("There is no such aid", "救助事项不存在")
    facts = {"amount_fen": event.amount_fen} if isinstance(event, AidGranted) else {}
    return evolve(aid, AidSaid(step, event.occurred_at, by, event.note, facts))
