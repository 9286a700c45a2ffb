"""The words of the rules as events: what is heard of a case, and what is said of a step that it took."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from libs.common.events import accepting, arbitration, asking, cases, passing, supervision, tasks
from libs.common.events.base import Event
from libs.common.events.deadlines import SetDeadline
from libs.common.events.task_parts import AssignedPart
from libs.common.events.task_terms import task_name
from libs.common.rules.machine import SYSTEM
from services.dispatch.cases.actions.appraised import appraised_event
from services.dispatch.cases.actions.called import called_event
from services.dispatch.cases.domain.appraising import Appraising
from services.dispatch.cases.domain.called import CalledPart, Whistle
from services.dispatch.cases.domain.disputed import ArbitrationRuling, Dispute, RaisedRequest, UnitStatement
from services.dispatch.cases.domain.state import (
    AddedText,
    Ask,
    Assignment,
    FilledList,
    GivenPart,
    Left,
    LimitWord,
    NewChain,
    Nonacceptance,
    RequestRuling,
    Result,
    Return,
    Said,
    State,
    Supervised,
    SupportPart,
    Wanted,
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
        case supervision.SupervisionIssued():
            yield Supervised()


def _limit(word: Word, said: SetDeadline | cases.DeadlineWarned | cases.DeadlineMissed) -> LimitWord:
    return LimitWord(word, said.deadline, said.due_at, said.unit_code)


def events_of(case_id: str, before: State, after: State, said: Said) -> Iterator[Event]:
    """What is said of a step, in this order; of some nothing is."""
    where: dict[str, Any] = {"case_id": case_id, "occurred_at": said.at, "round": before.round}
    of_lead, of_worker = where | {"unit_code": before.lead_unit}, where | {"unit_code": before.working_unit}
    yield from _before_it(where, of_lead, said)
    match said.what:
        case Assignment() as given:
            yield _assigned(case_id, before, after, said, given)
        case NewChain() as chain:
            yield _passed(where, before, said, chain)
        case Left(explanation=reason):
            recusal = said.action is Action.RECUSE_TO_TRIAGE
            yield cases.TriageQueued(**where | {"round": after.round}, reason=reason, recusal=recusal)
        case Result(kind, text, contacted_at, without, level):
            result: dict[str, Any] = {"result_kind": kind, "result": text, "contacted_at": contacted_at, "level": level}
            yield cases.CaseHandled(**of_worker, **result, without_support=before.open_support if without else ())
        case Return(reason_code, note):
            yield cases.ReturnRequested(**of_lead, reason_code=reason_code, note=note, request=after.version)
        case Wanted() | RequestRuling() | RaisedRequest() as request:
            yield _of_request(where, before, after, said, request)
        case SupportPart() | GivenPart() | FilledList() | Dispute() | UnitStatement() as part:
            yield _beside(where, after, said, part)
    yield from _of_work(where, of_worker, said)
    yield from _of_acceptance(where, before, after, said)
    yield from _of_whistles(where, after, said)


def _of_whistles(where: dict[str, Any], after: State, said: Said) -> Iterator[Event]:
    if isinstance(said.what, Whistle | CalledPart):
        yield called_event(where, after, said, said.what)
    elif isinstance(said.what, Appraising):
        yield appraised_event(where, after, said, said.what)


def _of_work(where: dict[str, Any], of_worker: dict[str, Any], said: Said) -> Iterator[Event]:
    """What brings nothing but words."""
    if said.action is Action.SIGN:
        yield cases.CaseSigned(**of_worker)
    elif said.action is Action.REPORT:
        yield cases.ProgressReported(**of_worker, note=said.why)
    elif said.action is Action.LIFT:
        yield asking.SuspensionLifted(**where, note=said.why)


def _of_request(
    where: dict[str, Any], before: State, after: State, said: Said, request: Wanted | RequestRuling | RaisedRequest
) -> Event:
    match request:
        case Wanted():
            of_worker = where | {"unit_code": before.working_unit}
            return asking.RequestMade(**of_worker, request=after.version, **_asked(request), note=request.note)
        case RaisedRequest(number, kind, unit_code, due_at):
            raised: dict[str, Any] = {"request": number, "kind": kind, "unit_code": unit_code, "due_at": due_at}
            return asking.RequestRaised(**where, **raised)
    return _answered(where, before, said, request)


def _asked(wanted: Wanted) -> dict[str, Any]:
    counted: dict[str, Any] = {"days": wanted.days, "unit": wanted.unit, "until": wanted.until}
    counted |= {"evidence": wanted.evidence, "answer": wanted.answer}
    return counted | {"kind": wanted.kind, "reason_code": wanted.reason_code}


def _answered(where: dict[str, Any], before: State, said: Said, answered: RequestRuling) -> Event:
    kind, notice = answered.wanted.kind, answered.notice
    of_it: dict[str, Any] = where | {"kind": kind, "request": answered.request, "unit_code": answered.unit_code}
    if said.action is Action.REFUSE:
        return asking.RequestRefused(**of_it, note=said.why)
    if said.action is Action.LAPSE:
        return asking.RequestLapsed(**of_it)
    of_it |= _asked(answered.wanted) | {"asked_by": answered.asked_by, "asked_by_staff": answered.asked_by_staff}
    units = tuple(unit for unit in (before.lead_unit, *before.delegates) if unit is not None)
    return asking.RequestGranted(**of_it, note=said.why, notice=notice, units=units)


def _of_acceptance(where: dict[str, Any], before: State, after: State, said: Said) -> Iterator[Event]:
    """What is said of whether it is accepted."""
    if isinstance(said.what, Nonacceptance):
        yield _unaccepted(where, before, after, said, said.what)
    elif said.action is Action.REFUSE_NONACCEPTANCE:
        yield accepting.NonacceptanceRefused(**where, note=said.why)


def _unaccepted(where: dict[str, Any], before: State, after: State, said: Said, wanted: Nonacceptance) -> Event:
    asked: dict[str, Any] = where | {
        "reason_code": wanted.reason_code,
        "go_to": wanted.go_to,
        "notice": wanted.notice,
    }
    if said.action is Action.ASK_NONACCEPTANCE:
        return accepting.NonacceptanceRequested(**asked, request=after.version)
    asked["asked_by"], asked["asked_by_staff"] = before.nonacceptance_asked_by, before.nonacceptance_asked_by_staff
    return accepting.CaseNotAccepted(**asked, note=said.why)


def _passed(where: dict[str, Any], before: State, said: Said, chain: NewChain) -> Event:
    passed: dict[str, Any] = where | {
        "from_unit": before.working_unit,
        "working_unit": chain.working_unit,
        "lead_unit": chain.lead_unit,
        "delegates": chain.delegates,
        "note": chain.note,
    }
    if said.action is Action.RAISE:
        return passing.CaseRaised(**passed, reason_code=chain.reason_code)
    recalled, succession = said.action is Action.RECALL, said.action is Action.SUCCEED
    return passing.CaseDelegated(**passed, recalled=recalled, succession=succession)


_DECISIONS = (Action.REFUSE_RETURN, Action.HAND_ON, Action.TAKE_BACK)
_IN_PLACE_OF_ANOTHER = (Action.HAND_ON, Action.REASSIGN, Action.RECUSE)


def _given_to(before: State, after: State) -> tuple[str, ...]:
    """The support units that do not go on with an open task of this round."""
    going_on = before.open_support if before.round == after.round else ()
    return tuple(unit for unit in after.open_support if unit not in going_on)


_Part = SupportPart | GivenPart | FilledList | Dispute | UnitStatement


def _before_it(where: dict[str, Any], of_lead: dict[str, Any], said: Said) -> Iterator[Event]:
    """What was decided, before what follows from it."""
    if isinstance(said.what, Assignment) and said.what.ruling is not None:
        yield _ruled(where, said.what, said.what.ruling)
    if said.action in _DECISIONS:
        yield cases.ReturnDecided(**of_lead, approved=said.action is not Action.REFUSE_RETURN, note=said.why)


def _ruled(where: dict[str, Any], given: Assignment, ruling: ArbitrationRuling) -> Event:
    of_it: dict[str, Any] = where | {"arbitration": ruling.arbitration, "units": ruling.units}
    of_it |= {"lead_unit": given.lead_unit, "support_units": given.support_units}
    of_it |= {"minutes": ruling.minutes, "files": ruling.files, "words": ruling.words}
    return arbitration.ArbitrationRuled(**of_it)


def _disputed(where: dict[str, Any], after: State, part: Dispute | UnitStatement) -> Event:
    if isinstance(part, UnitStatement):
        of_it: dict[str, Any] = {"unit_code": part.unit_code, "absent": part.absent, "words": part.words}
        return arbitration.UnitHeard(**where, arbitration=part.arbitration, **of_it)
    of_it = {"units": part.units, "question": part.question, "by_rule": part.by_rule}
    return arbitration.ArbitrationOpened(**where, arbitration=after.version, **of_it)


def _beside(where: dict[str, Any], after: State, said: Said, part: _Part) -> Event:
    if isinstance(part, Dispute | UnitStatement):
        return _disputed(where, after, part)
    if isinstance(part, FilledList):
        return tasks.ListFilled(**where, list_code=part.list_code, edition=part.edition, text=part.text)
    of_part = where | {"unit_code": part.unit_code}
    if isinstance(part, GivenPart):
        of_part |= {"what": part.what, "measures": part.measures, "due_at": part.due_at}
        return tasks.TaskGiven(**of_part, task=task_name(after.version, part.unit_code))
    return _of_support(of_part, after, said, part)


def _of_support(of_part: dict[str, Any], after: State, said: Said, part: SupportPart) -> Event:
    match said.action:
        case Action.SUPPORT_SIGN:
            return tasks.TaskSigned(**of_part, note=part.text)
        case Action.SUPPORT_REPORT:
            return tasks.TaskReported(**of_part, note=part.text)
        case Action.SUPPORT_DONE:
            return cases.TaskDone(**of_part, result=part.text, evidence=part.evidence)
    task = None if part.successor is None else task_name(after.version, part.successor)
    return cases.TaskCancelled(**of_part, reason=part.text, successor=part.successor, task=task)


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
        "tasks": tuple(task_name(after.version, unit) for unit in _given_to(before, after)),
        "parts": tuple(AssignedPart(**asdict(part)) for part in given.parts),
    }
    if said.action in _IN_PLACE_OF_ANOTHER:
        # What the system does, it does since the unit before is gone.
        recusal = said.action is Action.RECUSE
        succession = said.by is SYSTEM and not recusal
        chosen |= {"delegates": given.delegates, "reason_code": given.reason_code, "recusal": recusal}
        chosen |= {"succession": succession, "for_cause": given.for_cause and said.by is not SYSTEM}
        return cases.CaseReassigned(**chosen, from_unit=before.lead_unit or "")
    return cases.CaseAssigned(**chosen, by_rule=given.by_rule)
