"""Which support units have a part to do, by what dispatch says."""

from libs.common.events.base import Event
from libs.common.events.cases import CaseAssigned, CaseHandled, CaseReassigned, TaskCancelled, TaskDone, TriageQueued


class Support:
    """The support units of a case, event by event."""

    def __init__(self) -> None:
        self._named: tuple[str, ...] = ()
        self._done: set[str] = set()
        self._cancelled: set[str] = set()

    @property
    def open(self) -> list[str]:
        """Those that neither did it nor were let off, as they were named."""
        return [code for code in self._named if code not in self._done | self._cancelled]

    def follow(self, event: Event) -> None:
        """Who did its part and is named again with another lead unit has done it; otherwise all begin anew."""
        match event:
            case CaseAssigned() | CaseReassigned():
                goes_on = isinstance(event, CaseReassigned) and self._named
                self._done = self._done if goes_on else set()
                self._named, self._cancelled = event.support_units, set()
            case TriageQueued() | CaseHandled():
                self._named = ()
            case TaskDone():
                self._done.add(event.unit_code)
            case TaskCancelled():
                self._cancelled.add(event.unit_code)
