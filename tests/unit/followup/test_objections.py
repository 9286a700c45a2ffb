"""Objections (异议): what reopens a case, and who may say so; pure."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.events.objecting import ObjectionState
from libs.common.events.terms import Closing, Satisfaction
from libs.common.rules.apart import Hands
from libs.common.rules.machine import SYSTEM, Actor, NotTheirs, OutOfTurn, Unsound
from services.followup.cases.domain.guards import against_this_closing, is_undecided
from services.followup.cases.domain.terms import Action, AgainstClosing, Party, State, Status, StepInput
from services.followup.cases.domain.transitions import MACHINE, STEPS, Line, decide, evolve

NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)
JUDGE = Actor("wu", "S-GOV", "J")
CLOSED = State(
    Status.CLOSED,
    round=2,
    lead_unit="D-WATER",
    closing=Closing.SUBSTANTIVE,
    satisfaction=Satisfaction.SATISFIED,
    closed_by_attempt=1,
    handled_by=("li", "staff:L"),
    handling_units=("D-WATER",),
    version=9,
)
AGAINST = AgainstClosing(2, closed_by=frozenset({"zhou"}), taken_by=frozenset({"op", "staff:O"}))


def take(action: Action, by: Actor = JUDGE, against: AgainstClosing | None = AGAINST, state: State = CLOSED) -> State:
    """The case after the step."""
    return evolve(state, decide(state, action, StepInput(NOW, by=by, objection=against)))


def test_a_granted_objection_opens_the_next_round_and_nothing_of_the_end_is_left() -> None:
    after = take(Action.REOPEN)
    assert (after.status, after.round, after.lead_unit, after.closing) == (Status.HANDLING, 3, None, None)
    assert (after.satisfaction, after.closed_by_attempt, after.handled_by) == (None, None, CLOSED.handled_by)


@pytest.mark.parametrize("action", [Action.UPHOLD, Action.OBJECT])
def test_what_is_said_about_an_end_leaves_it_as_it_is(action: Action) -> None:
    by = SYSTEM if action is Action.OBJECT else JUDGE
    assert take(action, by) == replace(CLOSED, version=10)


@pytest.mark.parametrize(
    "against",
    [None, replace(AGAINST, round=1), replace(AGAINST, round=3)],
    ids=["no objection", "of an older round", "of a round that never was"],
)
def test_nothing_but_an_objection_against_this_closing_reopens(against: AgainstClosing | None) -> None:
    for action in (Action.REOPEN, Action.UPHOLD):
        with pytest.raises(OutOfTurn):
            take(action, against=against)


@pytest.mark.parametrize("state", [ObjectionState.GRANTED, ObjectionState.REFUSED])
def test_what_was_decided_is_decided(state: ObjectionState) -> None:
    for action in (Action.REOPEN, Action.UPHOLD):
        with pytest.raises(OutOfTurn):
            take(action, against=replace(AGAINST, state=state))


def test_an_open_case_has_nothing_to_object_to() -> None:
    for status in (Status.HANDLING, Status.CALLBACK, Status.REVIEW):
        for action in (Action.OBJECT, Action.UPHOLD, Action.REOPEN):
            by = SYSTEM if action is Action.OBJECT else JUDGE
            with pytest.raises(OutOfTurn):
                take(action, by, state=State(status, round=2))


@given(
    who=st.sampled_from(["li", "zhou", "op", "wu"]),
    staff=st.sampled_from([None, "L", "O", "J"]),
    unit=st.sampled_from([None, "D-WATER", "D-OLD", "S-GOV"]),
    posts=st.sampled_from([frozenset[str](), frozenset({"D-WATER"})]),
)
def test_nobody_who_had_a_part_in_the_end_decides_by_whatever_account(
    who: str, staff: str | None, unit: str | None, posts: frozenset[str]
) -> None:
    apart = who == "wu" and staff in (None, "J") and unit in (None, "S-GOV") and not posts
    against = replace(AGAINST, hands=Hands(units=frozenset({"D-OLD"})))
    for action in (Action.REOPEN, Action.UPHOLD):
        if apart:
            assert take(action, Actor(who, unit, staff, posts), against).version == 10
        else:
            with pytest.raises(NotTheirs):
                take(action, Actor(who, unit, staff, posts), against)


def test_the_system_decides_nothing() -> None:
    for action in (Action.REOPEN, Action.UPHOLD):
        with pytest.raises(NotTheirs):
            take(action, SYSTEM)


@pytest.mark.parametrize(
    ("broken", "flaw"),
    [
        (Line(Action.REOPEN, Status.CLOSED, Status.HANDLING, Party.JUDGE), "needs no objection"),
        (
            Line(Action.REOPEN, Status.CLOSED, Status.HANDLING, Party.SYSTEM, (against_this_closing, is_undecided)),
            "is no step of who decides",
        ),
    ],
)
def test_a_table_that_reopens_without_more_ado_cannot_be_made(broken: Line, flaw: str) -> None:
    steps = tuple(broken if step.action is Action.REOPEN else step for step in STEPS)
    with pytest.raises(Unsound, match=flaw):
        replace(MACHINE, steps=steps)
