"""From events to atoms: keeps what counts, drops every text."""

from collections.abc import Callable
from typing import Any

from libs.common.counters import Counter
from libs.common.events import (
    accepting,
    asking,
    cases,
    door,
    judging,
    letters,
    objections,
    passing,
    supervision,
    tasks,
    upper_orders,
    whistles,
)
from libs.common.events.accused import AccusedNamed, also_accused
from libs.common.events.asking_terms import RequestKind
from libs.common.events.base import Event
from libs.common.events.deadlines import SetDeadline
from libs.common.events.letter_terms import LetterStatus
from libs.common.events.whistle_terms import ClaimKind
from services.analytics.facts.domain import atoms, lettered, objected, ordered, requested, summoned
from services.analytics.facts.domain.petitions import MERIT, NOT_COUNTED, PETITION


def atoms_of(event: Event, seq: int) -> tuple[atoms.Registration | atoms.Atom, ...]:
    """What the event tells, from its place in its source's ledger: nothing when it is of a type that makes no atom.

    Nor do the deadlines of what no measure counts, such as orders of supervision.
    """
    if type(event) not in HEARD or not _counts(event):
        return ()
    limits = tuple(_clock(event, one, seq) for one in cases.deadlines_in(event) if _counts(one))
    read = _READERS.get(type(event))
    told = limits if read is None else (read(event, seq), *limits)
    if isinstance(event, cases.CaseRegistered):
        told = (*told, *_filed(event, seq), *_ordered(event, seq))
    if isinstance(event, whistles.ClaimDecided):
        told = (*told, *_given_back(event, seq), *_rescored(event, seq))
    names = also_accused(event) if isinstance(event, cases.CaseRegistered | AccusedNamed) else ()
    return (*told, atoms.Accusation("\n".join(names), event.occurred_at, seq)) if names else told


def _counts(said: Any) -> bool:
    """Whether it is about the case itself, or about something of it whose promise is counted, too."""
    if not getattr(said, "about", ""):
        return True
    return bool(said.deadline.promise.counted_as) and not isinstance(said, cases.DeadlineWarned)


def _clock(event: Any, one: SetDeadline, seq: int) -> atoms.LimitSet | summoned.TaskLimit:
    if one.deadline.promise.about == "task":
        return summoned.TaskLimit(one.about, one.deadline.value, one.due_at, event.occurred_at, seq)
    return _limit(event, one, seq)


def _missed(event: cases.DeadlineMissed, seq: int) -> atoms.Missed | summoned.TaskMissed:
    due = event.deadline.value, event.due_at, event.occurred_at
    if event.deadline.promise.about == "task":
        return summoned.TaskMissed(event.about, *due, seq)
    return atoms.Missed(event.round, *due, seq)


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
        confidential=event.confidential,
        seq=seq,
    )


def _answered(event: cases.CaseAnsweredDirectly, seq: int) -> atoms.DirectAnswer:
    return atoms.DirectAnswer(event.round, event.answered_by_unit or "", event.occurred_at, event.level or "", seq)


def _assigned(event: cases.CaseAssigned | cases.CaseReassigned, seq: int) -> atoms.Stint:
    support = " ".join(event.support_units)
    below = event.delegates if isinstance(event, cases.CaseReassigned) else ()
    delegate = below[-1] if below else ""
    named = " ".join(event.tasks)
    return atoms.Stint(
        event.round, event.lead_unit, event.category_code, event.occurred_at, support, delegate, named, seq
    )


def _passed(event: passing.CaseDelegated | passing.CaseRaised, seq: int) -> atoms.Passing:
    """What is taken back, and what the successor of a unit that is gone has, counts as nothing."""
    counter = (
        ""
        if isinstance(event, passing.CaseDelegated) and (event.recalled or event.succession)
        else _PASSED[type(event)]
    )
    return atoms.Passing(
        event.round, event.from_unit, event.working_unit, event.lead_unit, event.occurred_at, counter, seq
    )


_PASSED = {passing.CaseDelegated: Counter.DELEGATED.value, passing.CaseRaised: Counter.RAISED.value}


def _handled(event: cases.CaseHandled, seq: int) -> atoms.Outcome:
    kind, level = event.result_kind.value, event.level or ""
    return atoms.Outcome(event.round, event.unit_code, kind, event.occurred_at, level, seq)


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


def _supervised(event: supervision.SupervisionIssued, seq: int) -> atoms.SupervisionAtom:
    return atoms.SupervisionAtom(
        event.supervision_id, event.round, event.level.value, event.unit_code or "", event.occurred_at, seq
    )


def _filed(event: cases.CaseRegistered, seq: int) -> tuple[atoms.Filing, ...]:
    petition, repeat_of = event.petition and event.petition.value, event.repeat_of
    return (atoms.Filing(petition or "", repeat_of or "", event.registered_at, seq),) if petition or repeat_of else ()


def _ordered(event: cases.CaseRegistered, seq: int) -> tuple[ordered.OrderedFromAbove, ...]:
    return () if event.upper_order is None else (ordered.OrderedFromAbove(event.registered_at, seq),)


def _repeated(event: judging.CaseRepeated, seq: int) -> atoms.CameAgain:
    return atoms.CameAgain(event.repeated_by, event.came_at, event.within_days, event.stands, event.occurred_at, seq)


def _judged(what: str, word: str, event: Event, seq: int) -> atoms.Judgement:
    return atoms.Judgement(what, word, event.occurred_at, seq)


def _call_ended(event: whistles.CallDone | whistles.CallCancelled, seq: int) -> summoned.CallEnd:
    return summoned.CallEnd(event.task, isinstance(event, whistles.CallDone), event.occurred_at, seq)


def _given_back(event: whistles.ClaimDecided, seq: int) -> tuple[summoned.CallEnd, ...]:
    """Whose task was given back (退回) was let off; other claims end no task."""
    ends = event.granted and event.kind is ClaimKind.RETURN
    return (summoned.CallEnd(event.task, done=False, at=event.occurred_at, seq=seq),) if ends else ()


def _rescored(event: whistles.ClaimDecided, seq: int) -> tuple[lettered.ScoreChange, ...]:
    """What a unit has instead, whose objection to its score was granted."""
    changed = event.granted and event.kind is ClaimKind.SCORE
    total = sum(one.points for one in event.points)
    return (lettered.ScoreChange(event.task, total, event.occurred_at, seq),) if changed else ()


def _scored(event: whistles.UnitScored, seq: int) -> lettered.ScoreAtom:
    total = sum(one.points for one in event.points)
    return lettered.ScoreAtom(event.task, event.street_unit, total, event.most, event.occurred_at, seq)


def _lettered(status: LetterStatus) -> Callable[[Any, int], lettered.LetterAtom]:
    def read(event: Any, seq: int) -> lettered.LetterAtom:
        late = isinstance(event, letters.LetterReplied) and event.late
        return lettered.LetterAtom(event.letter_id, status.value, event.to_unit, late, event.occurred_at, seq)

    return read


def _unaccepted(event: accepting.NonacceptanceRequested, seq: int) -> requested.UnitWish:
    kind, unit = RequestKind.NONACCEPTANCE.value, event.by_unit or ""
    return requested.UnitWish(event.request or 0, event.round, kind, unit, event.occurred_at, seq)


def _accepted(*, granted: bool) -> Callable[[Any, int], requested.AcceptanceRuling]:
    return lambda event, seq: requested.AcceptanceRuling(event.round, granted, event.occurred_at, seq)


def _answer(word: str) -> Callable[[asking.UnitRequestEvent, int], requested.RequestAnswer]:
    return lambda event, seq: requested.RequestAnswer(event.request, word, event.occurred_at, seq)


_READERS: dict[type[Event], Callable[[Any, int], atoms.Registration | atoms.Atom]] = {
    cases.CaseRegistered: _registered,
    cases.CaseSupplemented: lambda event, seq: atoms.CitizenWord(event.occurred_at, seq=seq),
    door.CaseUrged: lambda event, seq: atoms.CitizenWord(event.occurred_at, Counter.URGED.value, seq),
    cases.CaseWithdrawn: lambda event, seq: atoms.Withdrawal(event.occurred_at, seq),
    cases.CaseAnsweredDirectly: _answered,
    cases.TriageQueued: lambda event, seq: atoms.Stint(event.round, "", "", event.occurred_at, seq=seq),
    cases.CaseAssigned: _assigned,
    cases.CaseReassigned: _assigned,
    passing.CaseDelegated: _passed,
    passing.CaseRaised: _passed,
    cases.CaseSigned: lambda event, seq: atoms.Signature(event.round, event.unit_code, event.occurred_at, seq),
    cases.ProgressReported: lambda event, seq: atoms.Progress(event.round, event.unit_code, event.occurred_at, seq),
    cases.CaseHandled: _handled,
    tasks.TaskGiven: lambda event, seq: summoned.PartGiven(
        event.round, event.unit_code, event.occurred_at, event.task, seq
    ),
    cases.TaskDone: lambda event, seq: summoned.PartDone(event.round, event.unit_code, event.occurred_at, seq),
    cases.TaskCancelled: lambda event, seq: summoned.PartCancelled(
        event.round, event.unit_code, event.occurred_at, event.successor or "", event.task or "", seq
    ),
    whistles.StreetWhistled: lambda event, seq: summoned.WhistleAtom(
        event.round, event.unit_code, " ".join(event.tasks), event.occurred_at, seq
    ),
    whistles.UnitArrived: lambda event, seq: summoned.Arrival(event.task, event.occurred_at, seq),
    whistles.CallDone: _call_ended,
    whistles.CallCancelled: _call_ended,
    cases.ReturnRequested: lambda event, seq: atoms.ReturnRequest(
        event.round, event.unit_code, event.reason_code, event.occurred_at, seq
    ),
    cases.ReturnDecided: lambda event, seq: atoms.ReturnRuling(
        event.round, event.unit_code, event.approved, event.occurred_at, seq
    ),
    asking.RequestMade: lambda event, seq: requested.UnitWish(
        event.request, event.round, event.kind.value, event.unit_code, event.occurred_at, seq
    ),
    asking.RequestGranted: _answer("granted"),
    asking.RequestRefused: _answer("refused"),
    asking.RequestLapsed: _answer("lapsed"),
    accepting.NonacceptanceRequested: _unaccepted,
    accepting.NonacceptanceRefused: _accepted(granted=False),
    accepting.CaseNotAccepted: _accepted(granted=True),
    letters.LetterSent: _lettered(LetterStatus.SENT),
    letters.LetterReplied: _lettered(LetterStatus.REPLIED),
    letters.LetterSentBack: _lettered(LetterStatus.SENT_BACK),
    letters.LetterWithdrawn: _lettered(LetterStatus.WITHDRAWN),
    whistles.UnitScored: _scored,
    cases.DeadlineWarned: lambda event, seq: atoms.Warned(
        event.round, event.deadline.value, event.due_at, event.occurred_at, seq
    ),
    cases.DeadlineMissed: _missed,
    cases.CallbackDue: lambda event, seq: atoms.CallbackOpened(
        event.round, event.handling_unit or "", event.occurred_at, seq
    ),
    cases.CallbackTried: _tried,
    cases.CaseSentBack: lambda event, seq: atoms.SentBack(
        event.round, event.next_round, event.unit_code or "", event.occurred_at, seq
    ),
    cases.CaseClosed: _closed,
    objections.ObjectionRaised: lambda event, seq: objected.ObjectionAtom(
        event.objection_id, event.round, event.occurred_at, seq
    ),
    objections.ObjectionDecided: lambda event, seq: objected.ObjectionRuling(
        event.objection_id, event.round, event.granted, event.occurred_at, seq
    ),
    objections.CaseReopened: lambda event, seq: objected.Reopening(
        event.round, event.next_round, event.unit_code or "", event.occurred_at, seq
    ),
    upper_orders.UpperReplySent: lambda event, seq: ordered.AnsweredAbove(event.occurred_at, seq),
    supervision.SupervisionIssued: _supervised,
    supervision.SupervisionReplied: lambda event, seq: atoms.SupervisionReply(
        event.supervision_id, event.round, event.occurred_at, seq
    ),
    judging.RepeatNamed: lambda event, seq: atoms.RepeatName(event.repeat_of or "", event.occurred_at, seq),
    judging.CaseRepeated: _repeated,
    judging.PetitionClassified: lambda event, seq: _judged(
        PETITION, event.petition.value if event.petition else "", event, seq
    ),
    judging.DemandJudged: lambda event, seq: _judged(MERIT, event.merit.value, event, seq),
    judging.ExclusionDecided: lambda event, seq: _judged(NOT_COUNTED, "granted" if event.granted else "", event, seq),
    judging.ExclusionRevoked: lambda event, seq: _judged(NOT_COUNTED, "", event, seq),
}
HEARD: frozenset[type[Event]] = frozenset({*_READERS, cases.DeadlineSet, AccusedNamed, whistles.ClaimDecided})
