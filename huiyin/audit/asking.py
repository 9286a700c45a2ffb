"""What a unit asks for (延期、挂账) is decided once, by somebody else, as long as it waits (I5)."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from libs.common.events import asking, cases
from libs.common.events.asking_terms import RequestKind, request_name
from libs.common.events.terms import Deadline
from libs.common.rules.apart import names_of


class RequestHistory:
    """The request about a case that waits to be decided."""

    def __init__(self) -> None:
        self._pending: asking.RequestMade | None = None
        self._raised: set[tuple[int, int]] = set()

    def problems(self, event: Any, units: Collection[str | None]) -> Iterator[str]:
        """What is wrong with what is said of one; ``units`` have the case."""
        if isinstance(event, asking.RequestMade):
            self._pending = event
            return
        if not isinstance(event, asking.RequestGranted | asking.RequestRefused | asking.RequestLapsed):
            return
        pending, self._pending = self._pending, None
        if pending is None or (pending.kind, pending.round) != (event.kind, event.round):
            yield f"nobody asked for the {event.kind} that it decides on"
            return
        if isinstance(event, asking.RequestLapsed):
            return
        if not names_of(event.by, event.by_staff).isdisjoint(names_of(pending.by, pending.by_staff)):
            yield f"whoever asked for the {event.kind} decided on it"
        if event.by_unit is not None and event.by_unit in units:
            yield f"{event.by_unit}, which has the case, decided on the {event.kind}"

    def went_up(self, event: asking.RequestRaised, missed: Iterable[cases.DeadlineMissed]) -> Iterator[str]:
        """What is wrong with what went up; ``missed`` are the limits that were missed, as far as was heard."""
        place, name = (event.round, event.request), request_name(event.request)
        if place in self._raised:
            yield f"the {event.kind} of step {event.request} had gone up before"
        self._raised.add(place)
        if not any((one.deadline, one.about) == (Deadline.DECISION, name) for one in missed):
            yield f"the {event.kind} went up, though its time to be decided was not over"


def ended_with_evidence(granted: Iterable[asking.RequestGranted]) -> Iterator[str]:
    """What is wrong with a procedural closing, by what was granted in its round."""
    ends = [event for event in granted if event.kind is RequestKind.TERMINATION]
    if not ends:
        yield "closed as procedural, though nobody had approved that"
    elif not (ends[-1].evidence or "").strip():
        yield "closed as procedural without evidence"
    elif not names_of(ends[-1].by, ends[-1].by_staff).isdisjoint(names_of(ends[-1].asked_by, ends[-1].asked_by_staff)):
        yield "closed as procedural by whoever asked for it"
    elif ends[-1].by_unit is not None and ends[-1].by_unit in ends[-1].units:
        yield f"closed as procedural by {ends[-1].by_unit}, which had the case"
