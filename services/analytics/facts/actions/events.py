"""From events to atoms: keeps what counts, drops every text."""

from collections.abc import Callable
from typing import Any

from libs.common.counters import Counter
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.deadlines import SetDeadline
from services.analytics.facts.domain import atoms


def atoms_of(event: Event, seq: int) -> tuple[atoms.Registration | atoms.Atom, ...]:
    """What the event tells, from its place in its source's ledger: nothing when it is of a type that makes no atom.

    Nor do the deadlines of orders, which no measure counts.
    """
    if type(event) not in HEARD or bool(getattr(event, "about", "")):
        return ()
    limits = tuple(_limit(event, one, seq) for one in cases.deadlines_in(event) if not one.about)
    read = _READERS.get(type(event))
    return limits if read is None else (read(event, seq), *limits)


def _registered(event: cases.CaseRegistered, seq: int) -> atoms.Registration:
    return atoms.Registration(
        case_id=event.case_id,
        case_no=event.case_no,
        area_code=event.area_code,
        category_code=event.category_code or "",
        channel=event.channel.value,
        kind=event.kind.value,
        urgency=event.urgency.value,
        pack_version=event.pack_version,
        at=event.registered_at,
        accused_unit=event.accused_unit or "",
        seq=seq,
    )


def _answered(event: cases.CaseAnsweredDirectly, seq: int) -> atoms.DirectAnswer:
    return atoms.DirectAnswer(event.round, event.answered_by_unit or "", event.occurred_at, seq)


def _assigned(event: cases.CaseAssigned | cases.CaseReassigned, seq: int) -> atoms.Stint:
    support = " ".join(event.support_units)
    return atoms.Stint(event.round, event.lead_unit, event.category_code, event.occurred_at, support, seq)


def _handled(event: cases.CaseHandled, seq: int) -> atoms.Outcome:
    return atoms.Outcome(event.round, event.unit_code, event.result_kind.value, event.occurred_at, seq)


def _limit(event: Any, one: SetDeadline, seq: int) -> atoms.LimitSet:
    return atoms.LimitSet(
        round=event.round,
        deadline=one.deadline.value,
        unit=one.unit_code or "",
        starts_at=one.starts_at,
        due_at=one.due_at,
        at=event.occurred_at,
        seq=seq,
    )


def _tried(event: cases.CallbackTried, seq: int) -> atoms.Try:
    """Of several requesters' words the one counts by which the round ends."""
    return atoms.Try(
        round=event.round,
        attempt=event.attempt,
        unit=event.handling_unit or "",
        reached=event.reached.value,
        valid=event.decides,
        contacted=event.contacted,
        solved=event.solved,
        satisfaction=event.satisfaction and event.satisfaction.value,
        at=event.occurred_at,
        seq=seq,
    )


def _closed(event: cases.CaseClosed, seq: int) -> atoms.Closure:
    word = event.satisfaction and event.satisfaction.value
    return atoms.Closure(event.round, event.closing.value, word, event.occurred_at, seq)


def _supervised(event: cases.SupervisionIssued, seq: int) -> atoms.SupervisionAtom:
    return atoms.SupervisionAtom(
        event.supervision_id, event.round, event.level.value, event.unit_code or "", event.occurred_at, seq
    )


_READERS: dict[type[Event], Callable[[Any, int], atoms.Registration | atoms.Atom]] = {
    cases.CaseRegistered: _registered,
    cases.CaseSupplemented: lambda event, seq: atoms.CitizenWord(event.occurred_at, seq=seq),
    cases.CaseUrged: lambda event, seq: atoms.CitizenWord(event.occurred_at, Counter.URGED.value, seq),
    cases.CaseWithdrawn: lambda event, seq: atoms.Withdrawal(event.occurred_at, seq),
    cases.CaseAnsweredDirectly: _answered,
    cases.TriageQueued: lambda event, seq: atoms.Stint(event.round, "", "", event.occurred_at, seq=seq),
    cases.CaseAssigned: _assigned,
    cases.CaseReassigned: _assigned,
    cases.CaseSigned: lambda event, seq: atoms.Signature(event.round, event.unit_code, event.occurred_at, seq),
    cases.ProgressReported: lambda event, seq: atoms.Progress(event.round, event.unit_code, event.occurred_at, seq),
    cases.CaseHandled: _handled,
    cases.TaskDone: lambda event, seq: atoms.PartDone(event.round, event.unit_code, event.occurred_at, seq),
    cases.TaskCancelled: lambda event, seq: atoms.PartCancelled(
        event.round, event.unit_code, event.occurred_at, event.successor or "", seq
    ),
    cases.ReturnRequested: lambda event, seq: atoms.ReturnRequest(
        event.round, event.unit_code, event.reason_code, event.occurred_at, seq
    ),
    cases.ReturnDecided: lambda event, seq: atoms.ReturnRuling(
        event.round, event.unit_code, event.approved, event.occurred_at, seq
    ),
    cases.DeadlineWarned: lambda event, seq: atoms.Warned(
        event.round, event.deadline.value, event.due_at, event.occurred_at, seq
    ),
    cases.DeadlineMissed: lambda event, seq: atoms.Missed(
        event.round, event.deadline.value, event.due_at, event.occurred_at, seq
    ),
    cases.CallbackDue: lambda event, seq: atoms.CallbackOpened(
        event.round, event.handling_unit or "", event.occurred_at, seq
    ),
    cases.CallbackTried: _tried,
    cases.CaseSentBack: lambda event, seq: atoms.SentBack(
        event.round, event.next_round, event.unit_code or "", event.occurred_at, seq
    ),
    cases.CaseClosed: _closed,
    cases.SupervisionIssued: _supervised,
    cases.SupervisionReplied: lambda event, seq: atoms.SupervisionReply(
        event.supervision_id, event.round, event.occurred_at, seq
    ),
}
HEARD: frozenset[type[Event]] = frozenset({*_READERS, cases.DeadlineSet})
