"""What must hold of a case and its end, whatever anybody does."""

from dataclasses import replace

from hypothesis.stateful import RuleBasedStateMachine, invariant

from libs.common.events import cases
from libs.common.events.terms import Closing, Reached, Satisfaction
from libs.common.rules.machine import SYSTEM
from services.followup.cases.domain.terms import CONTENT, CallbackState, Purpose, State, Status
from tests.unit.guard.door import Door
from tests.unit.guard.log import Log, Place
from tests.unit.guard.promises import Promises


class Ends(RuleBasedStateMachine):
    """A part of the house: how a case may end, and what it may come to before."""

    door: Door
    promises: Promises
    log: Log

    def __init__(self) -> None:
        super().__init__()
        self.ended: State | None = None
        self.seen_round = 1

    @invariant()
    def closed_as_solved_only_on_the_citizens_own_word(self) -> None:
        state = self.promises.state
        if state.closing is not Closing.SUBSTANTIVE:
            return
        told = self.log.asked_for(Purpose.CLOSING)
        assert told, "closed as solved, and nobody ever spoke with the citizen"
        last = told[-1]
        assert last.callback_round == state.round, "the word of an older round closed it"
        assert last.answer.reached is Reached.ANSWERED, "the citizen was not reached"
        assert last.answer.satisfaction in CONTENT, "the citizen is not satisfied"
        assert last.answer.solved is not False, "the citizen says that it is not solved"
        assert last.by != SYSTEM, "the system spoke for the citizen"
        assert last.by.unit_code is None or last.by.unit_code != self.log.done_by[state.round], "they asked themselves"
        assert last.by.subject != self.log.answered_by[state.round], "he asked about his own answer"
        assert last.by.person not in last.known, "whoever had a hand in it asked"
        assert state.satisfaction is last.answer.satisfaction
        assert state.closed_by_requester == last.requester

    @invariant()
    def closed_as_solved_only_when_every_requester_said_so(self) -> None:
        state = self.promises.state
        if state.closing is not Closing.SUBSTANTIVE:
            return
        told = self.log.asked_for(Purpose.CLOSING)
        words = {each.requester: each.answer for each in told if each.callback_round == state.round}
        asked = {place[1] for place in self._now_asked()}
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
            case Status.CLOSED:
                assert not self.promises.is_wished()
                assert not waiting & {CallbackState.DUE, CallbackState.EXHAUSTED}
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
        told = self.log.asked_for(Purpose.CLOSING)
        callers = {each.by.subject for each in told if each.callback_round == state.round}
        assert callers, "nobody ever tried to reach him"
        assert by.subject not in callers
        assert by.subject != self.log.answered_by[state.round]
        assert by.unit_code is None or by.unit_code != self.log.done_by[state.round]

    @invariant()
    def nothing_changes_after_the_end(self) -> None:
        """But for the version, as somebody objects, and late word of who had a hand; until an objection is granted."""
        state, ended = self.promises.state, self.ended
        if ended is not None and state.round == ended.round:
            late = replace(ended, handled_by=state.handled_by, handling_units=state.handling_units)
            assert replace(late, version=state.version) == state
            assert set(ended.handled_by) <= set(state.handled_by)
            assert set(ended.handling_units) <= set(state.handling_units)
        elif ended is not None:
            assert self.log.ruled, "it goes on, and nobody decided about any objection"
            assert (self.log.ruled[-1].round, self.log.ruled[-1].granted) == (ended.round, True)
        self.ended = state if state.status is Status.CLOSED else None

    @invariant()
    def rounds_open_one_by_one_because_a_citizen_said_so(self) -> None:
        now = self.promises.state.round
        assert now in (self.seen_round, self.seen_round + 1)
        granted = [ruled.round for ruled in self.log.ruled if ruled.granted]
        if now > self.seen_round and self.seen_round not in granted:
            last = self.log.asked_for(Purpose.CLOSING)[-1]
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
        of_results = self.log.asked_for(Purpose.CLOSING)
        told = {(each.callback_round, each.answer.satisfaction) for each in of_results}
        for word in self.promises.ledger:
            if isinstance(word.event, cases.CallbackTried):
                assert (word.event.round, word.event.satisfaction) in told
            if isinstance(word.event, cases.CaseClosed) and word.event.satisfaction is not None:
                assert (word.event.round, word.event.satisfaction) in told
        valid = {each.answer.satisfaction for each in of_results if each.answer.reached is Reached.ANSWERED}
        assert self.door.state.satisfaction in {None, *valid}

    def _now_asked(self) -> list[Place]:
        now = self.promises.state.round
        return [place for place in self.promises.askings if place[0] == now and place[2] is Purpose.CLOSING]
