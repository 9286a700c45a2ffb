"""What anybody may try with a withdrawal (撤单) and with a citizen who wants no callback; and what must hold."""

from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from libs.common.events.terms import Closing, Reached
from libs.common.rules.machine import SYSTEM, Actor, Refused
from services.followup.cases.domain.terms import OPEN, Action, Answer, Purpose, Status
from tests.unit.guard.door import Door
from tests.unit.guard.log import Link, Log, Place
from tests.unit.guard.people import ACTORS, NEUTRAL, NOT_WITHDRAWN, ON_WISHES, SELDOM, SUBJECTS, USUAL, person
from tests.unit.guard.promises import TRIES, Promises


def unless_refused(step: Any) -> None:
    """What the rules refuse does not happen."""
    try:
        step()
    except Refused:
        return


class Wishes(RuleBasedStateMachine):
    """A part of the house: whoever says that the citizen takes it back, and whoever asks him."""

    door: Door
    promises: Promises
    log: Log

    def __init__(self) -> None:
        super().__init__()
        self.links: list[Link] = []

    @rule(actor=st.sampled_from(ACTORS))
    def wish(self, actor: Actor) -> None:
        unless_refused(partial(self.door.wish, actor))

    @rule(really=SELDOM)
    def withdraw_as_before(self, really: bool) -> None:
        if really:
            unless_refused(self.door.withdraw_as_before)

    @rule(data=st.data(), actor=st.sampled_from(ACTORS), by=st.sampled_from([NEUTRAL, NEUTRAL, *ACTORS, SYSTEM]))
    def wish_and_ask(self, data: st.DataObject, actor: Actor, by: Actor) -> None:
        """Somebody says so, everybody hears it, and each requester is called about it until he has said something."""
        unless_refused(partial(self.door.wish, actor))
        self.settle()
        for place in self._wished():
            answer = data.draw(st.sampled_from(ON_WISHES))
            for _ in range(2):
                self.jump(3)
                unless_refused(partial(self.promises.call, place, answer, by))

    @rule()
    def confirm_their_own_wish(self) -> None:
        """Whoever said so hears the citizen say yes, under each account of his; and the unit that has it does."""
        accounts = SUBJECTS.items()
        theirs = [Actor(one, None, staff) for one, staff in accounts if person(one, staff) == self.log.wished_by]
        for place in self._wished():
            for by in (*theirs, Actor("wei", self.promises.state.lead_unit)):
                self.jump(3)
                if by.unit_code is not None or by in theirs:
                    unless_refused(partial(self.promises.call, place, ON_WISHES[0], by))

    @rule(actor=st.sampled_from([NEUTRAL, NEUTRAL, *ACTORS, SYSTEM]), told=st.booleans(), by=st.sampled_from(ACTORS))
    def have_links_made(self, actor: Actor, told: bool, by: Actor) -> None:
        """For everybody who is asked, and for whoever is asked about something else, too."""
        if told:
            unless_refused(partial(self.door.wish, by))
            self.settle()
        for place in list(self.promises.askings):
            unless_refused(partial(self._have_made, place, actor))

    @rule(takes_back=st.booleans(), hurry=st.booleans(), data=st.data())
    def answer_by_links(self, takes_back: bool, hurry: bool, data: st.DataObject) -> None:
        """By all that were ever made, used or not; also after one more wish was told, and after whoever had one made
        has taken the case in hand.
        """
        if hurry:
            unless_refused(partial(self.door.wish, data.draw(st.sampled_from(ACTORS))))
            self.settle()
        for link in list(self.links):
            unless_refused(partial(self.promises.answer_by_link, link, takes_back=takes_back))

    @rule()
    def answer_the_wish_before(self) -> None:
        """He does not take it back; when somebody says so again, the links of before are answered with yes."""
        for place in self._wished():
            unless_refused(partial(self._have_made, place, NEUTRAL))
            self.jump(3)
            unless_refused(partial(self.promises.call, place, ON_WISHES[2], NEUTRAL))
        before = list(self.links)
        unless_refused(partial(self.door.wish, ACTORS[0]))
        self.settle()
        for link in [each for each in before if each.made_at_wish < self.log.wishes]:
            unless_refused(partial(self.promises.answer_by_link, link, takes_back=True))

    @rule()
    def take_in_hand_what_one_had_a_link_made_for(self) -> None:
        """Somebody has links made, signs the case for its unit, and then answers by them."""
        self.settle()
        unless_refused(partial(self.door.wish, ACTORS[0]))
        self.settle()
        somebody = Actor("gao")
        for place in self._wished():
            unless_refused(partial(self._have_made, place, somebody))
        self.take_in_hand(somebody)
        theirs = [each for each in self.links if each.maker == somebody]
        for link in theirs if somebody.person in self.log.hands else ():
            unless_refused(partial(self.promises.answer_by_link, link, takes_back=True))

    @rule(answer=st.sampled_from([*NOT_WITHDRAWN, *USUAL]), number=st.integers(0, 2), hurry=st.booleans())
    def withdraw_without_the_word(self, answer: Answer, number: int, hurry: bool) -> None:
        """On no word, on that about the result, on that of an older round, or on that of one requester alone."""
        if hurry:
            self.handle()
        for place in list(self.promises.askings):
            elsewhere = place[2] is not Purpose.WITHDRAWAL or place[0] != self.promises.state.round
            alone = len(self._wished()) > 1 and number == 0
            word = ON_WISHES[0] if elsewhere or alone else answer
            unless_refused(partial(self.promises.force, Action.CONFIRM_WISH, place, word, NEUTRAL))

    @rule(by=st.sampled_from([*[NEUTRAL] * len(ACTORS), *ACTORS, SYSTEM]), hurry=st.booleans())
    def close_unasked(self, by: Actor, hurry: bool) -> None:
        """Who is closed as unasked is one who wanted no callback, and whose word somebody else wrote down."""
        if hurry:
            self.handle()
        for place in list(self.promises.askings):
            unless_refused(partial(self.promises.force, Action.CLOSE_UNASKED, place, USUAL[-1], by))

    @rule()
    def end_a_review_the_other_way(self) -> None:
        """Who was called is left as unasked, and who never was as one whom nobody reached."""
        self.handle()
        now = self.promises.state.round
        places = [place for place in self.promises.askings if place[0] == now and place[2] is Purpose.CLOSING]
        for place in places * TRIES:
            self.jump(3)
            unless_refused(partial(self.promises.call, place, USUAL[-1], NEUTRAL))
        for place in places:
            was_called = self.promises.askings[place].attempts > 0
            ends = Action.CLOSE_UNASKED if was_called else Action.CLOSE_UNVERIFIED
            unless_refused(partial(self.promises.force, ends, place, USUAL[-1], Actor("chen")))

    @rule()
    def have_it_done_again(self) -> None:
        """A reviewer has who wanted no callback called after all; he is not content, and it is handled once more."""
        self.handle()
        for place in list(self.promises.askings):
            unless_refused(partial(self.promises.force, Action.TRY_AGAIN, place, USUAL[2], Actor("chen")))
            self.jump(3)
            unless_refused(partial(self.promises.call, place, USUAL[2], NEUTRAL))
        self.handle()

    @invariant()
    def withdrawn_only_on_the_citizens_own_word(self) -> None:
        state = self.promises.state
        if state.closing is not Closing.WITHDRAWN or self.log.withdrawn_as_before:
            return
        told = [each for each in self.log.asked_for(Purpose.WITHDRAWAL) if each.callback_round == state.round]
        words = {each.requester: each for each in told}
        assert set(words) == set(self.promises.requesters), "somebody was not asked whether he takes it back"
        for word in words.values():
            assert word.answer.reached is Reached.ANSWERED, "withdrawn, and nobody was reached"
            assert word.answer.withdraws, "withdrawn, and he did not say so"
            assert word.by != SYSTEM, "the system took it back"
            assert person(word.by.subject, word.by.staff_id) != self.log.wished_by, (
                "whoever said so confirmed it himself"
            )
            assert word.by.unit_code is None or word.by.unit_code not in (
                word.led_by,
                self.log.done_by.get(state.round),
            )
            assert word.by.person not in word.known, "whoever had a hand in it asked him"

    @invariant()
    def a_link_answers_the_wish_that_it_was_made_for(self) -> None:
        for number, link in self.log.linked.items():
            word = self.log.told[number]
            assert word.purpose is Purpose.WITHDRAWAL, "a link said something about the result"
            assert word.wish == link.made_at_wish, "a link of an older wish was believed"
            assert word.by == link.maker, "it is not told who had the link made"

    @invariant()
    def a_wish_changes_nothing_until_it_is_confirmed(self) -> None:
        if self.promises.is_wished():
            assert self.promises.state.status in OPEN

    @invariant()
    def unasked_only_who_wanted_no_callback(self) -> None:
        state = self.promises.state
        if state.closing is not Closing.UNASKED:
            return
        by = self.log.reviewed_by
        assert self.log.declined_by is not None, "he never said that he wants no callback"
        assert state.round == 1, "he had it done again, and nobody asked him about it"
        assert not self.log.asked_for(Purpose.CLOSING), "he was asked"
        assert by is not None
        assert by != SYSTEM
        assert person(by.subject, by.staff_id) != self.log.declined_by, (
            "whoever wrote his word down closed the case on it"
        )
        assert by.unit_code is None or by.unit_code != self.log.done_by[1]

    @invariant()
    def who_had_it_done_again_is_heard(self) -> None:
        """An unsatisfied case ends on a word of its citizen, by a second person after tries, or as ended."""
        state = self.promises.state
        if state.status is Status.CLOSED and state.round > 1:
            if state.closing is Closing.PROCEDURAL:
                return  # Somebody apart ended its handling, as ``requests.py`` holds; he may object.
            ends = (Closing.SUBSTANTIVE, Closing.UNVERIFIED, Closing.WITHDRAWN)
            assert state.closing in ends
            assert self.log.withdrawn_as_before or any(each.callback_round == state.round for each in self.log.told)

    def _have_made(self, place: Place, by: Actor) -> None:
        self.links.append(self.promises.make_link(place, by))

    def _wished(self) -> list[Place]:
        now = self.promises.state.round
        return [place for place in self.promises.askings if place[0] == now and place[2] is Purpose.WITHDRAWAL]

    def handle(self) -> None:
        """Until the citizen is to be asked about the result."""
        raise NotImplementedError

    def take_in_hand(self, who: Actor) -> None:
        """The unit that has it signs, by this person."""
        raise NotImplementedError

    def settle(self) -> None:
        """Everything reaches everybody."""
        raise NotImplementedError

    def jump(self, hours: int) -> None:
        """Time passes."""
        raise NotImplementedError
