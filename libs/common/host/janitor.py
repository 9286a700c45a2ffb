"""What every worker does now and then: gauges, asking for what is missing, the next partition, forgetting answers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from libs.common import metrics
from libs.common.bus.flow import subscriptions
from libs.common.bus.port import BusTrouble
from libs.common.database.session import Database, DatabaseTrouble, Session
from libs.common.ledger.parking import parked_now
from libs.common.ledger.partitions import prepare_months
from libs.common.ledger.resend import ask_for_missing
from libs.common.pack.learning import refresh_shelf
from libs.common.run.runtime import Runtime
from libs.common.run.supervise import Progress
from libs.common.web.answers import prune_answers

logger = logging.getLogger(__name__)

Measure = Callable[[Session], Awaitable[None]]

EVERY = 2.0
SELDOM = 300
"""Rounds between two looks at what changes slowly: about ten minutes."""

_UNSENT = "SELECT count(*) AS n, min(recorded_at) AS oldest FROM ledger_unsent"


async def keep_house(runtime: Runtime, measure: Measure, progress: Progress) -> None:
    """Do the rounds for ever. Trouble with the database or the bus is left to the next round."""
    turn = 0
    while True:
        try:
            await _round(runtime, measure)
            if turn % SELDOM == 0:
                await _seldom(runtime)
        except (DatabaseTrouble, BusTrouble) as error:
            logger.warning("rounds put off", extra={"service": str(runtime.service), "error": type(error).__name__})
        progress.beat()
        turn += 1
        await asyncio.sleep(EVERY)


async def _round(runtime: Runtime, measure: Measure) -> None:
    database = runtime.work_database
    await refresh_shelf(database)
    async with database.transaction(runtime.clock.now()) as session:
        asked = await ask_for_missing(session)
    if asked:
        metrics.RESENDS_REQUESTED_TOTAL.labels(str(runtime.service)).inc(asked)
    await _measure(runtime, measure)


async def _seldom(runtime: Runtime) -> None:
    now = datetime.now(UTC)
    await prepare_months(runtime.work_database, now)
    await prune_answers(runtime.work_database, now)


async def _measure(runtime: Runtime, measure: Measure) -> None:
    service = str(runtime.service)
    async with runtime.work_database.reading() as session:
        unsent = (await session.fetch(_UNSENT))[0]
        parked = await parked_now(session)
        await measure(session)
    now = datetime.now(UTC)
    metrics.OUTBOX_UNPUBLISHED_ROWS.labels(service).set(unsent.n)
    metrics.OUTBOX_OLDEST_UNPUBLISHED_AGE_SECONDS.labels(service).set(_age(unsent.oldest, now))
    blocked = [parked[state] for state in ("failed", "behind") if state in parked]
    metrics.INBOX_PARKED_ROWS.labels(service).set(sum(count for count, _ in blocked))
    oldest = min((moment for _, moment in blocked if moment), default=None)
    metrics.INBOX_PARKED_OLDEST_AGE_SECONDS.labels(service).set(_age(oldest, now))
    metrics.INBOX_WAITING_ROWS.labels(service).set(parked.get("waiting", (0, None))[0])
    for database in (runtime.door_database, runtime.work_database):
        _measure_pool(database)
    await _measure_lag(runtime)


async def _measure_lag(runtime: Runtime) -> None:
    topics = [f"{runtime.topic_prefix}{stream}" for stream in subscriptions(runtime.service)]
    for place, behind in (await runtime.bus.behind(f"huiyin-{runtime.service}", topics)).items():
        metrics.CONSUMER_LAG_RECORDS.labels(str(runtime.service), place.topic, str(place.partition)).set(behind)


def _measure_pool(database: Database) -> None:
    state = database.pool_state()
    metrics.DB_POOL_SIZE.labels(database.name).set(state.size)
    metrics.DB_POOL_IN_USE.labels(database.name).set(state.in_use)
    metrics.DB_POOL_WAITERS.labels(database.name).set(state.waiters)


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0


async def watch_packs(runtime: Runtime, progress: Progress) -> None:
    """Learn pack versions that another process of this service stored."""
    while True:
        try:
            await refresh_shelf(runtime.door_database)
            _measure_pool(runtime.door_database)
        except DatabaseTrouble as error:
            logger.warning(
                "packs not looked up", extra={"service": str(runtime.service), "error": type(error).__name__}
            )
        progress.beat()
        await asyncio.sleep(EVERY)


async def sample_loop_lag() -> None:
    """How late the event loop wakes who asked to be woken: what every request waits for on top of its own work."""
    loop = asyncio.get_running_loop()
    while True:
        asked = loop.time() + 0.5
        await asyncio.sleep(0.5)
        metrics.EVENT_LOOP_LAG_SECONDS.observe(max(0.0, loop.time() - asked))
