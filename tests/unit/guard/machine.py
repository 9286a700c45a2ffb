"""Everything that anybody can do to a case, in any order, over the pure core of all four services; and what must hold.

Its inbox works: words come late, twice and early, and are applied once, their causes first.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from libs.common.counters import Counter
from libs.common.events.asking_terms import RequestKind
from libs.common.events.terms import Closing, Reached
from libs.common.rules.machine import SYSTEM, Actor
from services.dispatch.cases.domain.terms import Action as Deed
from services.dispatch.cases.domain.terms import Party as Who
from services.dispatch.cases.domain.terms import Status as WorkStatus
from services.dispatch.cases.domain.transitions import MACHINE as DEED_TABLE
from services.followup.cases.domain.terms import Action, Answer, CallbackState, Status
from services.intake.cases.domain import lifecycle
from tests.unit.guard.acceptance import Acceptance
from tests.unit.guard.beside import Beside
from tests.unit.guard.delivery import UNITS, Now, Service
from tests.unit.guard.disputes import Disputes
from tests.unit.guard.door import Door
from tests.unit.guard.ends import Ends
from tests.unit.guard.figures import Figures
from tests.unit.guard.help import Help
from tests.unit.guard.letter_clocks import Clocked
from tests.unit.guard.letters import Letters
from tests.unit.guard.log import Log, Place
from tests.unit.guard.objections import Objections
from tests.unit.guard.people import (
    ACTORS,
    ANSWERS,
    DEEDS,
    DISPATCHER,
    NEUTRAL,
    NOT_CONTENT,
    REQUESTERS,
    SELDOM,
    STEPS,
    USUAL,
)
from tests.unit.guard.promises import TRIES
from tests.unit.guard.requests import Requests
from tests.unit.guard.whistles import Whistles
from tests.unit.guard.wishes import Wishes, unless_refused


class House(Ends, Wishes, Acceptance, Objections, Requests, Disputes, Whistles, Letters, Help):
    """One case and everybody around it."""

    units: Beside
    promises: Clocked
    inbox_works = True

    def __init__(self) -> None:
        super().__init__()
        self.now = Now()
        self.log = Log()
        self.door = Door(self.now)
        self.promises = Clocked(self.now, self.log)
        self.figures = Figures()

    @property
    def services(self) -> tuple[Service, ...]:
        """All four."""
        return self.door, self.units, self.promises, self.figures

    @initialize(
        at_once=SELDOM,
        unwanted=st.sampled_from([False, False, True]),
        rule_knows=st.booleans(),
        actor=st.sampled_from(ACTORS),
        requesters=st.sampled_from([1, 2, 2, 3]),
    )
    def register(self, at_once: bool, unwanted: bool, rule_knows: bool, actor: Actor, requesters: int) -> None:
        self.units = Beside(self.now, rule_knows=rule_knows)
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
            work = self.units.work
            whose = {Who.WORKING_UNIT: work.working_unit, Who.LEAD_UNIT: work.lead_unit, Who.DELEGATOR: work.lead_unit}
            of_unit = whose.get(DEED_TABLE.who[deed])
            unless_refused(lambda: self.units.act(deed, Actor("li", of_unit) if of_unit else DISPATCHER, unit))
            self.settle()

    @rule(deed=st.sampled_from([Deed.DELEGATE, Deed.RAISE, Deed.REASSIGN]), unit=st.sampled_from(UNITS))
    def pass_it_on(self, deed: Deed, unit: str) -> None:
        """The unit that works on it takes it on, and hands it to one below or above; or a dispatcher does elsewhere."""
        for _ in range(3):
            self.settle()
            if self.units.work.status is WorkStatus.SIGNED:
                by = DISPATCHER if deed is Deed.REASSIGN else Actor("li", self.units.work.working_unit)
                unless_refused(partial(self.units.act, deed, by, unit))
                return
            if self.promises.state.status is Status.HANDLING:
                unless_refused(partial(self._usual_step, USUAL[0]))

    @rule(actor=st.sampled_from(ACTORS))
    def answer_at_the_door(self, actor: Actor) -> None:
        unless_refused(partial(self.door.answer, actor))

    @rule()
    def supplement(self) -> None:
        unless_refused(self.door.supplement)

    @rule(
        data=st.data(), answer=ANSWERS, actor=st.sampled_from([*ACTORS, NEUTRAL, SYSTEM]), hours=st.sampled_from([0, 3])
    )
    def call_back(self, data: st.DataObject, answer: Answer, actor: Actor, hours: int) -> None:
        self.jump(hours)
        self._on_some_callback(data, lambda place: self.promises.call(place, answer, actor))

    @rule(data=st.data(), hurry=st.booleans())
    def call_everybody(self, data: st.DataObject, hurry: bool) -> None:
        """Each requester says something else, or is not reached until the tries are used up; once it is handled."""
        if hurry:
            self.handle()
        for place in self._now_asked():
            answer = data.draw(st.sampled_from([USUAL[0], USUAL[-1], *USUAL]))
            for _ in range(TRIES):
                self.jump(3)
                unless_refused(partial(self.promises.call, place, answer, NEUTRAL))

    def handle(self) -> None:
        """What usually comes next, until the citizen is to be asked about the result, or a review is due."""
        for _ in range(6):
            self.settle()
            if self.promises.state.status in (Status.CALLBACK, Status.REVIEW, Status.CLOSED):
                return
            unless_refused(partial(self._usual_step, USUAL[0]))

    def step_on(self) -> None:
        """What usually comes next, if anything."""
        unless_refused(partial(self._usual_step, USUAL[2]))

    def take_in_hand(self, who: Actor) -> None:
        """What usually comes next, until a unit signs by this person."""
        for _ in range(3):
            self.settle()
            unit, waits = self.units.work.working_unit, self.units.work.status is WorkStatus.ASSIGNED
            if self.promises.state.status is not Status.HANDLING:
                return
            if waits and unit is not None and not self.units.work.return_pending:
                unless_refused(partial(self.units.act, Deed.SIGN, Actor(who.subject, unit), unit))
            else:
                unless_refused(partial(self._usual_step, USUAL[0]))

    @rule(answer=st.sampled_from(NOT_CONTENT), hurry=st.booleans())
    def close_without_the_word(self, answer: Answer, hurry: bool) -> None:
        """By who is not content, by a content word about a round that is over, or by that of one of several."""
        if hurry:
            self.handle()
        for place in self.promises.askings:
            is_one_of_several = [place] != self._now_asked() and answer is not NOT_CONTENT[0]
            word = USUAL[0] if place[0] != self.promises.state.round or is_one_of_several else answer
            unless_refused(partial(self.promises.force, Action.SATISFY, place, word, NEUTRAL))

    @rule(
        data=st.data(), action=st.sampled_from(STEPS), answer=ANSWERS, actor=st.sampled_from([*ACTORS, NEUTRAL, SYSTEM])
    )
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

    @rule(other=st.booleans())
    def ask_with_a_clean_face(self, other: bool) -> None:
        """Whoever had a hand in it, in any round, calls for no unit and hears that all is well; by another account."""
        for place in self._now_asked():
            self.jump(3)
            for person in list(self.log.hands.values()):
                account = f"{person.subject}-too" if other and person.staff_id else person.subject
                by = Actor(account, None, person.staff_id)
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

    def go_on_to_the_end(self, answer: Answer) -> None:
        """What usually comes next, until the case is closed."""
        for _ in range(12):
            self.settle()
            if self.promises.state.status is Status.CLOSED:
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
        lead = self.units.work.working_unit or UNITS[0]
        of_unit = Actor("li", lead)
        match self.promises.state.status, self.units.work.status:
            case Status.CALLBACK, _:
                self.now.moment += timedelta(hours=3)
                self.promises.call(self._to_call(), answer, NEUTRAL)
            case Status.REVIEW, _:
                unreached = answer.reached is Reached.NO_ANSWER
                ends = Action.CLOSE_UNVERIFIED if self.log.told else Action.CLOSE_UNASKED
                self.promises.force(ends if unreached else Action.TRY_AGAIN, self._to_call(), answer, Actor("chen"))
            case _, WorkStatus.TRIAGE if self.units.work.nonacceptance_pending:
                self.units.act(Deed.REFUSE_NONACCEPTANCE, NEUTRAL, UNITS[1])
            case _, WorkStatus.TRIAGE:
                self.units.act(Deed.ASSIGN, DISPATCHER, UNITS[1])
            case _, WorkStatus.ASSIGNED:
                self.units.act(Deed.REFUSE_RETURN if self.units.work.return_pending else Deed.SIGN, of_unit, lead)
            case _, WorkStatus.SIGNED:
                for support in self.units.work.open_support:
                    self.units.act(Deed.SUPPORT_DONE, Actor("sun", support), support)
                self.units.end_letters()
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
        assert (self.door.state.status in lifecycle.ENDS) == is_closed
        unaccepted = truth.closing is Closing.NOT_ACCEPTED
        assert (self.door.state.status is lifecycle.Status.NOT_ACCEPTED) == unaccepted
        assert self.figures.count(Counter.NOT_ACCEPTED) == int(unaccepted)
        ended = int(truth.closing is Closing.PROCEDURAL)
        assert self.figures.count(Counter.CLOSED_PROCEDURAL) == ended
        assert not self.inbox_works or self.door.state.withdrawal_wished == self.promises.is_wished()
        assert (not fact.is_open) == is_closed
        solved = int(truth.closing is Closing.SUBSTANTIVE)
        assert self.figures.count(Counter.CLOSED_SUBSTANTIVE) == solved
        assert sum(map(self.figures.count, (Counter.SATISFIED, Counter.BASICALLY_SATISFIED))) == solved
        assert self.figures.count(Counter.CLOSED_UNVERIFIED) == int(truth.closing is Closing.UNVERIFIED)
        assert self.figures.count(Counter.CLOSED_UNASKED) == int(truth.closing is Closing.UNASKED)
        one_go = truth.closing in (Closing.SUBSTANTIVE, Closing.UNVERIFIED) and truth.round == 1
        assert self.figures.count(Counter.CLOSED_IN_ONE_ROUND) == int(one_go)
        self._agree_on_requests()
        granted = [ruled for ruled in self.log.ruled if ruled.granted]
        assert self.figures.count(Counter.OBJECTIONS) == len(self.log.raised_by)
        assert self.figures.count(Counter.REOPENED) == self.figures.count(Counter.OBJECTIONS_GRANTED) == len(granted)

    def _agree_on_requests(self) -> None:
        """What units asked for was granted, refused or lapsed, or waits: as often as it was asked for."""
        waits = {RequestKind.RETURN} if self.units.work.return_pending else {self.units.work.asked}
        for kind in (RequestKind.RETURN, RequestKind.EXTENSION, RequestKind.SUSPENSION, RequestKind.TERMINATION):
            asked, *answers = (
                self.figures.count(Counter[f"{kind.name}S_{word}"])
                for word in ("REQUESTED", "GRANTED", "REFUSED", "LAPSED")
            )
            assert asked - sum(answers) == int(kind in waits), f"{asked} x {kind} were asked for, answered {answers}"
