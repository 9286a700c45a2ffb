"""Words of an order of supervision."""

from enum import StrEnum


class SupervisionState(StrEnum):
    """Whether an order was answered (督办件状态)."""

    ISSUED = "issued"
    REPLIED = "replied"
