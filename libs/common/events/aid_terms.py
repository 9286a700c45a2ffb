"""Words of aid (救助帮扶): where a matter of it stands, and what can happen to it."""

from enum import StrEnum


class AidStatus(StrEnum):
    """Where a matter of aid stands (救助状态)."""

    FOUND = "found"
    APPLIED = "applied"
    GRANTED = "granted"
    REFUSED = "refused"
    DROPPED = "dropped"


class AidStep(StrEnum):
    """What can happen to it (救助操作)."""

    FIND = "find"
    APPLY = "apply"
    GRANT = "grant"
    REFUSE = "refuse"
    DROP = "drop"
