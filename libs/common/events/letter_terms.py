"""Words of letters (发函商请、督办函、交办单): where one stands, and by what name a deadline of it goes."""

from enum import StrEnum


class LetterStatus(StrEnum):
    """Where a letter stands (函件状态)."""

    DRAFTED = "drafted"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REPLIED = "replied"
    SENT_BACK = "sent_back"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class LetterStep(StrEnum):
    """What can happen to a letter (函件操作)."""

    DRAFT = "draft"
    SEND = "send"
    ACKNOWLEDGE = "acknowledge"
    REPLY = "reply"
    ACCEPT = "accept"
    SEND_BACK = "send_back"
    REMIND = "remind"
    WITHDRAW = "withdraw"
    HAND_ON = "hand_on"


def letter_deadline(letter_id: str, edition: int) -> str:
    """A deadline of a letter by its id and which of its deadlines it is: the same in every service and replay."""
    return f"{letter_id}.{edition}"
