"""What the audit calls legal and illegal."""

from typing import Any

import pytest

from huiyin.audit.case import in_causal_order
from libs.common.events import cases, door, passing, supervision
from libs.common.events.terms import Closing, Satisfaction
from tests.unit.audit.story import (
    ANGRY,
    NOBODY,
    Story,
    T,
    assigned,
    handled,
    of_two,
    registered,
    sent_back,
    signed,
    solved,
)

SUPPORTED: dict[str, Any] = {"support_units": ("D-C", "D-D")}
LEGAL = {
    "solved": solved(),
    "two rounds": sent_back()
    .dispatch(cases.CaseAssigned, round=2)
    .dispatch(cases.CaseSigned, round=2)
    .dispatch(cases.CaseHandled, round=2)
    .followup(cases.CallbackDue, round=2)
    .followup(cases.CallbackTried, round=2)
    .followup(cases.CaseClosed, round=2),
    "worded by a person": Story()
    .intake(cases.CaseRegistered, held=True)
    .intake(door.AdditionHeld)
    .intake(door.WordingReleased)
    .dispatch(cases.CaseAssigned),
    "sent back to triage": sent_back().dispatch(cases.TriageQueued, round=2),
    "by hand": registered().dispatch(cases.TriageQueued).dispatch(cases.CaseAssigned, by_rule=False),
    "returned to another": assigned()
    .dispatch(cases.ReturnRequested)
    .dispatch(cases.ReturnDecided)
    .dispatch(cases.CaseReassigned)
    .dispatch(cases.CaseSigned, unit_code="D-B"),
    "returned to triage": signed()
    .dispatch(cases.ReturnRequested)
    .dispatch(cases.ReturnDecided)
    .dispatch(cases.TriageQueued)
    .dispatch(cases.CaseAssigned, by_rule=False),
    "return refused": signed()
    .dispatch(cases.ReturnRequested)
    .dispatch(cases.ReturnDecided, approved=False)
    .dispatch(cases.CaseHandled),
    "late": assigned().followup(cases.DeadlineWarned).followup(cases.DeadlineMissed),
    "supervised, answered after the end": assigned()
    .followup(supervision.SupervisionIssued)
    .intake(cases.CaseWithdrawn)
    .followup(cases.CaseClosed, closing=Closing.WITHDRAWN, satisfaction=None)
    .followup(supervision.SupervisionReplied),
    "answered at the door": registered()
    .intake(cases.CaseAnsweredDirectly)
    .followup(cases.CallbackDue)
    .followup(cases.CallbackTried),
    "an answer that crossed the signature": assigned()
    .dispatch(cases.CaseSigned)
    .intake(cases.CaseAnsweredDirectly, deaf=True),
    "never reached": handled()
    .followup(cases.CallbackTried, **NOBODY)
    .followup(cases.CallbackTried, **(NOBODY | {"attempt": 2}))
    .followup(cases.CaseClosed, closing=Closing.UNVERIFIED, satisfaction=None),
    "the second of two requesters first": of_two()
    .followup(cases.CallbackTried, requester="second", waits_for=("first",))
    .followup(cases.CallbackTried)
    .followup(cases.CaseClosed),
    "one of two requesters never reached": of_two()
    .followup(cases.CallbackTried, requester="second", **NOBODY)
    .followup(cases.CallbackTried, waits_for=("second",))
    .followup(cases.CaseClosed, closing=Closing.UNVERIFIED, satisfaction=None),
    "one of two requesters not satisfied": of_two()
    .followup(cases.CallbackTried, waits_for=("second",))
    .followup(cases.CallbackTried, requester="second", **ANGRY)
    .followup(cases.CaseSentBack),
    "a supplement that crossed the end": solved().intake(cases.CaseSupplemented, deaf=True),
    "withdrawn in the very batch that opened it": registered()
    .intake(cases.CaseWithdrawn)
    .dispatch(cases.CaseAssigned)
    .followup(cases.CaseClosed, closing=Closing.WITHDRAWN, satisfaction=None),
    "supported, and told without whom": registered()
    .dispatch(cases.CaseAssigned, **SUPPORTED)
    .dispatch(cases.TaskDone)
    .dispatch(cases.CaseSigned)
    .dispatch(cases.CaseHandled, without_support=("D-D",)),
    "supported on by those named again": registered()
    .dispatch(cases.CaseAssigned, **SUPPORTED)
    .dispatch(cases.TaskDone)
    .dispatch(cases.CaseReassigned, support_units=("D-C",))
    .dispatch(cases.CaseSigned, unit_code="D-B")
    .dispatch(cases.CaseHandled, unit_code="D-B", without_support=()),
    "a result of before, which told nothing of support units": registered()
    .dispatch(cases.CaseAssigned, **SUPPORTED)
    .dispatch(cases.CaseSigned)
    .dispatch(cases.CaseHandled),
}
ILLEGAL = {
    "support after the result": (
        registered()
        .dispatch(cases.CaseAssigned, **SUPPORTED)
        .dispatch(cases.CaseSigned)
        .dispatch(cases.CaseHandled)
        .dispatch(cases.TaskDone),
        "follows CaseHandled in its round",
    ),
    "no registration": (Story().intake(cases.CaseSupplemented), "does not begin with a registration"),
    "registered twice": (registered().intake(cases.CaseRegistered), "was registered before"),
    "assigned unheard": (registered().dispatch(cases.CaseAssigned, deaf=True), "before the registration was heard"),
    "signed unassigned": (registered().dispatch(cases.CaseSigned), "follows nothing in its round"),
    "signed in triage": (
        registered().dispatch(cases.TriageQueued).dispatch(cases.CaseSigned),
        "follows TriageQueued in its round",
    ),
    "handled unsigned": (assigned().dispatch(cases.CaseHandled), "follows CaseAssigned in its round"),
    "signed by another": (assigned().dispatch(cases.CaseSigned, unit_code="D-B"), "D-B did not work on it, D-A did"),
    "delegated unsigned": (assigned().dispatch(passing.CaseDelegated), "D-A had not signed what was delegated"),
    "signed for a delegate": (
        signed().dispatch(passing.CaseDelegated).dispatch(cases.CaseSigned),
        "D-A did not work on it, T-A did",
    ),
    "delegated to another lead": (
        signed().dispatch(passing.CaseDelegated, lead_unit="D-B"),
        "D-B leads what was delegated by D-A",
    ),
    "given back by a delegate's lead": (
        signed().dispatch(passing.CaseDelegated).dispatch(cases.ReturnRequested),
        "it is given back while T-A works on it",
    ),
    "raised unsigned": (assigned().dispatch(passing.CaseRaised), "follows CaseAssigned in its round"),
    "taken back by nobody": (
        signed()
        .dispatch(passing.CaseDelegated)
        .dispatch(
            passing.CaseDelegated, from_unit="T-A", working_unit="D-B", lead_unit="D-B", delegates=(), recalled=True
        ),
        "what was taken back is not as it was before it was delegated",
    ),
    "signed twice": (signed().dispatch(cases.CaseSigned), "follows CaseSigned in its round"),
    "assigned twice": (assigned().dispatch(cases.CaseAssigned), "follows CaseAssigned in its round"),
    "handled twice": (handled().dispatch(cases.CaseHandled), "follows CaseHandled in its round"),
    "handled during a return": (
        signed().dispatch(cases.ReturnRequested).dispatch(cases.CaseHandled),
        "follows ReturnRequested in its round",
    ),
    "decided unasked": (signed().dispatch(cases.ReturnDecided), "follows CaseSigned in its round"),
    "led by the unit complained about": (
        Story().intake(cases.CaseRegistered, accused_unit="D-A").dispatch(cases.CaseAssigned),
        "D-A takes part in the complaint about itself",
    ),
    "given to a unit before it was worded": (
        Story().intake(cases.CaseRegistered, held=True).dispatch(cases.CaseAssigned),
        "before a person had released its wording",
    ),
    "supported by it": (
        Story()
        .intake(cases.CaseRegistered, accused_unit="D-C")
        .dispatch(cases.CaseAssigned)
        .dispatch(cases.CaseReassigned, support_units=("D-C",)),
        "D-C takes part in the complaint about itself",
    ),
    "a round nobody opened": (handled().dispatch(cases.CaseAssigned, round=2), "opens round 2"),
    "a round left out": (sent_back().dispatch(cases.CaseAssigned, round=3), "speaks of round 3 in round 1"),
    "an older round": (
        sent_back().dispatch(cases.CaseAssigned, round=2).dispatch(cases.CaseSigned),
        "speaks of round 1 in round 2",
    ),
    "a supplement after the known end": (solved().intake(cases.CaseSupplemented), "knew that the case was closed"),
    "a supplement after the withdrawal": (
        registered().intake(cases.CaseWithdrawn).intake(cases.CaseSupplemented),
        "the citizen had withdrawn the case",
    ),
    "not dispatch's": (registered().dispatch(cases.CallbackDue), "is not dispatch's to say"),
    "not followup's": (registered().followup(cases.CaseSigned), "is not followup's to say"),
    "asked before it is done": (signed().followup(cases.CallbackDue), "nobody had handled or answered round 1"),
    "asked twice": (handled().followup(cases.CallbackDue), "follows CallbackDue in its round"),
    "tried unasked": (signed().followup(cases.CallbackTried), "follows nothing in its round"),
    "a try left out": (handled().followup(cases.CallbackTried, attempt=2), "it is try 2 after 0"),
    "valid without an answer": (
        handled().followup(cases.CallbackTried, **(NOBODY | {"valid": True})),
        "counts as valid",
    ),
    "asked on after the answer": (
        handled().followup(cases.CallbackTried).followup(cases.CallbackTried, attempt=2),
        "the citizen had answered already",
    ),
    "asked on after his answer, while another waits": (
        of_two().followup(cases.CallbackTried, waits_for=("second",)).followup(cases.CallbackTried, attempt=2),
        "the citizen had answered already",
    ),
    "tried whom nobody was to ask": (
        handled().followup(cases.CallbackTried, requester="second"),
        "second is none who was to be asked",
    ),
    "a word that waits for nobody, though another was not asked": (
        of_two().followup(cases.CallbackTried),
        "it says that it waits for nobody",
    ),
    "closed on the word of one of two": (
        of_two().followup(cases.CallbackTried, waits_for=("second",)).followup(cases.CaseClosed),
        "closed as solved, though second never was satisfied in this round",
    ),
    "sent back though satisfied": (
        handled().followup(cases.CallbackTried).followup(cases.CaseSentBack),
        "no citizen said in this round that he is not satisfied",
    ),
    "a round skipped": (
        handled().followup(cases.CallbackTried, **ANGRY).followup(cases.CaseSentBack, next_round=3),
        "round 3 follows round 1",
    ),
    "asked about his own answer": (
        Story()
        .intake(cases.CaseRegistered, answered_at_once=True)
        .intake(cases.CaseAnsweredDirectly, answered_by="caller-1")
        .followup(cases.CallbackDue)
        .followup(cases.CallbackTried),
        "the caller asks about his own answer",
    ),
    "closed unasked": (handled().followup(cases.CaseClosed), "closed as solved without the citizen's satisfied word"),
    "closed though angry": (
        handled().followup(cases.CallbackTried, **ANGRY).followup(cases.CaseClosed),
        "closed as solved without the citizen's satisfied word",
    ),
    "closed though unsolved": (
        handled().followup(cases.CallbackTried, solved=False).followup(cases.CaseClosed),
        "closed as solved without the citizen's satisfied word",
    ),
    "closed on the word of an older round": (
        sent_back().followup(cases.CaseClosed, round=2),
        "closed as solved without the citizen's satisfied word in this round",
    ),
    "another word": (
        handled()
        .followup(cases.CallbackTried)
        .followup(cases.CaseClosed, satisfaction=Satisfaction.BASICALLY_SATISFIED),
        "but the citizen said satisfied",
    ),
    "a word that nobody gave": (
        handled().followup(cases.CallbackTried, **NOBODY).followup(cases.CaseClosed, closing=Closing.UNVERIFIED),
        "a satisfaction was written that nobody gave",
    ),
    "unverified though answered": (
        handled()
        .followup(cases.CallbackTried, **ANGRY)
        .followup(cases.CaseClosed, closing=Closing.UNVERIFIED, satisfaction=None),
        "though the citizen had answered",
    ),
    "unverified though nobody did anything": (
        signed().followup(cases.CaseClosed, closing=Closing.UNVERIFIED, satisfaction=None),
        "though nobody had handled or answered it",
    ),
    "closed twice": (solved().followup(cases.CaseClosed), "the case was closed"),
    "a clock after the end": (solved().followup(cases.DeadlineSet), "the case was closed"),
    "missed twice": (
        assigned().followup(cases.DeadlineMissed).followup(cases.DeadlineMissed),
        "the handle deadline had this before",
    ),
    "missed unset": (registered().followup(cases.DeadlineMissed), "no handle deadline was set"),
    "missed at another time": (assigned().followup(cases.DeadlineMissed, occurred_at=T), "not when it was due"),
    "warned twice": (
        assigned().followup(cases.DeadlineWarned).followup(cases.DeadlineWarned),
        "the handle deadline had this before",
    ),
    "ordered twice": (
        assigned().followup(supervision.SupervisionIssued).followup(supervision.SupervisionIssued),
        "order s1 had this before",
    ),
    "answered unordered": (assigned().followup(supervision.SupervisionReplied), "order s1 was never issued"),
}


@pytest.mark.parametrize("name", LEGAL)
def test_legal(name: str) -> None:
    assert not LEGAL[name].problems()


@pytest.mark.parametrize("name", ILLEGAL)
def test_illegal(name: str) -> None:
    story, says = ILLEGAL[name]
    problems = story.problems()
    assert any(says in problem for problem in problems), problems


def test_causes_come_first() -> None:
    story = sent_back().dispatch(cases.CaseAssigned, round=2)
    order = [(one.service, one.seq) for one in in_causal_order(story.view.said)]
    assert order.index(("followup", 4)) < order.index(("dispatch", 4))
    assert order.index(("dispatch", 3)) < order.index(("followup", 2))
    assert sorted(order) == sorted((s, one.seq) for s, said in story.view.said.items() for one in said)


def test_a_hole_holds_nobody_up() -> None:
    story = solved()
    del story.view.said["dispatch"][1]
    total = sum(len(said) for said in story.view.said.values())
    assert len(list(in_causal_order(story.view.said))) == total
