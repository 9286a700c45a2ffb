"""What anybody may try with an objection (异议) against the closing of a case; and what must hold."""

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from libs.common.rules.machine import SYSTEM, Actor
from services.dispatch.cases.domain.terms import Action as Deed
from services.followup.cases.domain.terms import Answer, Status
from tests.unit.guard.delivery import UNITS
from tests.unit.guard.door import Door
from tests.unit.guard.log import Log
from tests.unit.guard.people import ACTORS, JUDGE, NEUTRAL, REVIEWER, SUBJECTS, USUAL, person
from tests.unit.guard.promises import Promises
from tests.unit.guard.units import Units
from tests.unit.guard.wishes import unless_refused

HURRY = st.integers(0, 3).map(lambda number: number == 1)
"""Seldom enough that walks also stay long in a round."""
ENDING = st.sampled_from([USUAL[0], USUAL[-1]])
"""What citizens answer, or do not, so that the case comes to an end."""


class Objections(RuleBasedStateMachine):
    """A part of the house: whoever objects, and whoever decides about it."""

    door: Door
    units: Units
    promises: Promises
    log: Log

    @rule(actor=st.sampled_from([*ACTORS, JUDGE]))
    def object(self, actor: Actor) -> None:
        unless_refused(partial(self.door.object, actor))

    @rule(
        actor=st.sampled_from([*ACTORS, JUDGE]),
        by=st.sampled_from([JUDGE, JUDGE, NEUTRAL, REVIEWER, *ACTORS, SYSTEM]),
        granted=st.booleans(),
        answer=ENDING,
        hurry=HURRY,
    )
    def object_and_rule(self, actor: Actor, by: Actor, granted: bool, answer: Answer, hurry: bool) -> None:
        """It comes to an end, somebody objects to that, everybody hears it, and somebody decides."""
        if hurry:
            self.go_on_to_the_end(answer)
        if self.promises.state.status is not Status.CLOSED:
            return
        unless_refused(partial(self.door.object, actor))
        self.settle()
        unless_refused(partial(self.promises.rule, self.promises.state.round, by, granted=granted))
        self.settle()

    @rule(granted=st.booleans(), answer=ENDING, hurry=HURRY)
    def rule_on_their_own_end(self, granted: bool, answer: Answer, hurry: bool) -> None:
        """Who had a hand in it, asked the citizen, reviewed him or took the objection decides; by another account."""
        if hurry:
            self.go_on_to_the_end(answer)
        if self.promises.state.status is not Status.CLOSED:
            return
        unless_refused(partial(self.door.object, Actor("op", None, "O")))
        self.settle()
        hands = [account for one in list(self.log.hands.values()) for account in _accounts_of(one)]
        takers = [Actor(one, None, staff) for one, staff in SUBJECTS.items()]
        units = [Actor("wei", unit) for unit in {*self.log.done_by.values(), self.promises.state.lead_unit} if unit]
        for by in (Actor("op-too", None, "O"), *hands, NEUTRAL, REVIEWER, *takers, *units):
            unless_refused(partial(self.promises.rule, self.promises.state.round, by, granted=granted))

    @rule(number=st.integers(1, 4), granted=st.booleans())
    def rule_without_one(self, number: int, granted: bool) -> None:
        """On none, on that of another round, or once more on what was decided."""
        for which in (number, self.promises.state.round):
            unless_refused(partial(self.promises.rule, which, JUDGE, granted=granted))

    @rule()
    def not_accept_again_what_was_reopened(self) -> None:
        """It is not accepted, an objection to that is granted, and code that is wrong does not accept it again."""
        self.settle()
        unless_refused(partial(self.units.act, Deed.ASK_NONACCEPTANCE, ACTORS[0], UNITS[0]))
        unless_refused(partial(self.units.act, Deed.NOT_ACCEPT, NEUTRAL, UNITS[0]))
        self.settle()
        unless_refused(partial(self.door.object, ACTORS[-1]))
        self.settle()
        unless_refused(partial(self.promises.rule, self.promises.state.round, JUDGE, granted=True))
        self.settle()
        self.units.lie_that_it_is_not_accepted(ACTORS[0], NEUTRAL)
        self.settle()

    @invariant()
    def who_decides_had_no_part_in_the_end(self) -> None:
        for ruled in self.log.ruled:
            assert ruled.round in self.log.raised_by, "nobody had objected"
            assert ruled.by != SYSTEM, "the system decided"
            assert ruled.by.person not in ruled.known, "whoever had a part in the closing decided about it"
            who = person(ruled.by.subject, ruled.by.staff_id)
            assert who != self.log.raised_by[ruled.round], "whoever took the objection decided it"
            units = {ruled.led_by, *(self.log.done_by.get(number) for number in range(1, ruled.round + 1))}
            assert ruled.by.unit_code is None or ruled.by.unit_code not in units, "a unit that handled it decided"

    @invariant()
    def each_closing_is_decided_about_once(self) -> None:
        rounds = [ruled.round for ruled in self.log.ruled]
        assert len(rounds) == len(set(rounds))

    @invariant()
    def what_is_refused_stays_closed(self) -> None:
        state = self.promises.state
        if self.log.ruled and self.log.ruled[-1].round == state.round:
            assert not self.log.ruled[-1].granted
            assert state.status is Status.CLOSED

    def go_on_to_the_end(self, answer: Answer) -> None:
        """What usually comes next, until the case is closed."""
        raise NotImplementedError

    def settle(self) -> None:
        """Everything reaches everybody."""
        raise NotImplementedError


def _accounts_of(person: Actor) -> list[Actor]:
    """The person, acting for no unit, by this account and by another."""
    accounts = [person.subject, f"{person.subject}-too"] if person.staff_id else [person.subject]
    return [Actor(account, None, person.staff_id) for account in accounts]
