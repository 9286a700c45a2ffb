"""What anybody may try with a letter (函件): its office, its receiver, one person in both roles; and what must hold."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from libs.common.events import cases, letters, objections
from libs.common.events.letter_terms import LetterStep, letter_deadline
from libs.common.events.terms import Deadline
from libs.common.rules.machine import SYSTEM, Actor, OutOfTurn
from services.dispatch.cases.domain.terms import Action as Deed
from services.dispatch.cases.domain.terms import Status as WorkStatus
from services.dispatch.letters.domain import ENDED, MACHINE, LetterParty
from services.followup.cases.domain.terms import Status
from tests.unit.guard.beside import OFFICE, Beside
from tests.unit.guard.delivery import UNITS
from tests.unit.guard.letter_clocks import Clocked
from tests.unit.guard.people import SUBJECTS, person
from tests.unit.guard.wishes import unless_refused

RECEIVERS = ("D-LAMPS", "D-LAMPS", "E-POWER", *UNITS)
"""The last two may handle the case themselves: a letter to them would wait for what waits for it."""
PERSON = st.sampled_from([*SUBJECTS, "head"])
BESIDE = [step for step in LetterStep if step is not LetterStep.DRAFT]
Try = tuple[LetterStep, str, bool]
"""A step, by whom, and whether on the receiver's side."""
TRIES = st.lists(st.tuples(st.sampled_from(BESIDE), PERSON, st.booleans()), max_size=4)


@dataclass
class LetterLog:
    """What became of one letter, kept beside the rules."""

    drafted_by: str | None
    signed_by: str | None = None
    no: str | None = None
    holds: bool = False
    """Whether it was sent to a unit that cannot handle the case itself."""
    worked_by: set[str | None] = field(default_factory=set)
    is_open: bool = True
    """Neither accepted nor withdrawn."""


class Letters(RuleBasedStateMachine):
    """A part of the house: offices that write, and units that answer."""

    units: Beside
    promises: Clocked

    def __init__(self) -> None:
        super().__init__()
        self.read = 0
        self.written: dict[str, LetterLog] = {}

    @rule(
        people=st.tuples(PERSON, PERSON),
        to=st.sampled_from(RECEIVERS),
        hurry=st.booleans(),
        tries=TRIES,
        hours=st.sampled_from([0, 0, 50]),
    )
    def write_and_send(self, people: tuple[str, str], to: str, hurry: bool, tries: list[Try], hours: int) -> None:
        """Its writer tries to sign it off himself, then somebody else does; it is late, or not; then anybody tries
        anything on either side.
        """
        for _ in range(3 if hurry else 0):
            self.settle()
            if self.units.work.status not in (WorkStatus.ASSIGNED, WorkStatus.SIGNED):
                self.step_on()
        if self.units.work.status not in (WorkStatus.ASSIGNED, WorkStatus.SIGNED):
            return
        unless_refused(partial(self.units.write, _of(people[0], OFFICE), to))
        for one in people:
            self._on_newest_letter(LetterStep.SEND, _of(one, OFFICE))
        self.settle()
        self.jump(hours)
        for step, who, is_receivers in tries:
            self._on_newest_letter(step, _of(who, to if is_receivers else OFFICE))
        self.settle()

    @rule(
        steps=st.lists(st.sampled_from(BESIDE[1:]), min_size=1, max_size=4), people=st.tuples(PERSON, PERSON),
        hours=st.sampled_from([0, 0, 40, 50]),
    )  # fmt: skip
    def go_on_with_a_letter(self, steps: list[LetterStep], people: tuple[str, str], hours: int) -> None:
        """By its office or its receiver, as the table has it, after a while; and the one for the other."""
        self.jump(hours)
        for step in steps:
            for letter in list(self.units.letters.values()):
                sides = {LetterParty.OFFICE: letter.office, LetterParty.RECEIVER: letter.to_unit}
                unit = sides.get(MACHINE.who[step])
                for who in people:
                    by = SYSTEM if unit is None else _of(who, unit)
                    unless_refused(partial(self.units.of_letter, letter.letter_id, step, by))
        self.settle()

    @rule(who=PERSON, judgement=st.sampled_from([LetterStep.ACCEPT, LetterStep.SEND_BACK]))
    def judge_what_one_replied_oneself(self, who: str, judgement: LetterStep) -> None:
        """Whoever is of both units replies for the one and judges the reply for the other; then others do."""
        for letter in list(self.units.letters.values()):
            take = partial(self.units.of_letter, letter.letter_id)
            unless_refused(partial(take, LetterStep.REPLY, _of(who, letter.to_unit)))
            for one, staff_id in SUBJECTS.items():
                if person(one, staff_id) == person(who, SUBJECTS.get(who)):
                    unless_refused(partial(take, judgement, _of(one, letter.office)))
            for one in ("head", "wang"):
                unless_refused(partial(take, judgement, _of(one, letter.office)))
        self.settle()

    @rule(who=PERSON)
    def go_round_once_more(self, who: str) -> None:
        """A reply is sent back, and its unit hands in at once; it is replied to anew, accepted, and would be sent back
        still.
        """
        for steps in ((LetterStep.SEND_BACK,), (LetterStep.ACCEPT, LetterStep.SEND_BACK)):
            for letter in list(self.units.letters.values()):
                take = partial(self.units.of_letter, letter.letter_id)
                unless_refused(partial(take, LetterStep.REPLY, _of(who, letter.to_unit)))
                for step in steps:
                    for one in ("head", "wang"):
                        unless_refused(partial(take, step, _of(one, letter.office)))
            self._hand_in()

    @rule()
    def hand_in_past_a_letter(self) -> None:
        """The unit that works hands in its result; a refusal names each letter that it waits for."""
        self._hand_in()
        self.settle()

    def _hand_in(self) -> None:
        self._read_on()
        waits = [one.no for one in self.written.values() if one.is_open and one.no and one.holds]
        signer = Actor("head", self.units.work.working_unit)
        unless_refused(partial(self.units.act, Deed.SIGN, signer, UNITS[0]))
        for support in self.units.work.open_support:
            unless_refused(partial(self.units.act, Deed.SUPPORT_DONE, Actor("sun", support), support))
        work = self.units.work
        if work.status is not WorkStatus.SIGNED or work.return_pending or work.open_support or work.open_called:
            return
        by = Actor("head", work.working_unit)
        said = _refusal(partial(self.units.act, Deed.HAND_IN, by, UNITS[0]))
        assert not waits or said is not None, "a result went by an open letter"
        assert all(no in (said or "") for no in waits), "it is not said what the result waits for"

    @invariant()
    def a_letter_goes_its_way(self) -> None:
        if hasattr(self, "units"):
            self._read_on()

    def _read_on(self) -> None:
        new, self.read = self.units.ledger[self.read :], len(self.units.ledger)
        for word in new:
            match word.event:
                case letters.LetterEvent() as said:
                    self._watch(said)
                case cases.CaseHandled():
                    waits = [one for one in self.written.values() if one.is_open and one.no]
                    assert not any(one.holds for one in waits), "a result went by an open letter"

    @invariant()
    def a_letter_keeps_its_number_and_no_two_have_one(self) -> None:
        if not hasattr(self, "units"):
            return
        numbers = {name: letter.no for name, letter in self.units.letters.items()}
        assert numbers == {name: one.no for name, one in self.written.items()}, "a letter lost its number, or got two"
        given = [no for no in numbers.values() if no]
        assert len(given) == len(set(given)), "a number was given twice"
        ended = {letter.letter_id for letter in self.units.letters.values() if letter.status in ENDED}
        assert ended == {name for name, one in self.written.items() if not one.is_open}

    @invariant()
    def no_clock_of_a_letter_is_lost_or_fires_twice(self) -> None:
        """Of each reply that followup knows is waited for: it runs, for whose turn it is, or was missed, once."""
        if not self.written:
            return
        missed = [
            word.event.about
            for word in self.promises.ledger
            if isinstance(word.event, cases.DeadlineMissed) and word.event.deadline == Deadline.LETTER
        ]
        assert len(missed) == len(set(missed)), "a clock of a letter fired twice"
        running = [(clock.about, clock.unit_code) for clock in self.promises.letter_clocks]
        waited = self._waited_for()
        assert len(running) == len(set(running)), "two clocks run for one reply"
        assert {place for place in waited if place[0] not in missed} == set(running), "a clock of a letter was lost"
        for clock in self.promises.letter_clocks:
            assert clock.next_at > self.promises.settled_at, "a clock of a letter did not fire"

    def _waited_for(self) -> set[tuple[str, str]]:
        """The deadlines of replies that followup has heard of and the receiver of each, unless the case is over."""
        waited: dict[str, tuple[str, str]] = {}
        if self.promises.state.status is Status.CLOSED:
            return set()
        reopened = [word for word in self.promises.ledger if isinstance(word.event, objections.CaseReopened)]
        # What was sent before the case was over is void with it.
        void = max((word.causes.get(self.units.name, 0) for word in reopened), default=0)
        for word in self.units.ledger[void : self.promises.marks.get(self.units.name, 0)]:
            match word.event:
                case letters.LetterSent() | letters.LetterSentBack() as sent:
                    waited[sent.letter_id] = letter_deadline(sent.letter_id, sent.edition), sent.to_unit
                case letters.LetterReplied() | letters.LetterWithdrawn() as ended:
                    waited.pop(ended.letter_id, None)
                case letters.LetterHandedOn() as moved if moved.letter_id in waited:
                    waited[moved.letter_id] = waited[moved.letter_id][0], moved.to_unit
        return set(waited.values())

    def _watch(self, said: letters.LetterEvent) -> None:
        who = person(said.by, said.by_staff)
        if isinstance(said, letters.LetterDrafted):
            self.written[said.letter_id] = LetterLog(who)
            return
        log = self.written[said.letter_id]
        assert log.is_open, "it went on after its end"
        match said:
            case letters.LetterSent():
                assert who != log.drafted_by, "whoever drafted it signed it off"
                assert log.no is None, "it was numbered twice"
                log.no, log.signed_by, log.holds = said.no, who, said.to_unit not in UNITS
            case letters.LetterAcknowledged() | letters.LetterReplied():
                assert who not in (log.drafted_by, log.signed_by), "whoever wrote or sent it answered it"
                assert said.by_unit == said.to_unit, "somebody else answered it"
                log.worked_by.add(who)
            case letters.LetterAccepted() | letters.LetterSentBack():
                assert who not in log.worked_by, "whoever replied judged his own reply"
                assert said.by_unit == said.office, "not its office took the reply"
                log.is_open = isinstance(said, letters.LetterSentBack)
            case letters.LetterWithdrawn():
                assert who not in log.worked_by, "whoever answered it withdrew it"
                log.is_open = False

    def _on_newest_letter(self, step: LetterStep, by: Actor) -> None:
        if self.units.letters:
            newest = [*self.units.letters][-1]
            unless_refused(partial(self.units.of_letter, newest, step, by))

    def step_on(self) -> None:
        """What usually comes next, if anything."""
        raise NotImplementedError

    def settle(self) -> None:
        """Everything reaches everybody."""
        raise NotImplementedError

    def jump(self, hours: int) -> None:
        """Time passes."""
        raise NotImplementedError


def _of(account: str, unit: str) -> Actor:
    return Actor(account, unit, SUBJECTS.get(account))


def _refusal(step: Callable[[], None]) -> str | None:
    """What somebody is told who may not take it now; None when it is taken."""
    try:
        step()
    except OutOfTurn as refused:
        return refused.detail
    return None
