"""Ways to break the guard (群众不满意不销号), each of them one rule less somewhere in the house."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from libs.common.events.terms import Closing
from libs.common.rules.apart import Hands
from libs.common.rules.machine import Actor
from services.followup.callbacks import domain as callbacks
from services.followup.cases.domain import guards, transitions
from services.followup.cases.domain.terms import (
    CONTENT,
    OPEN,
    Action,
    AgainstClosing,
    Answer,
    Asking,
    CallbackState,
    Party,
    Purpose,
    Said,
    State,
    Status,
    StepInput,
)
from services.followup.cases.domain.transitions import MACHINE, STEPS, Line
from tests.unit.guard.mutants_of_units import MUTANTS as OF_UNITS

Break = Callable[[pytest.MonkeyPatch], None]


def an_older_rounds_word_counts(patch: pytest.MonkeyPatch) -> None:
    """And what is over in its round can still be said of it: two walls at once."""
    patch.setattr(guards, "of_this_round", lambda _state, _given: None)
    left = guards.citizen_is_content, guards.everybody_is_content
    patch.setitem(MACHINE.table, (Status.CALLBACK, Action.SATISFY), replace(_satisfy(), guards=left))


def a_citizen_whom_nobody_reached_counts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Answer, "valid", property(lambda answer: answer.satisfaction is not None))


def an_unsolved_matter_counts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Answer, "content", property(lambda answer: answer.valid and answer.satisfaction in CONTENT))


def the_guard_is_gone(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(MACHINE.table, (Status.CALLBACK, Action.SATISFY), replace(_satisfy(), guards=()))


def one_requesters_word_is_enough(patch: pytest.MonkeyPatch) -> None:
    _without(patch, guards.everybody_is_content, Action.SATISFY)


def who_is_not_reached_counts_as_heard(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(callbacks.STATE_AFTER, Action.PUT_ASIDE, CallbackState.DONE)


def whoever_handled_it_asks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(transitions, "check_party", lambda _state, _action, _asking, _actor, _objection: None)


def whoever_tried_reviews(patch: pytest.MonkeyPatch) -> None:
    check = transitions.check_party
    patch.setattr(
        transitions,
        "check_party",
        lambda state, action, asking, by, against: check(
            state, action, replace(asking, callers=frozenset()), by, against
        ),
    )


def whoever_worked_in_an_older_round_asks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(transitions, "_through", lambda state, _hands: state)


def a_second_account_is_another_person(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Actor, "names", property(lambda actor: frozenset((actor.subject,))))


def late_word_of_an_older_round_is_believed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(transitions, "believed", lambda state, _number: state.status is Status.HANDLING)


def a_send_back_opens_no_round(patch: pytest.MonkeyPatch) -> None:
    evolve = transitions.evolve
    patch.setattr(transitions, "evolve", lambda state, heard: replace(evolve(state, heard), round=state.round))


def a_closed_case_goes_on(patch: pytest.MonkeyPatch) -> None:
    again = Line(Action.TRY_AGAIN, Status.CLOSED, Status.CALLBACK, Party.REVIEWER)
    patch.setitem(MACHINE.table, (Status.CLOSED, Action.TRY_AGAIN), again)


def a_withdrawal_needs_no_word(patch: pytest.MonkeyPatch) -> None:
    _without(patch, guards.citizen_takes_it_back, Action.CONFIRM_WISH)


def a_word_about_the_result_takes_it_back(patch: pytest.MonkeyPatch) -> None:
    _without(patch, guards.asked_about_the_wish, Action.CONFIRM_WISH)


def one_requester_takes_it_back_for_all(patch: pytest.MonkeyPatch) -> None:
    _without(patch, guards.everybody_takes_it_back, Action.CONFIRM_WISH)


def who_is_not_reached_takes_it_back(patch: pytest.MonkeyPatch) -> None:
    counts_for = Answer.counts_for
    patch.setattr(
        Answer, "counts_for", lambda answer, purpose: counts_for(answer, purpose) or answer.withdraws is not None
    )


def an_unconfirmed_wish_ends_it(patch: pytest.MonkeyPatch) -> None:
    """Nobody was reached in all tries, so it is taken as said."""
    for status in OPEN:
        line = MACHINE.table[status, Action.LAPSE_WISH]
        patch.setitem(MACHINE.table, (status, Action.LAPSE_WISH), replace(line, target=Status.CLOSED))
    patch.setattr(transitions, "CLOSING", {**transitions.CLOSING, Action.LAPSE_WISH: Closing.WITHDRAWN})


def whoever_said_that_he_takes_it_back_asks_him(patch: pytest.MonkeyPatch) -> None:
    check = transitions.check_party
    patch.setattr(
        transitions,
        "check_party",
        lambda state, action, asking, by, against: check(
            state, action, replace(asking, told_by=frozenset()), by, against
        ),
    )


def the_unit_that_has_it_asks_whether_he_takes_it_back(patch: pytest.MonkeyPatch) -> None:
    check = transitions.check_party

    def checked(state: State, action: Action, asking: Asking, by: Actor, against: AgainstClosing | None) -> None:
        if asking.purpose is Purpose.WITHDRAWAL:
            state = replace(state, handled_by=(), handling_units=(), left_units=(), lead_unit=None)
            asking = replace(asking, handling_unit=None, before=Hands())
        check(state, action, asking, by, against)

    patch.setattr(transitions, "check_party", checked)


def who_had_it_done_again_is_not_asked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(transitions, "after_result", lambda _state, *, wanted: Action.ASK if wanted else Action.LEAVE_UNASKED)
    _without(patch, guards.in_the_first_round, Action.LEAVE_UNASKED, Action.CLOSE_UNASKED)


def who_was_called_is_closed_as_unasked(patch: pytest.MonkeyPatch) -> None:
    _without(patch, guards.nobody_was_called, Action.CLOSE_UNASKED)


def who_was_never_called_is_closed_as_unverified(patch: pytest.MonkeyPatch) -> None:
    _without(patch, guards.somebody_was_called, Action.CLOSE_UNVERIFIED)


def a_case_is_reopened_without_an_objection(patch: pytest.MonkeyPatch) -> None:
    _without(patch, guards.against_this_closing, Action.REOPEN)
    _without(patch, guards.is_undecided, Action.REOPEN)


def an_objection_is_decided_twice(patch: pytest.MonkeyPatch) -> None:
    _without(patch, guards.is_undecided, Action.REOPEN, Action.UPHOLD)


def whoever_closed_it_decides_about_the_objection(patch: pytest.MonkeyPatch) -> None:
    _judged_without(patch, closed_by=frozenset())


def whoever_took_the_objection_decides(patch: pytest.MonkeyPatch) -> None:
    _judged_without(patch, taken_by=frozenset())


def whoever_handled_it_decides_about_the_objection(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(transitions, "check_no_hand", lambda _hands, _actor: None)


def a_refused_objection_reopens(patch: pytest.MonkeyPatch) -> None:
    line = MACHINE.table[Status.CLOSED, Action.UPHOLD]
    patch.setitem(MACHINE.table, (Status.CLOSED, Action.UPHOLD), replace(line, target=Status.HANDLING))


def a_reopened_case_stays_in_its_round(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(transitions, "NEW_ROUND", (Action.SEND_BACK,))


def one_person_has_it_not_accepted(patch: pytest.MonkeyPatch) -> None:
    _without(patch, guards.two_people_say_so, Action.NOT_ACCEPT)


def what_a_unit_has_is_not_accepted(patch: pytest.MonkeyPatch) -> None:
    _without(patch, guards.nobody_has_it, Action.NOT_ACCEPT)


def what_was_sent_back_is_not_accepted(patch: pytest.MonkeyPatch) -> None:
    _without(patch, guards.in_the_first_round, Action.NOT_ACCEPT)


def the_system_does_not_accept_it(patch: pytest.MonkeyPatch) -> None:
    """What no person is named for."""
    patch.setattr(transitions, "check_party", lambda _state, _action, _asking, _actor, _objection: None)
    _without(patch, guards.two_people_say_so, Action.NOT_ACCEPT)


def a_link_of_a_wish_that_is_over_counts(patch: pytest.MonkeyPatch) -> None:
    _without(patch, guards.about_this_wish, Action.HEAR_WISH, Action.DENY_WISH, Action.CONFIRM_WISH)


def whoever_may_not_call_has_a_link_made(patch: pytest.MonkeyPatch) -> None:
    """And then nobody asks whose link it is."""
    patch.setattr(transitions, "check_link", lambda _state, _given: None)
    whoever_had_a_link_made_is_not_asked_again(patch)


def whoever_had_a_link_made_is_not_asked_again(patch: pytest.MonkeyPatch) -> None:
    """Though he took the case in hand since, or a later wish is his own."""
    decide = transitions.decide

    def decided(state: State, action: Action, given: StepInput, why: str = "") -> Said:
        if given.answer is None or given.answer.about_wish is None:
            return decide(state, action, given, why)
        MACHINE.target(state.status, action, state, given)
        return Said(action, given.now, given, given.by, why)

    patch.setattr(transitions, "decide", decided)


def its_handling_ends_on_one_persons_word(patch: pytest.MonkeyPatch) -> None:
    """Followup's wall, behind dispatch's."""
    _without(patch, guards.another_approves_with_evidence, Action.TERMINATE)


MUTANTS: tuple[Break, ...] = (
    *OF_UNITS,
    its_handling_ends_on_one_persons_word,
    one_person_has_it_not_accepted,
    what_a_unit_has_is_not_accepted,
    what_was_sent_back_is_not_accepted,
    the_system_does_not_accept_it,
    an_older_rounds_word_counts,
    a_citizen_whom_nobody_reached_counts,
    an_unsolved_matter_counts,
    the_guard_is_gone,
    one_requesters_word_is_enough,
    who_is_not_reached_counts_as_heard,
    whoever_handled_it_asks,
    whoever_tried_reviews,
    whoever_worked_in_an_older_round_asks,
    a_second_account_is_another_person,
    late_word_of_an_older_round_is_believed,
    a_send_back_opens_no_round,
    a_closed_case_goes_on,
    a_withdrawal_needs_no_word,
    a_word_about_the_result_takes_it_back,
    one_requester_takes_it_back_for_all,
    who_is_not_reached_takes_it_back,
    an_unconfirmed_wish_ends_it,
    whoever_said_that_he_takes_it_back_asks_him,
    the_unit_that_has_it_asks_whether_he_takes_it_back,
    who_had_it_done_again_is_not_asked,
    who_was_called_is_closed_as_unasked,
    who_was_never_called_is_closed_as_unverified,
    a_link_of_a_wish_that_is_over_counts,
    whoever_may_not_call_has_a_link_made,
    whoever_had_a_link_made_is_not_asked_again,
    a_case_is_reopened_without_an_objection,
    an_objection_is_decided_twice,
    whoever_closed_it_decides_about_the_objection,
    whoever_took_the_objection_decides,
    whoever_handled_it_decides_about_the_objection,
    a_refused_objection_reopens,
    a_reopened_case_stays_in_its_round,
)


def _without(patch: pytest.MonkeyPatch, guard: Callable[[State, StepInput], None], *actions: Action) -> None:
    """These steps no longer ask this guard, wherever they are taken."""
    for place, line in list(MACHINE.table.items()):
        if line.action in actions:
            left = tuple(each for each in line.guards if each is not guard)
            patch.setitem(MACHINE.table, place, replace(line, guards=left))


def _judged_without(patch: pytest.MonkeyPatch, **nobody: frozenset[str]) -> None:
    check = transitions.check_party

    def checked(state: State, action: Action, asking: Asking, by: Actor, against: AgainstClosing | None) -> None:
        changes: dict[str, Any] = dict(nobody)
        check(state, action, asking, by, against and replace(against, **changes))

    patch.setattr(transitions, "check_party", checked)


def _satisfy() -> Line:
    return next(step for step in STEPS if step.action is Action.SATISFY)
