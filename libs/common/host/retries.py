"""Trying parked events again beside the reader: what failed may pass in a while, and nobody else waits for it."""

import asyncio
from contextlib import suppress

from libs.common.database.session import DatabaseTrouble
from libs.common.delivery.parking import Parking
from libs.common.errors import Overtaken, Unavailable
from libs.common.logs import get_logger
from libs.common.run.supervise import LoopProgress

log = get_logger(__name__)

EVERY = 0.5
SELDOM = 5.0
"""Seconds, while nothing is parked: another process may have parked something, and ended."""
AT_ONCE = 50
"""Keys in one turn."""


async def try_again(parking: Parking, progress: LoopProgress, *, every: float = EVERY) -> None:
    """Replay what is due, for ever. Trouble with the database leaves it to the next turn."""
    while True:
        parking.news.clear()
        try:
            for row in await parking.due(AT_ONCE):
                progress.beat()
                await _replay(parking, row.stream, row.key)
        except DatabaseTrouble as error:
            log.warning("retries put off", error=type(error).__name__)
        progress.beat()
        if not parking.empty:
            await asyncio.sleep(every)
            continue
        with suppress(TimeoutError):
            async with asyncio.timeout(SELDOM):
                await parking.news.wait()


async def _replay(parking: Parking, stream: str, key: str) -> None:
    try:
        await parking.replay(stream, key)
    except DatabaseTrouble:
        raise
    except (Unavailable, Overtaken) as error:
        # It waits for something that is not here yet, or somebody else replays it: not the event's fault.
        log.info("retry put off", stream=stream, case_id=key, error=type(error).__name__)
