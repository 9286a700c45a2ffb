"""The bus as the rest of Huiyin sees it. Settings choose the bus behind it; nothing above this file knows which.

What travels in numbers is a named tuple: made in a third of the time of a frozen dataclass.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from libs.common.errors import Unavailable


class BusTrouble(Unavailable):
    """The bus did not do what was asked, or it is not known whether it did. Build a new client."""


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic to be there before it is used. ``name`` carries the configured prefix."""

    name: str
    partitions: int = 8
    max_message_bytes: int = 1_048_576


class Message(NamedTuple):
    """What is to be sent."""

    topic: str
    key: str
    headers: Mapping[str, str]
    value: bytes


class Record(NamedTuple):
    """What was read: a message with its place."""

    topic: str
    partition: int
    offset: int
    key: str
    headers: Mapping[str, str]
    value: bytes


class Place(NamedTuple):
    """A partition of a topic."""

    topic: str
    partition: int


class Sender(Protocol):
    """A connected producer. After any error it must not be used again."""

    @property
    def interruptions(self) -> int:
        """How often it lost a connection and made it again by itself. What was acknowledged before one may be gone."""
        ...

    async def send(self, messages: Sequence[Message]) -> list[tuple[Place, int]]:
        """Send all, keeping the order per key, and return each one's place and offset once all are acknowledged.

        Raises BusTrouble (outcome unknown: some, all or none may have been written).
        """


class Reader(Protocol):
    """A member of a consumer group, subscribed to topics. After any error it must not be used again.

    It goes on behind the record whose place was committed last. When the log no longer has that record there (it lost
    its tail and was filled again), it goes back to where the log is another, and some records may come again.
    """

    async def read(self, *, at_most: int, wait: float) -> list[Record]:
        """Return up to ``at_most`` records in order per partition; an empty list when none came in ``wait`` seconds."""

    async def commit(self, positions: Mapping[Place, int]) -> None:
        """Store, per partition, the offset of the *next* record to read."""

    def assignment(self) -> frozenset[Place]:
        """The partitions this member reads now."""

    async def lag(self) -> dict[Place, int]:
        """Records not yet read by this member, per assigned partition."""


class Bus(Protocol):
    """A log of topics with partitions, keys, offsets and consumer groups."""

    async def ensure_topics(self, topics: Sequence[TopicSpec]) -> None:
        """Create the topics that are missing."""

    def sender(self) -> AbstractAsyncContextManager[Sender]:
        """A new producer; closed at the end, within a bounded time whatever the state of the broker."""

    def reader(self, group: str, topics: Sequence[str]) -> AbstractAsyncContextManager[Reader]:
        """A new member of ``group``. A group without a stored position starts at the earliest record."""

    async def end_offsets(self, topic: str) -> dict[int, int]:
        """The next offset to be written, per partition."""

    async def first_offsets(self, topic: str) -> dict[int, int]:
        """The offset of the oldest record that is kept, per partition; where there is none, the next to be written."""

    async def at(self, places: Mapping[Place, int]) -> dict[Place, Record]:
        """Per partition, the record that stands at this offset; left out where none does (any more)."""

    async def behind(self, group: str, topics: Sequence[str]) -> dict[Place, int]:
        """Per partition, the records that ``group`` has not committed yet; 0 where it is up to date."""

    async def close(self) -> None:
        """Release what the bus itself holds."""
