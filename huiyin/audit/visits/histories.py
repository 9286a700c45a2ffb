"""Every step of a visit's record was allowed when it was taken, and a household's visits of a day count once (I5).

Written down anew, so that a mistake in the service's rules is found, too.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from huiyin.audit.case import INTAKE, CaseView
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.visits.records import STEPS, RecordedVisit, actor_of, living
from libs.common.events.households import HouseholdEvent, HouseholdRecorded
from libs.common.events.people import person_name
from libs.common.events.visit_terms import VisitOutcome, VisitStep
from libs.common.events.visits import VisitCorrected, VisitEvent, VisitFacts, VisitRecorded

S = VisitStep
_SETTLED = (S.RECORD, S.CORRECT, S.REFUSE_VOID)
MAY_FOLLOW: Mapping[VisitStep, tuple[VisitStep | None, ...]] = {
    S.RECORD: (None,),
    S.CORRECT: _SETTLED,
    S.ASK_VOID: _SETTLED,
    S.CONFIRM_VOID: (S.ASK_VOID,),
    S.REFUSE_VOID: (S.ASK_VOID,),
}
"""By step, which of these came last before it."""
_CLOCKS_APART = timedelta(minutes=2)
"""By how much the clock of whoever recorded it may run ahead of ours."""
_AT_THE_DOOR = (VisitOutcome.REACHED, VisitOutcome.REFUSED)


def check_visits(view: CaseView, records: Mapping[str, RecordedVisit], findings: Findings) -> None:
    """The steps of each visit to one household, in order, and what they leave."""
    first: date | None = None
    histories: dict[str, _Steps] = {}
    for one in view.said[INTAKE]:
        event = one.event
        if isinstance(event, HouseholdRecorded):
            first = event.holds_from if first is None else first
        if isinstance(event, HouseholdEvent) and isinstance(event, VisitEvent):
            history = histories.setdefault(event.visit_id, _Steps())
            for problem in history.problems(event, first):
                message = f"event {one.seq} ({type(event).__name__}): {problem}"
                findings.violated(Invariant.HISTORY, view.case_id, INTAKE, message)
    findings.checked[Invariant.HISTORY] += len(histories)
    for problem in _counted_once(living(records)):
        findings.violated(Invariant.HISTORY, view.case_id, INTAKE, problem)


class _Steps:
    """What is known of a visit by its steps; goes on behind one that was not allowed as if it had been."""

    def __init__(self) -> None:
        self._last: VisitStep | None = None
        self._version = 0
        self._concerned: set[str] = set()
        """Who made it or wrote it down."""
        self._asked_by: frozenset[str] = frozenset()

    def problems(self, event: VisitEvent, first_day: date | None) -> Iterator[str]:
        """What was not allowed of the next event; the register knew the household from ``first_day`` on."""
        step = STEPS[type(event)]
        version: int = getattr(event, "version")  # noqa: B009 - every event of a visit has one
        if version != self._version + 1:
            yield f"has version {version} behind {self._version}"
        waits = isinstance(event, VisitCorrected) and event.changed == ("duplicate_of",)
        if self._last not in MAY_FOLLOW[step] and not (waits and self._last is S.ASK_VOID):
            yield f"{step} follows {self._last or 'nothing'}"
        if isinstance(event, VisitFacts):
            yield from _of_its_facts(event, first_day)
        if step in (S.CONFIRM_VOID, S.REFUSE_VOID):
            names = actor_of(event).names
            if not names.isdisjoint(self._concerned):
                yield "who made it or wrote it down decided it"
            if not names.isdisjoint(self._asked_by):
                yield "who asked for it decided it"
        self._go_on(event, step, version, waits=waits)

    def _go_on(self, event: VisitEvent, step: VisitStep, version: int, *, waits: bool) -> None:
        self._version = version
        if not (waits and self._last is S.ASK_VOID):
            self._last = step
        if isinstance(event, VisitFacts):
            entered = actor_of(event).names if isinstance(event, VisitRecorded) else self._concerned
            self._concerned = {*entered, *map(person_name, event.staff_ids)}
        if step is S.ASK_VOID:
            self._asked_by = actor_of(event).names


def _of_its_facts(event: VisitFacts, first_day: date | None) -> Iterator[str]:
    if first_day is None:
        yield "was said before the household was registered"
    elif event.day < first_day:
        yield f"was on {event.day}, before {first_day}, when the household was registered"
    if event.ended_at < event.started_at:
        yield "ended before it began"
    if event.started_at > event.recorded_at + _CLOCKS_APART:
        yield "was recorded before it began"
    if event.purposes and event.outcome is not VisitOutcome.REACHED:
        yield f"purposes were served where it was {event.outcome}"


def _counted_once(records: list[RecordedVisit]) -> Iterator[str]:
    """Of the visits of a day that reached somebody the one recorded first counts; the others are one with it."""
    first: dict[date, str] = {}
    for record in sorted(records, key=lambda one: (one.facts.recorded_at, one.facts.visit_id)):
        facts = record.facts
        should = first.get(facts.day) if facts.outcome in _AT_THE_DOOR else None
        if facts.outcome in _AT_THE_DOOR:
            first.setdefault(facts.day, facts.visit_id)
        if facts.duplicate_of != should:
            told, rule = facts.duplicate_of or "none", should or "none"
            yield f"visit {facts.visit_id} is one with {told}, and of its day it should be with {rule}"
