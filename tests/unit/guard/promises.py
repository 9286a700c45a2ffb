"""Followup without its database: the rules of ``domain`` as they are, the rows around them in memory."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from libs.common.events import cases
from libs.common.events.terms import FIRST_REQUESTER, Deadline, SupervisionLevel
from libs.common.rules.machine import Actor
from libs.common.time.calendar import WorkCalendar
from libs.common.time.due import Limit, LimitUnit
from services.followup.callbacks import domain as callbacks
from services.followup.cases.domain import transitions as followup
from services.followup.cases.domain.terms import Action, Answer, Asking, Party, Said, State, StepInput
from services.followup.clocks.domain import ClockStatus, ClockStep, DeadlineClock, StepKind, moved, times_of
from tests.unit.guard.delivery import CASE, Now, Service, Word

CALENDAR = WorkCalendar(ZoneInfo("Asia/Shanghai"))
TRIES = 2
GAP = timedelta(hours=2)
LIMITS = {Deadline.TRIAGE: 4, Deadline.SIGN: 2, Deadline.HANDLE: 24, Deadline.CALLBACK: 24}

Place = tuple[int, str]
"""A round, and one of its requesters."""


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody recorded of a citizen, and what the house made of it."""

    callback_round: int
    answer: Answer
    by: Actor
    action: Action
    requester: str


@dataclass
class Log:
    """What really happened, kept beside the rules."""

    told: list[Told] = field(default_factory=list)
    done_by: dict[int, str | None] = field(default_factory=dict)
    """Round -> the unit whose result or answer opened its callback."""
    answered_by: dict[int, str | None] = field(default_factory=dict)
    """Round -> the account whose answer at the door opened its callback."""
    reviewed_by: Actor | None = None
    """Who looked last at a citizen that was never reached."""


class Promises(Service):
    """Followup: asks the citizen, and is the only one that closes a case."""

    name = "followup"

    def __init__(self, now: Now, log: Log) -> None:
        super().__init__()
        self._now = now
        self._log = log
        self.state = State()
        self.askings: dict[Place, Asking] = {}
        self.requesters: tuple[str, ...] = (FIRST_REQUESTER,)
        self.clocks: list[DeadlineClock] = []
        self._wanted = True
        self._set = 0

    def call(self, place: Place, answer: Answer, by: Actor) -> None:
        """A try on one callback, as ``services/followup/callbacks/actions/asking.py`` takes it."""
        asking = self._asking_at(place)
        possible = followup.MACHINE.allows(self.state.status, Action.TRY)
        self.force(callbacks.verdict(answer, asking) if possible else Action.TRY, place, answer, by)

    def force(self, action: Action, place: Place, answer: Answer, by: Actor) -> None:
        """Any step at all; only the rule stands before it."""
        asking = self._asking_at(place)
        failed_round = self.state.round
        said = self._step(action, StepInput(self._now.moment, asking, answer, by))
        for other in self._round(place[0]):
            self.askings[other] = _beside(self.askings[other], said)
        self.askings[place] = callbacks.evolve(asking, said, GAP)
        if self.askings[place].attempts > asking.attempts:
            self._log.told.append(Told(place[0], answer, by, action, place[1]))
            self._say_tried(asking, answer, said)
        if followup.MACHINE.who[action] is Party.REVIEWER:
            self._log.reviewed_by = by
        if action is Action.SUPERVISE:
            self._supervise()
        if action is Action.SEND_BACK:
            self.clocks.clear()
            self._say(cases.CaseSentBack, failed_round, next_round=self.state.round, unit_code=None, words="")
        if self.state.closing is not None:
            self._close(self.state)

    def supervise(self, by: Actor) -> None:
        """人工督办."""
        self._step(Action.SUPERVISE, StepInput(self._now.moment, by=by))
        self._supervise()

    def settle(self, until: datetime) -> None:
        """Fire what is due: it warns and reminds, and closes nothing."""
        while self.clocks and (first := min(self.clocks, key=lambda each: each.order)).next_at <= until:
            self.clocks.remove(first)
            match first.step.kind:
                case StepKind.WARN:
                    self._say_deadline(cases.DeadlineWarned, first)
                case StepKind.MISS:
                    self._say_deadline(cases.DeadlineMissed, first)
                case StepKind.LADDER:
                    self._supervise()
            after = moved(first, [(first.due_at, 0)])
            if after.state is ClockStatus.PENDING:
                self.clocks.append(after)

    def hear(self, word: Word) -> None:
        """As ``services/followup/handlers.py`` does."""
        event = word.event
        if self.state.status is not None:
            self.settle(event.occurred_at)
        match event:
            case cases.CaseRegistered() if self.state.status is None:
                self._wanted = event.callback_wanted
                self._step(Action.OPEN)
                self._start(Deadline.TRIAGE)
            case cases.CaseWithdrawn() if followup.MACHINE.allows(self.state.status, Action.WITHDRAW):
                said = self._step(Action.WITHDRAW)
                for place in self._round(self.state.round):
                    self.askings[place] = _beside(self.askings[place], said)
                self._close(self.state)
            case cases.RoundEvent() if followup.believed(self.state, event.round):
                self._believe(event)

    def _believe(self, event: cases.RoundEvent) -> None:
        match event:
            case cases.TriageQueued():
                self._step(Action.QUEUE)
            case cases.CaseAssigned():
                self._step(Action.ASSIGN)
                self._start(Deadline.SIGN, Deadline.HANDLE)
            case cases.CaseReassigned():
                self._step(Action.REASSIGN)
                self._start(Deadline.SIGN)
            case cases.CaseHandled() | cases.CaseAnsweredDirectly():
                self._finish(self.state.round, event)

    def _finish(self, number: int, done: cases.CaseHandled | cases.CaseAnsweredDirectly) -> None:
        self.clocks.clear()
        self._step(Action.ASK if self._wanted else Action.LEAVE_UNASKED)
        unit = done.unit_code if isinstance(done, cases.CaseHandled) else done.answered_by_unit
        person = None if isinstance(done, cases.CaseHandled) else done.answered_by
        self._log.done_by[number], self._log.answered_by[number] = unit, person
        state = callbacks.STATE_AFTER[Action.ASK if self._wanted else Action.LEAVE_UNASKED]
        for one in self.requesters:
            self.askings[number, one] = Asking(number, state, unit, person, tries_allowed=TRIES, requester=one)
        self._start(Deadline.CALLBACK)
        if self._wanted:
            self._say(cases.CallbackDue, number, handling_unit=unit, requesters=self.requesters)

    def _round(self, number: int) -> list[Place]:
        return [place for place in self.askings if place[0] == number]

    def _asking_at(self, place: Place) -> Asking:
        """With what the others of its round have come to."""
        round_ = {one: self.askings[one] for one in self._round(place[0])}
        callers = frozenset(caller for asking in round_.values() for caller in asking.callers)
        others = {requester: asking.state for (_, requester), asking in round_.items() if requester != place[1]}
        return replace(self.askings[place], callers=callers, others=others)

    def _step(self, action: Action, given: StepInput | None = None) -> Said:
        said = followup.decide(self.state, action, given or StepInput(self._now.moment))
        self.state = followup.evolve(self.state, said)
        return said

    def _start(self, *deadlines: Deadline) -> None:
        for what in deadlines:
            self._set += 1
            start, number = self._now.moment, self.state.round
            times = times_of(start, Limit(LIMITS[what], LimitUnit.HOUR), 80, CALENDAR)
            step, places = ClockStep(StepKind.WARN), (str(self._set), CASE, number, what, "", None)
            self.clocks.append(
                DeadlineClock(*places, start, times.warn_at, times.due_at, step, times.warn_at, pack_version=1)
            )

    def _close(self, after: State) -> None:
        self.clocks.clear()
        self._say(cases.CaseClosed, after.round, closing=after.closing, satisfaction=after.satisfaction)

    def _supervise(self) -> None:
        number, level = self.state.round, SupervisionLevel.REMINDER
        order = {"supervision_id": str(len(self.ledger)), "unit_code": None, "reason": "", "by_rule": True}
        self._say(cases.SupervisionIssued, number, level=level, **order)

    def _say_tried(self, asking: Asking, answer: Answer, step: Said) -> None:
        said = {"contacted": answer.contacted, "solved": answer.solved, "satisfaction": answer.satisfaction}
        whose = {"handling_unit": asking.handling_unit, "caller": step.by.subject, "requester": asking.requester}
        left = asking.left if step.action in (Action.HEAR, Action.HEAR_LAST) else ()
        more: dict[str, Any] = {"attempt": len(self._log.told), "valid": answer.valid, "waits_for": left}
        self._say(cases.CallbackTried, asking.round, reached=answer.reached, **said, **whose, **more)

    def _say_deadline(self, kind: type[Any], clock: DeadlineClock) -> None:
        self._say(kind, clock.round, deadline=clock.what, unit_code=clock.unit_code, due_at=clock.due_at)

    def _say(self, kind: type[Any], number: int, **fields: Any) -> None:
        self.say(kind(case_id=CASE, occurred_at=self._now.moment, round=number, **fields))


def _beside(asking: Asking, said: Said) -> Asking:
    """Another callback of the round after the step."""
    after = replace(asking, state=callbacks.others_after(asking.state, said.action))
    return replace(after, tries=0, next_try_at=None) if said.action is Action.TRY_AGAIN else after
