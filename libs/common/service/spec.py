"""What one service is, as data: its routes, its handlers, its loops and its tables. ``main`` of a service states it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import APIRouter

from libs.common.bus.flow import Service
from libs.common.database.batch import Job
from libs.common.database.migrate import History
from libs.common.database.session import Session
from libs.common.delivery.handlers import Reactions
from libs.common.run.supervise import LoopProgress
from libs.common.service.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Loop:
    """Something a worker does for ever; it calls ``progress.beat()`` each time round."""

    name: str
    run: Callable[[Runtime, LoopProgress], Awaitable[None]]


class NotYet(Exception):
    """A service cannot begin yet; the message says in a few words what has to come or to be mended first."""


Measure = Callable[[Session], Awaitable[None]]
"""Sets gauges from a service's tables; ``session.now`` is the system's time."""


async def measure_nothing(session: Session) -> None:
    """For a service without gauges of its own."""


Tidy = Callable[[Runtime, datetime], Awaitable[object]]
"""Sees to one matter, now and then; the moment is the system's time."""


async def begin_nothing(runtime: Runtime) -> None:
    """For a service whose work needs no beginning."""


async def load_nothing(session: Session, jobs: Sequence[Job]) -> None:
    """For a service whose writes touch no rows that could be loaded together."""


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """What a service is made of: its name, its routes, what it hears, its tables' history and its loops."""

    service: Service
    title: str
    description: str
    routers: tuple[APIRouter, ...]
    reactions: Reactions
    migrations: History
    prepare: Callable[[Session, Sequence[Job]], Awaitable[None]] = load_nothing
    accused: str | None = None
    """The statement that tells who is complained about in the cases that the keys of a write name (``$1::text[]``):
    ``accused_unit`` and ``also_accused`` of each. None for a service whose writes are about no case."""
    measure: Measure = measure_nothing
    """The service's own gauges; every process of it calls this every few seconds."""
    tidying: Mapping[str, Tidy] = field(default_factory=dict)
    """What a worker does every ten minutes or so, each matter by itself: one that fails keeps no other waiting."""
    loops: tuple[Loop, ...] = field(default=())
    begin: Callable[[Runtime], Awaitable[None]] = begin_nothing
    """What a worker does before its first work, tried again until it is done. NotYet says what it waits for."""
    keeps_secrets: bool = False
    """Whether it seals what must be readable for years: in a cluster its keys must be given, never made on the spot."""
    pace_seconds: float = 0.1
    """From one small batch of events to the next under load. Nobody's next step waits for what a service only shows:
    such a service takes fewer and larger ones."""
