"""I5: every step was allowed when it was taken, by what its speaker had said itself and could have heard by then.

One short table says who may follow whom, and some sentences what else must be. Both are written down anew rather than
taken from the services: a mistake in their own tables should be found here. What dispatch's own rules refuse after an
end or an answer, or of a support unit, makes no row where they are folded (I6, `rows.dispatch`).
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from huiyin.audit.case import DISPATCH, FOLLOWUP, INTAKE, CaseView, EventT, LedgerSaid
from huiyin.audit.report import Findings, Invariant
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.deadlines import SetDeadline
from libs.common.events.terms import FIRST_REQUESTER, Closing, Reached, Satisfaction

_WITH_A_UNIT = (cases.CaseAssigned, cases.CaseReassigned)
MAY_FOLLOW: Mapping[type[Event], tuple[type[Event] | None, ...]] = {
    cases.TriageQueued: (None, cases.ReturnDecided),
    cases.CaseAssigned: (None, cases.TriageQueued),
    cases.CaseReassigned: (*_WITH_A_UNIT, cases.CaseSigned, cases.ReturnDecided),
    cases.CaseSigned: _WITH_A_UNIT,
    cases.CaseHandled: (cases.CaseSigned,),
    cases.ReturnRequested: (*_WITH_A_UNIT, cases.CaseSigned),
    cases.ReturnDecided: (cases.ReturnRequested,),
    cases.ProgressReported: (cases.CaseSigned, cases.ReturnRequested),
    cases.TaskDone: (*_WITH_A_UNIT, cases.CaseSigned, cases.ReturnRequested),
    cases.TaskCancelled: (*_WITH_A_UNIT, cases.CaseSigned, cases.ReturnRequested),
    cases.CallbackDue: (None,),
    cases.CallbackTried: (cases.CallbackDue, cases.CallbackTried),
    cases.CaseSentBack: (cases.CallbackTried,),
    cases.CaseClosed: (None, cases.CallbackDue, cases.CallbackTried),
}
"""By event, which of these its speaker may have said last in the round; None where it said none of them.

Progress is none to follow, nor is what a support unit does. A refused return is as if it had not been asked for.
"""
_MAY_SAY: Mapping[str, tuple[type[Event], ...]] = {
    DISPATCH: tuple(MAY_FOLLOW)[:10],
    FOLLOWUP: (
        *tuple(MAY_FOLLOW)[10:],
        *(cases.DeadlineSet, cases.DeadlineWarned, cases.DeadlineMissed),
        *(cases.SupervisionIssued, cases.SupervisionReplied),
    ),
}
_BESIDE = (cases.ProgressReported, cases.TaskDone, cases.TaskCancelled)
"""What leaves the case where it stands."""
_BY_ITSELF = (cases.TriageQueued, cases.CaseAssigned)
"""By what dispatch opens a round."""
_CONTENT = (Satisfaction.SATISFIED, Satisfaction.BASICALLY_SATISFIED)


def check_history(view: CaseView, findings: Findings) -> None:
    """The history of one case, speaker by speaker: each says its own steps in order."""
    findings.checked[Invariant.HISTORY] += 1
    for service, history in (
        (INTAKE, _Door(view, INTAKE)),
        (DISPATCH, _Units(view, DISPATCH)),
        (FOLLOWUP, _Promises(view, FOLLOWUP)),
    ):
        for one in view.said[service]:
            for problem in history.problems(one):
                name = type(one.event).__name__
                findings.violated(Invariant.HISTORY, view.case_id, service, f"event {one.seq} ({name}): {problem}")


class _History(ABC):
    """What one service says of a case; goes on behind a step that was not allowed as if it had been."""

    def __init__(self, view: CaseView, service: str) -> None:
        self._view = view
        self._service = service
        self._round = 1
        self._last: type[Event] | None = None

    @abstractmethod
    def problems(self, one: LedgerSaid) -> Iterator[str]:
        """What was not allowed of the next event."""

    def _turn(self, event: Any) -> None:
        self._last = type(event)

    def _heard(self, one: LedgerSaid, source: str, *kinds: type[EventT]) -> list[EventT]:
        """The events of these types that the speaker of ``one`` had applied when it was committed."""
        upto = one.causes.get(source, 0)
        return [e.event for e in self._view.said[source] if e.seq <= upto and isinstance(e.event, kinds)]

    def _done(self, one: LedgerSaid) -> list[cases.RoundEvent]:
        """Who said of this round, as far as was heard, that it is done."""
        handled = self._heard(one, DISPATCH, cases.CaseHandled)
        done = [*handled, *self._heard(one, INTAKE, cases.CaseAnsweredDirectly)]
        return [event for event in done if event.round == self._round]


class _Door(_History):
    """Intake: a registration, and what may still be added to it."""

    def problems(self, one: LedgerSaid) -> Iterator[str]:
        if isinstance(one.event, cases.RequesterRevealed) and self._last is not None:
            return
        event, opened = one.event, [back.next_round for back in self._heard(one, FOLLOWUP, cases.CaseSentBack)]
        if isinstance(event, cases.CaseRegistered) is (self._last is not None):
            yield "the case was registered before" if self._last else "the history does not begin with a registration"
        if self._last is cases.CaseWithdrawn:
            yield "the citizen had withdrawn the case"
        elif self._heard(one, FOLLOWUP, cases.CaseClosed):
            yield "the door knew that the case was closed"
        if isinstance(event, cases.CaseAnsweredDirectly) and event.round not in (1, *opened):
            yield f"round {event.round} was never opened"
        if self._last is not cases.CaseWithdrawn:
            self._turn(event)


class _Rounds(_History):
    """Who takes a case through its rounds: what may follow whom, and in which round."""

    def problems(self, one: LedgerSaid) -> Iterator[str]:
        event: Any = one.event
        if not isinstance(event, _MAY_SAY[self._service]):
            yield f"is not {self._service}'s to say"
            return
        if not self._heard(one, INTAKE, cases.CaseRegistered):
            yield "was said before the registration was heard"
        yield from self._of_its_round(one, event)
        may = MAY_FOLLOW.get(type(event))
        if may is not None and self._last not in may:
            yield f"follows {'nothing' if self._last is None else self._last.__name__} in its round"
        yield from self._look(one, event)
        if may is not None:
            self._turn(event)

    @abstractmethod
    def _of_its_round(self, one: LedgerSaid, event: Any) -> Iterator[str]:
        """What is wrong with the round that it names."""

    @abstractmethod
    def _look(self, one: LedgerSaid, event: Any) -> Iterator[str]:
        """What is wrong with it beside that."""


class _Units(_Rounds):
    """Dispatch: the unit that leads takes its steps, and each round is opened by a send-back."""

    def __init__(self, view: CaseView, service: str) -> None:
        super().__init__(view, service)
        self._lead: str | None = None
        self._before: type[Event] | None = None
        """What stood before the return that was asked for."""

    def _of_its_round(self, one: LedgerSaid, event: Any) -> Iterator[str]:
        if event.round == self._round:
            return
        if event.round != self._round + 1 or not isinstance(event, _BY_ITSELF):
            yield f"speaks of round {event.round} in round {self._round}"
        elif event.round not in [back.next_round for back in self._heard(one, FOLLOWUP, cases.CaseSentBack)]:
            yield f"opens round {event.round}, for which the case was not sent back"
        self._round, self._last = event.round, None

    def _look(self, one: LedgerSaid, event: Any) -> Iterator[str]:
        unit = getattr(event, "from_unit", None) or getattr(event, "unit_code", None)
        if unit not in (None, self._lead) and not isinstance(event, cases.TaskDone | cases.TaskCancelled):
            yield f"{unit} did not lead it, {self._lead} did"
        for registered in self._heard(one, INTAKE, cases.CaseRegistered) if isinstance(event, _WITH_A_UNIT) else ():
            if registered.accused_unit in (event.lead_unit, *event.support_units):
                yield f"{registered.accused_unit} takes part in the complaint about itself"

    def _turn(self, event: Any) -> None:
        if isinstance(event, cases.ReturnRequested):
            self._before = self._last
        if isinstance(event, cases.ReturnDecided) and not event.approved:
            self._last = self._before
        elif not isinstance(event, _BESIDE):
            self._last = type(event)
        if isinstance(event, _WITH_A_UNIT):
            self._lead = event.lead_unit


class _Promises(_Rounds):
    """Followup: a miss once a clock, an order once, and THE GUARD: only a satisfied citizen closes as solved."""

    def __init__(self, view: CaseView, service: str) -> None:
        super().__init__(view, service)
        self._closed = False
        self._tries: list[cases.CallbackTried] = []
        """Of this round, as the following."""
        self._asked: tuple[str, ...] = (FIRST_REQUESTER,)
        self._told: Counter[tuple[object, ...]] = Counter()
        """Clocks and orders, and what was said of each."""

    def _of_its_round(self, _one: LedgerSaid, event: Any) -> Iterator[str]:
        """An order outlives its round: it is answered, whatever became of the case, or its time passes."""
        if isinstance(event, cases.SupervisionReplied):
            return
        if self._closed:
            yield "the case was closed"
        about = getattr(event, "about", "") or any(one.about for one in cases.deadlines_in(event))
        if event.round != self._round and not about:
            yield f"speaks of round {event.round} in round {self._round}"

    def _look(self, one: LedgerSaid, event: Any) -> Iterator[str]:
        last = self._tries[-1] if self._tries else None
        for clock in cases.deadlines_in(event):
            yield from self._clock(event.round, clock)
        match event:
            case cases.DeadlineWarned() | cases.DeadlineMissed():
                yield from self._clock(event.round, event)
            case cases.CallbackDue() if not self._done(one):
                yield f"nobody had handled or answered round {event.round}"
            case cases.CallbackTried():
                yield from self._tried(one, event, last)
            case cases.CaseSentBack():
                if last is None or not last.valid or _is_content(last):
                    yield "no citizen said in this round that he is not satisfied"
                if event.next_round != event.round + 1:
                    yield f"round {event.next_round} follows round {event.round}"
            case cases.CaseClosed():
                yield from self._closes(one, event, last)
            case cases.SupervisionIssued() | cases.SupervisionReplied():
                yield from self._order(event)

    def _turn(self, event: Any) -> None:
        self._last, self._closed = type(event), self._closed or isinstance(event, cases.CaseClosed)
        if isinstance(event, cases.CallbackTried):
            self._tries.append(event)
        if isinstance(event, cases.CallbackDue):
            self._asked = event.requesters
        if isinstance(event, cases.CaseSentBack):
            self._round, self._last, self._tries = event.next_round, None, []

    def _waited_for(self, *more: cases.CallbackTried) -> tuple[str, ...]:
        """Who of this round's requesters has not said yet that he is satisfied."""
        content = {tried.requester for tried in (*self._tries, *more) if _is_content(tried)}
        return tuple(sorted(set(self._asked) - content))

    def _clock(self, number: int, event: Any) -> Iterator[str]:
        clock = number, event.deadline, event.due_at, event.about
        self._told[type(event), clock] += 1
        clocks = self._told[SetDeadline, clock]
        if isinstance(event, SetDeadline) and not event.starts_at <= event.warn_at <= event.due_at:
            yield "its times are not in order"
        if not clocks:
            yield f"no {event.deadline} deadline was set for {event.due_at.isoformat()}"
        elif self._told[type(event), clock] > clocks:
            yield f"the {event.deadline} deadline had this before"
        if isinstance(event, cases.DeadlineMissed) and event.occurred_at != event.due_at:
            yield f"happened at {event.occurred_at.isoformat()}, not when it was due"

    def _order(self, event: Any) -> Iterator[str]:
        self._told[type(event), event.supervision_id] += 1
        if not self._told[cases.SupervisionIssued, event.supervision_id]:
            yield f"order {event.supervision_id} was never issued"
        elif self._told[type(event), event.supervision_id] > 1:
            yield f"order {event.supervision_id} had this before"

    def _tried(self, one: LedgerSaid, event: cases.CallbackTried, last: cases.CallbackTried | None) -> Iterator[str]:
        done = self._done(one)
        handled = any(isinstance(each, cases.CaseHandled) for each in done)
        if not handled and event.caller in {getattr(answer, "answered_by", None) for answer in done}:
            yield "the caller asks about his own answer"
        before = [tried for tried in self._tries if tried.requester == event.requester]
        if event.requester not in self._asked:
            yield f"{event.requester} is none who was to be asked"
        if event.attempt != len(before) + 1:
            yield f"it is try {event.attempt} after {len(before)}"
        if event.valid is not (event.reached is Reached.ANSWERED and event.satisfaction is not None):
            yield "it counts as valid without an answer, or the other way round"
        if any(tried.valid for tried in before) or (last is not None and last.decides):
            yield "the citizen had answered already"
        if event.waits_for != (self._waited_for(event) if _is_content(event) else ()):
            yield f"it says that it waits for {', '.join(event.waits_for) or 'nobody'}"

    def _closes(self, one: LedgerSaid, event: cases.CaseClosed, last: cases.CallbackTried | None) -> Iterator[str]:
        if event.closing is Closing.SUBSTANTIVE:
            if last is None or not _is_content(last):
                yield "closed as solved without the citizen's satisfied word in this round"
            elif event.satisfaction is not last.satisfaction:
                yield f"closed with {event.satisfaction}, but the citizen said {last.satisfaction}"
            elif left := self._waited_for():
                yield f"closed as solved, though {', '.join(left)} never was satisfied in this round"
        elif event.satisfaction is not None:
            yield f"a satisfaction was written that nobody gave: {event.satisfaction}"
        if event.closing is Closing.UNVERIFIED and last is not None and last.decides:
            yield "closed as unverified, though the citizen had answered"
        if event.closing is Closing.UNVERIFIED and not self._done(one):
            yield "closed as unverified, though nobody had handled or answered it"
        if event.closing is Closing.WITHDRAWN and not self._heard(one, INTAKE, cases.CaseWithdrawn):
            yield "closed as withdrawn, though the citizen had not withdrawn it"


def _is_content(tried: cases.CallbackTried) -> bool:
    return tried.valid and tried.satisfaction in _CONTENT and tried.solved is not False
