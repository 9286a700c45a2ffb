"""Every step of a household was allowed when it was taken (I5): who may follow whom, from which day, by whom.

Written down anew, so that a mistake in the service's rules is found, too.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from huiyin.audit.case import INTAKE, CaseView
from huiyin.audit.report import Findings, Invariant
from libs.common.events.base import SaidByHand
from libs.common.events.household_terms import HouseholdFact, HouseholdStep
from libs.common.events.households import (
    HouseholdErased,
    HouseholdEvent,
    HouseholdNoted,
    HouseholdRecorded,
    HouseholdResealed,
)

S = HouseholdStep
_SETTLED = (S.REGISTER, S.REFUSE_MUTE, S.UNMUTE)
MAY_FOLLOW: Mapping[HouseholdStep, tuple[HouseholdStep | None, ...]] = {
    S.REGISTER: (None,),
    S.ASK_MUTE: _SETTLED,
    S.CONFIRM_MUTE: (S.ASK_MUTE,),
    S.REFUSE_MUTE: (S.ASK_MUTE,),
    S.UNMUTE: (S.CONFIRM_MUTE,),
    S.MERGE: (*_SETTLED, S.ASK_MUTE, S.CONFIRM_MUTE),
}
"""By step, which of these came last before it. Every other step leaves a household where it stands.

With its area even one goes along that was merged into another.
"""
AHEAD = timedelta(hours=14)
"""By how much the day of the place that is furthest ahead is ahead of UTC."""
BEHIND = timedelta(hours=12)
"""By how much that of the place that is furthest behind is behind it."""


def check_history(view: CaseView, findings: Findings) -> None:
    """The steps of one household, in order."""
    findings.checked[Invariant.HISTORY] += 1
    history = _Steps()
    for one in view.said[INTAKE]:
        if isinstance(one.event, HouseholdEvent):
            for problem in history.problems(one.event):
                name = type(one.event).__name__
                findings.violated(Invariant.HISTORY, view.case_id, INTAKE, f"event {one.seq} ({name}): {problem}")


class _Steps:
    """What is known of a household by its steps; goes on behind one that was not allowed as if it had been."""

    def __init__(self) -> None:
        self._last: HouseholdStep | None = None
        self._version = 0
        self._first = date.min
        self._asked: HouseholdRecorded | None = None
        self._erased = False
        self._contact: tuple[date, str | None] = (date.min, None)
        """Since when who looks after it."""

    def problems(self, event: HouseholdEvent) -> Iterator[str]:
        """What was not allowed of the next event."""
        if not isinstance(event, HouseholdRecorded):
            if self._last is None:
                yield "was said before the household was registered"
            yield from self._of_its_erasure(event)
            return
        yield from self._of_its_turn(event)
        yield from self._of_its_day(event)
        if event.step in (S.CONFIRM_MUTE, S.REFUSE_MUTE):
            yield from self._by_somebody_else(event)
        if event.step is S.ASSIGN:
            yield from self._not_for_oneself(event)
        if event.step is S.MERGE and event.merged_into in (None, event.household_id):
            yield "is merged into nothing but itself"
        self._go_on(event)

    def _of_its_erasure(self, event: HouseholdEvent) -> Iterator[str]:
        if self._erased and isinstance(event, HouseholdErased | HouseholdNoted | HouseholdResealed):
            yield "who lives there had been erased"
        if isinstance(event, HouseholdErased):
            if self._last not in (S.CONFIRM_MUTE, S.MERGE):
                yield "who lives there was erased while it stood in the register"
            if event.by is None or event.by == event.agreed_by:
                yield "nobody else agreed to it"
            self._erased = True

    def _of_its_turn(self, event: HouseholdRecorded) -> Iterator[str]:
        if event.version != self._version + 1:
            yield f"has version {event.version} behind {self._version}"
        if self._erased and event.step not in (S.ASSIGN, S.AREA_MERGED):
            yield f"{event.step} of a household whose people had been erased"
        may = MAY_FOLLOW.get(event.step)
        ended = self._last is S.MERGE and event.step is not S.AREA_MERGED
        if ended or (may is None and self._last is None) or (may is not None and self._last not in may):
            yield f"{event.step} follows {self._last or 'nothing'}"

    def _of_its_day(self, event: HouseholdRecorded) -> Iterator[str]:
        if event.holds_from < self._first:
            yield f"holds from {event.holds_from}, before {self._first}, when it was registered"
        if event.holds_from > (event.occurred_at + AHEAD).date():
            yield f"holds from {event.holds_from}, which lay ahead"

    def _by_somebody_else(self, event: HouseholdRecorded) -> Iterator[str]:
        if event.by is None:
            yield "nobody decided it"
        elif self._asked is not None and _same(event, self._asked):
            yield "who asked for it decided it"
        elif event.by_staff is not None and event.by_staff == self._contact[1]:
            yield "its contact person decided it"
        if self._asked is not None and event.holds_from != self._asked.holds_from:
            yield f"holds from {event.holds_from}, asked for was {self._asked.holds_from}"
        if self._asked is not None and event.step is S.CONFIRM_MUTE and event.muted_for != self._asked.wished:
            yield f"is muted for {event.muted_for}, asked for was {self._asked.wished}"

    def _not_for_oneself(self, event: HouseholdRecorded) -> Iterator[str]:
        if event.by_staff is None:
            return
        if event.by_staff == self._contact[1] and self._last is S.ASK_MUTE:
            yield "its contact person gave it away while its muting waits"
        is_over = event.holds_from < (event.occurred_at - BEHIND).date()
        if is_over and event.by_staff in (self._contact[1], event.contact_staff_id):
            yield f"who looks after it, or will, said so of {event.holds_from}, which was over"

    def _go_on(self, event: HouseholdRecorded) -> None:
        self._version = event.version
        if event.step is S.REGISTER:
            self._first = event.holds_from
        if event.step in MAY_FOLLOW:
            self._last, self._asked = event.step, event if event.step is S.ASK_MUTE else None
        if HouseholdFact.CONTACT_STAFF_ID in event.changed and event.holds_from >= self._contact[0]:
            self._contact = event.holds_from, event.contact_staff_id


def _same(one: SaidByHand, other: SaidByHand) -> bool:
    return one.by == other.by or (one.by_staff is not None and one.by_staff == other.by_staff)
