"""Summoned units: each task goes one way, whatever is tried, and no result goes by an open one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.events.terms import ResultKind
from libs.common.rules.machine import Actor, Refused
from services.dispatch.calls import domain
from services.dispatch.calls.domain import OPEN_CALLS, STEPS, Calls, CallStatus
from services.dispatch.cases.domain.called import CalledPart, Whistle
from services.dispatch.cases.domain.evolving import evolve
from services.dispatch.cases.domain.state import Ask, Result, State
from services.dispatch.cases.domain.terms import OF_CALLS, Action, Status
from services.dispatch.cases.domain.transitions import decide

T = datetime(2026, 3, 3, 1, tzinfo=UTC)
STREET = Actor("li", "T-1")
UNITS = ("D-1", "E-2")
SIGNED = State(T, 1, "0101", Status.SIGNED, lead_unit="T-1", assigned_at=T, signed_at=T, version=2)


def whistled() -> tuple[State, Calls]:
    called = Whistle("emergency", UNITS, "999001101201", "村口", "抢修", 1, T + timedelta(minutes=30))
    said = domain.decide_whistle(SIGNED, called, "", STREET, T)
    after = evolve(SIGNED, said)
    return after, domain.evolve((), after, said)


def test_who_comes_at_the_end_of_the_limit_is_late_as_every_other_clock_says() -> None:
    due_at = T + timedelta(minutes=30)
    assert domain.is_late(due_at, due_at)
    assert not domain.is_late(due_at, due_at - timedelta(microseconds=1))
    assert not domain.is_late(None, due_at)


@given(st.lists(st.tuples(st.sampled_from(OF_CALLS), st.sampled_from(UNITS), st.sampled_from(UNITS)), max_size=30))
def test_who_is_open_in_the_case_is_who_has_an_open_task_and_only_they_stop_the_result(
    tried: list[tuple[Action, str, str]],
) -> None:
    state, calls = whistled()
    for action, unit, by_unit in tried:
        by = STREET if action is Action.CALL_CANCEL and by_unit == unit else Actor(f"worker-{by_unit}", by_unit)
        ask = Ask(action, CalledPart(domain.call_of(calls, unit).name, unit, "说明"))
        try:
            said = domain.decide(state, calls, ask, by, T)
        except Refused:
            continue
        assert action is not Action.CALL_CANCEL or by.unit_code != unit
        state = evolve(state, said)
        calls = domain.evolve(calls, state, said)
        assert state.open_called == tuple(call.unit_code for call in calls if call.status in OPEN_CALLS)
        assert all(call.arrived_at is not None for call in calls if call.status is CallStatus.DONE)
    result = Ask(Action.HAND_IN, Result(ResultKind.SUBSTANTIVE, "已修复", None, "不再等待"))
    if state.open_called:
        with pytest.raises(Refused):
            decide(state, result, STREET, T)
        with pytest.raises(Refused):
            domain.check_none_open(calls)
    else:
        domain.check_none_open(calls)
        assert evolve(state, decide(state, result, STREET, T)).status is Status.HANDLED


def test_every_open_task_can_end_and_none_that_ended_goes_on() -> None:
    assert {status for status, _ in STEPS} == set(OPEN_CALLS)
    assert all((status, Action.CALL_CANCEL) in STEPS for status in OPEN_CALLS)


def test_nobody_is_summoned_twice_or_to_what_they_have_in_hand() -> None:
    state, _ = whistled()
    for unit in ("D-1", "T-1"):
        with pytest.raises(Refused, match="has this case in hand already"):
            domain.decide_whistle(state, Whistle("emergency", (unit,), "999001101201", "", "x", 2), "", STREET, T)


def test_whoever_worked_on_a_task_lets_its_unit_off_by_no_account() -> None:
    state, calls = whistled()
    worker = Actor("wang", "D-1", "S-1")
    ask = Ask(Action.CALL_ACKNOWLEDGE, CalledPart(calls[0].name, "D-1"))
    said = domain.decide(state, calls, ask, worker, T)
    state = evolve(state, said)
    calls = domain.evolve(calls, state, said)
    off = Ask(Action.CALL_CANCEL, CalledPart(calls[0].name, "D-1", "不需要"))
    with pytest.raises(Refused, match="does not let its unit off"):
        domain.decide(state, calls, off, Actor("wang-2", "H-1", "S-1"), T)
