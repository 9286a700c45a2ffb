"""Whatever anybody tries in whatever order: laws that hold for every walk through the transition table."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from libs.common.rules.machine import Actor, Refused
from services.dispatch.cases.domain.evolving import evolve
from services.dispatch.cases.domain.state import Ask, State, Supervised
from services.dispatch.cases.domain.terms import ENDS, OPEN, Action, Party, Status
from services.dispatch.cases.domain.transitions import MACHINE, decide
from tests.unit.guard.units import brings

START = datetime(2026, 3, 3, 1, tzinfo=UTC)
UNITS = ("D-WATER", "D-ROADS", "T-999001101")
ACTORS = [Actor(subject, unit) for subject in ("li", "wang", "zhao") for unit in (None, *UNITS)]


@dataclass(frozen=True)
class Try:
    """One attempt: somebody, something, with a unit in mind, some minutes after the one before."""

    action: Action
    actor: Actor
    unit: str
    minutes: int


TRIES = st.builds(Try, st.sampled_from(Action), st.sampled_from(ACTORS), st.sampled_from(UNITS), st.integers(0, 600))
OPENED = State(START, pack_version=1)


def walk(attempts: list[Try]) -> list[tuple[State, Try, State]]:
    """What was really done."""
    state, now, done = OPENED, START, []
    for attempt in attempts:
        now += timedelta(minutes=attempt.minutes)
        try:
            said = decide(state, Ask(attempt.action, brings(attempt.action, attempt.unit, state)), attempt.actor, now)
        except Refused:
            continue
        done.append((state, attempt, evolve(state, said)))
        state = done[-1][2]
    return done


@given(st.lists(TRIES, max_size=60))
def test_a_step_and_no_other_thing_makes_a_version(attempts: list[Try]) -> None:
    done = walk(attempts)
    assert [after.version for _, _, after in done] == list(range(1, len(done) + 1))
    for _, _, after in done:
        assert evolve(after, Supervised()).version == after.version
        assert set(after.open_support) <= set(after.support_units)


@given(st.lists(TRIES, max_size=60))
def test_a_unit_at_work_is_named_and_triage_has_none(attempts: list[Try]) -> None:
    for _, _, after in walk(attempts):
        assert after.status is not Status.TRIAGE or after.lead_unit is None
        assert after.status not in OPEN or after.lead_unit is not None


@given(st.lists(TRIES, max_size=60))
def test_a_return_is_pending_only_while_a_unit_has_the_case(attempts: list[Try]) -> None:
    for _, _, after in walk(attempts):
        assert not after.return_pending or (after.status in OPEN and not after.delegates)


@given(st.lists(TRIES, max_size=60))
def test_nobody_decides_on_their_own_return(attempts: list[Try]) -> None:
    for before, attempt, _ in walk(attempts):
        if MACHINE.who[attempt.action] is Party.JUDGE:
            assert before.return_pending
            assert attempt.actor.subject != before.return_asked_by
            assert attempt.actor.unit_code in {None, *UNITS} - {before.lead_unit}


@given(st.lists(TRIES, max_size=60))
def test_only_who_works_ever_signs_reports_hands_in_or_passes_on_and_the_lead_alone_gives_back(
    attempts: list[Try],
) -> None:
    for before, attempt, _ in walk(attempts):
        if MACHINE.who[attempt.action] is Party.LEAD_UNIT:
            assert attempt.actor.unit_code == before.lead_unit == before.working_unit
        if MACHINE.who[attempt.action] is Party.WORKING_UNIT:
            assert attempt.actor.unit_code == before.working_unit


@given(st.lists(TRIES, max_size=60))
def test_nothing_follows_the_end_but_a_reopening(attempts: list[Try]) -> None:
    for before, attempt, _ in walk(attempts):
        assert before.status not in ENDS or attempt.action is Action.REOPEN


@given(st.lists(TRIES, max_size=60))
def test_what_is_handled_was_signed_since_it_was_last_given_to_a_unit(attempts: list[Try]) -> None:
    signed = False
    for _, attempt, after in walk(attempts):
        if after.status is Status.SIGNED:
            signed = True
        elif attempt.action is Action.HAND_IN:
            assert signed
        else:
            signed = False
