"""What deadlines say about a case: which of them it is waiting for now, and whether a reported miss is true."""

from collections.abc import Collection
from datetime import datetime

from libs.common.events.terms import Deadline
from services.dispatch.cases.domain.terms import Status

_WAITING_FOR: dict[Status, tuple[Deadline, ...]] = {
    Status.TRIAGE: (Deadline.TRIAGE, Deadline.HANDLE),
    Status.ASSIGNED: (Deadline.SIGN, Deadline.HANDLE),
    Status.SIGNED: (Deadline.HANDLE,),
    Status.HANDLED: (Deadline.HANDLE,),
    Status.ANSWERED: (Deadline.HANDLE,),
    Status.CLOSED: (Deadline.HANDLE,),
}
"""The handling clock (办理时限) runs on through returns, so it counts in triage too; afterwards it says: done late."""


def concerns_now(status: Status, deadlines: Collection[str]) -> bool:
    """Whether one of these deadlines is among those that the case is waiting for, or was when it was done."""
    return any(deadline in deadlines for deadline in _WAITING_FOR[status])


def was_met(done_at: datetime | None, due_at: datetime) -> bool:
    """Whether it was done in time after all: word of a miss can cross the deed on the way."""
    return done_at is not None and done_at < due_at


def list_due(*, handle_due_at: datetime | None, assigned_at: datetime | None, registered_at: datetime) -> datetime:
    """The moment that a unit's list is sorted by: the handling limit; before it is known, when the case came in."""
    return handle_due_at or assigned_at or registered_at
