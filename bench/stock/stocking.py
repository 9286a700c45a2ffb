"""Fills the database of a house that does not run with many cases; see ``stock``."""

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from bench.drive.database import connected, rows
from bench.stock.columns import SPACING
from bench.stock.copies import copies
from bench.stock.filling import Job, jobs, months_between
from bench.stock.staging import stage
from bench.stock.templates import SERVICES, Lived, Table, live
from huiyin.house import SPECS
from libs.common.database.migrate import migrate

logger = logging.getLogger(__name__)

PACK = Path(__file__).parents[2] / "packs" / "demo"
SIDE_BY_SIDE = 2

_LIMITS_RUN = timedelta(days=62)
_WRITING = {
    "session_replication_role": "replica",
    "synchronous_commit": "off",
    "work_mem": "256MB",
    "maintenance_work_mem": "768MB",
    "max_parallel_maintenance_workers": "0",
    "timezone": "UTC",
    "jit": "off",
    "statement_timeout": "0",
}
"""Foreign keys hold because those of the templates do: nobody has to look up each."""
_FILLING = _WRITING | {"enable_mergejoin": "off", "enable_nestloop": "off", "max_parallel_workers_per_gather": "0"}
"""The join goes through the copies as they stand, from the oldest case to the newest."""

_FINISH = f"""
    TRUNCATE intake.case_number, analytics.freshness, analytics.known_day, analytics.known_from;
    INSERT INTO intake.case_number (county, day, last)
    SELECT left(case_no, 6), to_date(substr(case_no, 7, 6), 'YYMMDD'), max(substr(case_no, 13, 6)::integer)
    FROM stock.copy GROUP BY 1, 2;
    INSERT INTO analytics.freshness (part, as_of, folded_at) SELECT 0, max(last), max(last) FROM stock.copy;
    SELECT setval(pg_get_serial_sequence(name, 'id'), (SELECT max(number) + 1 FROM stock.copy) * {SPACING})
    FROM unnest(ARRAY['intake.timeline', 'intake.ledger', 'dispatch.ledger', 'followup.ledger']) AS name
"""  # noqa: S608


class NotEmpty(Exception):
    """The house holds cases: a stock is laid into an empty one only."""


async def lay(url: str, cases: int, *, seed: int = 1, now: datetime | None = None) -> None:
    """See ``stock``."""
    moment = (now or datetime.now(UTC)).replace(microsecond=0)
    for spec in SPECS:
        await migrate(url, str(spec.service), spec.migrations)
    await _refuse_cases(url)
    clock = _Stages()
    lived = await live(moment, PACK, seed)
    clock.tell(f"{len(lived.templates)} templates lived")
    async with connected(url, **_WRITING) as connection:
        chance = Random(seed)  # noqa: S311 - nothing here is secret
        await stage(connection, lived, copies(lived.templates, lived.pack, cases, moment, chance))
        first, last = await connection.fetchrow("SELECT min(first), max(last) FROM stock.copy")
        clock.tell("staged")
        waiting = jobs(lived, months_between(first, last + _LIMITS_RUN))
        await _all_done(url, waiting)
        clock.tell("filled")
        await _put_packs(connection, lived)
        await connection.execute(_FINISH)
        await connection.execute("DROP SCHEMA stock CASCADE")
    await _all_done(url, [_tidying(table) for table in lived.tables])
    clock.tell("analyzed")


async def _refuse_cases(url: str) -> None:
    if (await rows(url, "SELECT EXISTS (SELECT FROM intake.cases)"))[0][0]:
        raise NotEmpty("the house holds cases: a stock is laid into an empty one only")


def _tidying(table: Table) -> Job:
    name = f"{table.service}.{table.name}"
    return Job(f"{name} tidied", 0, lambda target: target.execute(f"VACUUM (ANALYZE) {name}"))


async def _all_done(url: str, waiting: Sequence[Job]) -> None:
    """Some side by side, in their order."""
    left = list(waiting)

    async def work() -> None:
        async with connected(url, **_FILLING) as target:
            while left:
                job = left.pop(0)
                began = time.monotonic()
                await job.fill(target)
                logger.info("%s took %.1f s", job.name, time.monotonic() - began)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(SIDE_BY_SIDE):
            tasks.create_task(work())


async def _put_packs(connection: Any, lived: Lived) -> None:
    """The services know the pack under which the templates were lived."""
    for service in SERVICES:
        table = next(table for table in lived.tables if (table.service, table.name) == (service, "pack"))
        await connection.execute(f"TRUNCATE {service}.pack")
        await connection.copy_records_to_table(
            "pack", schema_name=service, columns=table.columns, records=lived.others[service, "pack"]
        )


class _Stages:
    """Says how long each stage took."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def tell(self, what: str) -> None:
        """The stage that just ended."""
        now = time.monotonic()
        logger.info("%s in %.1f s", what, now - self._began)
        self._began = now
