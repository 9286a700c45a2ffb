"""A case as dispatch has it: the ledgers folded by its own rules, the ``evolve`` of its cases, tasks and requests.

What dispatch heard of two services may have come in either order; its own history says in which. A step that it took
by itself was taken when it heard of something, which no event tells unless dispatch said something then.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from huiyin.audit.case import DISPATCH, FOLLOWUP, INTAKE, CaseView, LedgerSaid
from huiyin.audit.rows.appraised import claims_due_by
from huiyin.audit.rows.beside import BESIDE, beside_step, decided_by, due_by, edition_of
from huiyin.audit.rows.comparing import Columns, NotBefore, Unseen, as_told, by_whom, told
from huiyin.audit.rows.decisions import decision_of, step_of
from huiyin.audit.rows.disputed import dispute_said, ruled_said
from huiyin.audit.rows.matters import Matters, OfMatter
from huiyin.audit.rows.named import WhoAnswers
from huiyin.audit.rows.passed import passed_said
from huiyin.audit.rows.requests import raised_said, request_said, unaccepted_said
from libs.common.errors import NotFound
from libs.common.events import accepting, arbitration, asking, cases, door, objections, passing
from libs.common.events import tasks as task_events
from libs.common.events.base import Event, SaidByHand
from libs.common.events.responsible import ResponsibleNamed
from libs.common.events.whistles import CallResponsibleNamed
from libs.common.rules.machine import SYSTEM, Actor, OutOfTurn
from services.dispatch.appraisals.domain import evolving as appraisals
from services.dispatch.appraisals.domain.state import Appraisal
from services.dispatch.asks import domain as requests
from services.dispatch.calls import domain as calls
from services.dispatch.cases.actions.events import HEARD, words_of
from services.dispatch.cases.domain import state as rules
from services.dispatch.cases.domain.evolving import evolve
from services.dispatch.cases.domain.naming import is_given_anew
from services.dispatch.cases.domain.state import (
    Assignment,
    FilledList,
    Left,
    LimitWord,
    Result,
    Return,
    State,
    SupportPart,
    Word,
)
from services.dispatch.cases.domain.terms import Action, Status
from services.dispatch.cases.domain.transitions import MACHINE
from services.dispatch.disputes import domain as disputes
from services.dispatch.tasks import domain as tasks

_HEARD_FROM = {
    **dict.fromkeys(("supplement", "answer", "withdraw", "release"), INTAKE),
    **dict.fromkeys(("send_back", "send_back_to_triage", "close", "reopen", "reopen_to_triage"), FOLLOWUP),
}
_HELD = "转办文本待审定 waits for a person's wording"
_Assigned = cases.CaseAssigned | cases.CaseReassigned
_UNSEEN: Any = Unseen.WORDS


class CaseWithUnits:
    """A case with the units, event by event."""

    def __init__(self, view: CaseView, first: cases.CaseRegistered) -> None:
        self._own = [one.event for one in view.said[DISPATCH]]
        self._told_parts = {
            (event.unit_code, event.occurred_at)
            for event in self._own
            if isinstance(event, task_events.TaskSigned | task_events.TaskReported)
        }
        self._kept = {row["version"]: row for row in view.rows["dispatch.transition"]}
        self._candidates = {row["version"]: row["candidates"] for row in view.rows["decision"]}
        self._given = {(row["version"], row["unit_code"]) for row in view.rows["task"]}
        self._stands: Columns = view.row("work") or {}
        self._seen = self._done = 0
        """How many of dispatch's own events have come, and how many have had their effect."""
        self.first = first
        chosen = told(first, "pack_version"), told(first, "category_code")
        self.state = State(first.registered_at, *chosen, held=first.held)
        self.words: Mapping[str, Any] = as_told(first, "title", "text")
        self.tasks: tasks.Tasks = ()
        self.requests: tuple[requests.UnitAsk, ...] = ()
        self.sessions: tuple[disputes.Arbitration, ...] = ()
        self.hearings: tuple[disputes.HearingEntry, ...] = ()
        self.named = WhoAnswers()
        self.steps: list[Columns] = []
        self.decisions: list[Columns] = []
        self.lists: list[Columns] = []
        self.calls: calls.Calls = ()
        self.appraisal = Appraisal()
        self.matters = Matters()

    def next_from(self) -> str | None:
        """Of whom the next step was heard, as the history says."""
        row = self._next_kept()
        return None if row is None else _HEARD_FROM.get(row["action"])

    def take(self, one: LedgerSaid) -> None:
        """One more event; one of its own may have had its effect already, with what brought it about."""
        if one.service != DISPATCH:
            self.tasks, self.calls = due_by(one.event, self.tasks, self.calls)
            self.requests = decided_by(one.event, self.requests)
            self.appraisal = claims_due_by(one.event, self.appraisal)
            crossed = isinstance(one.event, objections.CaseReopened) and one.event.round > self.state.round
            if crossed or getattr(one.event, "round", self.state.round) == self.state.round:
                self._hear(one.event)
        else:
            self._seen += 1
            if self._seen > self._done:
                self._done = self._seen
                if isinstance(one.event, passing.CaseDelegated | passing.CaseRaised):
                    self._step(passed_said(one.event, self._by(one.event)))
                elif isinstance(one.event, ResponsibleNamed | CallResponsibleNamed):
                    self.named.tell(one.event, self.state, self.tasks)
                else:
                    self._do(one.event)
        self._support()

    def _hear(self, event: Event) -> None:
        match event:
            case cases.CaseRegistered(answered_at_once=True):
                why = "登记即答复 answered at registration"
                self._heard_at(event.registered_at, rules.Ask(Action.NOTE_ANSWER, why=why))
            case cases.CaseRegistered(held=True):
                self._heard_at(event.registered_at, rules.Ask(Action.HOLD, why=_HELD))
            case cases.CaseRegistered():
                self._choose((Action.ROUTE, Action.QUEUE))
            case door.WordingReleased() if self.state.held:
                self._release(event)
            case cases.CaseSentBack() if MACHINE.allows(self.state.status, Action.SEND_BACK):
                self._choose((Action.SEND_BACK, Action.SEND_BACK_TO_TRIAGE), event.words)
            case objections.CaseReopened() if MACHINE.allows(self.state.status, Action.REOPEN):
                self._choose((Action.REOPEN, Action.REOPEN_TO_TRIAGE), event.words, event.next_round)
            case _ if (read := HEARD.get(type(event))) is not None:
                self._heard_at(event.occurred_at, read(event))
        for word in words_of(event):
            self.state = self._crossed(word) if isinstance(word, LimitWord) else evolve(self.state, word)

    def _release(self, event: door.WordingReleased) -> None:
        """What it says is known, and its unit is looked for, where it waited for that alone."""
        self._heard_at(event.occurred_at, rules.Ask(Action.RELEASE, why=event.title))
        if not self.state.held:
            self.words = {"title": event.title, "text": event.text}
            if self.state.status is Status.TRIAGE:
                self._choose((Action.ROUTE, Action.QUEUE))

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

    def _choose(self, actions: tuple[Action, Action], why: str | None = None, opens: int | None = None) -> None:
        """A unit was found, or a person has to choose one."""
        said = self._answers(cases.CaseAssigned, cases.TriageQueued)
        if said is not None:
            what = replace(self._found(said), opens=opens)
            action = actions[0] if isinstance(what, Assignment) else actions[1]
            self._step(rules.Said(action, said.occurred_at, what, SYSTEM, what.explanation if why is None else why))

    def _found(self, said: _Assigned | cases.TriageQueued) -> Assignment | Left:
        if isinstance(said, cases.TriageQueued):
            return Left(0, said.reason)
        if isinstance(said, cases.CaseReassigned):
            by_rule = said.recusal or (said.succession and self.state.by_rule)
        else:
            by_rule = said.by_rule
        done = set(tasks.done_of(self.state, self.tasks)) if isinstance(said, cases.CaseReassigned) else set()
        chain = self.state.delegates if getattr(said, "delegates", ()) else ()
        version = self.state.version + 1
        if self._is_of_before(version):
            # Nothing but what was said was noted of it then; tasks were given to few of those.
            done |= {unit for unit in said.support_units if (version, unit) not in self._given}
        chosen = told(said, "category_code"), told(said, "pack_version"), by_rule, said.explanation
        reason = told(said, "reason_code") if isinstance(said, cases.CaseReassigned) else None
        parts = tuple(rules.GivenPart(one.unit_code, one.what, one.measures, one.due_at) for one in said.parts)
        more: dict[str, Any] = {"done": frozenset(done), "delegates": chain, "reason_code": reason, "parts": parts}
        return Assignment(said.lead_unit, said.support_units, *chosen, **more)

    def _is_of_before(self, version: int) -> bool:
        return bool(self._candidates.get(version) == "[]")

    def _do(self, event: Event) -> None:
        at = event.occurred_at
        match event:
            case cases.CaseAssigned() | cases.CaseReassigned() | cases.TriageQueued():
                self._give(event)
            case cases.CaseSigned():
                self._step(rules.Said(Action.SIGN, at, None, self._of(event), _UNSEEN))
            case cases.ProgressReported():
                self._step(rules.Said(Action.REPORT, at, None, self._of(event), event.note))
            case cases.CaseHandled() if self._waited(event):
                result = Result(event.result_kind, event.result, event.contacted_at, _UNSEEN)
                self._step(rules.Said(Action.HAND_IN, at, result, self._of(event), event.result))
            case _:
                self._ask(event)

    def _ask(self, event: Event) -> None:
        at = event.occurred_at
        match event:
            case cases.ReturnRequested():
                wanted, why = Return(event.reason_code, event.note), f"{event.reason_code}: {event.note}"
                self._step(rules.Said(Action.ASK_RETURN, at, wanted, self._of(event), why))
            case cases.ReturnDecided():
                self._decide(event)
            case accepting.NonacceptanceRequested() | accepting.CaseNotAccepted():
                self._step(unaccepted_said(event, self._by(event)))
            case arbitration.ArbitrationEvent():
                self._dispute(event)
            case asking.RequestRaised():
                self._step(raised_said(event))
            case asking.UnitRequestEvent():
                by = self._of(event) if isinstance(event, asking.RequestMade) else self._by(event)
                self._step(request_said(event, by))
            case _ if isinstance(event, OfMatter):
                if (after := self.matters.after(event, self._by(event))) is not None:
                    self._step(after[1], matters=after[0])
            case _:
                self._beside(event)

    def _beside(self, event: Event) -> None:
        match event:
            case asking.SuspensionLifted():
                self._step(rules.Said(Action.LIFT, event.occurred_at, None, self._by(event), event.note))
            case accepting.NonacceptanceRefused():
                said = Action.REFUSE_NONACCEPTANCE, event.occurred_at, None, self._by(event), event.note
                self._step(rules.Said(*said))
            case SaidByHand() if isinstance(event, BESIDE):
                self._step(beside_step(event, self._by(event)))

    def _dispute(self, event: arbitration.ArbitrationEvent) -> None:
        if not isinstance(event, arbitration.ArbitrationRuled):
            self._step(dispute_said(event, self._by(event)))
        elif (said := self._answers(cases.CaseAssigned)) is not None:
            found = self._found(said)
            if isinstance(found, Assignment):
                self._step(ruled_said(event, found, self._by(event)))

    def _give(self, event: _Assigned | cases.TriageQueued) -> None:
        """Given by a person, or taken from whoever is complained about; what else queues a case was answered before."""
        what, by = self._found(event), SYSTEM
        if getattr(event, "recusal", False):
            action = Action.RECUSE if isinstance(what, Assignment) else Action.RECUSE_TO_TRIAGE
        elif isinstance(event, cases.TriageQueued):
            return
        else:
            action = Action.ASSIGN if isinstance(event, cases.CaseAssigned) else Action.REASSIGN
            by = SYSTEM if getattr(event, "succession", False) else self._by(event)
        self._step(rules.Said(action, event.occurred_at, what, by, what.explanation))

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
        """Steps of support units of which releases of before said nothing: the history has them, and they could be
        taken."""
        while (kept := self._next_kept()) is not None:
            if (action := kept["action"]) not in (Action.SUPPORT_SIGN, Action.SUPPORT_REPORT):
                return
            if (kept["unit_code"], kept["at"]) in self._told_parts:
                return
            task = tasks.of_round(self.tasks, self.state.round).get(kept["unit_code"])
            if task is None or (task.status, action) not in tasks.STEPS:
                return
            by, part = Actor(kept["who"], task.unit_code, kept["staff_id"]), SupportPart(task.unit_code, "")
            self._step(rules.Said(Action(action), kept["at"], part, by, _UNSEEN), Unseen.HERE)

    def _step(self, said: rules.Said, at: Any = None, matters: Matters | None = None) -> None:
        """Take it, and the ``matters`` beside the case, where its rules and guards let it; else no row follows."""
        before = self.state
        try:
            MACHINE.target(before.status, said.action, before, rules.Ask(said.action, said.what), said.at)
            after = evolve(before, said)
            given = tasks.evolve(self.tasks, before, after, said)
            called = calls.evolve(self.calls, after, said)
            appraised = appraisals.evolve(self.appraisal, after, said)
        except (OutOfTurn, NotFound):
            return
        if is_given_anew(before, after):
            self.named.lead = None
        self.state, self.calls, self.appraisal = after, called, appraised
        self.matters = self.matters if matters is None else matters
        self.requests = requests.evolve(self.requests, before, after, said)
        self.sessions = disputes.evolve(self.sessions, before, after, said)
        self.hearings = disputes.heard_in(self.hearings, after, said)
        of_before = self._is_of_before(after.version)
        self.tasks = tuple(
            task for task in given if not (of_before and task.version == after.version) or self._is_given(task)
        )
        self.steps.append(step_of(self.first.case_id, before, after, said, said.at if at is None else at))
        if isinstance(said.what, FilledList):
            self.lists.append(edition_of(self.first.case_id, after.version, said, said.what))
        if isinstance(said.what, Assignment | Left):
            of_before = self._is_of_before(self.state.version)
            self.decisions.append(decision_of(self.first.case_id, after, said, said.what, of_before=of_before))

    def _is_given(self, task: tasks.TaskState) -> bool:
        return (task.version, task.unit_code) in self._given

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
        who, unit_code, staff_id = by_whom(event)
        kept = self._next_kept()
        if event.by is None:
            # Without its line of the history nobody knows: the line is missed by itself.
            who = "?" if kept is None else kept["who"]
        return Actor(who, unit_code, staff_id)

    def _of(self, event: Any) -> Any:
        """Who took it, of the unit that it is about."""
        return replace(self._by(event), unit_code=event.unit_code)
