"""Histories written by hand, step by step."""

from typing import Any

from bench.said import DUE, T, said
from huiyin.audit.case import CaseView, LedgerSaid
from huiyin.audit.histories import check_history
from huiyin.audit.report import Findings
from libs.common.events import cases, citizens
from libs.common.events.cases import CaseEvent
from libs.common.events.terms import Reached, Satisfaction

__all__ = ["DUE", "T"]

CASE = "c1"
_EMPTY = (
    *("events", "heads", "marks", "transit", "cases", "matter", "clock", "callback", "fact"),
    *("work", "dispatch.transition", "decision", "request", "task"),
)
ANGRY: dict[str, Any] = {"satisfaction": Satisfaction.NOT_SATISFIED, "solved": False}
NOBODY: dict[str, Any] = {"reached": Reached.NO_ANSWER, "valid": False, "solved": None, "satisfaction": None}


class Story:
    """A case told step by step; each speaker has heard everything before it unless ``deaf``."""

    def __init__(self) -> None:
        self.view = CaseView(CASE, dict.fromkeys(_EMPTY, ()))

    def say(self, service: str, kind: type[CaseEvent], /, *, deaf: bool = False, **changes: object) -> "Story":
        """One more event."""
        spoken = self.view.said[service]
        causes = {} if deaf else {other: len(events) for other, events in self.view.said.items() if other != service}
        spoken.append(LedgerSaid(service, len(spoken) + 1, causes, said(kind, CASE, **changes), T))
        return self

    def intake(self, kind: type[CaseEvent], /, *, deaf: bool = False, **changes: object) -> "Story":
        """The door says it."""
        return self.say("intake", kind, deaf=deaf, **changes)

    def dispatch(self, kind: type[CaseEvent], /, *, deaf: bool = False, **changes: object) -> "Story":
        """Dispatch says it."""
        return self.say("dispatch", kind, deaf=deaf, **changes)

    def followup(self, kind: type[CaseEvent], /, *, deaf: bool = False, **changes: object) -> "Story":
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


def wished() -> Story:
    """Somebody says that the citizen takes it back."""
    return signed().intake(citizens.WithdrawalWished, by="op")


def of_two() -> Story:
    """The same of a case of two requesters."""
    return signed().dispatch(cases.CaseHandled).followup(cases.CallbackDue, requesters=("first", "second"))


def sent_back() -> Story:
    """The citizen was not satisfied."""
    return handled().followup(cases.CallbackTried, **ANGRY).followup(cases.CaseSentBack)


def solved() -> Story:
    """Closed with the citizen's word."""
    return handled().followup(cases.CallbackTried).followup(cases.CaseClosed)
