"""I5 of intake: a registration, what may still be added to it, and what the citizen has against its end."""

from collections.abc import Iterator

from huiyin.audit.case import FOLLOWUP, CaseView, LedgerSaid
from huiyin.audit.history import BESIDE_ALL, SpeakerHistory
from libs.common.events import cases, objections


class DoorHistory(SpeakerHistory):
    """Intake: a registration, what may still be added to it, and what the citizen has against its end."""

    def __init__(self, view: CaseView, service: str) -> None:
        super().__init__(view, service)
        self._objected: set[int] = set()
        """Rounds of which the closing was objected to."""

    def problems(self, one: LedgerSaid) -> Iterator[str]:
        if isinstance(one.event, BESIDE_ALL) and self._last is not None:
            return
        event, opened = one.event, self._opened(one)
        if isinstance(event, cases.CaseRegistered) is (self._last is not None):
            yield "the case was registered before" if self._last else "the history does not begin with a registration"
        if isinstance(event, objections.ObjectionRaised):
            yield from self._objects(one, event)
        elif self._last is cases.CaseWithdrawn:
            yield "the citizen had withdrawn the case"
        elif self._known_closed(one):
            yield "the door knew that the case was closed"
        if isinstance(event, cases.CaseAnsweredDirectly) and event.round not in (1, *opened):
            yield f"round {event.round} was never opened"
        if self._last is not cases.CaseWithdrawn:
            self._turn(event)

    def _known_closed(self, one: LedgerSaid) -> int | None:
        """Of which round the closing is that the door knew, and of no reopening after it."""
        closed = [each.round for each in self._heard(one, FOLLOWUP, cases.CaseClosed)]
        opened = [each.next_round for each in self._heard(one, FOLLOWUP, objections.CaseReopened)]
        return closed[-1] if closed and closed[-1] not in [number - 1 for number in opened] else None

    def _objects(self, one: LedgerSaid, event: objections.ObjectionRaised) -> Iterator[str]:
        if self._known_closed(one) != event.round:
            yield "the door did not know of a closing of that round"
        if event.round in self._objected:
            yield "this closing had been objected to before"
        self._objected.add(event.round)
        self._turn(event)
