"""A case as followup has it: its promise, its steps, its callbacks with their tries, its orders, its clocks.

What followup says in answer to an event stands behind the whole batch in its ledger, so it is looked for ahead: the
n-th clock that was started is the n-th deadline that was set.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from huiyin.audit.case import DISPATCH, FOLLOWUP, INTAKE, CaseView, EventT, LedgerSaid, as_applied
from huiyin.audit.packs import Packs
from huiyin.audit.rows.clocks import Clocks, FoldedClock
from huiyin.audit.rows.comparing import Columns, NotBefore, Unseen, as_told, by_whom, columns_of, told
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.terms import DECLARED, Closing, Deadline, ended_by, passed_on_by, set_by
from libs.common.rules.machine import OutOfTurn
from services.followup.cases.domain.terms import Action, Answer, Asking, Lead, State, StepInput
from services.followup.cases.domain.terms import Said as FollowupSaid
from services.followup.cases.domain.transitions import evolve

SYSTEM = "system"
_CLOSING = {"requester": "first", "purpose": "closing"}
_SOMEBODY = (Unseen.WHO, Unseen.WHO)
_HEARD_FROM = {
    "open": INTAKE,
    "withdraw": INTAKE,
    **dict.fromkeys(("queue", "assign", "reassign"), DISPATCH),
}
_REGISTERED = (
    *("case_id", "case_no", "area_code", "kind", "urgency", "title", "accused_unit"),
    *("callback_wanted", "registered_at"),
)
_Done = cases.CaseHandled | cases.CaseAnsweredDirectly


class PromisedCase:
    """A case as followup has it, event by event."""

    def __init__(self, view: CaseView, first: cases.CaseRegistered, packs: Packs) -> None:
        self._own = [one.event for one in view.said[FOLLOWUP]]
        self._kept = {row["version"]: row for row in view.rows["followup.transition"]}
        self._ids = {row["round"]: row["callback_id"] for row in view.rows["callback"]}
        self._opened_at = {row["round"]: row["opened_at"] for row in view.rows["callback"]}
        answers = view.of(INTAKE, cases.CaseAnsweredDirectly, FOLLOWUP)
        self._answers = {(event.round, event.occurred_at) for event in answers}
        self._packs = packs
        self.steps: list[Columns] = []
        self.callbacks: dict[int, dict[str, Any]] = {}
        self.attempts: list[Columns] = []
        self.orders: dict[str, dict[str, Any]] = {}
        self.clocks = Clocks(self._own)
        self._state = State(category_code=told(first, "category_code"), pack_version=told(first, "pack_version"))
        self.row: dict[str, Any] = as_told(first, *_REGISTERED) | dict.fromkeys(("triage_due_at", "handle_due_at"))
        self.row |= columns_of(self._state)
        self._hears: Mapping[type[Event], Callable[[Any], None]] = {
            cases.CaseRegistered: self._open,
            cases.CaseWithdrawn: self._withdraw,
            cases.TriageQueued: self._queue,
            cases.CaseAssigned: self._assign,
            cases.CaseReassigned: self._reassign,
            cases.CaseSigned: self._sign,
            cases.CaseHandled: self._finish,
            cases.CaseAnsweredDirectly: self._finish,
        }
        self._does: Mapping[type[Event], Callable[[Any], None]] = {
            cases.CallbackTried: self._try,
            cases.CaseClosed: self._close_unverified,
            cases.SupervisionIssued: self._order,
            cases.SupervisionReplied: self._reply,
            cases.DeadlineSet: self._set_anew,
            cases.DeadlineWarned: self.clocks.warn,
            cases.DeadlineMissed: self.clocks.miss,
        }

    def next_from(self) -> str | None:
        """Of whom the next step was heard, as the history says, and the callback of who finished the round."""
        action = self._next_action()
        if action not in ("ask", "leave_unasked"):
            return _HEARD_FROM.get(action)
        opened_at = self._opened_at.get(self.row["round"])
        return INTAKE if (self.row["round"], opened_at) in self._answers else DISPATCH

    def take(self, one: LedgerSaid) -> None:
        """One more event, behind what a reviewer decided before it."""
        self.review()
        acts = self._does if one.service == FOLLOWUP else self._hears
        if (act := acts.get(type(one.event))) is not None:
            act(one.event)

    def review(self) -> None:
        """Have the citizen tried again where the history says so: no event tells it."""
        while self.row["status"] == "review" and self._next_action() == "try_again":
            at = self._kept[self.row["version"] + 1]["at"]
            self._step("try_again", Unseen.HERE, Unseen.WORDS, _SOMEBODY)
            self._ask("due", tries=0, next_try_at=self._calling_time(at))

    def _next_action(self) -> str:
        row = self._kept.get(self.row["version"] + 1)
        return "" if row is None else row["action"]

    def _in_hand(self, event: cases.RoundEvent) -> bool:
        return (event.round, "handling") == (self.row["round"], self.row["status"])

    def _open(self, event: cases.CaseRegistered) -> None:
        clock = None if event.answered_at_once else self._begin(event, None)
        self._step("open", clock.said.occurred_at if clock else NotBefore(event.registered_at), "")

    def _queue(self, event: cases.TriageQueued) -> None:
        if self._in_hand(event):
            led_by = self.row["lead_unit"]
            self._give("queue", event, event.reason, None if led_by is None else Lead(gave_up=led_by))

    def _assign(self, event: cases.CaseAssigned) -> None:
        if self._in_hand(event):
            lead = Lead(event.lead_unit, event.category_code, event.pack_version)
            self._give("assign", event, event.explanation, lead)

    def _reassign(self, event: cases.CaseReassigned) -> None:
        if self._in_hand(event):
            gave_up = None if event.succession else event.from_unit
            lead = Lead(event.lead_unit, event.category_code, event.pack_version, gave_up)
            self._give("reassign", event, event.explanation, lead)

    def _give(self, action: str, event: cases.RoundEvent, why: str, lead: Lead | None) -> None:
        self._end(event)
        clock = self._begin(event, None if lead is None else lead.unit_code)
        at = clock.said.occurred_at if clock else NotBefore(event.occurred_at)
        self._step(action, at, why, lead=lead)

    def _sign(self, event: cases.CaseSigned) -> None:
        if self._in_hand(event):
            self._end(event)
            self._begin(event, self.row["lead_unit"])

    def _finish(self, event: _Done) -> None:
        if not self._in_hand(event):
            return
        self._end(event)
        wanted, number = self.row["callback_wanted"], event.round
        said = self._first(cases.CallbackDue, number) if wanted else None
        at = said.occurred_at if said else NotBefore(event.occurred_at)
        self._step("ask" if wanted else "leave_unasked", at, "")
        unit, account = (event.unit_code, None) if isinstance(event, cases.CaseHandled) else _at_the_door(event)
        self.callbacks[number] = (
            {"callback_id": Unseen.NUMBER, "case_id": self.row["case_id"], "round": number, "version": 1}
            | {"state": "due" if wanted else "exhausted", "area_code": self.row["area_code"]}
            | {"handling_unit": unit, "answered_by": account, "tries": 0, "attempts": 0}
            | _CLOSING
            | {"next_try_at": self._calling_time(event.occurred_at), "opened_at": event.occurred_at}
        )
        self._begin(event, unit)

    def _withdraw(self, event: cases.CaseWithdrawn) -> None:
        if self.row["status"] == "closed":
            return
        self._close_clocks()
        if (callback := self.callbacks.get(self.row["round"])) and callback["state"] in ("due", "exhausted"):
            self._ask("cancelled")
        said = self._first(cases.CaseClosed, self.row["round"], closing=Closing.WITHDRAWN)
        self._step("withdraw", said.occurred_at if said else NotBefore(event.occurred_at), event.reason)

    def _try(self, event: cases.CallbackTried) -> None:
        callback = self.callbacks.get(event.round)
        if callback is None:
            return
        content = event.valid and _answer_of(event).content
        kept = self._kept.get(self.row["version"] + 1)
        callback |= {"attempts": event.attempt, "tries": callback["tries"] + (not event.valid)}
        if content:
            self._close_clocks()
            self._ask("done")
            self._tried("satisfy", event, Unseen.WORDS)
        elif event.valid:
            self._stop_round()
            self._ask("done")
            said = self._first(cases.CaseSentBack, event.round)
            self._tried("send_back", event, said.words if said else Unseen.WORDS)
        else:
            self._in_vain(event, callback)
        self._keep(event, kept)

    def _in_vain(self, event: cases.CallbackTried, callback: dict[str, Any]) -> None:
        rules = self._packs.rules(self.row["pack_version"])
        last = rules is not None and callback["tries"] >= rules.callback.tries
        next_try_at = Unseen.OLD if rules is None else rules.next_try(event.occurred_at)
        self._ask("exhausted" if last else "due", next_try_at=next_try_at)
        self._tried("give_up" if last else "try", event, Unseen.WORDS)

    def _tried(self, action: str, event: cases.CallbackTried, why: Any) -> None:
        asking = Asking(event.round, attempts=event.attempt - 1)
        by: tuple[Any, Any] = event.caller, Unseen.WHO
        self._step(action, event.occurred_at, why, by, asking=asking, answer=_answer_of(event))

    def _keep(self, event: cases.CallbackTried, kept: Columns | None) -> None:
        """The row of the try; what no event tells of it the history does."""
        self.attempts.append(
            as_told(event, "case_id", "round", "attempt", "caller", "reached", "valid", "contacted", "solved")
            | {"satisfaction": event.satisfaction, "at": event.occurred_at, "notes": Unseen.WORDS}
            | {"callback_id": self._ids.get(event.round, Unseen.NUMBER), **_CLOSING}
            | {"caller_unit": Unseen.WHO if kept is None else kept["unit_code"]}
            | {"words": Unseen.WORDS if kept is None else kept["why"] or None}
        )

    def _close_unverified(self, event: cases.CaseClosed) -> None:
        """A reviewer's step; the other ends were taken with what brought them about."""
        if event.closing is Closing.UNVERIFIED:
            self._close_clocks()
            self._ask("done")
            self._step("close_unverified", event.occurred_at, Unseen.WORDS, by_whom(event))

    def _order(self, event: cases.SupervisionIssued) -> None:
        by: Any = SYSTEM
        if not event.by_rule:
            by = (self._kept.get(self.row["version"] + 1) or {"who": Unseen.WHO})["who"]
            self._step("supervise", event.occurred_at, event.reason, _SOMEBODY)
        self.orders[event.supervision_id] = (
            as_told(event, "supervision_id", "case_id", "round", "level", "unit_code", "reason", "by_rule", "reply_due")
            | {"area_code": self.row["area_code"], "accused_unit": self.row["accused_unit"], "state": "issued"}
            | {"rule_code": self._packs.rungs(event.level, event.reason) if event.by_rule else None, "version": 1}
            | {"issued_by": by, "issued_at": event.occurred_at}
            | dict.fromkeys(("reply", "replied_by", "replied_at"))
        )
        self.clocks.start_about(event.supervision_id)

    def _reply(self, event: cases.SupervisionReplied) -> None:
        order = self.orders.get(event.supervision_id)
        if order is not None:
            self.clocks.stop_about(event.supervision_id)
            order |= {"state": "replied", "reply": event.reply, "replied_by": by_whom(event)[0]}
            order |= {"replied_at": event.occurred_at, "version": 2}

    def _end(self, event: Event) -> None:
        """What the event keeps or makes void."""
        self.clocks.stop(*ended_by(event))
        self._ends(dict.fromkeys(ended_by(event)))

    def _begin(self, event: cases.CaseEvent, lead_unit: str | None) -> FoldedClock | None:
        """What the event passes on or sets, as far as the pack has a limit; the first clock that it set."""
        self.clocks.hand_over(lead_unit, *passed_on_by(event))
        wanted = [one for one in set_by(event) if self.clocks.is_to_start(self.row["round"], one)]
        found = [clock for clock in (self.clocks.start() for _ in wanted) if clock is not None]
        self._ends({clock.set.deadline: clock.set.due_at for clock in found})
        return found[0] if found else None

    def _set_anew(self, event: cases.DeadlineSet) -> None:
        self._ends({one.deadline: one.due_at for one in self.clocks.set_anew(event) if not one.about})

    def _ends(self, ends: Mapping[Deadline, datetime | None]) -> None:
        """Until when the promises are, of those of which the row keeps it."""
        kept = {f"{deadline}_due_at": due_at for deadline, due_at in ends.items()}
        self.row |= {column: due_at for column, due_at in kept.items() if column in self.row}

    def _stop_round(self) -> None:
        self.clocks.stop(*DECLARED.values())
        self._ends(dict.fromkeys(DECLARED.values()))

    def _close_clocks(self) -> None:
        self._stop_round()
        self.clocks.stop_all()

    def _ask(self, state: str, **changes: Any) -> None:
        callback = self.callbacks.get(min(self.row["round"], max(self.callbacks, default=0)))
        if callback is not None:
            callback |= {"state": state, "version": callback["version"] + 1, **changes}

    def _calling_time(self, moment: datetime) -> Any:
        rules = self._packs.rules(self.row["pack_version"])
        return Unseen.OLD if rules is None else rules.calling_time(moment)

    def _first(self, kind: type[EventT], number: int, **fields: object) -> EventT | None:
        """The first of its kind that was said of a round."""
        fields["round"] = number
        said = (event for event in self._own if isinstance(event, kind))
        return next((event for event in said if all(getattr(event, name) == fields[name] for name in fields)), None)

    def _step(self, action: str, at: Any, why: Any, by: tuple[Any, Any] = (SYSTEM, None), **given: Any) -> None:
        """Take it, where followup's own rules can fold it; what it could not have taken is no step (I5 names it)."""
        source = self._state.status
        with suppress(OutOfTurn):
            self._state = evolve(self._state, FollowupSaid(Action(action), at, StepInput(at, **given)))
            self.row |= columns_of(self._state) | {"sent_back": self._state.sent_back}
            self.steps.append(
                {column: self.row[column] for column in ("case_id", "version", "round")}
                | {"action": action, "from_status": source, "to_status": self._state.status}
                | {"who": by[0], "unit_code": by[1], "at": at, "why": why}
            )


def _answer_of(event: cases.CallbackTried) -> Answer:
    return Answer(event.reached, event.contacted, event.solved, event.satisfaction)


def _at_the_door(event: cases.CaseAnsweredDirectly) -> tuple[str | None, Any]:
    return event.answered_by_unit, told(event, "answered_by")


def promise_of(view: CaseView, first: cases.CaseRegistered, packs: Packs) -> PromisedCase:
    """Fold what followup said, and what it had applied."""
    promise = PromisedCase(view, first, packs)
    for one in as_applied(view, FOLLOWUP, promise.next_from):
        promise.take(one)
    promise.review()
    promise.row |= {"clocks": len(promise.clocks.started), "overdue": promise.clocks.overdue}
    return promise
