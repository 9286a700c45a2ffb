"""What a case counts as, told from its ledgers alone (``hearing.py``): each event by its place there, whatever it says.

Written down anew rather than taken from analytics: a mistake in its fold, or in its rules, should be found here. The
rules in words are in services/analytics/README.md and beside each counter in ``libs/common/counters``.
"""

from collections import Counter as Tally
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from libs.common.events import cases, judging
from libs.common.events.terms import Closing, Deadline, Merit, Petition, Satisfaction
from services.analytics.counters.domain import COUNTERS, LEFT_OUT, Basis, Cell, Counts
from services.analytics.durations.domain import BOUNDS, HourCell
from services.analytics.facts.domain.status import Status

_PLACE = {counter.value: place for place, counter in enumerate(COUNTERS)}
_INSTANT, _MINUTE = timedelta(microseconds=1), timedelta(minutes=1)
_CLOSINGS = {
    Closing.SUBSTANTIVE: "closed_substantive",
    Closing.UNVERIFIED: "closed_unverified",
    Closing.UNASKED: "closed_unasked",
    Closing.PROCEDURAL: "closed_procedural",
}
_WORDS = {
    Satisfaction.SATISFIED: "satisfied",
    Satisfaction.BASICALLY_SATISFIED: "basically_satisfied",
    Satisfaction.NOT_SATISFIED: "not_satisfied",
}
_PETITIONS = {
    Petition.FIRST_VISIT: "first_visits",
    Petition.REPEAT_VISIT: "repeat_visits",
    Petition.BACKLOG: "backlog_cases",
    Petition.LEADER_VISIT: "leader_visits",
    Petition.APPOINTMENT: "appointments",
}
_MERITS = {
    Merit.REASONABLE: "reasonable",
    Merit.PARTLY: "partly_reasonable",
    Merit.UNREASONABLE: "unreasonable",
}
_STATUSES_OF_A_LIMIT = (Status.REGISTERED, Status.TRIAGE, Status.ASSIGNED, Status.SIGNED, Status.SENT_BACK)


def _unknown(_unit: str) -> str:
    return ""


class CountedOnce(NamedTuple):
    """One thing that counts."""

    counter: str
    unit: str
    at: datetime
    amount: int = 1


@dataclass(slots=True)
class CountedLead:
    """A unit that led from a moment on (nobody, when it is empty), who worked for it, and when that one signed."""

    round: int
    unit: str
    at: datetime
    signed_at: datetime | None = None
    delegate: str | None = None

    @property
    def works(self) -> str:
        """Who had to sign, and to handle it."""
        return self.delegate or self.unit


@dataclass(slots=True)
class LimitClock:
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
    leads: list[CountedLead] = field(default_factory=list)
    results: dict[int, tuple[cases.CaseHandled, datetime | None]] = field(default_factory=dict)
    """By round the first one, and when its unit had got the case."""
    keepers: dict[int, str] = field(default_factory=dict)
    """By round the unit that was accountable for the first result."""
    last_level: dict[int, str] = field(default_factory=dict)
    """By round the level of what it ended by, as far as was told."""
    clocks: list[LimitClock] = field(default_factory=list)
    asked: list[cases.CallbackDue] = field(default_factory=list)
    word: cases.CallbackTried | None = None
    """The latest valid one."""
    first_word: cases.CallbackTried | None = None
    """The first valid one."""
    closing: cases.CaseClosed | None = None
    """As long as it holds."""
    urgings: list[datetime] = field(default_factory=list)
    petition: Petition | None = None
    """As last classified."""
    repeat_of: str | None = None
    came_again: dict[str, judging.CaseRepeated] = field(default_factory=dict)
    """By the case that repeats it, what was said of that last."""
    merit: judging.DemandJudged | None = None
    left_out: judging.ExclusionDecided | None = None
    """The decision by which it is not counted, while it holds."""
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
        apart = (Closing.WITHDRAWN, Closing.NOT_ACCEPTED)
        return None if closing is None or closing.closing in apart else closing.occurred_at

    @property
    def not_accepted_at(self) -> datetime | None:
        """When it ended as not accepted."""
        closing = self.closing
        return None if closing is None or closing.closing is not Closing.NOT_ACCEPTED else closing.occurred_at

    @property
    def withdrawn_at(self) -> datetime | None:
        """When it was taken back, unless it was closed with an answer."""
        if self.closing is not None and self.closing.closing is not Closing.WITHDRAWN:
            return None
        if self.withdrawals:
            return self.withdrawals[-1].occurred_at
        return None if self.closing is None else self.closing.occurred_at

    @property
    def status(self) -> Status:
        """Where it stands."""
        if self.closed_at is not None or self.withdrawn_at is not None:
            return Status.WITHDRAWN if self.closed_at is None else Status.CLOSED
        return Status.NOT_ACCEPTED if self.not_accepted_at is not None else self._while_open()

    def _while_open(self) -> Status:
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

    def cells(
        self, day_of: Callable[[datetime], date], level_of: Callable[[str], str] = _unknown
    ) -> dict[Cell, Counts]:
        """The cells of the fine roll-up that it counts in; ``level_of``: of units whose level nobody told."""
        registered_on = day_of(self.registered.registered_at)
        closed_on = None if self.closed_at is None else day_of(self.closed_at)
        event = self.registered
        about = self.category, event.channel.value, event.kind.value
        cells: dict[Cell, list[int]] = {}
        for counter, unit, at, amount in (*self.all(), *self._solved(level_of)):
            days = {Basis.REGISTERED: registered_on, Basis.CLOSED: closed_on, Basis.HAPPENED: day_of(at)}
            for basis, day in days.items():
                names = [basis.value] if self.left_out is None else [basis.value, LEFT_OUT[basis.value]]
                for name in names:
                    if day is None:
                        continue
                    cell = Cell(name, day, event.area_code, unit, *about)
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
                yield "hours_to_sign", lead.works, lead.at, lead.signed_at
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
            yield CountedOnce("urged", self.leader(at), at)
        yield from self._handled()
        yield from self._signed()
        yield from self._called_back()
        yield from self._as_petition()

    def leader(self, moment: datetime) -> str:
        """The unit that led it then, in whatever round."""
        return next((lead.unit for lead in reversed(self.leads) if lead.at <= moment), "")

    def _itself(self) -> Iterator[CountedOnce]:
        yield CountedOnce("registered", self.unit, self.registered.registered_at)
        if self.answers:
            yield CountedOnce("answered_directly", self.unit, self.answers[-1].occurred_at)
        if self.withdrawn_at is not None:
            yield CountedOnce("withdrawn", self.unit, self.withdrawn_at)
        if self.not_accepted_at is not None:
            yield CountedOnce("not_accepted", self.unit, self.not_accepted_at)
        if self.closing is None or self.closed_at is None:
            return
        yield CountedOnce("closed", self.unit, self.closed_at)
        if self.closing.closing in _CLOSINGS:
            yield CountedOnce(_CLOSINGS[self.closing.closing], self.unit, self.closed_at)
        if self.closing.round == 1 and self.closing.closing not in (Closing.UNASKED, Closing.PROCEDURAL):
            yield CountedOnce("closed_in_one_round", self.unit, self.closed_at)

    def _solved(self, level_of: Callable[[str], str]) -> Iterator[CountedOnce]:
        if self.closing is None or self.closed_at is None or self.closing.closing is not Closing.SUBSTANTIVE:
            return
        level = self.last_level.get(self.closing.round) or level_of(self.unit)
        if level:
            yield CountedOnce(f"solved_in_{level}", self.unit, self.closed_at)

    def _as_petition(self) -> Iterator[CountedOnce]:
        unit, came, closing = self.unit, self.registered.registered_at, self.closing
        solved = closing is not None and closing.closing is Closing.SUBSTANTIVE
        if self.repeat_of:
            yield CountedOnce("repeats", unit, came)
        if self.petition is not None:
            yield CountedOnce(_PETITIONS[self.petition], unit, came)
        if closing is not None and solved and self.petition is Petition.BACKLOG:
            yield CountedOnce("backlog_settled", unit, closing.occurred_at)
        if closing is not None and solved and closing.round == 1 and not self._came_again(closing.occurred_at):
            yield CountedOnce("settled_at_once", unit, closing.occurred_at)
            if self.petition is Petition.FIRST_VISIT:
                yield CountedOnce("first_visits_settled", unit, closing.occurred_at)
        if self.merit is not None:
            yield CountedOnce(_MERITS[self.merit.merit], unit, self.merit.occurred_at)
        if self.left_out is not None:
            yield CountedOnce("not_counted", unit, self.left_out.occurred_at)

    def _came_again(self, closed_at: datetime) -> bool:
        said = self.came_again.values()
        return any(one.stands and one.came_at - closed_at < timedelta(days=one.within_days) for one in said)

    def _signed(self) -> Iterator[CountedOnce]:
        """The n-th time that a unit got it in a round has the n-th of its signing limits there."""
        limits: dict[tuple[int, str], list[LimitClock]] = {}
        for clock in self.clocks:
            if clock.deadline is Deadline.SIGN:
                limits.setdefault((clock.round, clock.unit), []).append(clock)
        for lead in self.leads:
            if not lead.unit:
                continue
            if lead.signed_at is not None:
                yield CountedOnce("signed", lead.works, lead.signed_at)
            theirs = limits.get((lead.round, lead.works))
            limit = theirs.pop(0) if theirs else None
            if limit is None or (lead.signed_at is None and not limit.missed):
                continue
            yield CountedOnce("sign_due", lead.works, limit.due_at - _INSTANT)
            if lead.signed_at is not None and lead.signed_at < limit.due_at:
                yield CountedOnce("signed_on_time", lead.works, limit.due_at - _INSTANT)

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
                yield CountedOnce("handle_due", self.keepers[number], day)
                yield CountedOnce("handled_on_time", self.keepers[number], day)
            else:
                for counter in ("handle_due", "handled_late"):
                    yield CountedOnce(counter, self._holder(number, limit.due_at), day)

    def _handling(self, number: int) -> LimitClock | None:
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
        if (first := self.first_word) is not None:
            unit, at = first.handling_unit or "", first.occurred_at
            yield CountedOnce("first_callbacks", unit, at)
            if first.solved:
                yield CountedOnce("first_solved", unit, at)
            if first.satisfaction is not None:
                yield CountedOnce(f"first_{_WORDS[first.satisfaction]}", unit, at)
