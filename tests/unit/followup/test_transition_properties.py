"""Whatever anybody tries in whatever order: no case ends as solved but by its citizen's own word of the last round."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from libs.common.events.terms import Closing, Reached, Satisfaction
from libs.common.rules.machine import SYSTEM, Actor, Refused
from services.followup.callbacks import domain as callbacks
from services.followup.cases.domain.terms import CONTENT, Action, Answer, Asking, Given, State
from services.followup.cases.domain.transitions import decide, evolve

UNITS = (None, "D-WATER", "D-ENV", "H-12345")
ACTORS = st.builds(Actor, st.sampled_from(("li", "wang", "zhou")), st.sampled_from(UNITS))
ANSWERS = st.builds(
    Answer,
    st.sampled_from(Reached),
    st.none() | st.booleans(),
    st.none() | st.booleans(),
    st.none() | st.sampled_from(Satisfaction),
)
TRIES = 3
GAP = timedelta(hours=4)


@dataclass(frozen=True)
class Word:
    """A word of the citizen's that was taken down."""

    round: int
    answer: Answer
    by: Actor


class CaseMachine(RuleBasedStateMachine):
    """One case, its callbacks by round, and people who try everything."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 3, 3, 1, tzinfo=UTC)
        self.state = evolve(State(), decide(State(), Action.OPEN, Given(self.now)))
        self.callbacks: dict[int, Asking] = {}
        self.said: list[Word] = []
        self.reviewer: Actor | None = None

    def _try(self, action: Action, actor: Actor, asking: Asking, answer: Answer | None) -> bool:
        try:
            said = decide(self.state, action, Given(self.now, asking, answer, actor))
        except Refused:
            return False
        self.state = evolve(self.state, said)
        if asking.round in self.callbacks:
            self.callbacks[asking.round] = callbacks.evolve(asking, said, GAP)
        return True

    @rule(minutes=st.integers(0, 600))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.now += timedelta(minutes=minutes)

    @rule(action=st.sampled_from((Action.ASSIGN, Action.QUEUE, Action.REASSIGN, Action.WITHDRAW)))
    def hear(self, action: Action) -> None:
        """Others speak."""
        self._try(action, SYSTEM, Asking(round=0), None)

    @rule(unit=st.sampled_from(UNITS), unasked=st.booleans())
    def finish(self, unit: str | None, unasked: bool) -> None:
        """The unit says that it is done."""
        action = Action.LEAVE_UNASKED if unasked else Action.ASK
        if self._try(action, SYSTEM, Asking(round=0), None):
            number = self.state.round
            self.callbacks[number] = Asking(round=number, handling_unit=unit, tries_allowed=TRIES)

    @precondition(lambda self: bool(self.callbacks))
    @rule(data=st.data(), actor=ACTORS, answer=ANSWERS)
    def call(self, data: st.DataObject, actor: Actor, answer: Answer) -> None:
        """Somebody records a try, on the callback of any round."""
        asking = self.callbacks[data.draw(st.sampled_from(sorted(self.callbacks)))]
        if not self._try(callbacks.verdict(answer, asking), actor, asking, answer):
            return
        self.said.append(Word(asking.round, answer, actor))

    @precondition(lambda self: bool(self.callbacks))
    @rule(data=st.data(), actor=ACTORS, action=st.sampled_from((Action.SATISFY, Action.SEND_BACK, Action.GIVE_UP)))
    def force(self, data: st.DataObject, actor: Actor, action: Action) -> None:
        """Somebody wants an end without any answer."""
        asking = self.callbacks[data.draw(st.sampled_from(sorted(self.callbacks)))]
        assert not self._try(action, actor, asking, None)

    @precondition(lambda self: bool(self.callbacks))
    @rule(data=st.data(), actor=ACTORS, action=st.sampled_from((Action.TRY_AGAIN, Action.CLOSE_UNVERIFIED)))
    def review(self, data: st.DataObject, actor: Actor, action: Action) -> None:
        """Somebody reviews."""
        asking = self.callbacks[data.draw(st.sampled_from(sorted(self.callbacks)))]
        if self._try(action, actor, asking, None):
            self.reviewer = actor

    @invariant()
    def solved_only_by_the_citizens_word(self) -> None:
        """THE GUARD."""
        if self.state.closing is Closing.SUBSTANTIVE:
            last = self.said[-1]
            assert last.round == self.state.round
            assert last.answer.reached is Reached.ANSWERED
            assert last.answer.satisfaction in CONTENT
            assert last.answer.satisfaction is self.state.satisfaction
            assert last.answer.solved is not False
        else:
            assert self.state.satisfaction is None

    @invariant()
    def never_by_its_own_unit(self) -> None:
        """Who handled does not ask."""
        for word in self.said:
            assert word.by.unit_code is None or word.by.unit_code != self.callbacks[word.round].handling_unit

    @invariant()
    def unverified_only_by_somebody_else(self) -> None:
        """Four eyes."""
        if self.state.closing is Closing.UNVERIFIED:
            assert self.reviewer is not None
            assert self.reviewer.subject not in self.callbacks[self.state.round].callers

    @invariant()
    def rounds_are_send_backs(self) -> None:
        """Every round after the first was opened by an unhappy citizen."""
        unhappy = [word for word in self.said if word.answer.valid and not word.answer.content]
        assert self.state.round == 1 + len(unhappy)


CaseMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
TestCase = CaseMachine.TestCase
