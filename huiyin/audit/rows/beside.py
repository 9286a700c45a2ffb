"""What leaves a case where it stands, as its events tell: parts of units, units that are summoned, and lists."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from huiyin.audit.rows.appraised import APPRAISED, appraised_step
from huiyin.audit.rows.comparing import Columns
from libs.common.events import cases, tasks, whistles
from libs.common.events.base import Event
from libs.common.events.terms import Deadline
from libs.common.rules.machine import Actor
from services.dispatch.asks import domain as asks
from services.dispatch.asks.domain import UnitAsk
from services.dispatch.calls import domain as calls
from services.dispatch.calls.domain import Calls
from services.dispatch.cases.domain.called import CalledPart, Whistle
from services.dispatch.cases.domain.state import FilledList, GivenPart, Said, SupportPart
from services.dispatch.cases.domain.terms import Action
from services.dispatch.tasks.domain import Tasks, due_from

STEPS: Mapping[type[Any], tuple[Action, str]] = {
    whistles.CallAcknowledged: (Action.CALL_ACKNOWLEDGE, "note"),
    whistles.UnitArrived: (Action.CALL_ARRIVE, "place"),
    whistles.CallReported: (Action.CALL_REPORT, "note"),
    whistles.CallDone: (Action.CALL_DONE, "result"),
    whistles.CallCancelled: (Action.CALL_CANCEL, "reason"),
}
"""Each event of a summoned unit's task: the step that it tells, and where its words stand."""


BESIDE: tuple[type[Any], ...] = (
    *(tasks.TaskGiven, tasks.TaskSigned, tasks.TaskReported, cases.TaskDone, cases.TaskCancelled, tasks.ListFilled),
    whistles.StreetWhistled,
    *STEPS,
    *APPRAISED,
)
"""All of them."""


def beside_step(event: Any, by: Actor) -> Said:
    """The step that such an event tells."""
    at, of_unit = event.occurred_at, replace(by, unit_code=getattr(event, "unit_code", by.unit_code))
    match event:
        case tasks.TaskSigned() | tasks.TaskReported():
            action = Action.SUPPORT_SIGN if isinstance(event, tasks.TaskSigned) else Action.SUPPORT_REPORT
            return Said(action, at, SupportPart(event.unit_code, event.note), of_unit, event.note)
        case cases.TaskDone():
            part = SupportPart(event.unit_code, event.result, evidence=event.evidence)
            return Said(Action.SUPPORT_DONE, at, part, of_unit, event.result)
        case cases.TaskCancelled():
            part = SupportPart(event.unit_code, event.reason, event.successor)
            action = Action.SUPPORT_CANCEL if event.successor is None else Action.SUPPORT_HAND_ON
            return Said(action, at, part, by, f"{event.unit_code}: {event.reason}")
        case tasks.TaskGiven():
            given = GivenPart(event.unit_code, event.what, event.measures, event.due_at)
            return Said(Action.SUPPORT_GIVE, at, given, by, f"{given.unit_code}: {given.what}")
        case tasks.ListFilled():
            filled = FilledList(event.list_code, event.edition, event.text)
            return Said(Action.FILL_LIST, at, filled, by, f"{filled.list_code}: {filled.text}")
    return _called_step(event, by)


def edition_of(case_id: str, version: int, said: Said, filled: FilledList) -> Columns:
    """The row of a list that was filled."""
    row: dict[str, Any] = {"case_id": case_id, "version": version, "list_code": filled.list_code}
    row |= {"edition": filled.edition, "text": filled.text}
    return row | {"filled_by": said.by.subject, "filled_by_unit": said.by.unit_code, "filled_at": said.at}


def due_by(event: Event, parts: Tasks, called: Calls) -> tuple[Tasks, Calls]:
    """The tasks of units, of whatever round, with their ends as the clocks say that an event tells of."""
    for clock in event.deadlines if isinstance(event, cases.DeadlineSet) else ():
        if clock.deadline is Deadline.TASK:
            parts = due_from(parts, clock.about, clock.due_at)
        elif clock.deadline is Deadline.CALLED:
            called = calls.due_from(called, clock.about, clock.due_at)
        elif clock.deadline is Deadline.REPORT_IN:
            called = calls.report_due_from(called, clock.about, clock.due_at)
    return parts, called


def decided_by(event: Event, requests: tuple[UnitAsk, ...]) -> tuple[UnitAsk, ...]:
    """What is asked for, with until when it is to be decided as the clocks say that an event tells of."""
    for clock in event.deadlines if isinstance(event, cases.DeadlineSet) else ():
        if clock.deadline is Deadline.DECISION:
            requests = asks.due_from(requests, clock.about, clock.due_at)
    return requests


def _called_step(event: Any, by: Actor) -> Said:
    if isinstance(event, APPRAISED):
        return appraised_step(event, by)
    if isinstance(event, whistles.StreetWhistled):
        until = event.report_due_at, event.due_at
        called = Whistle(event.kind, event.units, event.area_code, event.place, event.what, event.times, *until)
        why = f"{called.kind}: {called.what} -> {', '.join(called.units)}"
        return Said(Action.WHISTLE, event.occurred_at, called, replace(by, unit_code=event.unit_code), why)
    action, field = STEPS[type(event)]
    text = getattr(event, field)
    part = CalledPart(event.task, event.unit_code, text)
    if isinstance(event, whistles.UnitArrived):
        part = replace(part, area_code=event.area_code, late=event.late)
    if isinstance(event, whistles.CallDone):
        part = replace(part, evidence=event.evidence)
    if action is not Action.CALL_CANCEL:
        by = replace(by, unit_code=event.unit_code)
    return Said(action, event.occurred_at, part, by, f"{event.unit_code}: {text}")
