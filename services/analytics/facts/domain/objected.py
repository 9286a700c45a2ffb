"""Atoms of objections (异议) against closings, and of cases that are reopened; see ``atoms``."""

from datetime import datetime
from typing import NamedTuple


class Reopening(NamedTuple):
    """重新办理: the closing of ``round`` falls, and ``next_round`` opens."""

    round: int
    next_round: int
    unit: str
    at: datetime
    seq: int = 0


class ObjectionAtom(NamedTuple):
    """异议 against the closing of a round."""

    objection_id: str
    round: int
    at: datetime
    seq: int = 0


class ObjectionRuling(NamedTuple):
    """异议审核."""

    objection_id: str
    round: int
    granted: bool
    at: datetime
    seq: int = 0
