"""The words of the rules about summoned units, as events."""

from typing import Any

from libs.common.events import whistles
from libs.common.events.base import Event
from libs.common.events.task_terms import task_name
from services.dispatch.cases.domain.called import CalledPart, Whistle
from services.dispatch.cases.domain.state import Said, State
from services.dispatch.cases.domain.terms import Action


def called_event(where: dict[str, Any], after: State, said: Said, part: Whistle | CalledPart) -> Event:
    """What is said when units are summoned, and of each step of one of them."""
    if isinstance(part, Whistle):
        return _whistled(where, after, said, part)
    of_part = where | {"task": part.task, "unit_code": part.unit_code}
    match said.action:
        case Action.CALL_ACKNOWLEDGE:
            return whistles.CallAcknowledged(**of_part, note=part.text)
        case Action.CALL_ARRIVE:
            return whistles.UnitArrived(**of_part, area_code=part.area_code, place=part.text, late=part.late)
        case Action.CALL_REPORT:
            return whistles.CallReported(**of_part, note=part.text)
        case Action.CALL_DONE:
            return whistles.CallDone(**of_part, result=part.text, evidence=part.evidence)
    return whistles.CallCancelled(**of_part, reason=part.text)


def _whistled(where: dict[str, Any], after: State, said: Said, called: Whistle) -> Event:
    return whistles.StreetWhistled(
        **where,
        kind=called.kind,
        unit_code=said.by.unit_code or "",
        category_code=after.category_code,
        area_code=called.area_code,
        place=called.place,
        what=called.what,
        units=called.units,
        tasks=tuple(task_name(after.version, unit) for unit in called.units),
        report_due_at=called.report_due_at,
        due_at=called.due_at,
        times=called.times,
    )
