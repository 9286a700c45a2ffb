"""Where a case stands, as far as the events tell."""

from enum import StrEnum


class Status(StrEnum):
    """Where a case stands, as far as the events tell (状态)."""

    REGISTERED = "registered"
    TRIAGE = "triage"
    ASSIGNED = "assigned"
    SIGNED = "signed"
    HANDLED = "handled"
    ANSWERED = "answered"
    SENT_BACK = "sent_back"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    NOT_ACCEPTED = "not_accepted"


ENDED = frozenset({Status.CLOSED, Status.WITHDRAWN, Status.NOT_ACCEPTED})
UNDER_LIMIT = frozenset({Status.REGISTERED, Status.TRIAGE, Status.ASSIGNED, Status.SIGNED, Status.SENT_BACK})
"""Statuses in which the handling limit of the round runs."""
