"""How long the Kafka bus waits for what, and how big things may be."""

from dataclasses import dataclass, replace
from typing import Self

LARGEST_REQUEST = 8 * 1024 * 1024
"""Bytes of one message before compression."""

LARGEST_BATCH = 256 * 1024
"""Bytes of one batch before compression: below what every topic takes. A bigger message travels alone."""

LARGEST_FETCH = 32 * 1024 * 1024
"""Bytes of one answer to a fetch, over all partitions."""


@dataclass(frozen=True, slots=True)
class KafkaLimits:
    """Seconds. ``request`` must stay above ``rebalance`` + 5: a member's join is answered as late as that (aiokafka
    has no longer limit of its own for it), and a group whose members give up earlier rebalances for ever.
    """

    send: float = 30.0
    commit: float = 10.0
    ask: float = 10.0
    """Offsets, topics, lag."""
    stop: float = 5.0
    session: float = 15.0
    """A member that is silent for so long loses its partitions."""
    heartbeat: float = 3.0
    rebalance: float = 60.0
    request: float = 70.0
    poll: float = 300.0
    """A member that does not read for so long leaves its group."""
    handover: float = 20.0
    """What a rebalance waits for the commit of what was read before. Below ``rebalance``."""
    stall: float = 20.0
    """A member that gets nothing for so long looks whether there is something to get."""

    @classmethod
    def for_stall(cls, seconds: float) -> Self:
        """The usual ones, but for a member that is silent: it loses its partitions after so long."""
        usual = cls()
        return replace(usual, session=seconds, heartbeat=min(usual.heartbeat, seconds / 3))

    @property
    def join(self) -> float:
        """Until a new member must have its partitions."""
        return self.request + 5.0
