"""Followup without its database: the rules of ``domain`` as they are, the rows around them in memory."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from libs.common.events import cases
from libs.common.events.terms import Deadline, SupervisionLevel
from libs.common.rules.machine import SYSTEM, Actor
from libs.common.time.calendar import WorkCalendar
from libs.common.time.due import Limit, LimitUnit
from services.followup.callbacks import domain as callbacks
from services.followup.cases.domain import transitions as followup
from services.followup.cases.domain.terms import Action, Answer, Asking, Given, Standing
from services.followup.clocks.domain import Step as TimerStep
from services.followup.clocks.domain import StepKind, Timer, times_of
from tests.unit.guard.delivery import CASE, Now, Service, Word

CALENDAR = WorkCalendar(ZoneInfo("Asia/Shanghai"))
TRIES = 2
GAP = timedelta(hours=2)
LIMITS = {Deadline.TRIAGE: 4, Deadline.SIGN: 2, Deadline.HANDLE: 24, Deadline.CALLBACK: 24}


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody recorded of a citizen, and what the house made of it."""

    callback_round: int
    answer: Answer
    by: Actor
    action: Action


@dataclass
class Log:
    """What really happened, kept beside the rules."""

    told: list[Told] = field(default_factory=list)
    done_by: dict[int, str | None] = field(default_factory=dict)
    """Round -> the unit whose result or answer opened its callback."""
    answered_by: dict[int, str | None] = field(default_factory=dict)
    """Round -> the account whose answer at the door opened its callback."""


class Promises(Service):
    """Followup: asks the citizen, and is the only one that closes a case."""

    name = "followup"

    def __init__(self, now: Now, log: Log) -> None:
        super().__init__()
        self._now = now
        self._log = log
        self.standing = Standing()
        self.askings: dict[int, Asking] = {}
        self.timers: list[Timer] = []
        self._wanted = True
        self._clocks = 0

    def call(self, number: int, answer: Answer, by: Actor) -> None:
        """A try on the callback of a round, as ``services/followup/callbacks/actions/asking.py`` takes it."""
        asking = self.askings[number]
        possible = followup.MACHINE.allows(self.standing.status, Action.TRY)
        self.force(callbacks.verdict(answer, asking) if possible else Action.TRY, number, answer, by)

    def force(self, action: Action, number: int, answer: Answer, by: Actor) -> None:
        """Any step at all; only the rule stands before it."""
        asking = self.askings[number]
        after = followup.take(self.standing, action, Given(self._now.moment, asking, answer, by))
        failed_round, self.standing = self.standing.round, after
        self._note(action, asking, answer, by)
        if action is Action.SEND_BACK:
            self.timers.clear()
            self._say(cases.CaseSentBack, failed_round, next_round=after.round, unit_code=None, words="")
        if after.closing is not None:
            self._close(after)

    def supervise(self, by: Actor) -> None:
        """人工督办."""
        self.standing = followup.take(self.standing, Action.SUPERVISE, Given(self._now.moment, by=by))
        self._supervise()

    def settle(self, until: datetime) -> None:
        """Fire what is due: it warns and reminds, and closes nothing."""
        while self.timers and (first := min(self.timers, key=lambda each: each.order)).fires_at <= until:
            self.timers.remove(first)
            match first.step.kind:
                case StepKind.WARN:
                    self._say_deadline(cases.DeadlineWarned, first)
                case StepKind.MISS:
                    self._say_deadline(cases.DeadlineMissed, first)
                    self.timers.append(replace(first, step=TimerStep(StepKind.LADDER)))
                case StepKind.LADDER:
                    self._supervise()

    def hear(self, word: Word) -> None:
        """As ``services/followup/handlers.py`` does."""
        event = word.event
        if self.standing.status is not None:
            self.settle(event.occurred_at)
        match event:
            case cases.CaseRegistered() if self.standing.status is None:
                self._wanted = event.callback_wanted
                self._step(Action.OPEN)
                self._start(Deadline.TRIAGE)
            case cases.CaseWithdrawn() if followup.MACHINE.allows(self.standing.status, Action.WITHDRAW):
                self._step(Action.WITHDRAW)
                self._close(self.standing)
            case cases.RoundEvent() if followup.believed(self.standing, event.round):
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
                self._finish(self.standing.round, event)

    def _finish(self, number: int, done: cases.CaseHandled | cases.CaseAnsweredDirectly) -> None:
        self.timers.clear()
        self._step(Action.ASK if self._wanted else Action.LEAVE_UNASKED)
        unit = done.unit_code if isinstance(done, cases.CaseHandled) else done.answered_by_unit
        person = None if isinstance(done, cases.CaseHandled) else done.answered_by
        self._log.done_by[number], self._log.answered_by[number] = unit, person
        self.askings[number] = Asking(number, unit, person, tries_allowed=TRIES)
        self._start(Deadline.CALLBACK)
        if self._wanted:
            self._say(cases.CallbackDue, number, handling_unit=unit)

    def _note(self, action: Action, asking: Asking, answer: Answer, by: Actor) -> None:
        if action in (Action.TRY, Action.GIVE_UP, Action.SATISFY, Action.SEND_BACK):
            self._log.told.append(Told(asking.round, answer, by, action))
            tries = asking.tries + (not answer.valid)
            later = self._now.moment + GAP if tries else None
            self.askings[asking.round] = replace(
                asking, callers=asking.callers | {by.subject}, tries=tries, next_try_at=later
            )
            self._say_tried(asking, answer, by)
        elif action is Action.TRY_AGAIN:
            self.askings[asking.round] = replace(asking, tries=0, next_try_at=None)
        elif action is Action.SUPERVISE:
            self._supervise()

    def _step(self, action: Action) -> None:
        self.standing = followup.take(self.standing, action, Given(self._now.moment, by=SYSTEM))

    def _start(self, *deadlines: Deadline) -> None:
        for what in deadlines:
            self._clocks += 1
            times = times_of(self._now.moment, Limit(LIMITS[what], LimitUnit.HOUR), 80, CALENDAR)
            common = (CASE, self.standing.round, what)
            for kind, fires_at in ((StepKind.WARN, times.warn_at), (StepKind.MISS, times.due_at)):
                timer_id = f"{self._clocks}.{kind}"
                timer = Timer(
                    timer_id, *common, TimerStep(kind), None, self._now.moment, times.due_at, fires_at, pack_version=1
                )
                self.timers.append(timer)

    def _close(self, after: Standing) -> None:
        self.timers.clear()
        self._say(cases.CaseClosed, after.round, closing=after.closing, satisfaction=after.satisfaction)

    def _supervise(self) -> None:
        number, level = self.standing.round, SupervisionLevel.REMINDER
        order = {"supervision_id": str(len(self.ledger)), "unit_code": None, "reason": "", "by_rule": True}
        self._say(cases.SupervisionIssued, number, level=level, **order)

    def _say_tried(self, asking: Asking, answer: Answer, by: Actor) -> None:
        said = {"contacted": answer.contacted, "solved": answer.solved, "satisfaction": answer.satisfaction}
        whose = {"handling_unit": asking.handling_unit, "caller": by.subject, "attempt": len(self._log.told)}
        self._say(cases.CallbackTried, asking.round, reached=answer.reached, valid=answer.valid, **said, **whose)

    def _say_deadline(self, kind: type[Any], timer: Timer) -> None:
        self._say(kind, timer.round, deadline=timer.what, unit_code=timer.unit_code, due_at=timer.due_at)

    def _say(self, kind: type[Any], number: int, **fields: Any) -> None:
        self.say(kind(case_id=CASE, occurred_at=self._now.moment, round=number, **fields))
