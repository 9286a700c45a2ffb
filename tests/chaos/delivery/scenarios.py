"""What is delivered badly, and what cannot be applied, as scenarios on a PostgreSQL of their own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from libs.programs.postgres.server import EmbeddedPostgres
from tests.chaos.delivery.often import once_or_often
from tests.chaos.delivery.poison import a_bad_release, one_in_a_hundred
from tests.chaos.scenario import Scenario, Trial
from tests.chaos.verdict import Verdict

EVENTS = 100_000
POISONED = 20_000


@asynccontextmanager
async def _server(trial: Trial) -> AsyncIterator[str]:
    """What is asked is whether two states are alike, not whether they outlive the machine: no flush to disk."""
    server = EmbeddedPostgres(trial.folder / "postgres", durable=False)
    try:
        yield await asyncio.to_thread(server.start)
    finally:
        await asyncio.to_thread(server.stop)


async def _deliver(trial: Trial) -> list[Verdict]:
    async with _server(trial) as server:
        return await once_or_often(server, trial.times(whole=EVENTS, short=3_000), trial.seed)


async def _poison(trial: Trial) -> list[Verdict]:
    async with _server(trial) as server:
        events = trial.times(whole=POISONED, short=1_500)
        verdicts = await one_in_a_hundred(server, events, trial.seed, timed=not trial.short)
        return [*verdicts, *await a_bad_release(server, 1_000, trial.seed)]


DELIVERY = Scenario("delivery", _deliver, "100,000 events 1 to 5 times, shuffled in windows of 100: same state as once")
POISON = Scenario(
    "poison", _poison, "1 % of the events cannot be applied: they stand aside, and are replayed when mended"
)
