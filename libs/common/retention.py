"""How long what identifies somebody is kept after it is needed no more (保管期限): for ever, unless it is set."""

from collections.abc import Mapping
from enum import StrEnum

LEAST_DAYS = 180
"""As long as a citizen may still have the case reviewed (复查、复核), and an office has to keep its logs."""
MOST_DAYS = 36_500


class KeptClass(StrEnum):
    """What has a term of its own. What is not here is kept for ever, or as short as its use: docs/operations.md."""

    REQUESTERS = "requesters"
    """Who spoke, the words before masking, and the citizen's files: as when it is erased by hand."""
    FILES = "files"
    """All files of the case, also those of units; their rows and digests stay."""
    HOUSEHOLDS = "households"
    """Who lived in a household that moved away, died out, or was merged into another: as when it is erased by hand."""


def parse_retention(text: str) -> Mapping[KeptClass, int]:
    """From ``requesters=1095,files=1825``: days by class.

    Raises:
        ValueError: a class is none or stands twice, or its days are no number or too few.
    """
    days: dict[KeptClass, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = (side.strip() for side in part.partition("="))
        if name not in {*KeptClass} or KeptClass(name) in days:
            raise ValueError(f"must name each of {', '.join(KeptClass)} at most once, as requesters=1095")
        if not (number.isascii() and number.isdecimal() and LEAST_DAYS <= int(number) <= MOST_DAYS):
            raise ValueError(f"{name} must be kept for {LEAST_DAYS} to {MOST_DAYS} days")
        days[KeptClass(name)] = int(number)
    return days
