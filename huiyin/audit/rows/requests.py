"""What is said of a request of a unit (延期、挂账、终止办理), as the step of dispatch's rules that it was."""

from libs.common.events import accepting, asking
from libs.common.events.asking_terms import RequestKind
from libs.common.rules.machine import SYSTEM, Actor
from services.dispatch.cases.domain.disputed import RaisedRequest
from services.dispatch.cases.domain.state import (
    Nonacceptance,
    RequestRuling,
    Said,
    Wanted,
)
from services.dispatch.cases.domain.terms import Action
from services.dispatch.requests.actions.asking import NOT_IN_TIME
from services.dispatch.requests.actions.raising import TOO_LATE


def request_said(event: asking.UnitRequestEvent, by: Actor) -> Said:
    """The step; ``by`` whom, where it was somebody."""
    at, number = event.occurred_at, event.request
    match event:
        case asking.RequestMade():
            why = f"{event.kind.value}: {event.reason_code}: {event.note}"
            return Said(Action.ASK, at, _wanted(event, event.note), by, why)
        case asking.RequestGranted():
            asked = event.asked_by, event.asked_by_staff
            ruling = RequestRuling(number, event.unit_code, _wanted(event, ""), *asked, event.notice)
            action = Action.TERMINATE if event.kind is RequestKind.TERMINATION else Action.GRANT
            return Said(action, at, ruling, by, event.note)
    ruling = RequestRuling(number, event.unit_code, Wanted(event.kind, "", ""), "")
    if isinstance(event, asking.RequestRefused):
        return Said(Action.REFUSE, at, ruling, by, event.note)
    return Said(Action.LAPSE, at, ruling, SYSTEM, NOT_IN_TIME)


def unaccepted_said(event: accepting.NonacceptanceRequested | accepting.CaseNotAccepted, by: Actor) -> Said:
    """The step by which it is asked that a case be not accepted, or by which that was approved."""
    wanted = Nonacceptance(event.reason_code, event.go_to, event.notice)
    action, why = Action.ASK_NONACCEPTANCE, f"{event.reason_code}: {event.notice} -> {event.go_to}"
    if isinstance(event, accepting.CaseNotAccepted):
        action, why = Action.NOT_ACCEPT, event.note
    return Said(action, event.occurred_at, wanted, by, why)


def raised_said(event: asking.RequestRaised) -> Said:
    """The step by which one goes up that nobody decided in time."""
    raised = RaisedRequest(event.request, event.kind, event.unit_code, event.due_at)
    return Said(Action.RAISE_REQUEST, event.occurred_at, raised, SYSTEM, TOO_LATE)


def _wanted(event: asking.RequestMade | asking.RequestGranted, note: str) -> Wanted:
    counted = event.until, event.days, event.unit
    return Wanted(event.kind, event.reason_code, note, *counted, event.evidence, event.answer)
