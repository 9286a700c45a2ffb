"""What is said of an arbitration (争议裁定), as the step of dispatch's rules that it was."""

from dataclasses import replace

from libs.common.events import arbitration
from libs.common.rules.machine import SYSTEM, Actor
from services.dispatch.cases.domain.disputed import ArbitrationRuling, Dispute, UnitStatement
from services.dispatch.cases.domain.state import (
    Assignment,
    Said,
)
from services.dispatch.cases.domain.terms import Action


def dispute_said(event: arbitration.ArbitrationEvent, by: Actor) -> Said:
    """The step by which it was opened, or by which a unit was heard."""
    at = event.occurred_at
    if isinstance(event, arbitration.UnitHeard):
        what = UnitStatement(event.arbitration, event.unit_code, event.words, absent=event.absent)
        return Said(Action.HEAR_UNIT, at, what, by, f"{event.unit_code}: {event.words}")
    if not isinstance(event, arbitration.ArbitrationOpened):
        raise TypeError(f"{type(event).__name__} opens no arbitration, and hears no unit")
    dispute = Dispute(event.units, event.question, event.by_rule)
    if event.by_rule:
        return Said(Action.ARBITRATE, at, dispute, SYSTEM, event.question)
    return Said(Action.CALL_ARBITRATION, at, dispute, by, f"{event.question}: {', '.join(event.units)}")


def ruled_said(event: arbitration.ArbitrationRuled, found: Assignment, by: Actor) -> Said:
    """The step by which a unit was named; ``found`` is the assignment that was said with it."""
    ruling = ArbitrationRuling(event.arbitration, event.units, event.minutes, event.files, event.words)
    return Said(Action.RULE, event.occurred_at, replace(found, ruling=ruling), by, found.explanation)
