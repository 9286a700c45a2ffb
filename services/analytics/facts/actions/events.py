"""From events to atoms: keeps what counts, drops every text."""

from collections.abc import Callable
from typing import Any

from libs.common.counters import Counter
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.deadlines import SetDeadline
from services.analytics.facts.domain.atoms import (
    Atom,
    CallbackOpened,
    CitizenWord,
    Closure,
    DirectAnswer,
    LimitSet,
    Missed,
    Outcome,
    PartCancelled,
    PartDone,
    Progress,
    Registration,
    ReturnRequest,
    ReturnRuling,
    SentBack,
    Signature,
    Stint,
    SupervisionAtom,
    SupervisionReply,
    Try,
    Warned,
    Withdrawal,
)


def atoms_of(event: Event, seq: int) -> tuple[Registration | Atom, ...]:
    """What the event tells, from its place in its source's ledger: nothing when it is of a type that makes no atom.

    Nor do the deadlines of orders, which no measure counts.
    """
    if type(event) not in HEARD or bool(getattr(event, "about", "")):
        return ()
    limits = tuple(_limit(event, one, seq) for one in cases.deadlines_in(event) if not one.about)
    read = _READERS.get(type(event))
    return limits if read is None else (read(event, seq), *limits)


def _registered(event: cases.CaseRegistered, seq: int) -> Registration:
    return Registration(
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


def _answered(event: cases.CaseAnsweredDirectly, seq: int) -> DirectAnswer:
    return DirectAnswer(event.round, event.answered_by_unit or "", event.occurred_at, seq)


def _assigned(event: cases.CaseAssigned | cases.CaseReassigned, seq: int) -> Stint:
    support = " ".join(event.support_units)
    return Stint(event.round, event.lead_unit, event.category_code, event.occurred_at, support, seq)


def _handled(event: cases.CaseHandled, seq: int) -> Outcome:
    return Outcome(event.round, event.unit_code, event.result_kind.value, event.occurred_at, seq)


def _limit(event: Any, one: SetDeadline, seq: int) -> LimitSet:
    return LimitSet(
        round=event.round,
        deadline=one.deadline.value,
        unit=one.unit_code or "",
        starts_at=one.starts_at,
        due_at=one.due_at,
        at=event.occurred_at,
        seq=seq,
    )


def _tried(event: cases.CallbackTried, seq: int) -> Try:
    """Of several requesters' words the one counts by which the round ends."""
    return Try(
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


def _closed(event: cases.CaseClosed, seq: int) -> Closure:
    word = event.satisfaction and event.satisfaction.value
    return Closure(event.round, event.closing.value, word, event.occurred_at, seq)


def _supervised(event: cases.SupervisionIssued, seq: int) -> SupervisionAtom:
    return SupervisionAtom(
        event.supervision_id, event.round, event.level.value, event.unit_code or "", event.occurred_at, seq
    )


_READERS: dict[type[Event], Callable[[Any, int], Registration | Atom]] = {
    cases.CaseRegistered: _registered,
    cases.CaseSupplemented: lambda event, seq: CitizenWord(event.occurred_at, seq=seq),
    cases.CaseUrged: lambda event, seq: CitizenWord(event.occurred_at, Counter.URGED.value, seq),
    cases.CaseWithdrawn: lambda event, seq: Withdrawal(event.occurred_at, seq),
    cases.CaseAnsweredDirectly: _answered,
    cases.TriageQueued: lambda event, seq: Stint(event.round, "", "", event.occurred_at, seq=seq),
    cases.CaseAssigned: _assigned,
    cases.CaseReassigned: _assigned,
    cases.CaseSigned: lambda event, seq: Signature(event.round, event.unit_code, event.occurred_at, seq),
    cases.ProgressReported: lambda event, seq: Progress(event.round, event.unit_code, event.occurred_at, seq),
    cases.CaseHandled: _handled,
    cases.TaskDone: lambda event, seq: PartDone(event.round, event.unit_code, event.occurred_at, seq),
    cases.TaskCancelled: lambda event, seq: PartCancelled(
        event.round, event.unit_code, event.occurred_at, event.successor or "", seq
    ),
    cases.ReturnRequested: lambda event, seq: ReturnRequest(
        event.round, event.unit_code, event.reason_code, event.occurred_at, seq
    ),
    cases.ReturnDecided: lambda event, seq: ReturnRuling(
        event.round, event.unit_code, event.approved, event.occurred_at, seq
    ),
    cases.DeadlineWarned: lambda event, seq: Warned(
        event.round, event.deadline.value, event.due_at, event.occurred_at, seq
    ),
    cases.DeadlineMissed: lambda event, seq: Missed(
        event.round, event.deadline.value, event.due_at, event.occurred_at, seq
    ),
    cases.CallbackDue: lambda event, seq: CallbackOpened(
        event.round, event.handling_unit or "", event.occurred_at, seq
    ),
    cases.CallbackTried: _tried,
    cases.CaseSentBack: lambda event, seq: SentBack(
        event.round, event.next_round, event.unit_code or "", event.occurred_at, seq
    ),
    cases.CaseClosed: _closed,
    cases.SupervisionIssued: _supervised,
    cases.SupervisionReplied: lambda event, seq: SupervisionReply(
        event.supervision_id, event.round, event.occurred_at, seq
    ),
}
HEARD: frozenset[type[Event]] = frozenset({*_READERS, cases.DeadlineSet})
