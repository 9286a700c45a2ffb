"""The rows of dispatch: the case as the units see it, and every step it took there.

What dispatch heard of two services may have come in either order; its own history says in which. A step that it took
by itself was taken when it heard of something, which no event tells unless dispatch said something then.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from huiyin.audit.case import DISPATCH, FOLLOWUP, INTAKE, CaseView, Said, as_applied
from huiyin.audit.packs import Packs
from huiyin.audit.rows.beside import Beside, Given
from huiyin.audit.rows.comparing import Columns, Json, NotBefore, Unseen, Wanted, as_told, by_whom
from libs.common.events import cases
from libs.common.events.base import Event, SaidByHand
from libs.common.events.deadlines import SetDeadline
from libs.common.events.terms import Deadline

SYSTEM = "system"
_UNDECIDED = ("triage", "assigned", "signed")
_WITH_CITIZEN = ("handled", "answered")
_LATE_IN: Mapping[str, tuple[Deadline, ...]] = {
    "triage": (Deadline.TRIAGE, Deadline.HANDLE),
    "assigned": (Deadline.SIGN, Deadline.HANDLE),
}
"""Which limits a case of a status waits for; else only that of handling."""
_HEARD_FROM = {
    **dict.fromkeys(("supplement", "answer", "withdraw"), INTAKE),
    **dict.fromkeys(("send_back", "send_back_to_triage", "close"), FOLLOWUP),
}
_REGISTERED = (
    *("case_id", "case_no", "area_code", "kind", "urgency", "title", "text", "confidential", "accused_unit"),
    *("category_code", "registered_at", "pack_version"),
)


class _Work:
    """A case with the units, event by event."""

    def __init__(self, view: CaseView, first: cases.CaseRegistered) -> None:
        self._own = [one.event for one in view.said[DISPATCH]]
        self._kept = {row["version"]: row for row in view.rows["dispatch.transition"]}
        self._stands: Columns = view.row("work") or {}
        self._seen = self._done = 0
        """How many of dispatch's own events have come, and how many have had their effect."""
        self.steps: list[Columns] = []
        self.row: dict[str, Any] = (
            as_told(first, *_REGISTERED)
            | {"status": "triage", "round": 1, "support_units": [], "supplements": [], "warnings": [], "misses": []}
            | dict.fromkeys(("lead_unit", "assigned_at", "signed_at", "handled_at", "triage_due_at", "sign_due_at"))
            | dict.fromkeys(("handle_due_at", "result_kind", "result", "contacted_at"))
            | {"supervised": 0, "returns": 0, "by_rule": False, "explanation": "", "version": 0}
        )
        self._end_return()
        self.beside = Beside(view, self.row)
        self._hears: Mapping[type[Event], Callable[[Any], None]] = {
            cases.CaseRegistered: self._open,
            cases.CaseSupplemented: self._supplement,
            cases.CaseWithdrawn: lambda event: self._end("withdraw", event.occurred_at, event.reason),
            cases.CaseAnsweredDirectly: self._answer,
            cases.CaseClosed: self._close,
            cases.CaseSentBack: self._send_back,
            cases.DeadlineSet: self._set_limits,
            cases.DeadlineWarned: lambda event: self._late(event, "warnings"),
            cases.DeadlineMissed: lambda event: self._late(event, "misses"),
            cases.SupervisionIssued: self._supervise,
        }
        self._does: Mapping[type[Event], Callable[[Any], None]] = {
            cases.CaseAssigned: lambda event: self._give("assign", event),
            cases.CaseReassigned: lambda event: self._give("reassign", event),
            cases.CaseSigned: self._sign,
            cases.ProgressReported: lambda event: self._by_unit("report", event, "signed", event.note),
            cases.CaseHandled: self._hand_in,
            cases.TaskDone: self._finish_part,
            cases.TaskCancelled: self._let_off,
            cases.ReturnRequested: self._ask_return,
            cases.ReturnDecided: self._decide,
        }

    def next_from(self) -> str | None:
        """Of whom the next step was heard, as the history says."""
        row = self._kept.get(self.row["version"] + 1)
        return None if row is None else _HEARD_FROM.get(row["action"])

    def take(self, one: Said) -> None:
        """One more event; one of its own may have had its effect already, with what brought it about."""
        if one.service != DISPATCH:
            if (hear := self._hears.get(type(one.event))) is not None:
                hear(one.event)
        else:
            self._seen += 1
            if self._seen > self._done:
                self._done = self._seen
                if (do := self._does.get(type(one.event))) is not None:
                    do(one.event)
        self._support()

    def _support(self) -> None:
        """Steps of support units for which no event stands, where the history has them and they could be taken."""
        while (kept := self._kept.get(self.row["version"] + 1)) is not None:
            if (action := kept["action"]) not in ("support_sign", "support_report"):
                return
            unit_code = kept["unit_code"]
            if action == "support_sign" and self.beside.may_sign(unit_code):
                self.beside.sign(unit_code, kept["at"])
            elif action != "support_report" or not self.beside.may_report(unit_code):
                return
            self._step(action, self.row["status"], Unseen.HERE, Unseen.WORDS, Unseen.WHO, unit_code)

    def _answers(self, *kinds: type[Event]) -> Any:
        """What dispatch said next, in the same breath; None when it said nothing of these kinds."""
        event = self._own[self._done] if self._done < len(self._own) else None
        if not isinstance(event, kinds):
            return None
        self._done += 1
        return event

    def _open(self, event: cases.CaseRegistered) -> None:
        if event.answered_at_once:
            at, why = NotBefore(event.registered_at), "登记即答复 answered at registration"
            self._step("note_answer", "answered", at, why)
        elif (said := self._answers(cases.CaseAssigned, cases.TriageQueued)) is not None:
            self._choose(said, ("route", "queue"), said.explanation if isinstance(said, Given) else said.reason)

    def _choose(self, said: Any, actions: tuple[str, str], why: str) -> None:
        """A unit was found, or a person has to choose one."""
        if isinstance(said, Given):
            self._lead(actions[0], said, said.occurred_at, why)
        else:
            self._take_from_units(actions[1], said, said.occurred_at, why)

    def _lead(self, action: str, said: Given, at: datetime, why: str, *whom: Any) -> None:
        before = self.row["support_units"] if action != "send_back" else []
        by_rule = said.by_rule if isinstance(said, cases.CaseAssigned) else said.succession and self.row["by_rule"]
        self.row |= as_told(said, "lead_unit", "category_code", "pack_version", "explanation")
        self.row |= {"support_units": list(said.support_units), "by_rule": by_rule, "assigned_at": said.occurred_at}
        self._forget_signing()
        self._step(action, "assigned", at, why, *whom)
        self.beside.give(said, goes_on=bool(before))
        self.beside.decide(action, said)

    def _take_from_units(self, action: str, said: cases.TriageQueued, at: datetime, why: str, *whom: Any) -> None:
        self.beside.end(said.occurred_at)
        self.row |= {"lead_unit": None, "support_units": [], "by_rule": False, "assigned_at": None}
        self.row["explanation"] = said.reason
        self._forget_signing()
        self._step(action, "triage", at, why, *whom)
        self.beside.decide(action, said)

    def _forget_signing(self) -> None:
        self.row |= {"signed_at": None, "sign_due_at": None}
        for column in ("warnings", "misses"):
            self.row[column] = [what for what in self.row[column] if what != Deadline.SIGN]
        self._end_return()

    def _end_return(self) -> None:
        self.row |= {"return_pending": False, "return_reason": None, "return_note": None}
        self.row |= {"return_asked_by": None, "return_asked_at": None}

    def _supplement(self, event: cases.CaseSupplemented) -> None:
        if self.row["status"] != "closed":
            added = {"at": event.occurred_at.isoformat(), "text": event.text}
            self.row["supplements"] = [*self.row["supplements"], added]
            self._step("supplement", self.row["status"], NotBefore(event.occurred_at), event.text)

    def _end(self, action: str, at: datetime, why: str) -> None:
        if self.row["status"] != "closed":
            self._let_go(at)
            self._step(action, "closed", NotBefore(at), why)

    def _let_go(self, at: datetime) -> None:
        """What was asked for is moot, and no unit has to do anything."""
        kept = self._kept.get(self.row["version"] + 1)
        heard_at = NotBefore(at) if kept is None else kept["at"]
        self._end_return()
        self.beside.lapse(heard_at)
        self.beside.end(heard_at)

    def _close(self, event: cases.CaseClosed) -> None:
        if event.round == self.row["round"]:
            self._end("close", event.occurred_at, event.closing)

    def _answer(self, event: cases.CaseAnsweredDirectly) -> None:
        if event.round == self.row["round"] and self.row["status"] in _UNDECIDED:
            self._let_go(event.occurred_at)
            self._step("answer", "answered", NotBefore(event.occurred_at), event.answer)

    def _send_back(self, event: cases.CaseSentBack) -> None:
        if event.round != self.row["round"] or self.row["status"] not in _WITH_CITIZEN:
            return
        said = self._answers(cases.CaseAssigned, cases.TriageQueued)
        if said is None:
            return
        self.row |= dict.fromkeys(("handled_at", "triage_due_at", "handle_due_at", "result_kind", "result"))
        self.row |= {"round": event.next_round, "contacted_at": None, "warnings": [], "misses": []}
        self._choose(said, ("send_back", "send_back_to_triage"), event.words)

    def _set_limits(self, event: cases.DeadlineSet) -> None:
        for one in event.deadlines if event.round == self.row["round"] else ():
            self._set_limit(one)

    def _set_limit(self, event: SetDeadline) -> None:
        if event.about or event.deadline is Deadline.CALLBACK:
            return
        column = f"{event.deadline}_due_at"
        if self.row["status"] == "closed" and not self._heard_before_the_end(column, event):
            return
        if event.deadline is not Deadline.SIGN or event.unit_code in (None, self.row["lead_unit"]):
            self.row[column] = event.due_at

    def _heard_before_the_end(self, column: str, event: SetDeadline) -> bool:
        """A limit and a withdrawal that crossed: which came first only the row says, for a limit is no step."""
        return self.steps[-1]["action"] == "withdraw" and self._stands.get(column) == event.due_at

    def _late(self, event: cases.DeadlineWarned | cases.DeadlineMissed, column: str) -> None:
        """A limit counts unless it was met before word of it came, or is that of a unit that leads no more."""
        if event.about or event.round != self.row["round"] or event.deadline in self.row[column]:
            return
        done = {Deadline.SIGN: self.row["signed_at"], Deadline.HANDLE: self.row["handled_at"]}.get(event.deadline)
        others = event.deadline is Deadline.SIGN and event.unit_code not in (None, self.row["lead_unit"])
        if not others and (done is None or done >= event.due_at):
            self.row[column] = [*self.row[column], event.deadline.value]

    def _supervise(self, event: cases.SupervisionIssued) -> None:
        self.row["supervised"] += event.round == self.row["round"]

    def _give(self, action: str, event: Given) -> None:
        by_itself = isinstance(event, cases.CaseReassigned) and event.succession
        whom = (SYSTEM, None) if by_itself else by_whom(event)
        self._lead(action, event, event.occurred_at, event.explanation, *whom)

    def _by_unit(self, action: str, event: Any, to: str, why: Any) -> None:
        self._step(action, to, event.occurred_at, why, by_whom(event)[0], event.unit_code)

    def _sign(self, event: cases.CaseSigned) -> None:
        self.row["signed_at"] = event.occurred_at
        self._by_unit("sign", event, "signed", Unseen.WORDS)

    def _hand_in(self, event: cases.CaseHandled) -> None:
        self.row |= {"result_kind": event.result_kind, "result": event.result, "handled_at": event.occurred_at}
        self.row["contacted_at"] = event.contacted_at
        self.beside.end(event.occurred_at, Unseen.WORDS)
        self._by_unit("hand_in", event, "handled", event.result)

    def _finish_part(self, event: cases.TaskDone) -> None:
        self.beside.finish(event)
        self._by_unit("support_done", event, self.row["status"], event.result)

    def _let_off(self, event: cases.TaskCancelled) -> None:
        self.beside.let_off(event)
        why = f"{event.unit_code}: {event.reason}"
        self._step("support_cancel", self.row["status"], event.occurred_at, why, *by_whom(event))

    def _ask_return(self, event: cases.ReturnRequested) -> None:
        self.row |= {"return_pending": True, "return_reason": event.reason_code, "return_note": event.note}
        self.row |= {"return_asked_at": event.occurred_at, "returns": self.row["returns"] + 1}
        self._by_unit("ask_return", event, self.row["status"], f"{event.reason_code}: {event.note}")
        self.row["return_asked_by"] = self._who_did(event)
        self.beside.ask(event, self._who_did(event))

    def _who_did(self, event: SaidByHand) -> Any:
        """Who took the step that the case took last: of events that did not tell it yet the history does."""
        kept = self._kept.get(self.row["version"])
        return event.by or (Unseen.WHO if kept is None else kept["who"])

    def _decide(self, event: cases.ReturnDecided) -> None:
        whom = by_whom(event)
        said = self._answers(cases.CaseReassigned, cases.TriageQueued) if event.approved else None
        if isinstance(said, Given):
            self._lead("hand_on", said, event.occurred_at, event.note, *whom)
        elif said is not None:
            self._take_from_units("take_back", said, event.occurred_at, event.note, *whom)
        else:
            self._end_return()
            self._step("refuse_return", self.row["status"], event.occurred_at, event.note, *whom)
        self.beside.answer(event, self._who_did(event))

    def _step(self, action: str, to: str, at: Any, why: Any, who: Any = SYSTEM, unit_code: Any = None) -> None:
        row, source = self.row, self.row["status"] if self.steps else None
        row |= {"status": to, "version": row["version"] + 1}
        self.steps.append(
            {column: row[column] for column in ("case_id", "version", "round", "lead_unit")}
            | {"action": action, "from_status": source, "to_status": to, "who": who, "unit_code": unit_code}
            | {"at": at, "why": why}
        )


def rows_of_dispatch(view: CaseView, _packs: Packs) -> Iterator[Wanted]:
    """What should stand in dispatch's tables."""
    registered = view.of(INTAKE, cases.CaseRegistered, DISPATCH)
    work = _Work(view, registered[0]) if registered else None
    if work is not None:
        for one in as_applied(view, DISPATCH, work.next_from):
            work.take(one)
        yield Wanted(DISPATCH, "work", (), [_row(view, work.row)])
    yield Wanted(DISPATCH, "dispatch.transition", ("version",), [] if work is None else work.steps)
    yield Wanted(DISPATCH, "decision", ("version",), [] if work is None else work.beside.decisions)
    yield Wanted(DISPATCH, "request", ("version",), [] if work is None else work.beside.requests)
    yield Wanted(DISPATCH, "task", ("version", "unit_code"), [] if work is None else work.beside.tasks)


def _row(view: CaseView, row: dict[str, Any]) -> Columns:
    late_in = _LATE_IN.get(row["status"], (Deadline.HANDLE,))
    last = max((step["at"] for step in view.rows["dispatch.transition"]), default=None)
    return {
        **row,
        "supplements": Json(row["supplements"]),
        "stepped_at": frozenset({last, None}),
        "list_due_at": row["handle_due_at"] or row["assigned_at"] or row["registered_at"],
        "warned": any(what in row["warnings"] for what in late_in),
        "overdue": any(what in row["misses"] for what in late_in),
    }
