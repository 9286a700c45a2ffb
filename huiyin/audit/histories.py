"""I5: every step was allowed when it was taken, by what its speaker had said itself and could have heard by then.

One short table says who may follow whom, and some sentences what else must be. Both are written down anew rather than
taken from the services: a mistake in their own tables should be found here. What dispatch's own rules refuse after an
end or an answer, or of a support unit, makes no row where they are folded (I6, `rows.work`).
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from huiyin.audit.accepting import Acceptance, two_people
from huiyin.audit.answered_above import ABOVE, OrdersAbove
from huiyin.audit.arbitrated import ArbitrationHistory
from huiyin.audit.asking import RequestHistory, ended_with_evidence
from huiyin.audit.at_the_door import DoorHistory
from huiyin.audit.case import DISPATCH, FOLLOWUP, INTAKE, CaseView, LedgerSaid
from huiyin.audit.history import (
    BESIDE,
    BY_ITSELF,
    BY_WHO_WORKS,
    HAND_IN_IT,
    OF_AIDS,
    OF_ANY_UNIT,
    OF_CALLS,
    OF_LETTERS,
    OF_MEDIATIONS,
    OF_RISKS,
    WITH_A_UNIT,
    Rounds,
)
from huiyin.audit.judged import JUDGING, Judgements
from huiyin.audit.objected import Objections, had_of
from huiyin.audit.passing import problems_of
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.ruled import RULED, DutyRules
from huiyin.audit.whistled import WhistleHistory
from libs.common.events import accepting, asking, cases, citizens, door, objections, passing, supervision
from libs.common.events.accused import AccusedNamed
from libs.common.events.base import Event
from libs.common.events.deadlines import SetDeadline
from libs.common.events.terms import FIRST_REQUESTER, Closing, Reached, Satisfaction

_OF_ANY_ROUND = (*OF_CALLS, *OF_LETTERS, *OF_MEDIATIONS, *OF_AIDS, *OF_RISKS)
_CONTENT = (Satisfaction.SATISFIED, Satisfaction.BASICALLY_SATISFIED)


def check_history(view: CaseView, findings: Findings) -> None:
    """The history of one case, speaker by speaker: each says its own steps in order."""
    findings.checked[Invariant.HISTORY] += 1
    for service, history in (
        (INTAKE, DoorHistory(view, INTAKE)),
        (DISPATCH, _Units(view, DISPATCH)),
        (FOLLOWUP, _Promises(view, FOLLOWUP)),
    ):
        aside = ((JUDGING, Judgements()), (ABOVE, OrdersAbove()), (RULED, DutyRules()))
        for one in view.said[service]:
            beside: Any = next((matter for kinds, matter in aside if isinstance(one.event, kinds)), None)
            for problem in beside.problems(one.event) if beside is not None else history.problems(one):
                name = type(one.event).__name__
                findings.violated(Invariant.HISTORY, view.case_id, service, f"event {one.seq} ({name}): {problem}")


class _Units(Rounds):
    """Dispatch: the unit that leads takes its steps, and each round is opened by a send-back."""

    def __init__(self, view: CaseView, service: str) -> None:
        super().__init__(view, service)
        self._lead: str | None = None
        self._chain: list[str] = []
        """The units below it that it was delegated to, one by the other."""
        self._before: type[Event] | None = None
        """What stood before the return that was asked for."""
        self._acceptance = Acceptance()
        self._asked = RequestHistory()
        self._disputes = ArbitrationHistory()
        self._whistles = WhistleHistory()

    def _of_its_round(self, one: LedgerSaid, event: Any) -> Iterator[str]:
        if event.round == self._round or isinstance(event, _OF_ANY_ROUND):
            return
        if event.round != self._round + 1 or not isinstance(event, BY_ITSELF):
            yield f"speaks of round {event.round} in round {self._round}"
        elif event.round not in self._opened(one):
            yield f"opens round {event.round}, for which the case was not sent back"
        self._round, self._last = event.round, None

    def _look(self, one: LedgerSaid, event: Any) -> Iterator[str]:
        unit = getattr(event, "from_unit", None) or getattr(event, "unit_code", None)
        worked = isinstance(event, BY_WHO_WORKS)
        whose = self._chain[-1] if worked and self._chain else self._lead
        if unit not in (None, whose) and not isinstance(event, OF_ANY_UNIT):
            yield f"{unit} did not {'work on' if worked else 'lead'} it, {whose} did"
        yield from self._acceptance.problems(event, self._about(one), self._round)
        yield from self._asked.problems(event, {self._lead, *self._chain})
        yield from self._disputes.problems(event, self._lead)
        if isinstance(event, asking.RequestRaised):
            yield from self._asked.went_up(event, self._heard(one, FOLLOWUP, cases.DeadlineMissed))
        yield from self._whistles.problems(event)
        if isinstance(event, cases.ReturnRequested) and self._chain:
            yield f"it is given back while {self._chain[-1]} works on it"
        if isinstance(event, passing.PassedOn):
            had = (self._lead or "", *self._chain)
            yield from problems_of(event, had, signed=self._last is cases.CaseSigned)
        if isinstance(event, WITH_A_UNIT):
            units = event.lead_unit, *getattr(event, "delegates", ()), *getattr(event, "support_units", ())
            for accused in sorted(self._about(one).intersection(units)):
                yield f"{accused} takes part in the complaint about itself"
            registered = self._heard(one, INTAKE, cases.CaseRegistered)
            if any(event.held for event in registered) and not self._heard(one, INTAKE, door.WordingReleased):
                yield "a unit got it before a person had released its wording"

    def _about(self, one: LedgerSaid) -> set[str]:
        """The units and the members of staff complained about, as far as was heard."""
        named = self._heard(one, INTAKE, cases.CaseRegistered)
        later = self._heard(one, INTAKE, AccusedNamed)
        first = {event.accused_unit for event in named if event.accused_unit is not None}
        several = [(*event.accused_units, *event.accused_staff) for event in named]
        return first.union(*several, *((*event.accused_units, *event.accused_staff) for event in later))

    def _turn(self, event: Any) -> None:
        if isinstance(event, cases.ReturnRequested):
            self._before = self._last
        if isinstance(event, cases.ReturnDecided) and not event.approved:
            self._last = self._before
        elif isinstance(event, accepting.NonacceptanceRefused):
            self._last = cases.TriageQueued
        elif not isinstance(event, BESIDE):
            self._last = type(event)
        if isinstance(event, WITH_A_UNIT):
            self._lead, self._chain = event.lead_unit, list(getattr(event, "delegates", ()))


class _Promises(Rounds):
    """Followup: a miss once a clock, an order once, and THE GUARD: only a satisfied citizen closes as solved."""

    def __init__(self, view: CaseView, service: str) -> None:
        super().__init__(view, service)
        self._closed = False
        self._tries: list[cases.CallbackTried] = []
        """Of this round, as the following."""
        self._wish_tries: list[citizens.WithdrawalTried] = []
        self._asked: tuple[str, ...] = (FIRST_REQUESTER,)
        self._objections = Objections()
        self._told: Counter[tuple[object, ...]] = Counter()
        """Clocks and orders, and what was said of each."""

    def _of_its_round(self, one: LedgerSaid, event: Any) -> Iterator[str]:
        """An order outlives its round: it is answered, whatever became of the case, or its time passes."""
        if isinstance(event, supervision.SupervisionReplied):
            return
        if self._closed and not self._objections.lets_say(event, self._heard(one, INTAKE, objections.ObjectionRaised)):
            yield "the case was closed"
        about = getattr(event, "about", "") or any(one.about for one in cases.deadlines_in(event))
        if event.round != self._round and not about:
            yield f"speaks of round {event.round} in round {self._round}"

    def _look(self, one: LedgerSaid, event: Any) -> Iterator[str]:
        self._objections.follow(event)
        last = self._tries[-1] if self._tries else None
        told = isinstance(event, cases.DeadlineWarned | cases.DeadlineMissed)
        for clock in (*cases.deadlines_in(event), *((event,) if told else ())):
            yield from self._clock(event.round, clock)
        match event:
            case cases.CallbackDue() if not self._done(one):
                yield f"nobody had handled or answered round {event.round}"
            case cases.CallbackTried():
                yield from self._tried(one, event, last)
            case citizens.WithdrawalTried():
                yield from self._tried_wish(one, event)
            case cases.CaseSentBack():
                yield from _sends_back(event, last)
            case cases.CaseClosed():
                yield from self._closes(one, event, last)
            case supervision.SupervisionIssued() | supervision.SupervisionReplied():
                yield from self._order(event)
            case objections.ObjectionDecided() | objections.CaseReopened():
                yield from self._ruled(one, event)

    def _ruled(self, one: LedgerSaid, event: objections.ObjectionDecided | objections.CaseReopened) -> Iterator[str]:
        if isinstance(event, objections.ObjectionDecided):
            heard = self._heard(one, INTAKE, objections.ObjectionRaised)
            unaccepted = self._heard(one, DISPATCH, accepting.CaseNotAccepted)
            had = had_of(*self._worked(one), unaccepted)
            yield from self._objections.problems_of_decision(event, heard, had)
            return
        yield from self._objections.problems_of_reopening(event)
        self._closed = False
        self._begin(event.next_round)

    def _begin(self, number: int) -> None:
        self._round, self._last, self._tries, self._wish_tries = number, None, [], []

    def _turn(self, event: Any) -> None:
        self._last, self._closed = type(event), self._closed or isinstance(event, cases.CaseClosed)
        if isinstance(event, cases.CallbackTried):
            self._tries.append(event)
        if isinstance(event, cases.CallbackDue):
            self._asked = event.requesters
        if isinstance(event, cases.CaseSentBack):
            self._begin(event.next_round)

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
        if not self._told[supervision.SupervisionIssued, event.supervision_id]:
            yield f"order {event.supervision_id} was never issued"
        elif self._told[type(event), event.supervision_id] > 1:
            yield f"order {event.supervision_id} had this before"

    def _tried(self, one: LedgerSaid, event: cases.CallbackTried, last: cases.CallbackTried | None) -> Iterator[str]:
        done = self._done(one)
        handled = any(isinstance(each, cases.CaseHandled) for each in done)
        if not handled and event.caller in {getattr(answer, "answered_by", None) for answer in done}:
            yield "the caller asks about his own answer"
        elif self._had_a_hand(one, event):
            yield "the caller had a hand in the case"
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

    def _tried_wish(self, one: LedgerSaid, event: citizens.WithdrawalTried) -> Iterator[str]:
        """The citizen is asked whether he takes it back by somebody else than who says that he does."""
        wishes = [wish for wish in self._heard(one, INTAKE, citizens.WithdrawalWished) if wish.round == self._round]
        before = [tried for tried in self._wish_tries if tried.requester == event.requester]
        if not wishes:
            yield "nobody had said in this round that the citizen takes it back"
        elif event.caller == wishes[-1].by or (event.caller_staff or "") == wishes[-1].by_staff:
            yield "whoever said that the citizen takes it back confirms it"
        elif self._had_a_hand(one, event):
            yield "the caller had a hand in the case"
        if event.by_link and (event.reached is not Reached.ANSWERED or event.withdraws is None):
            yield "nobody answered by the link that it is said to have come by"
        if event.attempt != len(before) + 1:
            yield f"it is try {event.attempt} about the withdrawal after {len(before)}"
        self._wish_tries.append(event)

    def _had_a_hand(self, one: LedgerSaid, event: cases.CallbackTried | citizens.WithdrawalTried) -> bool:
        """Whether the caller, by this account or another, did something in this round or one before.

        Tries from before people were told apart show no more than accounts, and it was not asked then.
        """
        if "caller_staff" not in event.model_fields_set:
            return False
        worked, answered = self._worked(one)
        accounts = {each.by for each in worked} | {answer.answered_by for answer in answered}
        people = {each.by_staff for each in worked} | {answer.answered_by_staff for answer in answered}
        return event.caller in accounts or (event.caller_staff is not None and event.caller_staff in people)

    def _worked(self, one: LedgerSaid) -> tuple[list[Any], list[cases.CaseAnsweredDirectly]]:
        worked = [*self._heard(one, INTAKE, cases.CaseRegistered), *self._heard(one, DISPATCH, *HAND_IN_IT)]
        return worked, self._heard(one, INTAKE, cases.CaseAnsweredDirectly)

    def _closes(self, one: LedgerSaid, event: cases.CaseClosed, last: cases.CallbackTried | None) -> Iterator[str]:
        match event.closing:
            case Closing.SUBSTANTIVE:
                yield from self._solved(event, last)
            case Closing.UNVERIFIED if last is not None and last.decides:
                yield "closed as unverified, though the citizen had answered"
            case Closing.UNVERIFIED if not self._done(one):
                yield "closed as unverified, though nobody had handled or answered it"
            case Closing.WITHDRAWN if not self._heard(one, INTAKE, cases.CaseWithdrawn):
                yield from self._withdrawn()
            case Closing.UNASKED:
                yield from self._unasked(one)
            case Closing.NOT_ACCEPTED:
                yield from self._not_accepted(one)
            case Closing.PROCEDURAL:
                granted = self._heard(one, DISPATCH, asking.RequestGranted)
                yield from ended_with_evidence(event for event in granted if event.round == self._round)
        if event.closing is not Closing.SUBSTANTIVE and event.satisfaction is not None:
            yield f"a satisfaction was written that nobody gave: {event.satisfaction}"

    def _solved(self, event: cases.CaseClosed, last: cases.CallbackTried | None) -> Iterator[str]:
        if last is None or not _is_content(last):
            yield "closed as solved without the citizen's satisfied word in this round"
        elif event.satisfaction is not last.satisfaction:
            yield f"closed with {event.satisfaction}, but the citizen said {last.satisfaction}"
        elif left := self._waited_for():
            yield f"closed as solved, though {', '.join(left)} never was satisfied in this round"

    def _withdrawn(self) -> Iterator[str]:
        tried = self._wish_tries[-1] if self._wish_tries else None
        if tried is None or tried.reached is not Reached.ANSWERED or not (tried.withdraws and tried.ends):
            yield "closed as withdrawn, though the citizen had not confirmed it"

    def _not_accepted(self, one: LedgerSaid) -> Iterator[str]:
        """What was taken on ends by its citizen's word; what was not, by the word of two people."""
        said = [event for event in self._heard(one, DISPATCH, accepting.CaseNotAccepted) if event.round == self._round]
        if not said:
            yield "closed as not accepted, though nobody had approved that"
        yield from two_people(event for event in said[-1:])
        if self._round > 1 or self._tries or self._done(one):
            yield "closed as not accepted, though it had been taken on"

    def _unasked(self, one: LedgerSaid) -> Iterator[str]:
        """Nobody is closed as unasked but who wanted no callback, and had nothing done again."""
        if any(registered.callback_wanted for registered in self._heard(one, INTAKE, cases.CaseRegistered)):
            yield "closed as unasked, though the citizen wanted a callback"
        if self._round > 1 or self._tries:
            yield "closed as unasked, though the citizen had been asked"
        if not self._done(one):
            yield "closed as unasked, though nobody had handled or answered it"


def _sends_back(event: cases.CaseSentBack, last: cases.CallbackTried | None) -> Iterator[str]:
    if last is None or not last.valid or _is_content(last):
        yield "no citizen said in this round that he is not satisfied"
    if event.next_round != event.round + 1:
        yield f"round {event.next_round} follows round {event.round}"


def _is_content(tried: cases.CallbackTried) -> bool:
    return tried.valid and tried.satisfaction in _CONTENT and tried.solved is not False
