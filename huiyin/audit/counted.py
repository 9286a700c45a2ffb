"""What a case counts as, told from its ledgers alone: every event by its place there, whatever it says and when.

Written down anew rather than taken from analytics: a mistake in its fold, or in its rules, should be found here. The
rules in words are in services/analytics/README.md and beside each counter in ``libs/common/counters.py``.
"""

from collections import Counter as Tally
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from huiyin.audit.case import ANALYTICS, DISPATCH, FOLLOWUP, INTAKE, CaseView
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.terms import Closing, Deadline, Satisfaction, SupervisionLevel
from services.analytics.counters.domain import COUNTERS, Basis, Cell, Counts
from services.analytics.durations.domain import BOUNDS, HourCell
from services.analytics.facts.domain.status import Status

_PLACE = {counter.value: place for place, counter in enumerate(COUNTERS)}
_INSTANT, _MINUTE = timedelta(microseconds=1), timedelta(minutes=1)
_CLOSINGS = {Closing.SUBSTANTIVE: "closed_substantive", Closing.UNVERIFIED: "closed_unverified"}
_LEVELS = {SupervisionLevel.REMINDER: "reminders", SupervisionLevel.SUPERVISION: "supervisions"}
_WORDS = {
    Satisfaction.SATISFIED: "satisfied",
    Satisfaction.BASICALLY_SATISFIED: "basically_satisfied",
    Satisfaction.NOT_SATISFIED: "not_satisfied",
}
_STATUSES_OF_A_LIMIT = (Status.REGISTERED, Status.TRIAGE, Status.ASSIGNED, Status.SIGNED, Status.SENT_BACK)


class CountedOnce(NamedTuple):
    """One thing that counts."""

    counter: str
    unit: str
    at: datetime
    amount: int = 1


@dataclass(slots=True)
class _Lead:
    """A unit that led from a moment on (nobody, when it is empty), and when it signed."""

    round: int
    unit: str
    at: datetime
    signed_at: datetime | None = None


@dataclass(slots=True)
class _Clock:
    """A limit of a promise, and whether it passed."""

    round: int
    deadline: Deadline
    unit: str
    due_at: datetime
    missed: bool = False


@dataclass(slots=True)
class Counted:
    """A case as analytics should have it by what it has applied."""

    registered: cases.CaseRegistered
    round: int = 1
    category: str = ""
    answers: list[cases.CaseAnsweredDirectly] = field(default_factory=list)
    withdrawals: list[cases.CaseWithdrawn] = field(default_factory=list)
    leads: list[_Lead] = field(default_factory=list)
    results: dict[int, tuple[cases.CaseHandled, datetime | None]] = field(default_factory=dict)
    """By round the first one, and when its unit had got the case."""
    clocks: list[_Clock] = field(default_factory=list)
    asked: list[cases.CallbackDue] = field(default_factory=list)
    word: cases.CallbackTried | None = None
    """The latest valid one."""
    closing: cases.CaseClosed | None = None
    """As long as it holds."""
    parts: set[str] = field(default_factory=set)
    """The support units that were named, but for those let off since."""
    urgings: list[datetime] = field(default_factory=list)
    each: list[CountedOnce] = field(default_factory=list)
    """What counts each time that it is said."""

    @property
    def lead(self) -> str:
        """The unit that leads it now."""
        return self.leads[-1].unit if self.leads else ""

    @property
    def unit(self) -> str:
        """The unit that the case itself counts for."""
        return (self.answers[-1].answered_by_unit if self.answers else None) or self.lead

    @property
    def closed_at(self) -> datetime | None:
        """When it was closed with an answer."""
        closing = self.closing
        return None if closing is None or closing.closing is Closing.WITHDRAWN else closing.occurred_at

    @property
    def withdrawn_at(self) -> datetime | None:
        """When it was taken back, unless it was closed with an answer."""
        if self.closed_at is not None or self.withdrawals:
            return self.withdrawals[-1].occurred_at if self.closed_at is None else None
        return None if self.closing is None else self.closing.occurred_at

    @property
    def status(self) -> Status:
        """Where it stands."""
        if self.closed_at is not None or self.withdrawn_at is not None:
            return Status.WITHDRAWN if self.closed_at is None else Status.CLOSED
        if any(answer.round == self.round for answer in self.answers):
            return Status.ANSWERED
        if self.round in self.results:
            return Status.HANDLED
        last = self.leads[-1] if self.leads else None
        if last is None or last.round < self.round:
            return Status.REGISTERED if self.round == 1 else Status.SENT_BACK
        if not last.unit:
            return Status.TRIAGE
        return Status.ASSIGNED if last.signed_at is None else Status.SIGNED

    @property
    def handle_due_at(self) -> datetime | None:
        """The handling limit while it runs."""
        limit = self._handling(self.round) if self.status in _STATUSES_OF_A_LIMIT else None
        return None if limit is None else limit.due_at

    def cells(self, day_of: Callable[[datetime], date]) -> dict[Cell, Counts]:
        """The cells of the fine roll-up that it counts in."""
        registered_on = day_of(self.registered.registered_at)
        closed_on = None if self.closed_at is None else day_of(self.closed_at)
        event = self.registered
        about = self.category, event.channel.value, event.kind.value
        cells: dict[Cell, list[int]] = {}
        for counter, unit, at, amount in self.all():
            days = {Basis.REGISTERED: registered_on, Basis.CLOSED: closed_on, Basis.HAPPENED: day_of(at)}
            for basis, day in days.items():
                if day is not None:
                    cell = Cell(basis.value, day, event.area_code, unit, *about)
                    cells.setdefault(cell, [0] * len(COUNTERS))[_PLACE[counter]] += amount
        return {cell: tuple(counts) for cell, counts in cells.items()}

    def times(self, day_of: Callable[[datetime], date]) -> dict[HourCell, Counts]:
        """The cells of the cube of times that it counts in."""
        event, cells = self.registered, Tally[HourCell]()
        for span, unit, begun, ended in self._spans():
            minutes = int((ended - begun).total_seconds()) // 60
            bucket = max(place for place, bound in enumerate(BOUNDS) if bound <= max(minutes, 0))
            about = event.area_code, unit, self.category, event.channel.value, event.kind.value
            cells[HourCell(span, day_of(ended), *about, bucket)] += 1
        return {cell: (many,) for cell, many in cells.items()}

    def _spans(self) -> Iterator[tuple[str, str, datetime, datetime]]:
        for lead in self.leads:
            if lead.unit and lead.signed_at is not None:
                yield "hours_to_sign", lead.unit, lead.at, lead.signed_at
        for result, begun in self.results.values():
            if begun is not None:
                yield "hours_to_handle", result.unit_code, begun, result.occurred_at
        if self.closed_at is not None:
            yield "hours_to_close", self.unit, self.registered.registered_at, self.closed_at

    def all(self) -> Iterator[CountedOnce]:
        """Everything that it counts as."""
        yield from self.each
        yield from self._itself()
        for at in self.urgings:
            yield CountedOnce("urged", next((lead.unit for lead in reversed(self.leads) if lead.at <= at), ""), at)
        yield from self._handled()
        yield from self._signed()
        yield from self._called_back()

    def _itself(self) -> Iterator[CountedOnce]:
        yield CountedOnce("registered", self.unit, self.registered.registered_at)
        if self.answers:
            yield CountedOnce("answered_directly", self.unit, self.answers[-1].occurred_at)
        if self.withdrawn_at is not None:
            yield CountedOnce("withdrawn", self.unit, self.withdrawn_at)
        if self.closing is None or self.closed_at is None:
            return
        yield CountedOnce("closed", self.unit, self.closed_at)
        if self.closing.closing in _CLOSINGS:
            yield CountedOnce(_CLOSINGS[self.closing.closing], self.unit, self.closed_at)
        if self.closing.round == 1:
            yield CountedOnce("closed_in_one_round", self.unit, self.closed_at)

    def _signed(self) -> Iterator[CountedOnce]:
        """The n-th time that a unit got it in a round has the n-th of its signing limits there."""
        limits: dict[tuple[int, str], list[_Clock]] = {}
        for clock in self.clocks:
            if clock.deadline is Deadline.SIGN:
                limits.setdefault((clock.round, clock.unit), []).append(clock)
        for lead in self.leads:
            if not lead.unit:
                continue
            if lead.signed_at is not None:
                yield CountedOnce("signed", lead.unit, lead.signed_at)
            theirs = limits.get((lead.round, lead.unit))
            limit = theirs.pop(0) if theirs else None
            if limit is None or (lead.signed_at is None and not limit.missed):
                continue
            yield CountedOnce("sign_due", lead.unit, limit.due_at - _INSTANT)
            if lead.signed_at is not None and lead.signed_at < limit.due_at:
                yield CountedOnce("signed_on_time", lead.unit, limit.due_at - _INSTANT)

    def _handled(self) -> Iterator[CountedOnce]:
        for result, begun in self.results.values():
            yield CountedOnce("handled", result.unit_code, result.occurred_at)
            if begun is not None and result.occurred_at - begun >= _MINUTE:
                minutes = (result.occurred_at - begun) // _MINUTE
                yield CountedOnce("handle_minutes", result.unit_code, result.occurred_at, minutes)
        for number in {clock.round for clock in self.clocks}:
            limit = self._handling(number)
            first = self.results[number][0] if number in self.results else None
            if limit is None or (first is None and not limit.missed):
                continue
            day = limit.due_at - _INSTANT
            if first is not None and first.occurred_at < limit.due_at:
                yield CountedOnce("handle_due", first.unit_code, day)
                yield CountedOnce("handled_on_time", first.unit_code, day)
            else:
                yield CountedOnce("handle_due", self._holder(number, limit.due_at), day)

    def _handling(self, number: int) -> _Clock | None:
        found = [clock for clock in self.clocks if clock.deadline is Deadline.HANDLE and clock.round == number]
        return found[-1] if found else None

    def _holder(self, number: int, moment: datetime) -> str:
        held = (lead.unit for lead in reversed(self.leads) if lead.round == number and lead.at < moment)
        return next(held, "")

    def _called_back(self) -> Iterator[CountedOnce]:
        if (word := self.word) is None:
            for due in self.asked[-1:]:
                yield CountedOnce("callbacks_due", due.handling_unit or "", due.occurred_at)
            return
        unit, at = word.handling_unit or "", word.occurred_at
        opened = next((due.occurred_at for due in self.asked if due.round == word.round), at)
        yield CountedOnce("callbacks_due", unit, opened)
        yield CountedOnce("valid_callbacks", unit, at)
        if word.contacted:
            yield CountedOnce("contacted", unit, at)
        stands = word.round == self.round
        if word.solved and stands:
            yield CountedOnce("solved", unit, at)
        if word.satisfaction is not None and (stands or word.satisfaction is Satisfaction.NOT_SATISFIED):
            yield CountedOnce(_WORDS[word.satisfaction], unit, at)


def count_case(view: CaseView) -> Counted | None:
    """Count what analytics had applied; None when it had not heard of the registration."""
    registrations = view.of(INTAKE, cases.CaseRegistered, ANALYTICS)
    if not registrations:
        return None
    counted = Counted(registrations[-1], category=registrations[-1].category_code or "")
    for source, follow in ((INTAKE, _door), (DISPATCH, _units), (FOLLOWUP, _promises)):
        for one in view.applied(ANALYTICS, source):
            follow(counted, one.event)
    if counted.closing is not None and counted.closing.round < counted.round:
        counted.closing = None
    return counted


def _door(counted: Counted, event: Event) -> None:
    match event:
        case cases.CaseAnsweredDirectly():
            counted.answers.append(event)
        case cases.CaseUrged():
            counted.urgings.append(event.occurred_at)
        case cases.CaseWithdrawn():
            counted.withdrawals.append(event)


def _units(counted: Counted, event: Event) -> None:
    each = counted.each
    match event:
        case cases.TriageQueued():
            counted.parts.clear()
            counted.leads.append(_Lead(event.round, "", event.occurred_at))
            each.append(CountedOnce("triaged", "", event.occurred_at))
        case cases.CaseAssigned() | cases.CaseReassigned():
            _give_parts(counted, event)
            counted.leads.append(_Lead(event.round, event.lead_unit, event.occurred_at))
            counted.category = event.category_code or counted.category
            each.append(CountedOnce("assigned", event.lead_unit, event.occurred_at))
        case cases.CaseSigned():
            _sign(counted, event)
        case cases.CaseHandled() if event.round not in counted.results:
            got = [lead.at for lead in counted.leads if (lead.round, lead.unit) == (event.round, event.unit_code)]
            counted.results[event.round] = event, got[-1] if got else None
        case cases.TaskDone():
            each.append(CountedOnce("support_done", event.unit_code, event.occurred_at))
        case cases.TaskCancelled():
            counted.parts = {event.successor or "", *counted.parts} - {event.unit_code, ""}
            each.append(CountedOnce("support_cancelled", event.unit_code, event.occurred_at))
            each += [CountedOnce("support_given", unit, event.occurred_at) for unit in [event.successor] if unit]
        case cases.ReturnRequested():
            each.append(CountedOnce("returns_requested", event.unit_code, event.occurred_at))
        case cases.ReturnDecided() if not event.approved:
            each.append(CountedOnce("returns_refused", event.unit_code, event.occurred_at))


def _give_parts(counted: Counted, event: cases.CaseAssigned | cases.CaseReassigned) -> None:
    """Who is named again in the same round goes on with the same part."""
    if counted.leads and counted.leads[-1].round != event.round:
        counted.parts.clear()
    new = [unit for unit in event.support_units if unit not in counted.parts]
    counted.each += [CountedOnce("support_given", unit, event.occurred_at) for unit in new]
    counted.parts = set(event.support_units)


def _sign(counted: Counted, event: cases.CaseSigned) -> None:
    lead = counted.leads[-1] if counted.leads else None
    if lead is not None and (lead.round, lead.unit) == (event.round, event.unit_code) and lead.signed_at is None:
        lead.signed_at = event.occurred_at


def _promises(counted: Counted, event: Any) -> None:
    for one in cases.deadlines_in(event):
        if not one.about:
            counted.clocks.append(_Clock(event.round, one.deadline, one.unit_code or "", one.due_at))
    match event:
        case cases.DeadlineMissed() if not event.about:
            _miss(counted, event)
        case cases.CallbackDue():
            counted.asked.append(event)
        case cases.CallbackTried() if event.decides:
            before = counted.word
            if before is None or (before.round, before.attempt) < (event.round, event.attempt):
                counted.word = event
        case cases.CaseSentBack():
            counted.round = max(counted.round, event.next_round)
            counted.each.append(CountedOnce("sent_back", event.unit_code or "", event.occurred_at))
        case cases.CaseClosed():
            counted.closing = event
        case cases.SupervisionIssued() if event.level in _LEVELS:
            counted.each.append(CountedOnce(_LEVELS[event.level], event.unit_code or "", event.occurred_at))


def _miss(counted: Counted, event: cases.DeadlineMissed) -> None:
    """Of a promise one clock runs at a time: the one set last is missed."""
    due = event.round, event.deadline, event.due_at
    for clock in reversed(counted.clocks):
        if (clock.round, clock.deadline, clock.due_at) == due:
            clock.missed = True
            return
