"""Atoms of what units ask for (延期、挂账、终止办理); see ``atoms``. Returns (退单) have atoms of their own."""

from datetime import datetime
from typing import NamedTuple


class UnitWish(NamedTuple):
    """申请; ``request``: its number among the steps of its case."""

    request: int
    round: int
    kind: str
    unit: str
    at: datetime
    seq: int = 0


class RequestAnswer(NamedTuple):
    """申请审核: granted, refused, or lapsed before anybody decided."""

    request: int
    answer: str
    at: datetime
    seq: int = 0


class AcceptanceRuling(NamedTuple):
    """不予受理审核: it is as was asked, or the case goes on; which request it answers, its place says."""

    round: int
    granted: bool
    at: datetime
    seq: int = 0


Requested = UnitWish | RequestAnswer | AcceptanceRuling
