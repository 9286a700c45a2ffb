"""A case as followup has it: its promise, its steps, its callbacks with their tries, its orders, its clocks.

What followup says in answer to an event stands behind the whole batch in its ledger, so it is looked for `ahead`: the
n-th clock that was started is the n-th deadline that was set.
"""

from collections.abc import Callable, Mapping
from typing import Any

from huiyin.audit.case import FOLLOWUP, CaseView, LedgerSaid
from huiyin.audit.packs import Packs
from huiyin.audit.rows.ahead import Ahead
from huiyin.audit.rows.callbacks import FoldedCallbacks
from huiyin.audit.rows.clocked import WithClocks
from huiyin.audit.rows.comparing import Columns, NotBefore, Unseen, as_told, by_whom, columns_of, told
from huiyin.audit.rows.decided import tell_request
from huiyin.audit.rows.of_tasks import OF_TASKS, given_with, tell_task
from huiyin.audit.rows.tries import asked, at_the_door, ordered, tried
from libs.common.events import accepting, asking, cases, citizens, door, objections, passing, supervision
from libs.common.events.accused import AccusedNamed
from libs.common.events.asking_terms import RequestKind
from libs.common.events.base import Event
from libs.common.events.passing import gave_up
from libs.common.events.terms import FIRST_REQUESTER, Closing, Deadline
from libs.common.pack.directory import Directory
from libs.common.rules.apart import Hands, names_of
from libs.common.rules.hands import hands_in
from libs.common.rules.machine import SYSTEM, Actor, OutOfTurn
from services.followup.callbacks.domain import verdict
from services.followup.cases.domain.terms import Action, Answer, Lead, Purpose, State, StepInput, Unaccepted
from services.followup.cases.domain.terms import Said as FollowupSaid
from services.followup.cases.domain.transitions import evolve
from services.followup.requests.actions.granting import terminated

_UNSEEN: Any = Unseen.WHO
_SOMEBODY = Actor(_UNSEEN, _UNSEEN, _UNSEEN)
_REGISTERED = (
    *("case_id", "case_no", "area_code", "kind", "urgency", "title", "accused_unit"),
    *("callback_wanted", "registered_at", "needed_by"),
)
_CLOSED_BY_REVIEW = {Closing.UNVERIFIED: Action.CLOSE_UNVERIFIED, Closing.UNASKED: Action.CLOSE_UNASKED}
_Done = cases.CaseHandled | cases.CaseAnsweredDirectly


class PromisedCase(WithClocks):
    """A case as followup has it, event by event."""

    def __init__(self, view: CaseView, first: cases.CaseRegistered, packs: Packs) -> None:
        self._ahead = Ahead(view)
        super().__init__(self._ahead.own)
        self._packs = packs
        self.steps: list[Columns] = []
        self.callbacks = FoldedCallbacks()
        self._requesters: tuple[str, ...] = (FIRST_REQUESTER,)
        self.attempts: list[Columns] = []
        self.orders: dict[str, dict[str, Any]] = {}
        self._accused = {unit for unit in (first.accused_unit, *first.accused_units) if unit is not None}
        self._state = State(category_code=told(first, "category_code"), pack_version=told(first, "pack_version"))
        self.row: dict[str, Any] = as_told(first, *_REGISTERED) | dict.fromkeys(("triage_due_at", "handle_due_at"))
        self.row["confidential"] = frozenset({None, told(first, "confidential")})
        self._is_of_before = isinstance(told(first, "by_staff"), Unseen)
        """Of those who had a hand in it before it was kept followup knows what it has heard since."""
        self._show()
        self._hears: Mapping[type[Event], Callable[[Any], None]] = {
            cases.CaseRegistered: self._open,
            AccusedNamed: self._accuse,
            door.WordingReleased: self._release,
            door.AdditionHeld: self._hold,
            cases.CaseSupplemented: self._add,
            citizens.WithdrawalWished: self._wish,
            cases.CaseWithdrawn: self._withdraw,
            objections.ObjectionRaised: self._object,
            cases.TriageQueued: self._queue,
            cases.CaseAssigned: self._assign,
            cases.CaseReassigned: self._reassign,
            **dict.fromkeys((passing.CaseDelegated, passing.CaseRaised), self._pass_on),
            cases.CaseSigned: self._sign,
            accepting.CaseNotAccepted: self._not_accept,
            asking.RequestGranted: self._grant,
            asking.SuspensionLifted: self._lift,
            **dict.fromkeys((cases.CaseHandled, cases.CaseAnsweredDirectly), self._finish),
            **dict.fromkeys(OF_TASKS, lambda event: tell_task(self.clocks, event, in_hand=self._in_hand(event))),
        }
        self._does: Mapping[type[Event], Callable[[Any], None]] = {
            cases.CallbackTried: self._try,
            citizens.WithdrawalTried: self._try_wish,
            cases.CaseClosed: self._close_by_review,
            objections.ObjectionDecided: self._decide,
            supervision.SupervisionIssued: self._order,
            supervision.SupervisionReplied: self._reply,
            cases.DeadlineSet: self._set_anew,
            cases.DeadlineWarned: self.clocks.warn,
            cases.DeadlineMissed: self.clocks.miss,
        }

    def next_from(self) -> str | None:
        """Of whom the next step was heard, as the history says, and the callback of who finished the round."""
        return self._ahead.heard_from(self.row["version"] + 1, self.row["round"])

    def take(self, one: LedgerSaid) -> None:
        """One more event, behind what a reviewer decided before it."""
        self.review()
        if one.service != FOLLOWUP:
            self._through(hands_in(one.event))
            if isinstance(one.event, cases.RoundEvent):
                tell_request(self.clocks, one.event, in_hand=self._in_hand(one.event))
        acts = self._does if one.service == FOLLOWUP else self._hears
        acts.get(type(one.event), lambda _event: None)(one.event)

    def review(self) -> None:
        """Have the citizen tried again where the history says so: no event tells it."""
        while self.row["status"] == "review" and (kept := self._next_kept()) and kept["action"] == "try_again":
            self._step(Action.TRY_AGAIN, Unseen.HERE, Unseen.WORDS, _SOMEBODY)
            self.callbacks.all_may_be_called(self.row["round"], kept["at"], self._pack())

    def _next_kept(self) -> Columns | None:
        return self._ahead.kept.get(self.row["version"] + 1)

    def _in_hand(self, event: cases.RoundEvent) -> bool:
        return (event.round, "handling") == (self.row["round"], self.row["status"])

    def _open(self, event: cases.CaseRegistered) -> None:
        clock = None if event.answered_at_once and not event.held else self._begin(event, None)
        self._step(Action.OPEN, clock.said.occurred_at if clock else NotBefore(event.registered_at), "")

    def _release(self, event: door.WordingReleased) -> None:
        self.row["title"] = event.title
        self._end(event)
        if (self.row["lead_unit"], self.row["status"]) == (None, "handling"):
            self._begin(event, None)

    def _hold(self, event: door.AdditionHeld) -> None:
        if self.row["status"] != "closed":
            self._begin(event, None)

    def _add(self, event: cases.CaseSupplemented) -> None:
        if event.supplement_id is not None:
            self._end(event)

    def _queue(self, event: cases.TriageQueued) -> None:
        if self._in_hand(event):
            lead = (led_by := self.row["lead_unit"]) and Lead(gave_up=None if event.recusal else led_by)
            self._give(Action.QUEUE, event, event.reason, lead)
            self.clocks.stop_tasks(event.round)

    def _assign(self, event: cases.CaseAssigned) -> None:
        if self._in_hand(event):
            lead = Lead(event.lead_unit, event.category_code, event.pack_version)
            self._give(Action.ASSIGN, event, event.explanation, lead)
            given_with(self.clocks, event)

    def _reassign(self, event: cases.CaseReassigned) -> None:
        if self._in_hand(event):
            works = next(iter(event.delegates[-1:]), None)
            lead = Lead(event.lead_unit, event.category_code, event.pack_version, gave_up(event), works)
            self._give(Action.REASSIGN, event, event.explanation, lead)
            given_with(self.clocks, event)

    def _pass_on(self, event: passing.CaseDelegated | passing.CaseRaised) -> None:
        """Whoever stands in for a unit that is gone was passed nothing."""
        if self._in_hand(event):
            action = Action.RAISE if isinstance(event, passing.CaseRaised) else Action.DELEGATE
            between = None if getattr(event, "succession", False) else (event.from_unit, event.working_unit)
            kept = self._state.category_code, self._state.pack_version
            lead = Lead(event.lead_unit, *kept, None, event.delegate_unit, between)
            self._give(action, event, event.note, lead)

    def _give(self, action: Action, event: cases.RoundEvent, why: str, lead: Lead | None) -> None:
        self._end(event)
        clock = self._begin(event, None if lead is None else lead.unit_code)
        at = clock.said.occurred_at if clock else NotBefore(event.occurred_at)
        self._step(action, at, why, lead=lead)

    def _sign(self, event: cases.CaseSigned) -> None:
        if self._in_hand(event):
            self._end(event)
            self._begin(event, self.row["lead_unit"])

    def _grant(self, event: asking.RequestGranted) -> None:
        """More time sets its clock anew, which is said; so does a suspension, in whose time the clock stands still."""
        if self._in_hand(event) and event.until is not None and event.kind is RequestKind.SUSPENSION:
            self.clocks.suspend(Deadline.HANDLE, event.occurred_at, event.until)
        if self._in_hand(event) and event.until is not None and event.kind is RequestKind.STAGED:
            self.clocks.suspend(Deadline.HANDLE, event.occurred_at, event.until)
            self.clocks.stop(Deadline.STAGED)
            self.clocks.start()
        if self._in_hand(event) and event.kind is RequestKind.TERMINATION:
            at, by = self._ends_by(event, Closing.PROCEDURAL)
            self._step(Action.TERMINATE, at, f"{event.reason_code}: {event.note}", by, terminated=terminated(event))

    def _ends_by(self, event: accepting.CaseNotAccepted | asking.RequestGranted, closing: Closing) -> tuple[Any, Actor]:
        """When it ended by what two people said, and who said so last."""
        self._close_clocks()
        said = self._ahead.first(cases.CaseClosed, self.row["round"], closing=closing)
        return said.occurred_at if said else NotBefore(event.occurred_at), Actor(*by_whom(event))

    def _lift(self, event: asking.SuspensionLifted) -> None:
        if self._in_hand(event):
            self.clocks.lift(Deadline.HANDLE, event.occurred_at)

    def _finish(self, event: _Done) -> None:
        if not self._in_hand(event):
            return
        self.clocks.stop_tasks(event.round)
        self._end(event)
        wanted, number = self.row["callback_wanted"], event.round
        # Who wants no callback is asked in the first round by a reviewer's word alone, which is said later; until
        # withdrawals were confirmed he was asked in no other either.
        said = self._ahead.first(cases.CallbackDue, number) if wanted or number > 1 else None
        at = said.occurred_at if said else NotBefore(event.occurred_at)
        action = Action.ASK if wanted or said else Action.LEAVE_UNASKED
        self._step(action, at, "")
        self._requesters = said.requesters if said else self._requesters
        for requester in self._requesters:
            self.callbacks.open(asked(event, self.row, requester), action, self._pack())
        self._begin(event, at_the_door(event)[0])

    def _accuse(self, event: AccusedNamed) -> None:
        """Nobody waits for the replies of whoever is complained about."""
        self._accused |= set(event.accused_units)
        if (pack := self._pack()) is None:
            return
        mine = {number: order["unit_code"] for number, order in self.orders.items()}
        for number in (number for number, unit in mine.items() if unit and pack.is_within_any(unit, self._accused)):
            self.clocks.stop_about(number)

    def _wish(self, event: citizens.WithdrawalWished) -> None:
        row = self.row
        if event.round != row["round"] or row["status"] == "closed" or self.callbacks.is_wished(event.round):
            return
        self._step(Action.WISH, NotBefore(event.occurred_at), event.reason)
        self.callbacks.wish(event, row, self._pack())

    def _try_wish(self, event: citizens.WithdrawalTried) -> None:
        asking = self.callbacks.asking_for(event)
        if asking is None:
            return
        answer = Answer(event.reached, withdraws=event.withdraws)
        action = verdict(answer, asking)
        kept, by = self._next_kept(), Actor(event.caller, event.caller_unit, event.caller_staff)
        if action is Action.CONFIRM_WISH:
            self._close_clocks()
        self._step(action, event.occurred_at, Unseen.WORDS, by, asking=asking, answer=answer)
        if not answer.counts_for(asking.purpose):
            self.callbacks.may_be_called_again(event, self._pack())
        self._keep(event, kept, asking.purpose)

    def _withdraw(self, event: cases.CaseWithdrawn) -> None:
        if self.row["status"] == "closed":
            return
        self._close_clocks()
        said = self._ahead.first(cases.CaseClosed, self.row["round"], closing=Closing.WITHDRAWN)
        self._step(Action.WITHDRAW, said.occurred_at if said else NotBefore(event.occurred_at), event.reason)

    def _not_accept(self, event: accepting.CaseNotAccepted) -> None:
        """What a unit has, or was taken on before, does not end so: that is parked (I5 names who said it)."""
        if not self._in_hand(event) or self.row["lead_unit"] is not None or self.row["round"] > 1:
            return
        at, by = self._ends_by(event, Closing.NOT_ACCEPTED)
        wanted = Unaccepted(event.reason_code, event.go_to, names_of(event.asked_by, event.asked_by_staff))
        self._step(Action.NOT_ACCEPT, at, f"{event.reason_code}: {event.go_to}", by, unaccepted=wanted)

    def _try(self, event: cases.CallbackTried) -> None:
        asking = self.callbacks.asking_for(event)
        if asking is None:
            return
        answer = Answer(event.reached, event.contacted, event.solved, event.satisfaction)
        action = verdict(answer, asking)
        why: Any = Unseen.WORDS
        kept = self._next_kept()
        if action is Action.SATISFY:
            self._close_clocks()
        elif action is Action.SEND_BACK:
            self._stop_round()
            said = self._ahead.first(cases.CaseSentBack, event.round)
            why = said.words if said else Unseen.WORDS
        by = Actor(event.caller, _UNSEEN, event.caller_staff)
        self._step(action, event.occurred_at, why, by, asking=asking, answer=answer)
        if not answer.valid:
            self.callbacks.may_be_called_again(event, self._pack())
        self._keep(event, kept, asking.purpose)

    def _keep(
        self, event: cases.CallbackTried | citizens.WithdrawalTried, kept: Columns | None, purpose: Purpose
    ) -> None:
        callback_id = self._ahead.ids.get((event.round, event.requester, purpose), Unseen.NUMBER)
        self.attempts.append(tried(event, kept, callback_id, purpose))

    def _close_by_review(self, event: cases.CaseClosed) -> None:
        """A reviewer's step; the other ends were taken with what brought them about."""
        if (action := _CLOSED_BY_REVIEW.get(event.closing)) is not None:
            self._close_clocks()
            self._step(action, event.occurred_at, Unseen.WORDS, Actor(*by_whom(event)))

    def _object(self, event: objections.ObjectionRaised) -> None:
        """Against a closing that stands; else it waits at the side."""
        if (event.round, "closed") == (self.row["round"], self.row["status"]):
            self._step(Action.OBJECT, NotBefore(event.occurred_at), event.text)
            self.clocks.start_about(event.objection_id)

    def _decide(self, event: objections.ObjectionDecided) -> None:
        self.clocks.stop_about(event.objection_id)
        action, by = Action.REOPEN if event.granted else Action.UPHOLD, Actor(*by_whom(event))
        self._step(action, event.occurred_at, event.reason, by)

    def _order(self, event: supervision.SupervisionIssued) -> None:
        by: Any = SYSTEM.subject
        if not event.by_rule:
            by = (self._next_kept() or {"who": Unseen.WHO})["who"]
            self._step(Action.SUPERVISE, event.occurred_at, event.reason, _SOMEBODY)
        rule_code = self._packs.rungs(event.level, event.reason) if event.by_rule else None
        self.orders[event.supervision_id] = ordered(event, self.row, rule_code, by)
        self.clocks.start_about(event.supervision_id)

    def _reply(self, event: supervision.SupervisionReplied) -> None:
        if (order := self.orders.get(event.supervision_id)) is not None:
            self.clocks.stop_about(event.supervision_id)
            order |= {"state": "replied", "reply": event.reply, "replied_by": by_whom(event)[0]}
            order |= {"replied_at": event.occurred_at, "version": 2}

    def _pack(self) -> Directory | None:
        return self._packs.find(self.row["pack_version"])

    def _through(self, hands: Hands) -> None:
        self._state = evolve(self._state, hands)
        self._show()

    def _show(self) -> None:
        self.row |= columns_of(self._state) | {"sent_back": self._state.sent_back}
        if self._is_of_before:
            self.row |= dict.fromkeys(("handled_by", "handling_units"), Unseen.OLD)

    def _step(self, action: Action, at: Any, why: Any, by: Actor = SYSTEM, **given: Any) -> None:
        """Take it, where followup's own rules can fold it; what it could not have taken is no step (I5 names it)."""
        before, said = self._state, FollowupSaid(action, at, StepInput(at, **given), by)
        try:
            self._state = evolve(before, said)
        except OutOfTurn:
            return
        self._show()
        self.steps.append(
            {column: self.row[column] for column in ("case_id", "version", "round")}
            | {"action": action, "from_status": before.status, "to_status": self._state.status}
            | {"who": by.subject, "unit_code": by.unit_code, "staff_id": by.staff_id, "at": at, "why": why}
        )
        self.callbacks.follow(said, before.round)
