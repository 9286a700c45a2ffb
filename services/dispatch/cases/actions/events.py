"""The words of the rules as events: what is heard of a case, and what is said of a step that it took."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.deadlines import SetDeadline
from libs.common.rules.machine import SYSTEM
from services.dispatch.cases.domain.state import (
    AddedText,
    Ask,
    Assignment,
    Left,
    LimitWord,
    Result,
    Return,
    Said,
    State,
    Supervised,
    SupportPart,
    Word,
)
from services.dispatch.cases.domain.terms import Action

HEARD: Mapping[type[Event], Callable[[Any], Ask]] = {
    cases.CaseSupplemented: lambda event: Ask(
        Action.SUPPLEMENT, AddedText(event.occurred_at, event.text), why=event.text
    ),
    cases.CaseWithdrawn: lambda event: Ask(Action.WITHDRAW, why=event.reason),
    cases.CaseAnsweredDirectly: lambda event: Ask(Action.ANSWER, why=event.answer),
    cases.CaseClosed: lambda event: Ask(Action.CLOSE, why=event.closing),
}
"""What others do to a case, as the step that it is here, for nobody decides it here."""


def words_of(event: Event) -> Iterator[LimitWord | Supervised]:
    """What clocks and orders say that is no step; nothing about the clock of something else."""
    match event:
        case cases.DeadlineSet(deadlines=limits):
            yield from (_limit(Word.SET, one) for one in limits if not one.about)
        case cases.DeadlineWarned() | cases.DeadlineMissed() if not event.about:
            yield _limit(Word.WARNED if isinstance(event, cases.DeadlineWarned) else Word.MISSED, event)
        case cases.SupervisionIssued():
            yield Supervised()


def _limit(word: Word, said: SetDeadline | cases.DeadlineWarned | cases.DeadlineMissed) -> LimitWord:
    return LimitWord(word, said.deadline, said.due_at, said.unit_code)


def events_of(case_id: str, before: State, after: State, said: Said) -> Iterator[Event]:
    """What is said of a step, in this order; of some nothing is."""
    where: dict[str, Any] = {"case_id": case_id, "occurred_at": said.at, "round": before.round}
    of_lead = where | {"unit_code": before.lead_unit}
    if said.action in _DECISIONS:
        yield cases.ReturnDecided(**of_lead, approved=said.action is not Action.REFUSE_RETURN, note=said.why)
    match said.what:
        case Assignment() as given:
            yield _assigned(case_id, before, after, said, given)
        case Left(explanation=reason):
            yield cases.TriageQueued(case_id=case_id, occurred_at=said.at, round=after.round, reason=reason)
        case Result(kind, text, contacted_at, without):
            result: dict[str, Any] = {"result_kind": kind, "result": text, "contacted_at": contacted_at}
            yield cases.CaseHandled(**of_lead, **result, without_support=before.open_support if without else ())
        case Return(reason_code, note):
            yield cases.ReturnRequested(**of_lead, reason_code=reason_code, note=note)
        case SupportPart(unit, text) if said.action is Action.SUPPORT_DONE:
            yield cases.TaskDone(**where, unit_code=unit, result=text)
        case SupportPart(unit, text, to) if said.action in (Action.SUPPORT_CANCEL, Action.SUPPORT_HAND_ON):
            yield cases.TaskCancelled(**where, unit_code=unit, reason=text, successor=to)
    if said.action is Action.SIGN:
        yield cases.CaseSigned(**of_lead)
    elif said.action is Action.REPORT:
        yield cases.ProgressReported(**of_lead, note=said.why)


_DECISIONS = (Action.REFUSE_RETURN, Action.HAND_ON, Action.TAKE_BACK)
_IN_PLACE_OF_ANOTHER = (Action.HAND_ON, Action.REASSIGN)


def _assigned(case_id: str, before: State, after: State, said: Said, given: Assignment) -> Event:
    chosen: dict[str, Any] = {
        "case_id": case_id,
        "occurred_at": said.at,
        "round": after.round,
        "lead_unit": given.lead_unit,
        "support_units": given.support_units,
        "category_code": given.category_code,
        "explanation": given.explanation,
        "pack_version": given.pack_version,
    }
    if said.action in _IN_PLACE_OF_ANOTHER:
        # What the system does, it does since the unit before is gone.
        return cases.CaseReassigned(**chosen, from_unit=before.lead_unit or "", succession=said.by is SYSTEM)
    return cases.CaseAssigned(**chosen, by_rule=given.by_rule)
