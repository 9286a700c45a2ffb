"""Atoms of orders from above (上级交办); see ``atoms``. Their deadlines are limits like others."""

from datetime import datetime
from typing import NamedTuple


class OrderedFromAbove(NamedTuple):
    """上级交办: the case came by such an order."""

    at: datetime
    seq: int = 0


class AnsweredAbove(NamedTuple):
    """回复报送: the order was answered."""

    at: datetime
    seq: int = 0
