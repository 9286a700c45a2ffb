"""Dispatch without its database: the rules of ``domain`` as they are, the rows around them in memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from libs.common.events import cases
from libs.common.events.terms import ResultKind
from libs.common.rules.machine import Actor
from services.dispatch.cases.domain import transitions as dispatch
from services.dispatch.cases.domain.terms import Action as Deed
from services.dispatch.cases.domain.terms import Standing as Work
from services.dispatch.cases.domain.terms import Status as WorkStatus
from tests.unit.guard.delivery import CASE, UNITS, Now, Service, Word


class Units(Service):
    """Dispatch: finds the unit, and holds who may do what with the case."""

    name = "dispatch"

    def __init__(self, now: Now, *, rule_knows: bool) -> None:
        super().__init__()
        self._now = now
        self._rule_knows = rule_knows
        self.work = Work()
        self.round = 1

    def act(self, deed: Deed, actor: Actor, unit: str) -> None:
        """A person's step; refused when it is not theirs or not now. The lead unit waits for its support units."""
        dispatch.check_party(self.work, deed, actor)
        self._take(deed, unit, asked_by=actor.subject)

    def hear(self, word: Word) -> None:
        """As ``services/dispatch/handlers.py`` does."""
        match event := word.event:
            case cases.CaseRegistered():
                self._open(event)
            case cases.CaseWithdrawn():
                self._if_possible(Deed.WITHDRAW)
            case cases.CaseAnsweredDirectly() if event.round == self.round:
                self._if_possible(Deed.ANSWER)
            case cases.CaseSentBack() if event.round == self.round and self.work.status is not WorkStatus.CLOSED:
                self._next_round(event)
            case cases.CaseClosed() if event.round == self.round:
                self._if_possible(Deed.CLOSE)

    def _open(self, event: cases.CaseRegistered) -> None:
        if self.work.status is not None:
            return
        if event.answered_at_once:
            self._take(Deed.NOTE_ANSWER)
        else:
            self._take(Deed.ROUTE if self._rule_knows else Deed.QUEUE, UNITS[0])

    def _next_round(self, event: cases.CaseSentBack) -> None:
        self.round = event.next_round
        again = self.work.lead_unit or (UNITS[0] if self._rule_knows else None)
        self._take(Deed.SEND_BACK_TO_TRIAGE if again is None else Deed.SEND_BACK, again or "")

    def _if_possible(self, deed: Deed) -> None:
        if dispatch.MACHINE.allows(self.work.status, deed):
            self._take(deed)

    def _take(self, deed: Deed, unit: str = "", asked_by: str | None = None) -> None:
        before = self.work
        work = replace(before, status=dispatch.MACHINE.target(before.status, deed, before, self._now.moment))
        if deed is Deed.ASK_RETURN:
            work = replace(work, return_pending=True, return_asked_by=asked_by)
        elif deed in _BESIDE_THE_LEAD:
            done = deed in (Deed.SUPPORT_DONE, Deed.SUPPORT_CANCEL)
            self.work = replace(work, open_support=() if done else before.open_support)
            return
        elif deed not in (Deed.SIGN, Deed.REPORT):
            work = replace(work, return_pending=False, return_asked_by=None)
        if deed in _NAMES_A_LEAD:
            support = tuple(code for code in UNITS if code != unit)[:1]
            until = self._now.moment + timedelta(hours=24)
            work = replace(work, lead_unit=unit, support_units=support, open_support=support, return_until=until)
        elif work.status is WorkStatus.TRIAGE:
            work = replace(work, lead_unit=None, support_units=(), open_support=())
        self.work = work
        for kind, fields in _SAYS[deed](before, work) if deed in _SAYS else ():
            self.say(kind(case_id=CASE, occurred_at=self._now.moment, round=self.round, **fields))


_BESIDE_THE_LEAD = (Deed.SUPPORT_SIGN, Deed.SUPPORT_REPORT, Deed.SUPPORT_DONE, Deed.SUPPORT_CANCEL)
_NAMES_A_LEAD = (Deed.ROUTE, Deed.ASSIGN, Deed.HAND_ON, Deed.REASSIGN, Deed.SEND_BACK)
_Said = tuple[tuple[type[Any], dict[str, Any]], ...]


def _assigned(_before: Work, after: Work) -> _Said:
    choice = {"lead_unit": after.lead_unit, "category_code": "0101", "explanation": "", "pack_version": 1}
    return ((cases.CaseAssigned, {**choice, "by_rule": True}),)


def _reassigned(before: Work, after: Work) -> _Said:
    choice = {"lead_unit": after.lead_unit, "category_code": "0101", "explanation": "", "pack_version": 1}
    return ((cases.CaseReassigned, {**choice, "from_unit": before.lead_unit}),)


def _queued(_before: Work, _after: Work) -> _Said:
    return ((cases.TriageQueued, {"reason": ""}),)


def _decided(before: Work, *, approved: bool) -> _Said:
    return ((cases.ReturnDecided, {"unit_code": before.lead_unit, "approved": approved, "note": ""}),)


_SAYS: dict[Deed, Callable[[Work, Work], _Said]] = {
    Deed.ROUTE: _assigned,
    Deed.ASSIGN: _assigned,
    Deed.SEND_BACK: _assigned,
    Deed.REASSIGN: _reassigned,
    Deed.HAND_ON: lambda before, after: (*_decided(before, approved=True), *_reassigned(before, after)),
    Deed.TAKE_BACK: lambda before, after: (*_decided(before, approved=True), *_queued(before, after)),
    Deed.REFUSE_RETURN: lambda before, _: _decided(before, approved=False),
    Deed.QUEUE: _queued,
    Deed.SEND_BACK_TO_TRIAGE: _queued,
    Deed.SIGN: lambda before, _: ((cases.CaseSigned, {"unit_code": before.lead_unit}),),
    Deed.REPORT: lambda before, _: ((cases.ProgressReported, {"unit_code": before.lead_unit, "note": ""}),),
    Deed.ASK_RETURN: lambda before, _: (
        (cases.ReturnRequested, {"unit_code": before.lead_unit, "reason_code": "wrong_area", "note": ""}),
    ),
    Deed.HAND_IN: lambda before, _: (
        (cases.CaseHandled, {"unit_code": before.lead_unit, "result_kind": ResultKind.SUBSTANTIVE, "result": ""}),
    ),
}
