"""What every worker does now and then: gauges, asking for what is missing, the next partition, forgetting answers."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from libs.common import metrics
from libs.common.blobs.port import BlobTrouble
from libs.common.bus.port import BusTrouble
from libs.common.database.session import DatabaseTrouble
from libs.common.database.stored_packs import read_stored_packs, refresh_shelf
from libs.common.database.stored_staff import read_stored_staff, refresh_staff
from libs.common.delivery.partitions import prepare_months
from libs.common.delivery.resend import anything_parked, ask_for_missing
from libs.common.host.measuring import Gauges
from libs.common.logs import get_logger
from libs.common.run.supervise import LoopProgress
from libs.common.service.runtime import Runtime
from libs.common.service.spec import Measure, Tidy
from libs.common.web.answers import prune_answers

log = get_logger(__name__)

EVERY = 2.0
MEASURE = 5
"""Rounds between two measurements."""
SELDOM = 300
"""Rounds between two looks at what changes slowly: about ten minutes."""

_OF_EVERY_SERVICE: Mapping[str, Tidy] = {
    "months": lambda runtime, now: prepare_months(runtime.work_database, now),
    "answers": lambda runtime, now: prune_answers(runtime.work_database, now),
}


async def keep_house(runtime: Runtime, measure: Measure, tidying: Mapping[str, Tidy], progress: LoopProgress) -> None:
    """Do the rounds for ever. Trouble with the database, the bus or a disk is left to the next round."""
    gauges = Gauges(runtime, measure)
    turn = 0
    while True:
        try:
            await _round(runtime)
            if turn % MEASURE == 0:
                await gauges.take()
            if turn % SELDOM == 0:
                await put_in_order(runtime, tidying, progress)
        except (DatabaseTrouble, BusTrouble, BlobTrouble) as error:
            log.warning("rounds put off", error=type(error).__name__)
        progress.beat()
        turn += 1
        await asyncio.sleep(EVERY)


async def _round(runtime: Runtime) -> None:
    database = runtime.work_database
    async with database.reading() as session:
        await read_stored_packs(session)
        await read_stored_staff(session)
        if not await anything_parked(session):
            return
    async with database.transaction(runtime.clock.now()) as session:
        asked = await ask_for_missing(session)
    if asked:
        metrics.RESENDS_REQUESTED_TOTAL.labels(str(runtime.service)).inc(asked)


async def put_in_order(runtime: Runtime, tidying: Mapping[str, Tidy], progress: LoopProgress) -> None:
    """Each matter of every service, then the service's own: one that fails is told and counted, the others are done."""
    now = datetime.now(UTC)
    for matter, see_to in {**_OF_EVERY_SERVICE, **tidying}.items():
        progress.beat()
        failures = metrics.TIDYING_FAILURES_TOTAL.labels(str(runtime.service), matter)
        try:
            await see_to(runtime, now)
        except (DatabaseTrouble, BusTrouble, BlobTrouble) as error:
            failures.inc()
            log.warning("put off for ten minutes", matter=matter, error=type(error).__name__)
        except Exception:
            failures.inc()
            log.exception("failed, tried again in ten minutes", matter=matter)


async def watch(runtime: Runtime, measure: Measure, progress: LoopProgress) -> None:
    """What a process that only answers requests does: learn packs and people that others stored, and measure."""
    gauges = Gauges(runtime, measure)
    turn = 0
    while True:
        try:
            await refresh_shelf(runtime.door_database)
            await refresh_staff(runtime.door_database)
            if turn % MEASURE == 0:
                await gauges.take()
        except (DatabaseTrouble, BusTrouble) as error:
            log.warning("rounds put off", error=type(error).__name__)
        progress.beat()
        turn += 1
        await asyncio.sleep(EVERY)
