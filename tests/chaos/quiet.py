"""When a house of processes has done all it had to: all is sent, read and applied, and nothing waits."""

import asyncio
import time
from dataclasses import dataclass

import asyncpg

from bench.drive.database import connected
from libs.common.bus.flow import Service, subscriptions
from libs.common.bus.port import Bus, BusTrouble

_LEFT = """
    SELECT (SELECT count(*) FROM {service}.ledger_unsent) AS unsent,
           (SELECT count(*) FROM {service}.parked WHERE state = 'waiting') AS waiting,
           (SELECT min(reason) FROM {service}.parked WHERE state = 'failed') AS failed,
           (SELECT coalesce(sum(seq), 0) FROM {service}.ledger_head) AS said
"""
_PAUSE = 0.25
_LOOKS = 3
"""So many looks in a row must see nothing left and nothing new."""
_TROUBLES = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, BusTrouble)


@dataclass(frozen=True, slots=True)
class Quiet:
    """What the waiting came to; ``left`` says what was not done."""

    passed: bool
    seconds: float
    left: str

    @property
    def seen(self) -> str:
        """For a table."""
        return f"{self.seconds:.1f} s" if self.passed else f"not after {self.seconds:.0f} s"


@dataclass(frozen=True, slots=True)
class _Look:
    """``moving`` is what the house is still busy with, ``stuck`` what stays until a person comes."""

    moving: dict[str, int]
    stuck: dict[str, str]
    said: object

    def __str__(self) -> str:
        parts = [f"{what} {count}" for what, count in self.moving.items()]
        return ", ".join([*parts, *(f"{what}: {why}" for what, why in self.stuck.items())]) or "new events"


async def wait_until_quiet(url: str, bus: Bus, topic_prefix: str, *, within: float) -> Quiet:
    """Look again and again, at most ``within`` seconds. With events that failed for good it is never quiet."""
    began = time.monotonic()
    calm, before = 0, None
    while True:
        try:
            look = await _look(url, bus, topic_prefix)
        except _TROUBLES as error:
            look = _Look({f"no answer: {error!r}": 1}, {}, None)
        calm = calm + 1 if not look.moving and look.said == before else 0
        before = look.said
        seconds = time.monotonic() - began
        if calm >= _LOOKS:
            return Quiet(not look.stuck, seconds, str(look) if look.stuck else "")
        if seconds > within:
            return Quiet(False, seconds, str(look))
        await asyncio.sleep(_PAUSE)


async def _look(url: str, bus: Bus, topic_prefix: str) -> _Look:
    async with connected(url) as connection:
        rows = {service: await connection.fetchrow(_LEFT.format(service=service)) for service in Service}
    moving = {f"{service} {what}": row[what] for service, row in rows.items() for what in ("unsent", "waiting")}
    for service in Service:
        topics = [f"{topic_prefix}{stream}" for stream in subscriptions(service)]
        moving[f"{service} behind"] = sum((await bus.behind(f"huiyin-{service}", topics)).values())
    return _Look(
        {what: count for what, count in moving.items() if count},
        {f"{service} failed": row["failed"] for service, row in rows.items() if row["failed"]},
        [row["said"] for row in rows.values()],
    )
