"""I5 for followup: rounds one by one, a miss once a clock, and THE GUARD: only a satisfied citizen closes as solved.

Written down anew rather than taken from followup's own table: a mistake there should be found here.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from huiyin.audit.case import DISPATCH, INTAKE, Said
from libs.common.events.base import Event
from libs.common.events.cases import (
    CallbackDue,
    CallbackTried,
    CaseAnsweredDirectly,
    CaseClosed,
    CaseHandled,
    CaseRegistered,
    CaseSentBack,
    CaseWithdrawn,
    DeadlineMissed,
    DeadlineSet,
    DeadlineWarned,
    RoundEvent,
    SupervisionIssued,
    SupervisionReplied,
)
from libs.common.events.terms import Closing, Reached, Satisfaction

if TYPE_CHECKING:
    from huiyin.audit.histories import Knowledge

_CONTENT = (Satisfaction.SATISFIED, Satisfaction.BASICALLY_SATISFIED)
_Clock = tuple[int, str, str, datetime]


class Following:
    """Walks through what followup said of one case."""

    def __init__(self, knowledge: "Knowledge") -> None:
        self._knowledge = knowledge
        self._round = 1
        self._closed = False
        self._asked = False
        """Whether the citizen is to be asked in this round."""
        self._tries: list[CallbackTried] = []
        """Of this round."""
        self._clocks: Counter[_Clock] = Counter()
        self._warned: Counter[_Clock] = Counter()
        self._missed: Counter[_Clock] = Counter()
        self._orders: set[str] = set()
        self._replied: set[str] = set()
        self._looks: Mapping[type[Event], Callable[[Said, Any], Iterator[str]]] = {
            DeadlineSet: self._deadline_set,
            DeadlineWarned: self._warns,
            DeadlineMissed: self._misses,
            CallbackDue: self._asks,
            CallbackTried: self._tried,
            CaseSentBack: self._sends_back,
            CaseClosed: self._closes,
            SupervisionIssued: self._orders_it,
            SupervisionReplied: self._answers_it,
        }

    def problems(self, said: Iterable[Said]) -> Iterator[tuple[Said, str]]:
        """What was not allowed, event by event; goes on as if it had been."""
        for one in said:
            event = one.event
            look = self._looks.get(type(event))
            if look is None or not isinstance(event, RoundEvent):
                yield one, "is not followup's to say"
                continue
            if not any(self._knowledge.heard(one, INTAKE, CaseRegistered)):
                yield one, "was said before the registration was heard"
            if self._closed and not isinstance(event, SupervisionReplied):
                yield one, "the case was closed"
            if event.round != self._round and not _about_an_order(event):
                yield one, f"speaks of round {event.round} in round {self._round}"
            for problem in look(one, event):
                yield one, problem

    def _deadline_set(self, _one: Said, event: DeadlineSet) -> Iterator[str]:
        self._clocks[_clock(event)] += 1
        if not event.starts_at <= event.warn_at <= event.due_at:
            yield "its times are not in order"

    def _warns(self, _one: Said, event: DeadlineWarned) -> Iterator[str]:
        self._warned[_clock(event)] += 1
        yield from self._by_its_clock(event, self._warned, "warned of")

    def _misses(self, _one: Said, event: DeadlineMissed) -> Iterator[str]:
        self._missed[_clock(event)] += 1
        yield from self._by_its_clock(event, self._missed, "missed")
        if event.occurred_at != event.due_at:
            yield f"happened at {event.occurred_at.isoformat()}, not when it was due"

    def _by_its_clock(self, event: DeadlineWarned | DeadlineMissed, told: Counter[_Clock], what: str) -> Iterator[str]:
        clocks = self._clocks[_clock(event)]
        if not clocks:
            yield f"no {event.deadline} deadline was set for {event.due_at.isoformat()}"
        elif told[_clock(event)] > clocks:
            yield f"the {event.deadline} deadline was {what} before"

    def _asks(self, one: Said, event: CallbackDue) -> Iterator[str]:
        if self._asked:
            yield f"the citizen was to be asked already in round {event.round}"
        self._asked = True
        if not self._is_done(one):
            yield f"nobody had handled or answered round {event.round}"

    def _tried(self, one: Said, event: CallbackTried) -> Iterator[str]:
        if not self._asked:
            yield "the citizen was not to be asked"
        if event.caller in self._answered_by(one):
            yield "the caller asks about his own answer"
        if event.attempt != len(self._tries) + 1:
            yield f"it is try {event.attempt} after {len(self._tries)}"
        if event.valid is not (event.reached is Reached.ANSWERED and event.satisfaction is not None):
            yield "it counts as valid without an answer, or the other way round"
        if self._tries and self._tries[-1].valid:
            yield "the citizen had answered already"
        self._tries.append(event)

    def _sends_back(self, _one: Said, event: CaseSentBack) -> Iterator[str]:
        last = self._tries[-1] if self._tries else None
        if last is None or not last.valid or _is_content(last):
            yield "no citizen said in this round that he is not satisfied"
        if event.next_round != event.round + 1:
            yield f"round {event.next_round} follows round {event.round}"
        self._round, self._asked, self._tries = event.next_round, False, []

    def _closes(self, one: Said, event: CaseClosed) -> Iterator[str]:
        self._closed = True
        last = self._tries[-1] if self._tries else None
        match event.closing:
            case Closing.SUBSTANTIVE:
                if last is None or not _is_content(last):
                    yield "closed as solved without the citizen's satisfied word in this round"
                elif event.satisfaction is not last.satisfaction:
                    yield f"closed with {event.satisfaction}, but the citizen said {last.satisfaction}"
            case Closing.UNVERIFIED:
                if last is not None and last.valid:
                    yield "closed as unverified, though the citizen had answered"
                if not self._is_done(one):
                    yield "closed as unverified, though nobody had handled or answered it"
            case Closing.WITHDRAWN:
                if not any(self._knowledge.heard(one, INTAKE, CaseWithdrawn)):
                    yield "closed as withdrawn, though the citizen had not withdrawn it"
        if event.closing is not Closing.SUBSTANTIVE and event.satisfaction is not None:
            yield f"a satisfaction was written that nobody gave: {event.satisfaction}"

    def _orders_it(self, _one: Said, event: SupervisionIssued) -> Iterator[str]:
        if event.supervision_id in self._orders:
            yield f"order {event.supervision_id} was issued before"
        self._orders.add(event.supervision_id)

    def _answers_it(self, _one: Said, event: SupervisionReplied) -> Iterator[str]:
        if event.supervision_id not in self._orders:
            yield f"order {event.supervision_id} was never issued"
        elif event.supervision_id in self._replied:
            yield f"order {event.supervision_id} was answered before"
        self._replied.add(event.supervision_id)

    def _answered_by(self, one: Said) -> frozenset[str]:
        """Who answered this round at the door; nobody where a unit handled it, since either may have been first."""
        if any(event.round == self._round for event in self._knowledge.heard(one, DISPATCH, CaseHandled)):
            return frozenset()
        answers = self._knowledge.heard(one, INTAKE, CaseAnsweredDirectly)
        return frozenset(event.answered_by for event in answers if event.round == self._round and event.answered_by)

    def _is_done(self, one: Said) -> bool:
        """Whether somebody had said, as far as followup had heard, that this round is done."""
        done = (
            *self._knowledge.heard(one, DISPATCH, CaseHandled),
            *self._knowledge.heard(one, INTAKE, CaseAnsweredDirectly),
        )
        return any(event.round == self._round for event in done)


def _clock(event: DeadlineSet | DeadlineWarned | DeadlineMissed) -> _Clock:
    return event.round, event.deadline.value, event.about, event.due_at


def _about_an_order(event: RoundEvent) -> bool:
    """An order outlives its round: it is answered, or its time passes, whenever that is."""
    return isinstance(event, SupervisionReplied) or bool(getattr(event, "about", ""))


def _is_content(tried: CallbackTried) -> bool:
    return tried.valid and tried.satisfaction in _CONTENT and tried.solved is not False
