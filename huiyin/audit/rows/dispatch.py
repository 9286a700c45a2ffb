"""The rows of dispatch: the case with its history, the decisions, the requests and the tasks (`work`)."""

from collections.abc import Iterator, Mapping
from typing import Any

from huiyin.audit.case import DISPATCH, INTAKE, CaseView, as_applied
from huiyin.audit.packs import Packs
from huiyin.audit.rows.appraised import rows_of_appraisal
from huiyin.audit.rows.comparing import Json, WantedRows, also_accused_in, as_told, columns_of
from huiyin.audit.rows.mediations import Mediations
from huiyin.audit.rows.named import Who
from huiyin.audit.rows.work import CaseWithUnits
from libs.common.events import cases
from services.dispatch.appraisals.domain.state import Appraisal
from services.dispatch.calls.domain import CallState, CallStatus
from services.dispatch.duty_rules.domain import SettledDuty, fold
from services.dispatch.tasks.domain import TaskState, TaskStatus

_REGISTERED = ("case_id", "case_no", "area_code", "kind", "urgency", "confidential", "accused_unit")


def rows_of_dispatch(view: CaseView, _packs: Packs) -> Iterator[WantedRows]:
    """What should stand in dispatch's tables."""
    registered = view.of(INTAKE, cases.CaseRegistered, DISPATCH)
    case = CaseWithUnits(view, registered[0]) if registered else None
    if case is not None:
        for one in as_applied(view, DISPATCH, case.next_from):
            case.take(one)
        yield WantedRows(DISPATCH, "work", (), [_row(view, case)])
    yield WantedRows(DISPATCH, "dispatch.transition", ("version",), [] if case is None else case.steps)
    yield WantedRows(DISPATCH, "decision", ("version",), [] if case is None else case.decisions)
    about = {} if case is None else {"case_id": case.first.case_id}
    asked = [] if case is None else [about | columns_of(request) for request in case.requests]
    yield WantedRows(DISPATCH, "request", ("version",), asked)
    sessions = [] if case is None else [about | columns_of(one) for one in case.sessions]
    yield WantedRows(DISPATCH, "arbitration", ("version",), sessions)
    heard = [] if case is None else [about | columns_of(one) for one in case.hearings]
    yield WantedRows(DISPATCH, "hearing", ("version",), heard)
    ruled: dict[str, SettledDuty] = {}
    for one in view.said[DISPATCH]:
        fold(ruled, one.event)
    yield WantedRows(DISPATCH, "duty_rule", ("rule_id",), [columns_of(rule) for rule in ruled.values()])
    yield WantedRows(DISPATCH, "case_list", ("version",), [] if case is None else case.lists)
    calls = [] if case is None else [about | columns_of(call) | _answers_for(case, call) for call in case.calls]
    yield WantedRows(DISPATCH, "call", ("version", "unit_code"), calls)
    yield from rows_of_appraisal(about, Appraisal() if case is None else case.appraisal)
    letters = [] if case is None else [columns_of(letter) for letter in case.matters.letters.values()]
    yield WantedRows(DISPATCH, "letter", ("letter_id",), letters)
    mediated = Mediations() if case is None else case.matters.mediations
    rows = [columns_of(mediation) for mediation in mediated.given.values()]
    yield WantedRows(DISPATCH, "mediation", ("mediation_id",), rows)
    held = [columns_of(entry) for entry in mediated.held]
    aids = [] if case is None else [columns_of(aid) for aid in case.matters.aids.values()]
    risks = [] if case is None else [columns_of(risk) for risk in case.matters.risks.values()]
    yield WantedRows(DISPATCH, "risk", ("risk_id",), risks)
    yield WantedRows(DISPATCH, "aid", ("aid_id",), aids)
    yield WantedRows(DISPATCH, "mediation_session", ("mediation_id", "number"), held)
    given = [] if case is None else [about | columns_of(task) | _answers_for(case, task) for task in case.tasks]
    yield WantedRows(DISPATCH, "task", ("version", "unit_code"), given)


def _row(view: CaseView, case: CaseWithUnits) -> Mapping[str, Any]:
    last = max((step["at"] for step in view.rows["dispatch.transition"]), default=None)
    row = as_told(case.first, *_REGISTERED) | dict(case.words) | columns_of(case.state)
    row |= {"also_accused": also_accused_in(view, DISPATCH)}
    row |= {name: getattr(case.state, name) for name in ("list_due_at", "warned", "overdue")}
    row |= _named(case.named.lead)
    return row | {"supplements": Json(row["supplements"]), "stepped_at": frozenset({last, None})}


def _answers_for(case: CaseWithUnits, task: TaskState | CallState) -> dict[str, Any]:
    """Who does for a task; of one that was cancelled nobody."""
    gone = task.status in (TaskStatus.CANCELLED, CallStatus.CANCELLED)
    return _named(None if gone else case.named.parts.get((task.version, task.unit_code)))


def _named(who: Who) -> dict[str, Any]:
    staff_id, at = (None, None) if who is None else who
    return {"responsible_staff": staff_id, "responsible_at": at}
