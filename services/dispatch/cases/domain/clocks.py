"""What deadlines say about a case: which of them it is waiting for now, and whether a reported miss is true."""

from collections.abc import Collection, Mapping
from datetime import datetime

from libs.common.events.promise import Answerable
from libs.common.events.terms import DECLARED, Deadline
from services.dispatch.cases.domain.terms import Status

_ONLY_IN: Mapping[str, Status] = {Deadline.TRIAGE: Status.TRIAGE, Deadline.SIGN: Status.ASSIGNED}
"""What the case waits for there alone. Any other promise of a unit's runs on, and says afterwards: done late."""


def concerns_now(status: Status, deadlines: Collection[str]) -> bool:
    """Whether one of these deadlines is among those that the case is waiting for, or was when it was done."""
    return any(_ONLY_IN[code] is status if code in _ONLY_IN else _is_of_a_unit(code) for code in deadlines)


def _is_of_a_unit(code: str) -> bool:
    known = DECLARED.get(code)
    return known is not None and known.promise.by is Answerable.UNIT


def was_met(done_at: datetime | None, due_at: datetime) -> bool:
    """Whether it was done in time after all: word of a miss can cross the deed on the way."""
    return done_at is not None and done_at < due_at


def list_due(*, handle_due_at: datetime | None, assigned_at: datetime | None, registered_at: datetime) -> datetime:
    """The moment that a unit's list is sorted by: the handling limit; before it is known, when the case came in."""
    return handle_due_at or assigned_at or registered_at
