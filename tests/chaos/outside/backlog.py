"""How long it takes until what was said by a moment has been applied by all who hear it, and is in the topics again."""

import asyncio
import time
from datetime import datetime

from bench.drive.database import connected
from libs.common.bus.flow import Service
from libs.common.bus.port import BusTrouble
from tests.chaos.stage import Stage
from tests.chaos.topics import read_topics

_PAUSE = 0.2
_NOT_APPLIED = """
    SELECT count(*) FROM (
        SELECT key, max(seq) AS seq FROM {source}.ledger WHERE stream = 'cases' AND recorded_at <= $1 GROUP BY key
    ) AS said LEFT JOIN {reader}.watermark AS mark
        ON mark.stream = 'cases' AND mark.key = said.key AND mark.source = '{source}'
    WHERE coalesce(mark.seq, 0) < said.seq
"""


async def backlog_gone(stage: Stage, until: datetime, within: float = 180.0) -> float:
    """Seconds until all that was recorded until a moment has been applied by all who hear it."""
    began = time.monotonic()
    async with connected(stage.oracle.url) as connection:
        while time.monotonic() - began < within:
            left = [
                await connection.fetchval(_NOT_APPLIED.format(source=source, reader=reader), until)
                for source in (Service.INTAKE, Service.DISPATCH, Service.FOLLOWUP)
                for reader in Service
                if reader is not source
            ]
            if not any(left):
                break
            await asyncio.sleep(_PAUSE)
    return time.monotonic() - began


async def log_refilled(stage: Stage, within: float = 120.0) -> float:
    """Seconds until all that any ledger has by now is in the topics: a loss is looked for every 15 s."""
    began = time.monotonic()
    said = {one.event_id for one in await stage.oracle.said()}
    while time.monotonic() - began < within:
        bus = stage.open_bus("refill")
        try:
            found = await read_topics(bus, stage.oracle.topic_prefix)
        except (BusTrouble, TimeoutError):
            continue
        finally:
            await bus.close()
        if said <= found.places.keys():
            break
        await asyncio.sleep(_PAUSE)
    return time.monotonic() - began
