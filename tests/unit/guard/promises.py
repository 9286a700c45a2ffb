"""Followup without its database: the rules of ``domain`` as they are, the rows around them in memory."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from libs.common.events import accepting, asking, cases, citizens, objections, passing, supervision
from libs.common.events.asking_terms import RequestKind
from libs.common.events.objecting import ObjectionState
from libs.common.events.terms import FIRST_REQUESTER, Deadline, Reached, SupervisionLevel
from libs.common.rules.apart import names_of
from libs.common.rules.hands import hands_in
from libs.common.rules.machine import SYSTEM, Actor, Refused
from libs.common.time.calendar import WorkCalendar
from libs.common.time.due import Limit, LimitUnit
from services.followup.callbacks import domain as callbacks
from services.followup.cases.domain import transitions as followup
from services.followup.cases.domain.terms import (
    Action,
    AgainstClosing,
    Answer,
    Asking,
    CallbackState,
    Lead,
    Party,
    Purpose,
    Said,
    State,
    StepInput,
    Unaccepted,
)
from services.followup.clocks.domain import ClockStatus, ClockStep, DeadlineClock, StepKind, moved, times_of
from services.followup.requests.actions.granting import terminated
from tests.unit.guard.delivery import CASE, Now, Service, Word
from tests.unit.guard.log import WORK, Link, Log, Place, Ruled, Told
from tests.unit.guard.people import person

CALENDAR = WorkCalendar(ZoneInfo("Asia/Shanghai"))
TRIES = 2
GAP = timedelta(hours=2)
LIMITS = {Deadline.TRIAGE: 4, Deadline.SIGN: 2, Deadline.HANDLE: 24, Deadline.CALLBACK: 24}


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
        self._wished_by: frozenset[str] = frozenset()
        self.objections: dict[int, AgainstClosing] = {}
        self._closed_by: frozenset[str] = frozenset()
        self._set = 0

    def call(self, place: Place, answer: Answer, by: Actor) -> None:
        """A try on one callback, as ``services/followup/callbacks/actions/asking.py`` takes it."""
        asking = self._asking_at(place)
        usual = Action.TRY_WISH if asking.purpose is Purpose.WITHDRAWAL else Action.TRY
        possible = followup.MACHINE.allows(self.state.status, usual)
        self.force(callbacks.verdict(answer, asking) if possible else usual, place, answer, by)

    def force(self, action: Action, place: Place, answer: Answer, by: Actor) -> None:
        """Any step at all; only the rule stands before it."""
        asking, before = self._asking_at(place), self.state
        failed_round, led_by = self.state.round, self.state.lead_unit
        said = self._step(action, StepInput(self._now.moment, asking, answer, by))
        for other in self._round(place[0]):
            self.askings[other] = callbacks.evolve_other(self.askings[other], said)
        self.askings[place] = callbacks.evolve(asking, said, GAP)
        if self.askings[place].attempts > asking.attempts:
            known = frozenset(self._log.hands)
            self._log.told.append(
                Told(place[0], answer, by, action, place[1], place[2], led_by, known, self._log.wishes)
            )
            self._say_tried(asking, answer, said)
        if followup.MACHINE.who[action] is Party.REVIEWER:
            self._log.reviewed_by = by
        if action in followup.BRINGS_ABOUT:
            self._closed_by |= by.names
        if action is Action.SUPERVISE:
            self._supervise()
        if action is Action.SEND_BACK:
            self.clocks.clear()
            self._say(cases.CaseSentBack, failed_round, next_round=self.state.round, unit_code=None, words="")
        if self.state.closing is not None and before.closing is None:
            self._close(self.state)

    def make_link(self, place: Place, by: Actor) -> Link:
        """As ``services/followup/links/actions.py`` makes one."""
        asking = self._asking_at(place)
        followup.check_link(self.state, StepInput(self._now.moment, asking, by=by))
        return Link(place, asking.wish, by, self._log.wishes)

    def answer_by_link(self, link: Link, *, takes_back: bool) -> None:
        """Whoever has the link answers; whoever had it made asks."""
        answer = Answer(Reached.ANSWERED, withdraws=takes_back, about_wish=link.wish)
        self.call(link.place, answer, link.maker)
        self._log.linked[len(self._log.told) - 1] = link

    def rule(self, number: int, by: Actor, *, granted: bool) -> None:
        """Decide about the objection against the closing of a round, if there is one, as
        ``services/followup/objections/actions.py`` does."""
        objection, closed = self.objections.get(number), self.state
        if objection is not None:
            objection = replace(objection, closed_by=self._closed_by | self._wished_by)
        action = Action.REOPEN if granted else Action.UPHOLD
        self._step(action, StepInput(self._now.moment, by=by, objection=objection))
        known = frozenset(self._log.hands) | {each.by.person for each in self._log.told}
        if self._log.reviewed_by is not None:
            known |= {self._log.reviewed_by.person}
        self._log.ruled.append(Ruled(number, granted, by, known, closed.lead_unit))
        which = f"o{number}"
        state = ObjectionState.GRANTED if granted else ObjectionState.REFUSED
        if objection is not None:
            self.objections[number] = replace(objection, state=state)
        self._say(objections.ObjectionDecided, number, objection_id=which, granted=granted, reason="")
        if granted:
            self._log.withdrawn_as_before = False
            opens: dict[str, Any] = {"next_round": self.state.round, "unit_code": None, "words": ""}
            self._say(objections.CaseReopened, number, objection_id=which, **opens)

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
        """As ``services/followup/handlers`` does."""
        event = word.event
        if self.state.status is not None:
            self.settle(event.occurred_at)
        self._learn(event)
        self.state = followup.evolve(self.state, hands_in(event))
        match event:
            case cases.CaseRegistered() if self.state.status is None:
                self._wanted = event.callback_wanted
                self._log.declined_by = None if event.callback_wanted else person(event.by, event.by_staff)
                self._step(Action.OPEN)
                self._start(Deadline.TRIAGE)
            case citizens.WithdrawalWished() if event.round == self.state.round:
                self._ask_about_wish(event)
            case cases.CaseWithdrawn() if followup.MACHINE.allows(self.state.status, Action.WITHDRAW):
                said = self._step(Action.WITHDRAW)
                self._log.withdrawn_as_before = True
                for place in self._round(self.state.round):
                    self.askings[place] = callbacks.evolve_other(self.askings[place], said)
                self._close(self.state)
            case objections.ObjectionRaised() if event.round == self.state.round:
                self._take_in(event)
            case cases.RoundEvent() if followup.believed(self.state, event.round):
                self._believe(event)

    def is_wished(self) -> bool:
        """Whether somebody is being asked whether he takes it back."""
        asked = [self.askings[place] for place in self._round(self.state.round) if place[2] is Purpose.WITHDRAWAL]
        return any(asking.state is CallbackState.DUE for asking in asked)

    def _ask_about_wish(self, event: citizens.WithdrawalWished) -> None:
        if self.is_wished() or not followup.MACHINE.allows(self.state.status, Action.WISH):
            return
        said = self._step(Action.WISH)
        self._wished_by = names_of(event.by, event.by_staff)
        self._log.wished_by = person(event.by, event.by_staff)
        self._log.wishes += 1
        asked = [self.askings[one] for one in self._round(self.state.round) if one[2] is Purpose.WITHDRAWAL]
        number = callbacks.next_wish(asking.wish for asking in asked)
        for one in self.requesters:
            place = self.state.round, one, Purpose.WITHDRAWAL
            new = Asking(place[0], tries_allowed=TRIES, requester=one, purpose=place[2])
            asking = callbacks.evolve(self.askings.get(place, new), said, GAP)
            self.askings[place] = replace(asking, handling_unit=self.state.lead_unit, wish=number)

    def _take_in(self, event: objections.ObjectionRaised) -> None:
        if event.round in self.objections or not followup.MACHINE.allows(self.state.status, Action.OBJECT):
            return
        taken_by = names_of(event.by, event.by_staff)
        objection = self.objections[event.round] = AgainstClosing(event.round, taken_by=taken_by)
        self._step(Action.OBJECT, StepInput(self._now.moment, objection=objection))
        self._log.raised_by[event.round] = person(event.by, event.by_staff)

    def _learn(self, event: cases.CaseEvent) -> None:
        """Who had a hand in it, written down anew."""
        by: tuple[str | None, str | None, str | None] = (None, None, None)
        if isinstance(event, WORK):
            by = event.by, event.by_unit, event.by_staff
        if isinstance(event, cases.CaseAnsweredDirectly):
            by = event.answered_by, event.answered_by_unit, event.answered_by_staff
        several = [by]
        if isinstance(event, accepting.CaseNotAccepted) or (
            isinstance(event, asking.RequestGranted) and event.kind is RequestKind.TERMINATION
        ):
            several = [(event.by, None, event.by_staff), (event.asked_by, None, event.asked_by_staff)]
        for account, unit, staff_id in several:
            if account is not None:
                actor = Actor(account, unit, staff_id)
                self._log.hands[actor.person] = actor

    def _believe(self, event: cases.RoundEvent) -> None:
        match event:
            case cases.TriageQueued():
                self._led(Action.QUEUE, None if self.state.lead_unit is None else Lead())
            case cases.CaseAssigned():
                self._led(Action.ASSIGN, Lead(event.lead_unit))
                self._start(Deadline.SIGN, Deadline.HANDLE)
            case cases.CaseReassigned():
                self._led(Action.REASSIGN, Lead(event.lead_unit))
                self._start(Deadline.SIGN)
            case passing.CaseDelegated() | passing.CaseRaised():
                action = Action.RAISE if isinstance(event, passing.CaseRaised) else Action.DELEGATE
                self._led(action, Lead(event.lead_unit, delegate_unit=event.delegate_unit))
                self._start(Deadline.SIGN)
            case accepting.CaseNotAccepted():
                self._not_accept(event)
            case asking.RequestGranted(kind=RequestKind.TERMINATION):
                self._terminate(event)
            case cases.CaseHandled() | cases.CaseAnsweredDirectly():
                self._finish(self.state.round, event)

    def _led(self, action: Action, lead: Lead | None) -> None:
        self._step(action, StepInput(self._now.moment, lead=lead))

    def _not_accept(self, event: accepting.CaseNotAccepted) -> None:
        """As ``services/followup/rounds/actions.py`` does; what is refused is parked there."""
        led_by, asked_by = self.state.lead_unit, names_of(event.asked_by, event.asked_by_staff)
        by = Actor(event.by or SYSTEM.subject, event.by_unit, event.by_staff)
        given = StepInput(self._now.moment, by=by, unaccepted=Unaccepted(event.reason_code, event.go_to, asked_by))
        try:
            said = self._step(Action.NOT_ACCEPT, given)
        except Refused:
            return
        self._log.not_accepted_on, self._log.led_then = event, led_by
        self._end(said)

    def _terminate(self, event: asking.RequestGranted) -> None:
        """As ``services/followup/requests/actions/granting.py`` does; what is refused is parked there."""
        chain = self.state.lead_unit, self.state.delegate_unit
        by = Actor(event.by or SYSTEM.subject, event.by_unit, event.by_staff)
        try:
            said = self._step(Action.TERMINATE, StepInput(self._now.moment, by=by, terminated=terminated(event)))
        except Refused:
            return
        self._log.terminated_on, self._log.chain_then = event, chain
        self._end(said)

    def _end(self, said: Said) -> None:
        for place in self._round(self.state.round):
            self.askings[place] = callbacks.evolve_other(self.askings[place], said)
        self._close(self.state)

    def _finish(self, number: int, done: cases.CaseHandled | cases.CaseAnsweredDirectly) -> None:
        self.clocks.clear()
        action = followup.after_result(self.state, wanted=self._wanted)
        self._step(action)
        unit = done.unit_code if isinstance(done, cases.CaseHandled) else done.answered_by_unit
        account = None if isinstance(done, cases.CaseHandled) else done.answered_by
        staff_id = None if isinstance(done, cases.CaseHandled) else done.answered_by_staff
        self._log.done_by[number], self._log.answered_by[number] = unit, account
        whom: dict[str, Any] = {"handling_unit": unit, "answered_by": account, "answered_by_staff": staff_id}
        for one in self.requesters:
            asking = Asking(number, callbacks.STATE_AFTER[action], **whom, tries_allowed=TRIES, requester=one)
            self.askings[number, one, Purpose.CLOSING] = asking
        self._start(Deadline.CALLBACK)
        if action is Action.ASK:
            self._say(cases.CallbackDue, number, handling_unit=unit, requesters=self.requesters)

    def _round(self, number: int) -> list[Place]:
        return [place for place in self.askings if place[0] == number]

    def _asking_at(self, place: Place) -> Asking:
        """With what the others of its round have come to, and who has a hand in it."""
        round_ = {one: self.askings[one] for one in self._round(place[0]) if one[2] is place[2]}
        callers = frozenset(caller for asking in round_.values() for caller in asking.callers)
        others = {one[1]: asking.state for one, asking in round_.items() if one != place}
        found = replace(self.askings[place], callers=callers, others=others)
        wished = place[2] is Purpose.WITHDRAWAL
        return replace(found, told_by=self._wished_by) if wished else found

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
        self._say(supervision.SupervisionIssued, number, level=level, **order)

    def _say_tried(self, asking: Asking, answer: Answer, step: Said) -> None:
        if asking.purpose is Purpose.WITHDRAWAL:
            wish = {"withdraws": answer.withdraws, "ends": step.action in callbacks.ENDS_WISH}
            by: dict[str, Any] = {
                "caller": step.by.subject,
                "caller_staff": step.by.staff_id,
                "requester": asking.requester,
            }
            by |= {"attempt": asking.attempts + 1, "by_link": answer.about_wish is not None}
            self._say(citizens.WithdrawalTried, asking.round, reached=answer.reached, **wish, **by)
            return
        said = {"contacted": answer.contacted, "solved": answer.solved, "satisfaction": answer.satisfaction}
        whose = {
            "handling_unit": asking.handling_unit,
            "caller": step.by.subject,
            "caller_staff": step.by.staff_id,
            "requester": asking.requester,
        }
        left = asking.left if step.action in (Action.HEAR, Action.HEAR_LAST) else ()
        more: dict[str, Any] = {"attempt": len(self._log.told), "valid": answer.valid, "waits_for": left}
        self._say(cases.CallbackTried, asking.round, reached=answer.reached, **said, **whose, **more)

    def _say_deadline(self, kind: type[Any], clock: DeadlineClock) -> None:
        self._say(kind, clock.round, deadline=clock.what, unit_code=clock.unit_code, due_at=clock.due_at)

    def _say(self, kind: type[Any], number: int, **fields: Any) -> None:
        self.say(kind(case_id=CASE, occurred_at=self._now.moment, round=number, **fields))
