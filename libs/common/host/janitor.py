"""What every worker does now and then: gauges, asking for what is missing, the next partition, forgetting answers."""

import asyncio
from datetime import UTC, datetime

from libs.common import metrics
from libs.common.bus.port import BusTrouble
from libs.common.database.session import DatabaseTrouble
from libs.common.database.stored_packs import refresh_shelf
from libs.common.delivery.partitions import prepare_months
from libs.common.delivery.resend import ask_for_missing
from libs.common.host.measuring import Gauges
from libs.common.logs import get_logger
from libs.common.run.supervise import Progress
from libs.common.service.runtime import Runtime
from libs.common.service.spec import Measure
from libs.common.web.answers import prune_answers

log = get_logger(__name__)

EVERY = 2.0
MEASURE = 5
"""Rounds between two measurements by a process that has no other work behind the door."""
SELDOM = 300
"""Rounds between two looks at what changes slowly: about ten minutes."""


async def keep_house(runtime: Runtime, measure: Measure, progress: Progress) -> None:
    """Do the rounds for ever. Trouble with the database or the bus is left to the next round."""
    gauges = Gauges(runtime, measure)
    turn = 0
    while True:
        try:
            await _round(runtime)
            await gauges.take()
            if turn % SELDOM == 0:
                await _seldom(runtime)
        except (DatabaseTrouble, BusTrouble) as error:
            log.warning("rounds put off", error=type(error).__name__)
        progress.beat()
        turn += 1
        await asyncio.sleep(EVERY)


async def _round(runtime: Runtime) -> None:
    database = runtime.work_database
    await refresh_shelf(database)
    async with database.transaction(runtime.clock.now()) as session:
        asked = await ask_for_missing(session)
    if asked:
        metrics.RESENDS_REQUESTED_TOTAL.labels(str(runtime.service)).inc(asked)


async def _seldom(runtime: Runtime) -> None:
    now = datetime.now(UTC)
    await prepare_months(runtime.work_database, now)
    await prune_answers(runtime.work_database, now)


async def watch(runtime: Runtime, measure: Measure, progress: Progress) -> None:
    """What a process that only answers requests does: learn pack versions that a worker stored, and measure."""
    gauges = Gauges(runtime, measure)
    turn = 0
    while True:
        try:
            await refresh_shelf(runtime.door_database)
            if turn % MEASURE == 0:
                await gauges.take()
        except (DatabaseTrouble, BusTrouble) as error:
            log.warning("rounds put off", error=type(error).__name__)
        progress.beat()
        turn += 1
        await asyncio.sleep(EVERY)


async def sample_loop_lag() -> None:
    """How late the event loop wakes who asked to be woken: what every request waits for on top of its own work."""
    loop = asyncio.get_running_loop()
    while True:
        asked = loop.time() + 0.5
        await asyncio.sleep(0.5)
        metrics.EVENT_LOOP_LAG_SECONDS.observe(max(0.0, loop.time() - asked))
