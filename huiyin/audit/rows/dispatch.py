"""The rows of dispatch: the ledgers folded by its own rules, the ``evolve`` of its cases, tasks and requests.

What dispatch heard of two services may have come in either order; its own history says in which. A step that it took
by itself was taken when it heard of something, which no event tells unless dispatch said something then.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from huiyin.audit.case import DISPATCH, FOLLOWUP, INTAKE, CaseView, LedgerSaid, as_applied
from huiyin.audit.packs import Packs
from huiyin.audit.rows.comparing import Columns, Json, NotBefore, Unseen, WantedRows, as_told, by_whom, columns_of, told
from libs.common.errors import NotFound
from libs.common.events import cases
from libs.common.events.base import Event, SaidByHand
from libs.common.rules.machine import SYSTEM, Actor, OutOfTurn
from services.dispatch.cases.actions.events import HEARD, words_of
from services.dispatch.cases.domain import state as rules
from services.dispatch.cases.domain.evolving import evolve
from services.dispatch.cases.domain.state import Assignment, Left, LimitWord, Result, Return, State, SupportPart, Word
from services.dispatch.cases.domain.terms import Action, Status
from services.dispatch.cases.domain.transitions import MACHINE
from services.dispatch.requests import domain as requests
from services.dispatch.tasks import domain as tasks

_HEARD_FROM = {
    **dict.fromkeys(("supplement", "answer", "withdraw"), INTAKE),
    **dict.fromkeys(("send_back", "send_back_to_triage", "close"), FOLLOWUP),
}
_REGISTERED = ("case_id", "case_no", "area_code", "kind", "urgency", "title", "text", "confidential", "accused_unit")
_RULES = {
    Action.ROUTE: frozenset({"duty", "superior", "stand_in"}),
    Action.SEND_BACK: frozenset({"duty", "superior", "same_unit", "stand_in"}),
}
"""By what a unit was found that no person chose."""
_Assigned = cases.CaseAssigned | cases.CaseReassigned


class _CaseWithUnits:
    """A case with the units, event by event."""

    def __init__(self, view: CaseView, first: cases.CaseRegistered) -> None:
        self._own = [one.event for one in view.said[DISPATCH]]
        self._kept = {row["version"]: row for row in view.rows["dispatch.transition"]}
        self._candidates = {row["version"]: row["candidates"] for row in view.rows["decision"]}
        self._given = {(row["version"], row["unit_code"]) for row in view.rows["task"]}
        self._stands: Columns = view.row("work") or {}
        self._seen = self._done = 0
        """How many of dispatch's own events have come, and how many have had their effect."""
        self.first = first
        self.state = State(first.registered_at, told(first, "pack_version"), told(first, "category_code"))
        self.tasks: tasks.Tasks = ()
        self.requests: tuple[requests.UnitAsk, ...] = ()
        self.steps: list[Columns] = []
        self.decisions: list[Columns] = []

    def next_from(self) -> str | None:
        """Of whom the next step was heard, as the history says."""
        row = self._next_kept()
        return None if row is None else _HEARD_FROM.get(row["action"])

    def take(self, one: LedgerSaid) -> None:
        """One more event; one of its own may have had its effect already, with what brought it about."""
        if one.service != DISPATCH:
            if getattr(one.event, "round", self.state.round) == self.state.round:
                self._hear(one.event)
        else:
            self._seen += 1
            if self._seen > self._done:
                self._done = self._seen
                self._do(one.event)
        self._support()

    def _hear(self, event: Event) -> None:
        match event:
            case cases.CaseRegistered(answered_at_once=True):
                why = "登记即答复 answered at registration"
                self._heard_at(event.registered_at, rules.Ask(Action.NOTE_ANSWER, why=why))
            case cases.CaseRegistered():
                self._choose((Action.ROUTE, Action.QUEUE))
            case cases.CaseSentBack() if MACHINE.allows(self.state.status, Action.SEND_BACK):
                self._choose((Action.SEND_BACK, Action.SEND_BACK_TO_TRIAGE), event.words)
            case _ if (read := HEARD.get(type(event))) is not None:
                self._heard_at(event.occurred_at, read(event))
        for word in words_of(event):
            self.state = self._crossed(word) if isinstance(word, LimitWord) else evolve(self.state, word)

    def _crossed(self, limit: LimitWord) -> State:
        """A limit and a withdrawal that crossed: which came first only the row says, for a limit is no step."""
        column, state = f"{limit.deadline}_due_at", self.state
        withdrawn = state.status is Status.CLOSED and self.steps[-1]["action"] == Action.WITHDRAW
        if withdrawn and limit.word is Word.SET and self._stands.get(column) == limit.due_at:
            heard: dict[str, Any] = {column: limit.due_at}
            return replace(state, **heard)
        return evolve(state, limit)

    def _heard_at(self, moment: datetime, ask: rules.Ask) -> None:
        """A step that nothing was said of: the history says when, not before it was heard of."""
        kept = self._next_kept()
        if MACHINE.allows(self.state.status, ask.action):
            at = moment if kept is None else kept["at"]
            self._step(rules.Said(ask.action, at, ask.what, SYSTEM, ask.why), NotBefore(moment))

    def _choose(self, actions: tuple[Action, Action], why: str | None = None) -> None:
        """A unit was found, or a person has to choose one."""
        said = self._answers(cases.CaseAssigned, cases.TriageQueued)
        if said is not None:
            what = self._found(said)
            action = actions[0] if isinstance(what, Assignment) else actions[1]
            self._step(rules.Said(action, said.occurred_at, what, SYSTEM, what.explanation if why is None else why))

    def _found(self, said: _Assigned | cases.TriageQueued) -> Assignment | Left:
        if isinstance(said, cases.TriageQueued):
            return Left(0, said.reason)
        by_rule = said.succession and self.state.by_rule if isinstance(said, cases.CaseReassigned) else said.by_rule
        done = set(tasks.done_of(self.state, self.tasks)) if isinstance(said, cases.CaseReassigned) else set()
        version = self.state.version + 1
        if self._is_of_before(version):
            # Nothing but what was said was noted of it then; tasks were given to few of those.
            done |= {unit for unit in said.support_units if (version, unit) not in self._given}
        chosen = told(said, "category_code"), told(said, "pack_version"), by_rule, said.explanation
        return Assignment(said.lead_unit, said.support_units, *chosen, done=frozenset(done))

    def _is_of_before(self, version: int) -> bool:
        return bool(self._candidates.get(version) == "[]")

    def _do(self, event: Event) -> None:
        """What dispatch's people did."""
        at = event.occurred_at
        match event:
            case cases.CaseAssigned() | cases.CaseReassigned():
                action = Action.ASSIGN if isinstance(event, cases.CaseAssigned) else Action.REASSIGN
                by = SYSTEM if getattr(event, "succession", False) else self._by(event)
                self._step(rules.Said(action, at, self._found(event), by, event.explanation))
            case cases.CaseSigned():
                self._step(rules.Said(Action.SIGN, at, None, self._of(event), _UNSEEN))
            case cases.ProgressReported():
                self._step(rules.Said(Action.REPORT, at, None, self._of(event), event.note))
            case cases.CaseHandled() if self._waited(event):
                result = Result(event.result_kind, event.result, event.contacted_at, _UNSEEN)
                self._step(rules.Said(Action.HAND_IN, at, result, self._of(event), event.result))
            case cases.TaskDone():
                part = SupportPart(event.unit_code, event.result)
                self._step(rules.Said(Action.SUPPORT_DONE, at, part, self._of(event), event.result))
            case cases.TaskCancelled():
                part = SupportPart(event.unit_code, event.reason, event.successor)
                action = Action.SUPPORT_CANCEL if event.successor is None else Action.SUPPORT_HAND_ON
                self._step(rules.Said(action, at, part, self._by(event), f"{event.unit_code}: {event.reason}"))
            case cases.ReturnRequested():
                wanted, why = Return(event.reason_code, event.note), f"{event.reason_code}: {event.note}"
                self._step(rules.Said(Action.ASK_RETURN, at, wanted, self._of(event), why))
            case cases.ReturnDecided():
                self._decide(event)

    def _waited(self, event: cases.CaseHandled) -> bool:
        """Whether it names whom it did not wait for. Results of before tell nothing of support units: nobody waited."""
        waived = told(event, "without_support")
        return isinstance(waived, Unseen) or set(waived) == set(self.state.open_support)

    def _decide(self, event: cases.ReturnDecided) -> None:
        said = self._answers(cases.CaseReassigned, cases.TriageQueued) if event.approved else None
        what, action = None if said is None else self._found(said), Action.REFUSE_RETURN
        if what is not None:
            action = Action.HAND_ON if isinstance(what, Assignment) else Action.TAKE_BACK
        self._step(rules.Said(action, event.occurred_at, what, self._by(event), event.note))

    def _support(self) -> None:
        """Steps of support units for which no event stands, where the history has them and they could be taken."""
        while (kept := self._next_kept()) is not None:
            if (action := kept["action"]) not in (Action.SUPPORT_SIGN, Action.SUPPORT_REPORT):
                return
            task = tasks.of_round(self.tasks, self.state.round).get(kept["unit_code"])
            if task is None or (task.status, action) not in tasks.STEPS:
                return
            by: Any = Actor(_UNSEEN, task.unit_code)
            self._step(
                rules.Said(Action(action), kept["at"], SupportPart(task.unit_code, ""), by, _UNSEEN), Unseen.HERE
            )

    def _step(self, said: rules.Said, at: Any = None) -> None:
        """Take it, where it was possible by dispatch's own rules, guards included; else no row follows from it."""
        before = self.state
        try:
            MACHINE.target(before.status, said.action, before, rules.Ask(said.action, said.what), said.at)
            after = evolve(before, said)
            given = tasks.evolve(self.tasks, before, after, said)
        except (OutOfTurn, NotFound):
            return
        self.state, self.requests = after, requests.evolve(self.requests, before, after, said)
        of_before = self._is_of_before(after.version)
        self.tasks = tuple(
            task for task in given if not (of_before and task.version == after.version) or self._is_given(task)
        )
        moved = {"version": after.version, "round": after.round, "lead_unit": after.lead_unit}
        by = {"who": said.by.subject, "unit_code": said.by.unit_code, "at": said.at if at is None else at}
        step = {"action": said.action, "from_status": before.status, "to_status": after.status, "why": said.why}
        self.steps.append({"case_id": self.first.case_id} | moved | step | by)
        if isinstance(said.what, Assignment | Left):
            self.decisions.append(self._decision(said, said.what))

    def _is_given(self, task: tasks.TaskState) -> bool:
        return (task.version, task.unit_code) in self._given

    def _decision(self, said: rules.Said, what: Assignment | Left) -> Columns:
        rule: Any = "nobody"
        if isinstance(what, Assignment):
            by_itself = what.by_rule if said.action is not Action.REASSIGN else said.by is SYSTEM
            rule = _RULES.get(said.action, "stand_in") if by_itself else "dispatcher"
            rule = Unseen.OLD if self._is_of_before(self.state.version) else rule
        row = {name: getattr(self.state, name) for name in ("version", "lead_unit", "category_code")}
        row |= {"case_id": self.first.case_id, "support_units": list(self.state.support_units), "rule": rule}
        pack_version = what.pack_version if isinstance(what, Assignment) else Unseen.OLD
        return row | {"candidates": Unseen.WORDS, "explanation": what.explanation, "pack_version": pack_version}

    def _answers(self, *kinds: type[Event]) -> Any:
        """What dispatch said next, in the same breath; None when it said nothing of these kinds."""
        event = self._own[self._done] if self._done < len(self._own) else None
        if not isinstance(event, kinds):
            return None
        self._done += 1
        return event

    def _next_kept(self) -> Columns | None:
        return self._kept.get(self.state.version + 1)

    def _by(self, event: SaidByHand) -> Any:
        """Who took the step: of events that did not tell it yet the history does."""
        who, unit_code = by_whom(event)
        kept = self._next_kept()
        return Actor(who if kept is None or event.by is not None else kept["who"], unit_code)

    def _of(self, event: Any) -> Any:
        """Who took it, of the unit that it is about."""
        return replace(self._by(event), unit_code=event.unit_code)


_UNSEEN: Any = Unseen.WORDS


def rows_of_dispatch(view: CaseView, _packs: Packs) -> Iterator[WantedRows]:
    """What should stand in dispatch's tables."""
    registered = view.of(INTAKE, cases.CaseRegistered, DISPATCH)
    case = _CaseWithUnits(view, registered[0]) if registered else None
    if case is not None:
        for one in as_applied(view, DISPATCH, case.next_from):
            case.take(one)
        yield WantedRows(DISPATCH, "work", (), [_row(view, case)])
    yield WantedRows(DISPATCH, "dispatch.transition", ("version",), [] if case is None else case.steps)
    yield WantedRows(DISPATCH, "decision", ("version",), [] if case is None else case.decisions)
    about = {} if case is None else {"case_id": case.first.case_id}
    asked = [] if case is None else [about | columns_of(request) for request in case.requests]
    yield WantedRows(DISPATCH, "request", ("version",), asked)
    given = [] if case is None else [about | columns_of(task) for task in case.tasks]
    yield WantedRows(DISPATCH, "task", ("version", "unit_code"), given)


def _row(view: CaseView, case: _CaseWithUnits) -> Mapping[str, Any]:
    last = max((step["at"] for step in view.rows["dispatch.transition"]), default=None)
    row = as_told(case.first, *_REGISTERED) | columns_of(case.state)
    row |= {name: getattr(case.state, name) for name in ("list_due_at", "warned", "overdue")}
    return row | {"supplements": Json(row["supplements"]), "stepped_at": frozenset({last, None})}
