"""I5 of orders from above: each deadline another than before; an answer approved by another, then sent once."""

from collections.abc import Iterator
from datetime import datetime

from libs.common.events.base import Event, SaidByHand
from libs.common.events.upper_orders import (
    UpperDeadlineChanged,
    UpperReplyDecided,
    UpperReplySent,
    UpperReplyWritten,
)

ABOVE = (UpperDeadlineChanged, UpperReplyWritten, UpperReplyDecided, UpperReplySent)


class OrdersAbove:
    """What one service says of an order from above, one after the other."""

    def __init__(self) -> None:
        self._edition = 1
        self._due_at: datetime | None = None
        self._drafts = 0
        self._writer: SaidByHand | None = None
        """Of the draft that waits to be decided about."""
        self._approved = False
        self._sent = False

    def problems(self, event: Event) -> Iterator[str]:
        """What was not allowed of the next event."""
        match event:
            case UpperDeadlineChanged():
                yield from self._change(event)
            case UpperReplyWritten():
                if self._sent:
                    yield "the answer had been sent"
                if event.draft != self._drafts + 1:
                    yield f"it is draft {event.draft} after {self._drafts}"
                self._drafts, self._writer, self._approved = event.draft, event, False
            case UpperReplyDecided():
                yield from self._decide(event)
            case UpperReplySent():
                if self._sent or not self._approved or event.draft != self._drafts:
                    yield f"draft {event.draft} was not the one that was approved, or was sent before"
                self._sent = True

    def _change(self, event: UpperDeadlineChanged) -> Iterator[str]:
        if event.edition != self._edition + 1:
            yield f"it is deadline {event.edition} after {self._edition}"
        if event.due_at == event.before or (self._edition > 1 and event.before != self._due_at):
            yield f"it changes from {event.before} to {event.due_at}, and was {self._due_at}"
        self._edition, self._due_at = event.edition, event.due_at

    def _decide(self, event: UpperReplyDecided) -> Iterator[str]:
        if self._writer is None or event.draft != self._drafts:
            yield f"draft {event.draft} does not wait to be decided about"
        elif event.by == self._writer.by or (event.by_staff is not None and event.by_staff == self._writer.by_staff):
            yield "whoever wrote the answer decided about it"
        self._writer, self._approved = None, event.approved
