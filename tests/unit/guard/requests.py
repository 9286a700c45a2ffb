"""What anybody may try with what a unit asks for (延期、挂账、终止办理); and what must hold."""

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from libs.common.events import asking
from libs.common.events.asking_terms import RequestKind
from libs.common.events.terms import Closing
from libs.common.rules.machine import SYSTEM, Actor
from services.dispatch.asks.domain import RequestState
from services.dispatch.cases.domain.terms import OPEN
from services.dispatch.cases.domain.terms import Action as Deed
from services.dispatch.cases.domain.terms import Status as WorkStatus
from tests.unit.guard.delivery import UNITS
from tests.unit.guard.log import Log
from tests.unit.guard.people import ACTORS, DISPATCHER, NEUTRAL, SUBJECTS, person
from tests.unit.guard.promises import Promises
from tests.unit.guard.units import Units
from tests.unit.guard.wishes import unless_refused

NEXT = (Deed.GRANT, Deed.GRANT, Deed.REFUSE, Deed.LAPSE, Deed.REASSIGN, Deed.DELEGATE, Deed.HAND_IN, Deed.RECUSE)
"""What becomes of a request: it is decided, nobody decides in time, or the case goes on without it."""
HURRY = st.integers(0, 3).map(lambda number: number == 1)
KINDS = (RequestKind.EXTENSION, RequestKind.SUSPENSION, RequestKind.TERMINATION)


class Requests(RuleBasedStateMachine):
    """A part of the house: the unit that asks, and whoever decides."""

    units: Units
    promises: Promises
    log: Log

    def __init__(self) -> None:
        super().__init__()
        self.heard = 0
        self.undecided: dict[int, asking.RequestMade] = {}

    @rule(
        kind=st.sampled_from(KINDS),
        proven=st.booleans(),
        asker=st.sampled_from([*SUBJECTS]),
        judge=st.sampled_from([NEUTRAL, NEUTRAL, *ACTORS]),
        deed=st.sampled_from(NEXT),
        hurry=HURRY,
    )
    def ask_and_decide(
        self, kind: RequestKind, proven: bool, asker: str, judge: Actor, deed: Deed, hurry: bool
    ) -> None:
        """The unit that works asks, by one of its people; then it is decided, or the case goes on; and is lifted."""
        self._ask(kind, asker, hurry, proven)
        by = {Deed.LAPSE: SYSTEM, Deed.RECUSE: SYSTEM, Deed.REASSIGN: DISPATCHER}.get(deed, judge)
        if deed in (Deed.DELEGATE, Deed.HAND_IN):
            by = Actor(asker, self.units.work.working_unit, SUBJECTS[asker])
        unless_refused(partial(self.units.act, deed, by, UNITS[1]))
        unless_refused(partial(self.units.act, Deed.LIFT, judge, UNITS[1]))
        self.settle()

    @rule(kind=st.sampled_from(KINDS), asker=st.sampled_from([*SUBJECTS]), hurry=HURRY, asked=st.booleans())
    def end_it_among_themselves(self, kind: RequestKind, asker: str, hurry: bool, asked: bool) -> None:
        """Whoever asked decides by each account of his, and so does another of its units; or nobody asked at all."""
        if hurry:
            self._take_on()
        if asked:
            self._ask(kind, asker, hurry=False, proven=True)
        theirs = [Actor(one, None, staff) for one, staff in SUBJECTS.items() if staff == SUBJECTS[asker]]
        chain = {self.units.work.lead_unit, *self.units.work.delegates} - {None}
        deed = Deed.TERMINATE if kind is RequestKind.TERMINATION else Deed.GRANT
        for by in (*theirs, *(Actor("wei", unit) for unit in sorted(filter(None, chain)))):
            if asked:
                unless_refused(partial(self.units.act, deed, by, UNITS[0]))
        if self.units.work.asked is None:
            unless_refused(partial(self.units.act, Deed.TERMINATE, NEUTRAL, UNITS[0]))
        self.settle()

    @rule(asker=st.sampled_from(ACTORS), judge=st.sampled_from([SYSTEM, *ACTORS]), proven=st.booleans(), really=HURRY)
    def lie_that_its_handling_ends(self, asker: Actor, judge: Actor, proven: bool, really: bool) -> None:
        """As if dispatch's rules were wrong: without evidence, on one person's word, by a unit that has it."""
        if really:
            self.units.lie_that_its_handling_ends(asker, judge, proven=proven)
            self.settle()

    @invariant()
    def its_handling_ends_only_by_somebody_apart_with_evidence(self) -> None:
        state, said = self.promises.state, self.log.terminated_on
        if state.closing is not Closing.PROCEDURAL:
            return
        assert said is not None, "nobody was asked to end it"
        assert (said.evidence or "").strip(), "nothing proves its reason"
        assert said.by not in (None, SYSTEM.subject), "nobody approved it"
        assert person(said.by, said.by_staff) != person(said.asked_by, said.asked_by_staff), "one person alone did it"
        assert said.by_unit is None or said.by_unit not in self.log.chain_then, "a unit that had it ended it"
        assert said.round == state.round, "what was granted in an older round ended it"
        assert state.satisfaction is None, "it counts as its citizen's word"

    @invariant()
    def somebody_else_decides_what_was_asked_once(self) -> None:
        if not hasattr(self, "units"):
            return
        new, self.heard = self.units.ledger[self.heard :], len(self.units.ledger)
        for word in new:
            said = word.event
            if isinstance(said, asking.RequestMade):
                self.undecided[said.request] = said
            if isinstance(said, asking.RequestGranted | asking.RequestRefused) and said.note != "lie":
                made = self.undecided.pop(said.request, None)
                assert made is not None, "nobody asked for it, or it was decided before"
                assert (made.kind, made.round) == (said.kind, said.round)
                assert person(said.by, said.by_staff) != person(made.by, made.by_staff), "he decided what he asked for"
                assert said.by_unit is None or said.by_unit != made.unit_code, "the unit that asked decided"
            if isinstance(said, asking.RequestGranted) and said.note != "lie":
                assert said.kind is not RequestKind.TERMINATION or said.evidence, "a reason alone ended it"

    @invariant()
    def what_is_asked_waits_only_while_its_unit_works(self) -> None:
        """A request lapses as soon as the case goes on without it."""
        if not hasattr(self, "units"):
            return
        work = self.units.work
        waits = [one.kind for one in self.units.asks if one.state is RequestState.PENDING and one.kind in KINDS]
        assert waits == ([] if work.asked is None else [work.asked]), "a request waits that the case knows nothing of"
        assert not waits or work.status in OPEN

    def _ask(self, kind: RequestKind, asker: str, hurry: bool, proven: bool) -> None:
        if hurry:
            self._take_on()
        by = Actor(asker, self.units.work.working_unit, SUBJECTS[asker])
        unless_refused(partial(self.units.ask_for, kind, by, proven=proven))

    def _take_on(self) -> None:
        self.take_in_hand(NEUTRAL)
        if self.units.work.status is WorkStatus.ASSIGNED:
            self.step_on()

    def take_in_hand(self, who: Actor) -> None:
        """The unit that has it signs, by this person."""
        raise NotImplementedError

    def step_on(self) -> None:
        """What usually comes next, if anything."""
        raise NotImplementedError

    def settle(self) -> None:
        """Everything reaches everybody."""
        raise NotImplementedError
