"""Ways to break what dispatch's own rules hold, of requests, letters and all else: each one rule less."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from enum import StrEnum
from typing import Any

import pytest

from libs.common.events.letter_terms import LetterStatus, LetterStep
from libs.common.events.mediation_terms import MediationStatus, MediationStep
from libs.common.rules.machine import Actor
from services.dispatch.aids import domain as aids
from services.dispatch.asks import domain as asks
from services.dispatch.cases.domain import evolving as folding
from services.dispatch.cases.domain import guards as unit_guards
from services.dispatch.cases.domain import state as work
from services.dispatch.cases.domain import terms as deeds
from services.dispatch.cases.domain import transitions as units
from services.dispatch.disputes import domain as disputes
from services.dispatch.letters import domain as letters
from services.dispatch.mediations import domain as mediations
from services.dispatch.risks import domain as risks
from services.followup.clocks.domain import ClockStatus, DeadlineClock, Rung, moved
from tests.unit.guard import letter_clocks
from tests.unit.guard.letter_clocks import Clocked

Break = Callable[[pytest.MonkeyPatch], None]


def whoever_asks_that_it_is_not_accepted_approves(patch: pytest.MonkeyPatch) -> None:
    """Dispatch's own wall; the guard stands behind it."""
    patch.setattr(units, "check_party", lambda _state, _action, _actor: None)


def whoever_asks_decides_on_it(patch: pytest.MonkeyPatch) -> None:
    """Dispatch's own wall: of more time, of a suspension and of an end."""
    check = units.check_party

    def checked(state: work.State, action: deeds.Action, actor: Actor) -> None:
        if units.MACHINE.who[action] is not deeds.Party.DECIDER:
            check(state, action, actor)

    patch.setattr(units, "check_party", checked)


def its_handling_ends_and_nobody_asked(patch: pytest.MonkeyPatch) -> None:
    place = deeds.Status.SIGNED, deeds.Action.TERMINATE
    patch.setitem(units.MACHINE.table, place, replace(units.MACHINE.table[place], guards=(unit_guards.with_evidence,)))


def a_request_outlives_what_it_was_for(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(asks, "ends_one", lambda before, after: after.asked is not None and before.asked is None)


def who_was_named_gives_it_back(patch: pytest.MonkeyPatch) -> None:
    for place, line in units.MACHINE.table.items():
        if line.action is deeds.Action.ASK_RETURN:
            kept = tuple(guard for guard in line.guards if guard is not unit_guards.not_designated)
            patch.setitem(units.MACHINE.table, place, replace(line, guards=kept))


def a_unit_arbitrates_for_itself(patch: pytest.MonkeyPatch) -> None:
    """Both walls: that of the table, and that which knows the session."""
    check = units.check_party

    def checked(state: work.State, action: deeds.Action, actor: Actor) -> None:
        if units.MACHINE.who[action] is not deeds.Party.ARBITER:
            check(state, action, actor)

    patch.setattr(units, "check_party", checked)
    patch.setattr(disputes, "check_apart", lambda _units, _below, _gave, _actor: None)


def it_is_ruled_on_before_all_were_heard(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(disputes, "check_heard", lambda _session, _hearings: None)


def what_is_asked_for_goes_up_twice(patch: pytest.MonkeyPatch) -> None:
    for place, line in units.MACHINE.table.items():
        if line.action is deeds.Action.RAISE_REQUEST:
            patch.setitem(units.MACHINE.table, place, replace(line, guards=()))


def a_result_goes_by_an_open_letter(patch: pytest.MonkeyPatch) -> None:
    _without(patch, units.MACHINE.table, unit_guards.no_open_letter)


def a_letter_sent_back_holds_the_result_no_more(patch: pytest.MonkeyPatch) -> None:
    lettered = folding._lettered

    def less(state: work.State, action: deeds.Action, part: Any) -> tuple[str, ...]:
        return lettered(state, deeds.Action.LETTER_ACCEPT if action is deeds.Action.LETTER_SEND_BACK else action, part)

    patch.setattr(folding, "_lettered", less)


def the_refusal_names_no_letter(patch: pytest.MonkeyPatch) -> None:
    place = deeds.Status.SIGNED, deeds.Action.HAND_IN
    line = units.MACHINE.table[place]

    def nameless(state: work.State, ask: work.Ask, now: Any) -> None:
        unit_guards.no_open_letter(replace(state, open_letters=("?",) if state.open_letters else ()), ask, now)

    guards = tuple(nameless if guard is unit_guards.no_open_letter else guard for guard in line.guards)
    patch.setitem(units.MACHINE.table, place, replace(line, guards=guards))


def whoever_drafted_a_letter_signs_it_off(patch: pytest.MonkeyPatch) -> None:
    _without(patch, letters.MACHINE.table, letters.signed_by_another)


def whoever_replied_accepts_his_own_reply(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(letters, "check_not_worked", lambda _worked_by, _by: None)


def whoever_wrote_a_letter_answers_it(patch: pytest.MonkeyPatch) -> None:
    check = letters._check_receiver

    def checked(letter: letters.LetterState, step: LetterStep, by: Any) -> None:
        check(replace(letter, drafted_by="", drafted_by_staff=None, sent_by=None), step, by)

    _let(patch, letters, letters.LetterParty.RECEIVER, checked)


def a_withdrawn_letter_loses_its_number(patch: pytest.MonkeyPatch) -> None:
    evolve = letters.evolve

    def evolved(letter: letters.LetterState, said: letters.LetterSaid) -> letters.LetterState:
        after = evolve(letter, said)
        return replace(after, no=None) if after.status is LetterStatus.WITHDRAWN else after

    patch.setattr(letters, "evolve", evolved)


def an_accepted_letter_goes_on(patch: pytest.MonkeyPatch) -> None:
    place = LetterStatus.REPLIED, LetterStep.SEND_BACK
    again = replace(letters.MACHINE.table[place], source=LetterStatus.ACCEPTED)
    patch.setitem(letters.MACHINE.table, (LetterStatus.ACCEPTED, LetterStep.SEND_BACK), again)


def a_reply_that_is_sent_back_has_no_clock(patch: pytest.MonkeyPatch) -> None:
    start = Clocked.start_letter_clock
    patch.setattr(Clocked, "start_letter_clock", lambda house, sent: None if sent.edition > 1 else start(house, sent))


def the_clock_of_a_letter_runs_on_after_the_reply(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Clocked, "stop_letter_clock", lambda _house, _about: None)


def a_missed_letter_is_missed_again(patch: pytest.MonkeyPatch) -> None:
    def again(clock: DeadlineClock, rungs: Iterable[Rung]) -> DeadlineClock:
        after = moved(clock, rungs)
        is_first = after.state is ClockStatus.FIRED and not clock.clock_id.endswith("*")
        return replace(clock, clock_id=f"{clock.clock_id}*") if is_first else after

    patch.setattr(letter_clocks, "moved", again)


def the_mediator_says_whether_it_is_kept(patch: pytest.MonkeyPatch) -> None:
    of_another = mediations.MediationParty.ANOTHER
    _let(patch, mediations, of_another, lambda _mediation, _by: None)


def anybody_mediates(patch: pytest.MonkeyPatch) -> None:
    mediator = mediations.MediationParty.MEDIATOR
    _let(patch, mediations, mediator, lambda _mediation, _by: None)


def an_agreement_is_kept_on_the_day_it_is_signed(patch: pytest.MonkeyPatch) -> None:
    _without(patch, mediations.MACHINE.table, mediations.on_its_day)


def an_agreement_is_judged_twice(patch: pytest.MonkeyPatch) -> None:
    for place, line in list(mediations.MACHINE.table.items()):
        if line.action in (MediationStep.KEEP, MediationStep.BREAK):
            patch.setitem(mediations.MACHINE.table, place, replace(line, target=MediationStatus.AGREED))


def whoever_seeks_aid_decides_on_it(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(aids, "check_not_their_own", lambda _asked_by, _units, _by: None)


def whoever_found_aid_decides_on_it(patch: pytest.MonkeyPatch) -> None:
    check = aids._check_decides

    def checked(aid: aids.AidState, by: Any) -> None:
        check(replace(aid, found_by="", found_by_staff=None), by)

    _let(patch, aids, aids.AidParty.DECIDER, checked)


def who_was_not_told_acknowledges_a_risk(patch: pytest.MonkeyPatch) -> None:
    acknowledged = risks.acknowledged
    patch.setattr(risks, "acknowledge", lambda risk, by, now, note, on_duty: acknowledged(risk, by, now, note))


def a_risk_is_acknowledged_twice(patch: pytest.MonkeyPatch) -> None:
    for place, line in list(risks.MACHINE.table.items()):
        if line.action is risks.RiskStep.ACKNOWLEDGE:
            patch.setitem(risks.MACHINE.table, place, replace(line, target=risks.RiskStatus.REPORTED))


MUTANTS: tuple[Break, ...] = (
    whoever_asks_that_it_is_not_accepted_approves,
    whoever_asks_decides_on_it,
    its_handling_ends_and_nobody_asked,
    a_request_outlives_what_it_was_for,
    who_was_named_gives_it_back,
    a_unit_arbitrates_for_itself,
    it_is_ruled_on_before_all_were_heard,
    what_is_asked_for_goes_up_twice,
    a_result_goes_by_an_open_letter,
    a_letter_sent_back_holds_the_result_no_more,
    the_refusal_names_no_letter,
    whoever_drafted_a_letter_signs_it_off,
    whoever_replied_accepts_his_own_reply,
    whoever_wrote_a_letter_answers_it,
    a_withdrawn_letter_loses_its_number,
    an_accepted_letter_goes_on,
    a_reply_that_is_sent_back_has_no_clock,
    the_clock_of_a_letter_runs_on_after_the_reply,
    a_missed_letter_is_missed_again,
    the_mediator_says_whether_it_is_kept,
    anybody_mediates,
    an_agreement_is_kept_on_the_day_it_is_signed,
    an_agreement_is_judged_twice,
    whoever_seeks_aid_decides_on_it,
    whoever_found_aid_decides_on_it,
    who_was_not_told_acknowledges_a_risk,
    a_risk_is_acknowledged_twice,
)


def _let(patch: pytest.MonkeyPatch, matter: Any, party: StrEnum, check: Callable[..., None]) -> None:
    """Who that party is, is checked so from now on."""
    patch.setitem(matter._WHOSE, party, check)


def _without(patch: pytest.MonkeyPatch, table: dict[Any, Any], guard: Callable[..., None]) -> None:
    """No step of this table asks this guard any more."""
    for place, line in list(table.items()):
        left = tuple(each for each in line.guards if each is not guard)
        patch.setitem(table, place, replace(line, guards=left))
