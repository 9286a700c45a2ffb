"""What the audit calls legal of cases that are not accepted: two people, no unit, the first round."""

from typing import Any

import pytest

from libs.common.events import accepting, cases
from libs.common.events.terms import Closing
from tests.unit.audit.story import Story, assigned, registered, sent_back, signed

ENDED: dict[str, Any] = {"closing": Closing.NOT_ACCEPTED, "satisfaction": None}
BY_ASKER: dict[str, Any] = {"by": "dispatcher-1", "by_staff": "S-1"}
APPROVED: dict[str, Any] = {"by": "supervisor-1", "by_staff": "S-2", "asked_by_staff": "S-1"}


def queued() -> Story:
    """No rule names a unit."""
    return registered().dispatch(cases.TriageQueued)


def asked(**changes: Any) -> Story:
    """Somebody asks that it be not accepted."""
    return queued().dispatch(accepting.NonacceptanceRequested, **BY_ASKER | changes)


def returned() -> Story:
    """Its unit gave it back."""
    told = signed().dispatch(cases.ReturnRequested, by="li", by_staff="S-9")
    return told.dispatch(cases.ReturnDecided, by="supervisor-1").dispatch(cases.TriageQueued)


LEGAL = {
    "not accepted": asked().dispatch(accepting.CaseNotAccepted, **APPROVED).followup(cases.CaseClosed, **ENDED),
    "refused, and given to a unit": asked()
    .dispatch(accepting.NonacceptanceRefused, by="supervisor-1")
    .dispatch(cases.CaseAssigned, by_rule=False),
    "refused, and asked for again": asked()
    .dispatch(accepting.NonacceptanceRefused, by="supervisor-1")
    .dispatch(accepting.NonacceptanceRequested, **BY_ASKER)
    .dispatch(accepting.CaseNotAccepted, **APPROVED),
    "given back, and not accepted": returned()
    .dispatch(accepting.NonacceptanceRequested, **BY_ASKER)
    .dispatch(accepting.CaseNotAccepted, **APPROVED)
    .followup(cases.CaseClosed, **ENDED),
    "answered at the door meanwhile": asked()
    .intake(cases.CaseAnsweredDirectly)
    .dispatch(accepting.CaseNotAccepted, deaf=False, **APPROVED)
    .followup(cases.CallbackDue),
}
ILLEGAL = {
    "closed on nobody's word": (queued().followup(cases.CaseClosed, **ENDED), "nobody had approved that"),
    "approved by who asked": (
        asked().dispatch(accepting.CaseNotAccepted, **APPROVED | {"by": "dispatcher-1", "by_staff": None}),
        "whoever asked that it be not accepted decided on it",
    ),
    "approved by another account of who asked": (
        asked().dispatch(accepting.CaseNotAccepted, **APPROVED | {"by_staff": "S-1"}),
        "whoever asked that it be not accepted decided on it",
    ),
    "closed on one person's word": (
        asked()
        .dispatch(accepting.CaseNotAccepted, **APPROVED | {"by_staff": "S-1"})
        .followup(cases.CaseClosed, **ENDED),
        "closed as not accepted on the word of one person",
    ),
    "refused by who asked": (
        asked().dispatch(accepting.NonacceptanceRefused, **BY_ASKER),
        "whoever asked that it be not accepted decided on it",
    ),
    "approved unasked": (
        queued().dispatch(accepting.CaseNotAccepted, **APPROVED),
        "follows TriageQueued in its round",
    ),
    "of a case in hand": (
        assigned().dispatch(accepting.NonacceptanceRequested, **BY_ASKER),
        "follows CaseAssigned in its round",
    ),
    "with another door than was asked for": (
        asked().dispatch(accepting.CaseNotAccepted, **APPROVED | {"go_to": "别处"}),
        "with another door to go to",
    ),
    "as if somebody else had asked": (
        asked().dispatch(accepting.CaseNotAccepted, **APPROVED | {"asked_by": "x"}),
        "names somebody else than who asked for it",
    ),
    "by who gave it back": (
        returned().dispatch(accepting.NonacceptanceRequested, by="another", by_staff="S-9"),
        "whoever gave the case back has a say",
    ),
    "by the unit that gave it back": (
        returned()
        .dispatch(accepting.NonacceptanceRequested, **BY_ASKER)
        .dispatch(accepting.CaseNotAccepted, **APPROVED | {"by_unit": "D-A"}),
        "whoever gave the case back has a say",
    ),
    "by who is complained about": (
        Story()
        .intake(cases.CaseRegistered, accused_unit="D-C", accused_staff=("S-2",))
        .dispatch(cases.TriageQueued)
        .dispatch(accepting.NonacceptanceRequested, **BY_ASKER)
        .dispatch(accepting.CaseNotAccepted, **APPROVED),
        "S-2 has a say in whether the complaint about itself is accepted",
    ),
    "after the citizen had it done again": (
        sent_back()
        .dispatch(cases.TriageQueued, round=2)
        .dispatch(accepting.NonacceptanceRequested, round=2, **BY_ASKER)
        .dispatch(accepting.CaseNotAccepted, round=2, **APPROVED)
        .followup(cases.CaseClosed, round=2, **ENDED),
        "closed as not accepted, though it had been taken on",
    ),
    "closed though it was answered": (
        asked()
        .intake(cases.CaseAnsweredDirectly)
        .dispatch(accepting.CaseNotAccepted, **APPROVED)
        .followup(cases.CaseClosed, **ENDED),
        "closed as not accepted, though it had been taken on",
    ),
}


@pytest.mark.parametrize("name", LEGAL)
def test_a_legal_history_has_no_problems(name: str) -> None:
    assert LEGAL[name].problems() == []


@pytest.mark.parametrize("name", ILLEGAL)
def test_an_illegal_step_is_named(name: str) -> None:
    story, expected = ILLEGAL[name]
    problems = story.problems()
    assert any(expected in problem for problem in problems), problems
