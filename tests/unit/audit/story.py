"""Histories written by hand, step by step."""

from datetime import UTC, datetime, timedelta
from typing import Any

from huiyin.audit.case import CaseView, Said
from huiyin.audit.histories import check_history
from huiyin.audit.report import Findings
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.terms import (
    Channel,
    Closing,
    Deadline,
    Kind,
    Reached,
    ResultKind,
    Satisfaction,
    SupervisionLevel,
    Urgency,
)

CASE = "c1"
T = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DUE = T + timedelta(days=1)
_EMPTY = (
    *("events", "heads", "marks", "transit", "cases", "matter", "clock", "callback", "fact"),
    *("work", "dispatch.transition", "decision", "request", "task"),
)
_FIELDS: dict[type[Event], dict[str, object]] = {
    cases.CaseAssigned: {
        "lead_unit": "D-A",
        "category_code": "01",
        "by_rule": True,
        "explanation": "rule",
        "pack_version": 1,
    },
    cases.CaseReassigned: {
        "from_unit": "D-A",
        "lead_unit": "D-B",
        "category_code": "01",
        "explanation": "hand",
        "pack_version": 1,
    },
    cases.TriageQueued: {"reason": "no rule"},
    cases.CaseSigned: {"unit_code": "D-A"},
    cases.ProgressReported: {"unit_code": "D-A", "note": "half"},
    cases.CaseHandled: {"unit_code": "D-A", "result_kind": ResultKind.SUBSTANTIVE, "result": "done"},
    cases.TaskDone: {"unit_code": "D-C", "result": "helped"},
    cases.TaskCancelled: {"unit_code": "D-C", "reason": "no need"},
    cases.ReturnRequested: {"unit_code": "D-A", "reason_code": "x", "note": "not ours"},
    cases.ReturnDecided: {"unit_code": "D-A", "approved": True, "note": "yes"},
    cases.DeadlineSet: {
        "deadline": Deadline.HANDLE,
        "unit_code": "D-A",
        "starts_at": T,
        "warn_at": T,
        "due_at": DUE,
        "pack_version": 1,
    },
    cases.DeadlineWarned: {"deadline": Deadline.HANDLE, "unit_code": "D-A", "due_at": DUE},
    cases.DeadlineMissed: {"deadline": Deadline.HANDLE, "unit_code": "D-A", "due_at": DUE, "occurred_at": DUE},
    cases.CallbackDue: {"handling_unit": "D-A"},
    cases.CallbackTried: {
        "attempt": 1,
        "reached": Reached.ANSWERED,
        "valid": True,
        "solved": True,
        "satisfaction": Satisfaction.SATISFIED,
        "caller": "x",
    },
    cases.CaseSentBack: {"next_round": 2, "unit_code": "D-A", "words": "no"},
    cases.CaseClosed: {"closing": Closing.SUBSTANTIVE, "satisfaction": Satisfaction.SATISFIED},
    cases.SupervisionIssued: {
        "supervision_id": "s1",
        "level": SupervisionLevel.REMINDER,
        "unit_code": "D-A",
        "reason": "late",
        "by_rule": True,
    },
    cases.SupervisionReplied: {"supervision_id": "s1", "unit_code": "D-A", "reply": "soon"},
    cases.CaseWithdrawn: {"reason": "gone"},
    cases.CaseSupplemented: {"text": "more"},
    cases.CaseAnsweredDirectly: {"answer": "so"},
    cases.CaseRegistered: {
        "case_no": "1",
        "channel": Channel.HOTLINE,
        "kind": Kind.COMPLAINT,
        "urgency": Urgency.NORMAL,
        "category_code": "01",
        "area_code": "999001000000",
        "title": "t",
        "text": "t",
        "pack_version": 1,
        "registered_at": T,
    },
}
ANGRY: dict[str, Any] = {"satisfaction": Satisfaction.NOT_SATISFIED, "solved": False}
NOBODY: dict[str, Any] = {"reached": Reached.NO_ANSWER, "valid": False, "solved": None, "satisfaction": None}


class Story:
    """A case told step by step; each speaker has heard everything before it unless ``deaf``."""

    def __init__(self) -> None:
        self.view = CaseView(CASE, dict.fromkeys(_EMPTY, ()))

    def say(self, service: str, kind: type[Event], *, deaf: bool = False, **changes: object) -> "Story":
        """One more event."""
        values: dict[str, object] = {"occurred_at": T, "case_id": CASE, "round": 1, **_FIELDS[kind], **changes}
        said = self.view.said[service]
        causes = {} if deaf else {other: len(events) for other, events in self.view.said.items() if other != service}
        said.append(Said(service, len(said) + 1, causes, kind.model_validate(values), T))
        return self

    def intake(self, kind: type[Event], *, deaf: bool = False, **changes: object) -> "Story":
        """The door says it."""
        return self.say("intake", kind, deaf=deaf, **changes)

    def dispatch(self, kind: type[Event], *, deaf: bool = False, **changes: object) -> "Story":
        """Dispatch says it."""
        return self.say("dispatch", kind, deaf=deaf, **changes)

    def followup(self, kind: type[Event], *, deaf: bool = False, **changes: object) -> "Story":
        """Followup says it."""
        return self.say("followup", kind, deaf=deaf, **changes)

    def problems(self) -> list[str]:
        """What the audit finds."""
        findings = Findings()
        check_history(self.view, findings)
        return [f"{one.service} {one.message}" for one in findings.violations]


def registered() -> Story:
    """Accepted."""
    return Story().intake(cases.CaseRegistered)


def assigned() -> Story:
    """With a unit, and its clock."""
    return registered().dispatch(cases.CaseAssigned).followup(cases.DeadlineSet)


def signed() -> Story:
    """The unit has taken it on."""
    return assigned().dispatch(cases.CaseSigned)


def handled() -> Story:
    """The unit says it is done, and the citizen is to be asked."""
    return signed().dispatch(cases.CaseHandled).followup(cases.CallbackDue)


def sent_back() -> Story:
    """The citizen was not satisfied."""
    return handled().followup(cases.CallbackTried, **ANGRY).followup(cases.CaseSentBack)


def solved() -> Story:
    """Closed with the citizen's word."""
    return handled().followup(cases.CallbackTried).followup(cases.CaseClosed)
