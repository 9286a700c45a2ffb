"""What a case counts as by what its units asked for (申请), told from its ledgers alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from huiyin.audit.case import ANALYTICS, DISPATCH, FOLLOWUP, INTAKE, CaseView
from huiyin.audit.counted import Counted, CountedOnce
from libs.common.events import accepting, asking, cases, passing
from libs.common.events.cases import RoundEvent

_COUNTED = ("return", "extension", "suspension", "termination", "staged", "nonacceptance")
_MOVES = (
    cases.TriageQueued,
    cases.CaseAssigned,
    cases.CaseReassigned,
    passing.CaseDelegated,
    passing.CaseRaised,
    cases.CaseHandled,
)
_ANSWERS: dict[type[RoundEvent], str] = {
    asking.RequestGranted: "granted",
    asking.RequestRefused: "refused",
    asking.RequestLapsed: "lapsed",
}


@dataclass(slots=True)
class _Waiting:
    """A request without an answer so far."""

    kind: str
    round: int
    unit: str
    at: datetime
    moved_at: datetime | None = None
    """When the case went to another unit, or had its result."""


def count_requests(counted: Counted, view: CaseView) -> None:
    """Each once, and its answer, or when the case went on without one."""
    waiting: dict[int, _Waiting] = {}
    """By its number; what is decided without one, by one that no step has."""
    for one in view.applied(ANALYTICS, DISPATCH):
        match one.event:
            case cases.ReturnRequested() as event:
                _ask(counted, waiting, -one.seq, "return", event, event.unit_code)
            case accepting.NonacceptanceRequested() as event:
                _ask(counted, waiting, -one.seq, "nonacceptance", event, event.by_unit or "")
            case asking.RequestMade() as event:
                _ask(counted, waiting, event.request, event.kind.value, event, event.unit_code)
            case cases.ReturnDecided() as event:
                word = "granted" if event.approved else "refused"
                counted.each.append(CountedOnce(_code("return", word), event.unit_code, event.occurred_at))
                waiting.pop(_last(waiting, "return"), None)
            case accepting.NonacceptanceRefused() | accepting.CaseNotAccepted() as event:
                counted.each += _accepted_or_not(waiting, event)
            case asking.UnitRequestEvent() as event if event.request in waiting:
                asked, word = waiting.pop(event.request), _ANSWERS[type(event)]
                counted.each.append(CountedOnce(_code(asked.kind, word), asked.unit, event.occurred_at))
            case event if isinstance(event, _MOVES):
                for asked in waiting.values():
                    asked.moved_at = asked.moved_at or event.occurred_at
    counted.each += _lapsed(waiting.values(), _ends(view))


def _ask(
    counted: Counted,
    waiting: dict[int, _Waiting],
    number: int,
    kind: str,
    event: RoundEvent,
    unit: str,
) -> None:
    if kind in _COUNTED:
        waiting[number] = _Waiting(kind, event.round, unit, event.occurred_at)
        counted.each.append(CountedOnce(_code(kind, "requested"), unit, event.occurred_at))


def _accepted_or_not(
    waiting: dict[int, _Waiting], event: accepting.NonacceptanceRefused | accepting.CaseNotAccepted
) -> Iterator[CountedOnce]:
    """What was asked last is decided, where it was asked at all."""
    asked = waiting.pop(_last(waiting, "nonacceptance"), None)
    if asked is not None:
        word = "granted" if isinstance(event, accepting.CaseNotAccepted) else "refused"
        yield CountedOnce(_code(asked.kind, word), asked.unit, event.occurred_at)


def _last(waiting: dict[int, _Waiting], kind: str) -> int:
    """That of this kind which was asked last; 0 where none waits."""
    return next((number for number in reversed(waiting) if waiting[number].kind == kind), 0)


def _code(kind: str, word: str) -> str:
    """Of the counter."""
    return f"{kind if kind == 'staged' else kind + 's'}_{word}"


def _lapsed(waiting: Iterable[_Waiting], ends: list[tuple[int, datetime]]) -> Iterator[CountedOnce]:
    for asked in waiting:
        over = [at for number, at in ends if number == asked.round]
        over += [] if asked.moved_at is None else [asked.moved_at]
        if over:
            yield CountedOnce(_code(asked.kind, "lapsed"), asked.unit, max(min(over), asked.at))


def _ends(view: CaseView) -> list[tuple[int, datetime]]:
    """What ended the handling of a round elsewhere, and when."""
    answered = view.of(INTAKE, cases.CaseAnsweredDirectly, ANALYTICS)
    closed = view.of(FOLLOWUP, cases.CaseClosed, ANALYTICS)
    return [(one.round, one.occurred_at) for one in (*answered, *closed)]
