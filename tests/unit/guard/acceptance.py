"""What anybody may try so that a case is not accepted (不予受理); and what must hold."""

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from libs.common.events import accepting
from libs.common.events.terms import Closing
from libs.common.rules.machine import SYSTEM, Actor
from services.dispatch.cases.domain.terms import Action as Deed
from services.followup.cases.domain.terms import Purpose
from tests.unit.guard.delivery import UNITS
from tests.unit.guard.door import Door
from tests.unit.guard.log import Log
from tests.unit.guard.people import ACTORS, DISPATCHER, NEUTRAL, USUAL, person
from tests.unit.guard.promises import Promises
from tests.unit.guard.units import Units
from tests.unit.guard.wishes import unless_refused


class Acceptance(RuleBasedStateMachine):
    """A part of the house: who asks that a case be not accepted, and who decides."""

    door: Door
    promises: Promises
    units: Units
    log: Log

    @rule(asker=st.sampled_from(ACTORS), judge=st.sampled_from([*[NEUTRAL] * 4, *ACTORS]), approved=st.integers(0, 2))
    def ask_that_it_is_not_accepted(self, asker: Actor, judge: Actor, approved: int) -> None:
        """If nobody has it; whoever approves may be the same person by another account, who always tries to."""
        self.settle()
        theirs = person(asker.subject, asker.staff_id) == person(judge.subject, judge.staff_id)
        deed = Deed.NOT_ACCEPT if theirs or approved == 1 else Deed.REFUSE_NONACCEPTANCE
        unless_refused(partial(self.units.act, Deed.ASK_NONACCEPTANCE, asker, UNITS[0]))
        unless_refused(partial(self.units.act, deed, judge, UNITS[0]))
        self.settle()

    @rule(asker=st.sampled_from(ACTORS), judge=st.sampled_from([NEUTRAL, SYSTEM, *ACTORS]), late=st.integers(0, 2))
    def lie_that_it_is_not_accepted(self, asker: Actor, judge: Actor, late: int) -> None:
        """As if dispatch's rules were wrong: of a case that a unit has, on one person's word, in a later round."""
        for _ in range(late):
            self.settle()
            self.step_on()
        self.units.lie_that_it_is_not_accepted(asker, judge)
        self.settle()

    @rule()
    def lie_of_what_was_sent_back(self) -> None:
        """Answered at the door, its citizen is not content, no unit has it again yet: and two people say so."""
        unless_refused(partial(self.door.answer, DISPATCHER))
        self.settle()
        self.jump(3)
        for place in list(self.promises.askings):
            unless_refused(partial(self.promises.call, place, USUAL[2], NEUTRAL))
        self.settle()
        if self.promises.state.round > 1:
            self.units.lie_that_it_is_not_accepted(DISPATCHER, NEUTRAL)
            self.settle()

    @invariant()
    def not_accepted_only_by_two_people(self) -> None:
        state, said = self.promises.state, self.log.not_accepted_on
        if state.closing is not Closing.NOT_ACCEPTED:
            return
        assert said is not None
        assert said.by not in (None, SYSTEM.subject), "nobody approved it"
        assert person(said.by, said.by_staff) != person(said.asked_by, said.asked_by_staff), "one person alone did it"
        assert said.go_to, "its citizen is told of no door to go to"

    @invariant()
    def what_was_taken_on_is_never_not_accepted(self) -> None:
        state = self.promises.state
        if state.closing is not Closing.NOT_ACCEPTED:
            return
        assert self.log.led_then is None, "a unit had it in hand"
        assert state.round == 1, "its citizen had it done again"
        assert not self.log.asked_for(Purpose.CLOSING), "its citizen had been asked about a result"

    @invariant()
    def dispatch_itself_asks_two_people(self) -> None:
        for word in self.units.ledger if hasattr(self, "units") else ():
            if isinstance(word.event, accepting.CaseNotAccepted) and word.event.note != "lie":
                said = word.event
                assert person(said.by, said.by_staff) != person(said.asked_by, said.asked_by_staff)

    def settle(self) -> None:
        """Everything reaches everybody."""
        raise NotImplementedError

    def jump(self, hours: int) -> None:
        """Time passes."""
        raise NotImplementedError

    def step_on(self) -> None:
        """What usually comes next, if anything."""
        raise NotImplementedError
