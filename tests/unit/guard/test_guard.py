"""THE GUARD (群众不满意不销号): nothing closes a case as solved without the citizen's own satisfied word.

The machine walks through the pure core of all four services. Each mutant is one way to break the rule, and the machine
that finds nothing wrong with the house finds every one of them.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from services.followup.callbacks import domain as callbacks
from services.followup.cases.domain import transitions
from services.followup.cases.domain.terms import (
    CONTENT,
    Action,
    Answer,
    Asking,
    CallbackState,
    Party,
    Said,
    State,
    Status,
)
from services.followup.cases.domain.transitions import MACHINE, STEPS, Line
from tests.unit.guard.broken_inbox import HouseWithABrokenInbox
from tests.unit.guard.machine import House

WALKS = settings(max_examples=100, stateful_step_count=50, database=None)
HUNT = settings(
    WALKS,
    max_examples=600,
    derandomize=True,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
"""The same walks in every build: a mutant that was found once is found again."""

Break = Callable[[pytest.MonkeyPatch], None]


@pytest.mark.parametrize("machine", [House, HouseWithABrokenInbox])
def test_nothing_closes_a_case_without_the_citizens_satisfied_word(machine: type[House]) -> None:
    run_state_machine_as_test(machine, settings=WALKS)


def test_the_walks_take_every_step_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: set[Action] = set()
    rounds: set[int] = set()
    evolve = transitions.evolve

    def watched(state: State, said: Said) -> State:
        after = evolve(state, said)
        taken.add(said.action)
        rounds.add(after.round)
        return after

    monkeypatch.setattr(transitions, "evolve", watched)
    run_state_machine_as_test(House, settings=settings(HUNT, max_examples=400))
    assert taken == set(Action)
    assert {1, 2, 3} <= rounds


def an_older_rounds_word_counts(patch: pytest.MonkeyPatch) -> None:
    """And what is over in its round can still be said of it: two walls at once."""
    patch.setattr(transitions, "of_this_round", lambda _state, _given: None)
    guards = transitions.citizen_is_content, transitions.everybody_is_content
    patch.setitem(MACHINE.table, (Status.CALLBACK, Action.SATISFY), replace(_satisfy(), guards=guards))


def a_citizen_whom_nobody_reached_counts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Answer, "valid", property(lambda answer: answer.satisfaction is not None))


def an_unsolved_matter_counts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Answer, "content", property(lambda answer: answer.valid and answer.satisfaction in CONTENT))


def the_guard_is_gone(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(MACHINE.table, (Status.CALLBACK, Action.SATISFY), replace(_satisfy(), guards=()))


def one_requesters_word_is_enough(patch: pytest.MonkeyPatch) -> None:
    guards = tuple(guard for guard in _satisfy().guards if guard is not transitions.everybody_is_content)
    patch.setitem(MACHINE.table, (Status.CALLBACK, Action.SATISFY), replace(_satisfy(), guards=guards))


def who_is_not_reached_counts_as_heard(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(callbacks.STATE_AFTER, Action.PUT_ASIDE, CallbackState.DONE)


def whoever_handled_it_asks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(transitions, "check_party", lambda _action, _asking, _actor: None)


def whoever_tried_reviews(patch: pytest.MonkeyPatch) -> None:
    check = transitions.check_party
    patch.setattr(
        transitions, "check_party", lambda action, asking, by: check(action, replace(asking, callers=frozenset()), by)
    )


def late_word_of_an_older_round_is_believed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(transitions, "believed", lambda state, _number: state.status is Status.HANDLING)


def a_send_back_opens_no_round(patch: pytest.MonkeyPatch) -> None:
    evolve = transitions.evolve
    patch.setattr(transitions, "evolve", lambda state, said: replace(evolve(state, said), round=state.round))


def a_closed_case_goes_on(patch: pytest.MonkeyPatch) -> None:
    again = Line(Action.TRY_AGAIN, Status.CLOSED, Status.CALLBACK, Party.REVIEWER)
    patch.setitem(MACHINE.table, (Status.CLOSED, Action.TRY_AGAIN), again)


MUTANTS: tuple[Break, ...] = (
    an_older_rounds_word_counts,
    a_citizen_whom_nobody_reached_counts,
    an_unsolved_matter_counts,
    the_guard_is_gone,
    one_requesters_word_is_enough,
    who_is_not_reached_counts_as_heard,
    whoever_handled_it_asks,
    whoever_tried_reviews,
    late_word_of_an_older_round_is_believed,
    a_send_back_opens_no_round,
    a_closed_case_goes_on,
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_the_machine_finds_a_broken_guard(mutant: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant(monkeypatch)
    # A state that cannot be is refused by itself (ValueError), behind the guard.
    with pytest.raises((AssertionError, ValueError)):
        run_state_machine_as_test(HouseWithABrokenInbox, settings=HUNT)


def test_a_verdict_that_lies_closes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What eventv6 does: whoever cannot be reached is taken for satisfied. Here the table stands behind the verdict."""

    def satisfied_by_default(answer: Answer, asking: Asking) -> Action:
        return Action.SATISFY if asking.tries + 1 >= asking.tries_allowed else Action.TRY

    monkeypatch.setattr(callbacks, "verdict", satisfied_by_default)
    run_state_machine_as_test(House, settings=WALKS)


def _satisfy() -> Line:
    return next(step for step in STEPS if step.action is Action.SATISFY)
