"""Words of mediation (调解): where one stands, and what can happen to it."""

from enum import StrEnum


class MediationStatus(StrEnum):
    """Where a mediation stands (调解状态)."""

    GIVEN = "given"
    MEETING = "meeting"
    AGREED = "agreed"
    KEPT = "kept"
    BROKEN = "broken"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class MediationStep(StrEnum):
    """What can happen to a mediation (调解操作)."""

    GIVE = "give"
    MEET = "meet"
    AGREE = "agree"
    FAIL = "fail"
    KEEP = "keep"
    BREAK = "break"
    WITHDRAW = "withdraw"
