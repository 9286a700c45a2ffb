"""Everything that anybody can do to a case, in any order, over the pure core of all four services; and what must hold.

Its inbox works: words come late, twice and early, and are applied once, their causes first.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from libs.common.counters import Counter
from libs.common.events import cases
from libs.common.events.terms import Closing, Reached, Satisfaction
from libs.common.rules.machine import SYSTEM, Actor, Refused
from services.dispatch.cases.domain.terms import Action as Deed
from services.dispatch.cases.domain.terms import Party as Who
from services.dispatch.cases.domain.terms import Status as WorkStatus
from services.dispatch.cases.domain.transitions import MACHINE as DEED_TABLE
from services.followup.cases.domain.terms import CONTENT, Action, Answer, CallbackState, State, Status
from services.intake.cases.domain import lifecycle
from tests.unit.guard.delivery import UNITS, Now, Service
from tests.unit.guard.door import Door
from tests.unit.guard.figures import Figures
from tests.unit.guard.people import ACTORS, ANSWERS, DEEDS, NEUTRAL, NOT_CONTENT, REQUESTERS, SELDOM, STEPS, USUAL
from tests.unit.guard.promises import TRIES, Log, Place, Promises
from tests.unit.guard.units import Units


def unless_refused(step: Callable[[], Any]) -> None:
    """What the rules refuse does not happen."""
    try:
        step()
    except Refused:
        return


class House(RuleBasedStateMachine):
    """One case and everybody around it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = Now()
        self.log = Log()
        self.door = Door(self.now)
        self.promises = Promises(self.now, self.log)
        self.figures = Figures()
        self.ended: State | None = None
        self.seen_round = 1

    @property
    def services(self) -> tuple[Service, ...]:
        """All four."""
        return self.door, self.units, self.promises, self.figures

    @initialize(
        at_once=SELDOM,
        unwanted=SELDOM,
        rule_knows=st.booleans(),
        actor=st.sampled_from(ACTORS),
        requesters=st.sampled_from([1, 2, 2, 3]),
    )
    def register(self, at_once: bool, unwanted: bool, rule_knows: bool, actor: Actor, requesters: int) -> None:
        self.units = Units(self.now, rule_knows=rule_knows)
        self.promises.requesters = REQUESTERS[:requesters]
        self.door.register(at_once=at_once, callback_wanted=not unwanted, actor=actor)

    # --- what people do

    @rule(deed=st.sampled_from(DEEDS), actor=st.sampled_from(ACTORS), unit=st.sampled_from(UNITS))
    def work(self, deed: Deed, actor: Actor, unit: str) -> None:
        unless_refused(partial(self.units.act, deed, actor, unit))

    @rule(data=st.data(), unit=st.sampled_from(UNITS))
    def work_by_the_book(self, data: st.DataObject, unit: str) -> None:
        """What is possible, by somebody who may, and told to everybody."""
        deeds = DEED_TABLE.possible(self.units.work.status)
        if deeds:
            deed = data.draw(st.sampled_from(deeds))
            lead = DEED_TABLE.who[deed] is Who.LEAD_UNIT
            unless_refused(
                lambda: self.units.act(deed, Actor("li", self.units.work.lead_unit) if lead else NEUTRAL, unit)
            )
            self.settle()

    @rule(actor=st.sampled_from(ACTORS))
    def answer_at_the_door(self, actor: Actor) -> None:
        unless_refused(partial(self.door.answer, actor))

    @rule()
    def supplement(self) -> None:
        unless_refused(self.door.supplement)

    @rule(really=SELDOM)
    def withdraw(self, really: bool) -> None:
        if really:
            unless_refused(self.door.withdraw)

    @rule(data=st.data(), answer=ANSWERS, actor=st.sampled_from([*ACTORS, SYSTEM]), hours=st.sampled_from([0, 3]))
    def call_back(self, data: st.DataObject, answer: Answer, actor: Actor, hours: int) -> None:
        self.jump(hours)
        self._on_some_callback(data, lambda place: self.promises.call(place, answer, actor))

    @rule(data=st.data(), hurry=st.booleans())
    def call_everybody(self, data: st.DataObject, hurry: bool) -> None:
        """Each requester says something else, or is not reached until the tries are used up; once it is handled."""
        for _ in range(6 * hurry):
            self.settle()
            if self.promises.state.status in (Status.CALLBACK, Status.CLOSED):
                break
            unless_refused(partial(self._usual_step, USUAL[0]))
        for place in self._now_asked():
            answer = data.draw(st.sampled_from([USUAL[0], USUAL[-1], *USUAL]))
            for _ in range(TRIES):
                self.jump(3)
                unless_refused(partial(self.promises.call, place, answer, NEUTRAL))

    @rule(answer=st.sampled_from(NOT_CONTENT))
    def close_without_the_word(self, answer: Answer) -> None:
        """By who is not content, by a content word about a round that is over, or by that of one of several."""
        for place in self.promises.askings:
            is_one_of_several = [place] != self._now_asked() and answer is not NOT_CONTENT[0]
            word = USUAL[0] if place[0] != self.promises.state.round or is_one_of_several else answer
            unless_refused(partial(self.promises.force, Action.SATISFY, place, word, NEUTRAL))

    @rule(data=st.data(), action=st.sampled_from(STEPS), answer=ANSWERS, actor=st.sampled_from([*ACTORS, SYSTEM]))
    def force(self, data: st.DataObject, action: Action, answer: Answer, actor: Actor) -> None:
        """A step that no verdict chose, as from code that is wrong."""
        self._on_some_callback(data, lambda place: self.promises.force(action, place, answer, actor))

    @rule()
    def ask_about_their_own_work(self) -> None:
        """Somebody of the unit that handled it, or who answered it, calls and hears that all is well."""
        for place in self._now_asked():
            self.jump(3)
            by = Actor(self.log.answered_by[place[0]] or "wang", self.log.done_by[place[0]])
            unless_refused(partial(self.promises.call, place, USUAL[0], by))

    @rule()
    def review_their_own_tries(self) -> None:
        """Whoever called and reached nobody says himself that this is enough."""
        places = self._now_asked()
        for caller in {caller for place in places for caller in self.promises.askings[place].callers}:
            for place in places:
                unless_refused(partial(self.promises.force, Action.CLOSE_UNVERIFIED, place, USUAL[-1], Actor(caller)))

    @rule(answer=st.sampled_from(USUAL))
    def go_on_after_the_end(self, answer: Answer) -> None:
        """Whatever anybody may try on a case that is closed."""
        if self.promises.state.status is Status.CLOSED:
            for place in self.promises.askings:
                for action in STEPS:
                    unless_refused(partial(self.promises.force, action, place, answer, Actor("chen")))

    @rule(actor=st.sampled_from([*ACTORS, SYSTEM]))
    def supervise(self, actor: Actor) -> None:
        unless_refused(lambda: self.promises.supervise(actor))

    @rule(answer=st.sampled_from(USUAL))
    def go_on(self, answer: Answer) -> None:
        """What usually comes next, up to the callback or its answer, so that late rounds are reached too."""
        before = self.promises.state.status, self.promises.state.round
        for _ in range(6):
            self.settle()
            state = self.promises.state
            if state.status is Status.CLOSED or (state.status, state.round) != before:
                return
            unless_refused(partial(self._usual_step, answer))

    # --- what happens by itself

    @rule(hours=st.integers(0, 60))
    def jump(self, hours: int) -> None:
        self.now.moment += timedelta(hours=hours)
        self.promises.settle(self.now.moment)

    @rule(to=st.integers(0, 3), source=st.integers(0, 2), offset=st.integers(-2, 3))
    def deliver(self, to: int, source: int, offset: int) -> None:
        """A word that may be old, next, or too early."""
        hearer, speaker = self.services[to], self.services[source]
        place = hearer.marks.get(speaker.name, 0) + offset
        if 0 <= place < len(speaker.ledger):
            hearer.receive(speaker.ledger[place])

    @rule()
    def settle(self) -> None:
        """Everything reaches everybody; then all four say the same of the case."""
        while any(self._hear_the_rest(service) for service in self.services):
            pass
        self._agree()

    # --- what must hold

    @invariant()
    def closed_as_solved_only_on_the_citizens_own_word(self) -> None:
        state = self.promises.state
        if state.closing is not Closing.SUBSTANTIVE:
            return
        assert self.log.told, "closed as solved, and nobody ever spoke with the citizen"
        last = self.log.told[-1]
        assert last.callback_round == state.round, "the word of an older round closed it"
        assert last.answer.reached is Reached.ANSWERED, "the citizen was not reached"
        assert last.answer.satisfaction in CONTENT, "the citizen is not satisfied"
        assert last.answer.solved is not False, "the citizen says that it is not solved"
        assert last.by != SYSTEM, "the system spoke for the citizen"
        assert last.by.unit_code is None or last.by.unit_code != self.log.done_by[state.round], "they asked themselves"
        assert last.by.subject != self.log.answered_by[state.round], "he asked about his own answer"
        assert state.satisfaction is last.answer.satisfaction
        assert state.closed_by_requester == last.requester

    @invariant()
    def closed_as_solved_only_when_every_requester_said_so(self) -> None:
        state = self.promises.state
        if state.closing is not Closing.SUBSTANTIVE:
            return
        words = {each.requester: each.answer for each in self.log.told if each.callback_round == state.round}
        asked = {requester for number, requester in self.promises.askings if number == state.round}
        assert asked, "nobody was asked"
        for requester in asked:
            word = words.get(requester)
            assert word is not None, f"{requester} was never asked"
            assert word.reached is Reached.ANSWERED, f"{requester} was not reached"
            assert word.satisfaction in CONTENT, f"{requester} is not satisfied"
            assert word.solved is not False, f"{requester} says that it is not solved"

    @invariant()
    def somebody_is_asked_or_reviewed_while_it_waits(self) -> None:
        """No requester is forgotten: who waits can be called, who was not reached is decided about."""
        waiting = {self.promises.askings[place].state for place in self._now_asked()}
        match self.promises.state.status:
            case Status.CALLBACK:
                assert CallbackState.DUE in waiting
            case Status.REVIEW:
                assert CallbackState.EXHAUSTED in waiting
                assert CallbackState.DUE not in waiting
            case _:
                assert not waiting & {CallbackState.DUE, CallbackState.EXHAUSTED}

    @invariant()
    def unverified_only_by_somebody_else(self) -> None:
        """Four eyes."""
        state, by = self.promises.state, self.log.reviewed_by
        if state.closing is not Closing.UNVERIFIED:
            return
        assert by is not None
        assert by != SYSTEM
        assert by.subject not in {told.by.subject for told in self.log.told if told.callback_round == state.round}
        assert by.subject != self.log.answered_by[state.round]
        assert by.unit_code is None or by.unit_code != self.log.done_by[state.round]

    @invariant()
    def nothing_changes_after_the_end(self) -> None:
        state = self.promises.state
        if self.ended is not None:
            assert state == self.ended
        elif state.status is Status.CLOSED:
            self.ended = state

    @invariant()
    def rounds_open_one_by_one_because_a_citizen_said_so(self) -> None:
        now = self.promises.state.round
        assert now in (self.seen_round, self.seen_round + 1)
        if now > self.seen_round:
            last = self.log.told[-1]
            assert last.callback_round == self.seen_round
            assert last.answer.reached is Reached.ANSWERED
            assert last.answer.satisfaction is Satisfaction.NOT_SATISFIED or last.answer.solved is False
        self.seen_round = now
        assert self.door.state.round <= now

    @invariant()
    def the_citizen_is_asked_about_a_round_that_somebody_finished(self) -> None:
        said = {
            (word.event.round, word.event.unit_code if isinstance(word.event, cases.CaseHandled) else None)
            for word in (*self.door.ledger, *getattr(self, "units", self.door).ledger)
            if isinstance(word.event, cases.CaseHandled | cases.CaseAnsweredDirectly)
        }
        for number, unit in self.log.done_by.items():
            assert (number, unit) in said or (number, None) in said

    @invariant()
    def nobody_but_a_citizen_is_satisfied(self) -> None:
        told = {(each.callback_round, each.answer.satisfaction) for each in self.log.told}
        for word in self.promises.ledger:
            if isinstance(word.event, cases.CallbackTried):
                assert (word.event.round, word.event.satisfaction) in told
            if isinstance(word.event, cases.CaseClosed) and word.event.satisfaction is not None:
                assert (word.event.round, word.event.satisfaction) in told
        valid = {each.answer.satisfaction for each in self.log.told if each.answer.reached is Reached.ANSWERED}
        assert self.door.state.satisfaction in {None, *valid}

    def _now_asked(self) -> list[Place]:
        return [place for place in self.promises.askings if place[0] == self.promises.state.round]

    def _to_call(self) -> Place:
        """Whoever of this round is to be called or reviewed next."""
        usual = (CallbackState.DUE, CallbackState.EXHAUSTED)
        return min(
            self._now_asked(), key=lambda place: [*usual, *CallbackState].index(self.promises.askings[place].state)
        )

    def _on_some_callback(self, data: st.DataObject, step: Callable[[Place], None]) -> None:
        places = sorted(self.promises.askings)
        if places:
            place = data.draw(st.sampled_from(places[::-1]))
            unless_refused(lambda: step(place))

    def _usual_step(self, answer: Answer) -> None:
        lead = self.units.work.lead_unit or UNITS[0]
        of_unit = Actor("li", lead)
        match self.promises.state.status, self.units.work.status:
            case Status.CALLBACK, _:
                self.now.moment += timedelta(hours=3)
                self.promises.call(self._to_call(), answer, NEUTRAL)
            case Status.REVIEW, _:
                decision = Action.CLOSE_UNVERIFIED if answer.reached is Reached.NO_ANSWER else Action.TRY_AGAIN
                self.promises.force(decision, self._to_call(), answer, Actor("chen"))
            case _, WorkStatus.TRIAGE:
                self.units.act(Deed.ASSIGN, NEUTRAL, UNITS[1])
            case _, WorkStatus.ASSIGNED:
                self.units.act(Deed.REFUSE_RETURN if self.units.work.return_pending else Deed.SIGN, of_unit, lead)
            case _, WorkStatus.SIGNED:
                for support in self.units.work.open_support:
                    self.units.act(Deed.SUPPORT_DONE, Actor("sun", support), support)
                self.units.act(Deed.HAND_IN, of_unit, lead)

    def _hear_the_rest(self, hearer: Service) -> bool:
        before = dict(hearer.marks)
        for speaker in self.services:
            for word in speaker.ledger[hearer.marks.get(speaker.name, 0) :]:
                hearer.receive(word)
        return hearer.marks != before

    def _agree(self) -> None:
        truth, fact = self.promises.state, self.figures.fact
        assert fact is not None
        assert self.door.state.round == fact.round == truth.round
        # Dispatch may hear that the citizen took it back before it hears of the last round.
        assert self.units.work.round == truth.round or truth.closing is Closing.WITHDRAWN
        is_closed = truth.status is Status.CLOSED
        assert (self.units.work.status is WorkStatus.CLOSED) == is_closed
        assert (self.door.state.status is lifecycle.Status.CLOSED) == is_closed
        assert (not fact.is_open) == is_closed
        solved = int(truth.closing is Closing.SUBSTANTIVE)
        assert self.figures.count(Counter.CLOSED_SUBSTANTIVE) == solved
        assert sum(map(self.figures.count, (Counter.SATISFIED, Counter.BASICALLY_SATISFIED))) == solved
        assert self.figures.count(Counter.CLOSED_UNVERIFIED) == int(truth.closing is Closing.UNVERIFIED)
