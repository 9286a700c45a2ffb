"""The transition table: what each status allows, who may, and that a broken table cannot start."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from libs.common.events.asking_terms import RequestKind
from libs.common.events.terms import ResultKind
from libs.common.rules.machine import Actor, NotTheirs, OutOfTurn, Unsound
from services.dispatch.cases.domain.guards import no_return_pending, return_pending
from services.dispatch.cases.domain.state import Ask, RequestRuling, Result, Return, State, Wanted
from services.dispatch.cases.domain.terms import ACTION_LABELS, STATUS_LABELS, Action, Party, Status
from services.dispatch.cases.domain.transitions import MACHINE, STEPS, Line, check_party

NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)
UNIT = Actor("li", "D-WATER")
DISPATCHER = Actor("wang")


def target_of(state: State, action: Action, what: Result | Return | RequestRuling | None = None) -> Status:
    return MACHINE.target(state.status, action, state, Ask(action, what), NOW)


def standing(status: Status, **changes: Any) -> State:
    unit = None if status is Status.TRIAGE else "D-WATER"
    return replace(State(NOW, pack_version=1, status=status, lead_unit=unit), **changes)


@pytest.mark.parametrize(
    ("status", "action", "target"),
    [
        (Status.TRIAGE, Action.ASSIGN, Status.ASSIGNED),
        (Status.ASSIGNED, Action.SIGN, Status.SIGNED),
        (Status.SIGNED, Action.REPORT, Status.SIGNED),
        (Status.SIGNED, Action.HAND_IN, Status.HANDLED),
        (Status.ASSIGNED, Action.ASK_RETURN, Status.ASSIGNED),
        (Status.SIGNED, Action.ASK_RETURN, Status.SIGNED),
        (Status.SIGNED, Action.REASSIGN, Status.ASSIGNED),
        (Status.TRIAGE, Action.ANSWER, Status.ANSWERED),
        (Status.HANDLED, Action.SEND_BACK, Status.ASSIGNED),
        (Status.ANSWERED, Action.SEND_BACK_TO_TRIAGE, Status.TRIAGE),
        (Status.HANDLED, Action.CLOSE, Status.CLOSED),
        (Status.SIGNED, Action.WITHDRAW, Status.CLOSED),
    ],
)
def test_each_step_leads_where_the_table_says(status: Status, action: Action, target: Status) -> None:
    assert target_of(standing(status), action) is target


@pytest.mark.parametrize(
    ("status", "action"),
    [
        (Status.TRIAGE, Action.SIGN),
        (Status.ASSIGNED, Action.HAND_IN),
        (Status.ASSIGNED, Action.ASSIGN),
        (Status.HANDLED, Action.HAND_IN),
        (Status.HANDLED, Action.REASSIGN),
        (Status.HANDLED, Action.ASK_RETURN),
        (Status.CLOSED, Action.WITHDRAW),
        (Status.CLOSED, Action.SUPPLEMENT),
        (Status.HANDLED, Action.ANSWER),
        (Status.SIGNED, Action.SEND_BACK),
    ],
)
def test_what_the_table_does_not_say_is_refused_in_both_languages(status: Status, action: Action) -> None:
    with pytest.raises(OutOfTurn) as refused:
        target_of(standing(status), action)
    assert STATUS_LABELS[status][1] in refused.value.detail
    assert STATUS_LABELS[status][0] in refused.value.detail_zh


def test_a_refusal_names_what_is_possible() -> None:
    with pytest.raises(OutOfTurn, match=r"possible now: assign, call for arbitration"):
        target_of(standing(Status.TRIAGE), Action.SIGN)
    with pytest.raises(OutOfTurn, match="possible now: nothing"):
        target_of(standing(Status.CLOSED), Action.ASSIGN)


@pytest.mark.parametrize("action", [Action.HAND_IN, Action.REASSIGN, Action.ASK_RETURN])
def test_nothing_moves_while_a_return_is_pending(action: Action) -> None:
    with pytest.raises(OutOfTurn, match="waiting to be decided"):
        target_of(standing(Status.SIGNED, return_pending=True), action)
    with pytest.raises(OutOfTurn):
        target_of(standing(Status.ASSIGNED, return_pending=True), Action.SIGN)


@pytest.mark.parametrize("action", [Action.REFUSE_RETURN, Action.HAND_ON, Action.TAKE_BACK])
def test_only_a_pending_return_is_decided(action: Action) -> None:
    with pytest.raises(OutOfTurn, match="No return"):
        target_of(standing(Status.ASSIGNED), action)
    assert target_of(standing(Status.ASSIGNED, return_pending=True), action) in (Status.ASSIGNED, Status.TRIAGE)


def test_a_unit_gives_back_before_its_limit_and_not_at_it() -> None:
    assigned = standing(Status.ASSIGNED)
    before = Return("wrong_area", "", until=NOW + timedelta(microseconds=1))
    assert target_of(assigned, Action.ASK_RETURN, before) is Status.ASSIGNED
    with pytest.raises(OutOfTurn, match="could be returned until"):
        target_of(assigned, Action.ASK_RETURN, replace(before, until=NOW))


def test_only_the_lead_unit_acts_for_itself() -> None:
    check_party(standing(Status.ASSIGNED), Action.SIGN, UNIT)
    for stranger in (Actor("zhao", "D-ENV"), DISPATCHER):
        with pytest.raises(NotTheirs):
            check_party(standing(Status.ASSIGNED), Action.SIGN, stranger)
    with pytest.raises(NotTheirs):
        check_party(standing(Status.TRIAGE), Action.SIGN, DISPATCHER)


def test_who_asks_for_a_return_or_is_of_the_unit_does_not_decide_on_it() -> None:
    pending = standing(Status.ASSIGNED, return_pending=True, return_asked_by="li")
    check_party(pending, Action.HAND_ON, DISPATCHER)
    for judge in (Actor("sun", "D-WATER"), Actor("li"), Actor("li", "D-ENV")):
        with pytest.raises(NotTheirs):
            check_party(pending, Action.HAND_ON, judge)


def test_a_result_waits_for_the_support_units_by_name() -> None:
    waiting = standing(Status.SIGNED, support_units=("D-ENV", "T-1"), open_support=("T-1",))
    with pytest.raises(OutOfTurn, match="have not done their part: T-1; wait for them, or say in without_support"):
        target_of(waiting, Action.HAND_IN)
    waives = Result(ResultKind.SUBSTANTIVE, "", without_support="they have nothing to add")
    assert target_of(waiting, Action.HAND_IN, waives) is Status.HANDLED
    assert target_of(standing(Status.SIGNED, support_units=("T-1",)), Action.HAND_IN) is Status.HANDLED


def test_a_support_unit_acts_for_itself_and_does_not_let_itself_off() -> None:
    supported = standing(Status.SIGNED, support_units=("D-ENV",), open_support=("D-ENV",))
    support = Actor("zhao", "D-ENV")
    check_party(supported, Action.SUPPORT_DONE, support)
    check_party(supported, Action.SUPPORT_CANCEL, UNIT)
    check_party(supported, Action.SUPPORT_CANCEL, DISPATCHER)
    for action, actor in (
        (Action.SUPPORT_DONE, UNIT),
        (Action.SUPPORT_SIGN, DISPATCHER),
        (Action.SUPPORT_CANCEL, support),
        (Action.HAND_IN, support),
    ):
        with pytest.raises(NotTheirs):
            check_party(supported, action, actor)


def _without(*actions: Action) -> tuple[Line, ...]:
    return tuple(step for step in STEPS if step.action not in actions)


BROKEN: list[tuple[Callable[[], tuple[Line, ...]], str]] = [
    (lambda: (*STEPS, STEPS[0]), "route from None stands twice"),
    (lambda: _without(Action.SIGN), "sign must belong to one party, not none"),
    (lambda: _without(Action.SIGN), "signed is never reached"),
    (lambda: _without(Action.CLOSE, Action.WITHDRAW), "handled can never end"),
    (lambda: _without(Action.WITHDRAW), "the citizen cannot withdraw from signed"),
    (lambda: (*STEPS, Line(Action.ROUTE, Status.CLOSED, Status.ASSIGNED, Party.SYSTEM)), "route leaves the end closed"),
    (
        lambda: (*_without(Action.HAND_ON), Line(Action.HAND_ON, Status.SIGNED, Status.ASSIGNED, Party.JUDGE)),
        "hand_on from signed decides on a return that need not be pending",
    ),
    (
        lambda: (*_without(Action.HAND_IN), Line(Action.HAND_IN, Status.SIGNED, Status.HANDLED, Party.LEAD_UNIT)),
        "hand_in from signed moves a case whose return may be pending",
    ),
    (
        lambda: (*_without(Action.HAND_IN), Line(Action.HAND_IN, Status.SIGNED, Status.HANDLED, Party.LEAD_UNIT)),
        "hand_in from signed does not wait for the support units",
    ),
    (
        lambda: (*STEPS, Line(Action.SIGN, Status.HANDLED, Status.SIGNED, Party.DISPATCHER, (no_return_pending,))),
        "sign must belong to one party",
    ),
]


@pytest.mark.parametrize(("broken", "flaw"), BROKEN, ids=[flaw for _, flaw in BROKEN])
def test_a_broken_table_is_found_out(broken: Callable[[], tuple[Line, ...]], flaw: str) -> None:
    with pytest.raises(Unsound, match=f"(: |; ){flaw}"):
        replace(MACHINE, steps=broken())


def test_people_only_find_what_they_may_do() -> None:
    of_acceptance = Action.ASK_NONACCEPTANCE, Action.REFUSE_NONACCEPTANCE, Action.NOT_ACCEPT
    of_arbitration = Action.CALL_ARBITRATION, Action.HEAR_UNIT, Action.RULE
    beside = Action.MEDIATION_GIVE, Action.FILL_LIST
    assert MACHINE.possible(Status.TRIAGE) == (Action.ASSIGN, *of_arbitration, *of_acceptance, *beside)
    assert MACHINE.possible(Status.HANDLED) == ()
    assert return_pending in MACHINE.table[Status.SIGNED, Action.REFUSE_RETURN].guards


def test_every_word_has_both_labels() -> None:
    for labels, words in ((STATUS_LABELS, Status), (ACTION_LABELS, Action)):
        assert set(labels) == set(words)
        assert all(zh and en for zh, en in labels.values())


def test_the_diagram_shows_every_step() -> None:
    drawn = MACHINE.diagram()
    assert "triage --> assigned: route, assign" in drawn
    assert "closed --> [*]" in drawn
    assert all(step.action in drawn for step in STEPS)


def test_a_termination_is_granted_only_by_ending_the_case() -> None:
    state = standing(Status.SIGNED, asked=RequestKind.TERMINATION, handle_due_at=NOW + timedelta(days=1))
    wanted = Wanted(RequestKind.TERMINATION, "in_court", "已立案", evidence="受理通知书")
    ruling = RequestRuling(3, "D-WATER", wanted, "li")
    assert target_of(state, Action.TERMINATE, ruling) is Status.TERMINATED
    with pytest.raises(OutOfTurn):
        target_of(state, Action.GRANT, ruling)
