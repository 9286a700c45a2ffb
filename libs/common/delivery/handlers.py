"""Pairs of an event and the function that reacts to it; mypy refuses a wrong pair."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from libs.common.bus.codec import UNREADABLE
from libs.common.database.session import Session
from libs.common.events.base import Event

EventT = TypeVar("EventT", bound=Event)
React = Callable[[Session, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Handler:
    """``react`` runs in the transaction that moves the watermark; it must not commit."""

    event: type[Event]
    react: React


def on(event: type[EventT], react: Callable[[Session, EventT], Awaitable[None]]) -> Handler:
    """Declare that ``react`` hears ``event``."""
    return Handler(event, react)


@dataclass(frozen=True)
class Reactions:
    """All that one service hears. ``prepare`` loads, in few round trips, the rows that a batch of events will touch."""

    handlers: Mapping[type[Event], React]
    prepare: Callable[[Session, Sequence[Event]], Awaitable[None]]
    under_pack: frozenset[str] = frozenset()
    """Types of the events that cannot be applied without the pack version that they name: it is a cause of theirs."""

    @cached_property
    def heard(self) -> frozenset[str]:
        """The types of the events that are heard; others are not even decoded."""
        return frozenset(event.type_name for event in self.handlers) | {UNREADABLE}


async def prepare_nothing(session: Session, events: Sequence[Event]) -> None:
    """For a service whose handlers read nothing."""


def reactions(
    handlers: Sequence[Handler],
    prepare: Callable[[Session, Sequence[Event]], Awaitable[None]] = prepare_nothing,
    *,
    under_pack: Sequence[type[Event]] = (),
) -> Reactions:
    """The table of a service's handlers; two for one event is a ValueError.

    ``under_pack``: events with a ``pack_version`` that are applied only once that version is here.
    """
    table = {handler.event: handler.react for handler in handlers}
    if len(table) != len(handlers):
        raise ValueError("two handlers for one event")
    return Reactions(table, prepare, frozenset(event.type_name for event in under_pack))
