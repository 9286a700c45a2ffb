"""I6: where a case stands, in each service, is what the events say that the service had applied on the cut."""

from collections.abc import Iterator, Mapping
from typing import Any

from huiyin.audit.case import DISPATCH, FOLLOWUP, INTAKE, CaseView, as_applied
from huiyin.audit.cut import Row
from huiyin.audit.dispatching import Support
from huiyin.audit.report import Findings, Invariant
from libs.common.events import cases
from libs.common.events.base import Event
from services.intake.cases.actions.projection import EFFECTS
from services.intake.cases.domain.lifecycle import Action, State, Status, heard, taken

Expected = Mapping[str, Any]
"""Columns and what they should hold; a set where the events allow several values."""


def check_states(view: CaseView, findings: Findings) -> None:
    """Compare the stored state of each service with the fold."""
    for service, table, expect in (
        (INTAKE, "cases", _intake),
        (DISPATCH, "work", _dispatch),
        (FOLLOWUP, "matter", _followup),
    ):
        row, registered = view.row(table), view.of(INTAKE, cases.CaseRegistered, service)
        if row is None or not registered:
            continue
        findings.checked[Invariant.STATE] += 1
        first = registered[0]
        same: dict[str, Any] = {
            "case_no": first.case_no,
            "area_code": first.area_code,
            "kind": first.kind,
            "urgency": first.urgency,
        }
        if "accused_unit" in first.model_fields_set:
            # Registrations of before do not tell it, and intake's row does.
            same["accused_unit"] = first.accused_unit
        for message in _differences(row, {**same, **expect(view, first)}):
            findings.violated(Invariant.STATE, view.case_id, service, message)


def _differences(row: Row, expected: Expected) -> Iterator[str]:
    for column, should in expected.items():
        stored = row[column]
        if stored not in should if isinstance(should, frozenset) else stored != should:
            told = " or ".join(sorted(should)) if isinstance(should, frozenset) else _told(should)
            yield f"{column} is {_told(stored)}, the events say {told}"


def _told(value: object) -> str:
    return "nothing" if value is None else str(value)


_AT_THE_DOOR: Mapping[type[Event], tuple[Action, Mapping[str, Any]]] = {
    cases.CaseSupplemented: (Action.SUPPLEMENT, {}),
    cases.CaseAnsweredDirectly: (Action.ANSWER, {"answered_directly": True}),
    cases.CaseWithdrawn: (Action.WITHDRAW, {}),
}


def _intake(view: CaseView, first: cases.CaseRegistered) -> Expected:
    """By the door's own rules (`domain.lifecycle`)."""
    at_once = first.answered_at_once
    state = State(Status.ANSWERED if at_once else Status.REGISTERED, first.category_code, answered_directly=at_once)
    for one in as_applied(view, INTAKE):
        event = one.event
        if (read := EFFECTS.get(type(event))) is not None and isinstance(event, cases.RoundEvent):
            effect = read(event)
            state = heard(state, event.round, effect.action, **effect.facts)
        elif (own := _AT_THE_DOOR.get(type(event))) is not None:
            state = taken(state, own[0], **own[1]) or state
    return {
        "status": state.status.value,
        "round": state.round,
        "lead_unit": state.lead_unit,
        "category_code": state.category_code,
        "due_at": state.due_at,
        "closing": state.closing,
        "satisfaction": state.satisfaction,
        "answered_directly": state.answered_directly,
    }


_STATUS_AFTER: Mapping[type[Event], str] = {
    cases.TriageQueued: "triage",
    cases.CaseAssigned: "assigned",
    cases.CaseReassigned: "assigned",
    cases.CaseSigned: "signed",
    cases.CaseHandled: "handled",
}


def _dispatch(view: CaseView, first: cases.CaseRegistered) -> Expected:
    """From what dispatch said, and what it silently followed: an answer at the door, a withdrawal, the closing."""
    lead, category, number, status = None, first.category_code, 1, None
    asked, support = False, Support()
    for one in view.said[DISPATCH]:
        event = one.event
        support.follow(event)
        number = getattr(event, "round", number)
        status = _STATUS_AFTER.get(type(event), status)
        match event:
            case cases.TriageQueued():
                lead, asked = None, False
            case cases.CaseAssigned() | cases.CaseReassigned():
                lead, category, asked = event.lead_unit, event.category_code, False
            case cases.ReturnRequested() | cases.ReturnDecided():
                asked = isinstance(event, cases.ReturnRequested)
    answered = (first.answered_at_once and number == 1) or any(
        answer.round == number for answer in view.of(INTAKE, cases.CaseAnsweredDirectly, DISPATCH)
    )
    if answered and status != "handled":
        status, asked = "answered", False
    ends = len(view.of(INTAKE, cases.CaseWithdrawn, DISPATCH)) + len(view.of(FOLLOWUP, cases.CaseClosed, DISPATCH))
    if ends:
        status, asked = "closed", False
    number = max(number, _reopened(view)) if status != "closed" else number
    return {
        "status": status,
        "round": number,
        "lead_unit": lead,
        "category_code": category,
        "return_pending": asked,
        "open_support": support.open if status in ("assigned", "signed") else [],
    }


def _reopened(view: CaseView) -> int:
    """The round that dispatch was told to open last."""
    return max((back.next_round for back in view.of(FOLLOWUP, cases.CaseSentBack, DISPATCH)), default=1)


def _followup(view: CaseView, first: cases.CaseRegistered) -> Expected:
    """From what followup said, and whether it had heard that the round is done."""
    number = 1 + len(view.of(FOLLOWUP, cases.CaseSentBack))
    expected: dict[str, Any] = {
        "round": number,
        "clocks": len(view.of(FOLLOWUP, cases.DeadlineSet)),
        "callback_wanted": first.callback_wanted,
        "closing": None,
        "satisfaction": None,
    }
    closed = view.of(FOLLOWUP, cases.CaseClosed)
    done = (*view.of(DISPATCH, cases.CaseHandled, FOLLOWUP), *view.of(INTAKE, cases.CaseAnsweredDirectly, FOLLOWUP))
    if closed:
        return expected | {
            "status": "closed",
            "closing": closed[-1].closing,
            "satisfaction": closed[-1].satisfaction,
        }
    if any(event.round == number for event in done):
        return expected | {"status": frozenset({"callback", "review"})}
    return expected | {"status": "handling", "lead_unit": lead_heard(view, number)}


def lead_heard(view: CaseView, number: int) -> str | None:
    """The unit that leads a round, as far as followup has heard."""
    lead = None
    for one in view.applied(FOLLOWUP, DISPATCH):
        match one.event:
            case cases.CaseAssigned() | cases.CaseReassigned() if one.event.round == number:
                lead = one.event.lead_unit
            case cases.TriageQueued() if one.event.round == number:
                lead = None
    return lead
