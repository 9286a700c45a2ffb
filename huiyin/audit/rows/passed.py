"""What is said of a case that is passed on among the levels, as the step of dispatch's rules that it was."""

from dataclasses import replace

from libs.common.events import passing
from libs.common.rules.machine import SYSTEM, Actor
from services.dispatch.cases.domain.state import NewChain, Said
from services.dispatch.cases.domain.terms import Action


def passed_said(event: passing.CaseDelegated | passing.CaseRaised, by: Actor) -> Said:
    """Down, back, up, or to the successor of a unit that it was delegated to."""
    code = event.reason_code if isinstance(event, passing.CaseRaised) else ""
    what = NewChain(event.working_unit, event.lead_unit, event.delegates, event.note, code)
    action, by = Action.RAISE, replace(by, unit_code=event.from_unit)
    why = f"{code}: {event.note} -> {event.working_unit}" if code else f"{event.note} -> {event.working_unit}"
    if isinstance(event, passing.CaseDelegated):
        action = Action.RECALL if event.recalled else Action.DELEGATE
        by = replace(by, unit_code=event.working_unit) if event.recalled else by
    if getattr(event, "succession", False):
        action, by, why = Action.SUCCEED, SYSTEM, event.note
    return Said(action, event.occurred_at, what, by, why)
