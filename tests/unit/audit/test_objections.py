"""What the audit calls legal of objections (异议), and of cases that are reopened."""

from typing import Any

import pytest

from libs.common.events import cases, objections
from libs.common.events.deadlines import SetDeadline
from libs.common.events.terms import Closing, Deadline
from tests.unit.audit.story import DUE, Story, T, handled, signed, solved

BY: dict[str, Any] = {"by": "judge", "by_staff": "J", "by_unit": "S-GOV"}
CLOCK: dict[str, Any] = {"deadline": Deadline.OBJECTION, "about": "o1", "unit_code": None, "due_at": DUE}


def objected(story: Story | None = None, **changes: Any) -> Story:
    """The citizen objects to the closing, and somebody took that."""
    return (story or solved()).intake(objections.ObjectionRaised, by="op", by_staff="O", **changes)


def granted(**changes: Any) -> Story:
    """Somebody else grants it, and the case is reopened."""
    return objected().followup(objections.ObjectionDecided, **BY, **changes).followup(objections.CaseReopened)


LEGAL = {
    "refused": objected().followup(objections.ObjectionDecided, **BY, granted=False),
    "granted, and handled again": granted()
    .dispatch(cases.CaseAssigned, round=2)
    .dispatch(cases.CaseSigned, round=2)
    .dispatch(cases.CaseHandled, round=2)
    .followup(cases.CallbackDue, round=2)
    .followup(cases.CallbackTried, round=2)
    .followup(cases.CaseClosed, round=2)
    .intake(objections.ObjectionRaised, round=2, objection_id="o2", by="op"),
    "supplemented once it is open again": granted().intake(cases.CaseSupplemented),
    "late": objected()
    .followup(cases.DeadlineSet, deadlines=[SetDeadline(**CLOCK, starts_at=T, warn_at=T, pack_version=1)])
    .followup(cases.DeadlineWarned, **CLOCK)
    .followup(cases.DeadlineMissed, **CLOCK, occurred_at=DUE)
    .followup(objections.ObjectionDecided, **BY, granted=False),
}
ILLEGAL = {
    "reopened by nobody": (solved().followup(objections.CaseReopened), "without an objection that was granted"),
    "reopened though it was refused": (
        objected().followup(objections.ObjectionDecided, **BY, granted=False).followup(objections.CaseReopened),
        "without an objection that was granted",
    ),
    "reopened twice": (
        granted().followup(objections.CaseReopened, round=2, next_round=3),
        "without an objection that was granted",
    ),
    "reopened some rounds on": (
        objected().followup(objections.ObjectionDecided, **BY).followup(objections.CaseReopened, next_round=4),
        "round 4 follows round 1",
    ),
    "decided, though nobody had objected": (
        solved().followup(objections.ObjectionDecided, **BY),
        "nobody had objected so to the closing of this round",
    ),
    "decided twice": (
        objected()
        .followup(objections.ObjectionDecided, **BY, granted=False)
        .followup(objections.ObjectionDecided, **BY),
        "had been decided before",
    ),
    "decided by whoever took it, by another account": (
        objected().followup(objections.ObjectionDecided, by="other", by_staff="O", granted=False),
        "who took the objection decided it",
    ),
    "decided by whoever asked the citizen": (
        objected().followup(objections.ObjectionDecided, by="caller-1", granted=False),
        "who decided had asked the citizen or closed the case",
    ),
    "decided by somebody of the unit that handled it": (
        objected().followup(objections.ObjectionDecided, by="wei", by_unit="D-A", granted=False),
        "who decided had a hand in the case",
    ),
    "decided by nobody": (objected().followup(objections.ObjectionDecided), "nobody decided it"),
    "objected to while it is open": (objected(handled()), "did not know of a closing of that round"),
    "objected to twice": (
        objected().intake(objections.ObjectionRaised, objection_id="o2"),
        "had been objected to before",
    ),
    "goes on while it waits": (objected().followup(cases.CallbackDue), "the case was closed"),
    "goes on at the door": (objected().intake(cases.CaseSupplemented), "the door knew that the case was closed"),
    "a round that nobody opened": (
        objected().dispatch(cases.CaseAssigned, round=2),
        "for which the case was not sent back",
    ),
}


@pytest.mark.parametrize("name", LEGAL)
def test_what_is_allowed_is_not_named(name: str) -> None:
    assert LEGAL[name].problems() == []


@pytest.mark.parametrize("name", ILLEGAL)
def test_what_is_not_allowed_is_named(name: str) -> None:
    story, problem = ILLEGAL[name]
    assert any(problem in found for found in story.problems()), story.problems()


def test_what_was_taken_back_can_be_objected_to() -> None:
    ended = signed().intake(cases.CaseWithdrawn)
    closed = ended.followup(cases.CaseClosed, closing=Closing.WITHDRAWN, satisfaction=None)
    assert closed.intake(objections.ObjectionRaised).problems() == []
