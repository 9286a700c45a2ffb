"""What a case counts as by what its units asked for (申请), told from its ledgers alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from huiyin.audit.case import ANALYTICS, DISPATCH, FOLLOWUP, INTAKE, CaseView
from huiyin.audit.counted import Counted, CountedOnce
from libs.common.events import asking, cases, passing
from libs.common.events.cases import RoundEvent

_COUNTED = ("return", "extension", "suspension", "termination")
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
    """By its number; a return, which has none, by one that no step has."""
    for one in view.applied(ANALYTICS, DISPATCH):
        match one.event:
            case cases.ReturnRequested() as event:
                _ask(counted, waiting, -one.seq, "return", event)
            case asking.RequestMade() as event:
                _ask(counted, waiting, event.request, event.kind.value, event)
            case cases.ReturnDecided() as event:
                word = "granted" if event.approved else "refused"
                counted.each.append(CountedOnce(f"returns_{word}", event.unit_code, event.occurred_at))
                waiting.pop(min([number for number in waiting if number < 0], default=0), None)
            case asking.UnitRequestEvent() as event if event.request in waiting:
                asked, word = waiting.pop(event.request), _ANSWERS[type(event)]
                counted.each.append(CountedOnce(f"{asked.kind}s_{word}", asked.unit, event.occurred_at))
            case event if isinstance(event, _MOVES):
                for asked in waiting.values():
                    asked.moved_at = asked.moved_at or event.occurred_at
    counted.each += _lapsed(waiting.values(), _ends(view))


def _ask(
    counted: Counted,
    waiting: dict[int, _Waiting],
    number: int,
    kind: str,
    event: cases.ReturnRequested | asking.RequestMade,
) -> None:
    if kind in _COUNTED:
        waiting[number] = _Waiting(kind, event.round, event.unit_code, event.occurred_at)
        counted.each.append(CountedOnce(f"{kind}s_requested", event.unit_code, event.occurred_at))


def _lapsed(waiting: Iterable[_Waiting], ends: list[tuple[int, datetime]]) -> Iterator[CountedOnce]:
    for asked in waiting:
        over = [at for number, at in ends if number == asked.round]
        over += [] if asked.moved_at is None else [asked.moved_at]
        if over:
            yield CountedOnce(f"{asked.kind}s_lapsed", asked.unit, max(min(over), asked.at))


def _ends(view: CaseView) -> list[tuple[int, datetime]]:
    """What ended the handling of a round elsewhere, and when."""
    answered = view.of(INTAKE, cases.CaseAnsweredDirectly, ANALYTICS)
    closed = view.of(FOLLOWUP, cases.CaseClosed, ANALYTICS)
    return [(one.round, one.occurred_at) for one in (*answered, *closed)]
