"""How many registrations a second the whole house finishes: from the first knock until the last is in the figures.

A rush at one door while the seven other processes work on what comes in: every case is registered, given to a unit,
gets its clocks and is counted. Beside it the same rush at doors behind which nobody works.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from bench.door import open_door
from bench.drive.hammer import Hammer
from bench.drive.house import House, Kind
from bench.drive.town import found_town
from bench.figure import Context, Figure, at_least, median
from libs.common.bus.embedded import EmbeddedBus
from libs.common.bus.flow import Service, subscriptions
from libs.common.security.principal import Role

_CONNECTIONS = 64
_WITHIN = 120.0
_EVERY = 0.05
_COUNTED = "SELECT count(*) FROM analytics.fact"
_UNSENT = "SELECT " + " + ".join(f"(SELECT count(*) FROM {service}.ledger_unsent)" for service in Service)  # noqa: S608


@dataclass(frozen=True, slots=True)
class Rush:
    """Cases, seconds at the door, and seconds until all were finished."""

    cases: int
    at_the_door: float
    whole: float

    @property
    def rate(self) -> float:
        """Cases finished a second."""
        return self.cases / self.whole


async def run(context: Context) -> list[Figure]:
    """``registrations_per_s``, on the embedded bus."""
    seconds = 2.0 if context.quick else 6.0
    async with open_door(context.ground, context.seed) as door:
        alone = await door.hammer.strike(_CONNECTIONS, 1.0, seconds)
    rushes = []
    for number in range(context.runs):
        url = await context.ground.database()
        async with context.ground.house(Kind.EIGHT_EMBEDDED, url) as house:
            await found_town(house)
            rushes.append(await _rush(house, seconds, context.seed + number))
        await context.ground.drop(url)
        context.say(f"{rushes[-1].cases} cases, {rushes[-1].rate:.0f}/s")
    return [
        Figure(
            "registrations_per_s",
            at_least(450),
            median([one.rate for one in rushes]),
            "cases/s",
            f"doors behind which nobody works: {alone.rate:.0f} cases/s",
            _told(rushes),
        )
    ]


async def _rush(house: House, seconds: float, seed: int) -> Rush:
    hammer = Hammer([house.ports[Service.INTAKE]], house.token("operator-1", Role.OPERATOR), seed)
    connection, bus = await asyncpg.connect(house.database_url), EmbeddedBus(house.database_url)
    try:
        before = await connection.fetchval(_COUNTED)
        begun = time.monotonic()
        await hammer.strike(_CONNECTIONS, 0.0, seconds)
        at_the_door = time.monotonic() - begun
        async with asyncio.timeout(_WITHIN):
            while True:
                if await _finished(connection, bus, before + hammer.created):
                    break
                await asyncio.sleep(_EVERY)
        return Rush(hammer.created, at_the_door, time.monotonic() - begun)
    finally:
        await connection.close()
        await bus.close()


async def _finished(connection: Any, bus: EmbeddedBus, cases: int) -> bool:
    """Whether so many cases are counted, and nothing that was said is on its way any more."""
    if await connection.fetchval(_COUNTED) < cases or await connection.fetchval(_UNSENT):
        return False
    for service in Service:
        if any((await bus.behind(f"huiyin-{service}", [str(stream) for stream in subscriptions(service)])).values()):
            return False
    return True


def _told(rushes: Sequence[Rush]) -> str:
    cases, door, whole = (
        median([float(getattr(one, name)) for one in rushes]) for name in ("cases", "at_the_door", "whole")
    )
    return f"{cases:.0f} cases came within {door:.1f} s, the last was finished {whole:.1f} s after the first"
