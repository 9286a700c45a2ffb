"""Giving out case numbers (编号): in blocks, each taken in a short transaction of its own, before the work begins.

A number is never given twice; what is left of a block when a process ends is never given at all. Blocks double while a
day is busy, so a quiet place sees its numbers close together and a busy one asks seldom.
"""

import asyncio
from collections import deque
from datetime import date, datetime
from zoneinfo import ZoneInfo

from libs.common.case_numbers import HIGHEST_SEQUENCE, case_number
from libs.common.database.session import Database, DatabaseTrouble
from libs.common.errors import Unavailable
from libs.common.pack.areas import area_prefix
from libs.common.pack.versions import ShelvedPack
from libs.common.run.failpoints import failpoint
from libs.common.time.moments import local_day

SMALLEST_BLOCK, LARGEST_BLOCK = 10, 640

_TAKE = """
    INSERT INTO case_number AS known (county, day, last) VALUES ($1, $2, $3)
    ON CONFLICT (county, day) DO UPDATE SET last = known.last + $3 WHERE known.last + $3 <= $4
    RETURNING last
"""


class NumberPool:
    """The numbers that this process may give out today."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = asyncio.Lock()
        self._ready: deque[int] = deque()
        self._for: tuple[str, date] | None = None
        self._next_block = SMALLEST_BLOCK
        self._trouble: DatabaseTrouble | None = None
        """The last time that no block could be had."""

    async def take(self, place: str, day: date, now: datetime, count: int = 1) -> list[str]:
        """``count`` numbers of a place, by its digits, and day; Unavailable when the day's are used up."""
        if self._for != (place, day) or len(self._ready) < count:
            before = self._trouble
            async with self._lock:
                # Whoever waited while it failed is told so: one try after the other, the last would wait for all.
                if self._trouble is not None and self._trouble is not before:
                    raise DatabaseTrouble(self._trouble.cause)
                try:
                    await self._refill(place, day, now, count)
                except DatabaseTrouble as trouble:
                    self._trouble = trouble
                    raise
                return self._pop(place, day, count)
        return self._pop(place, day, count)

    def _pop(self, place: str, day: date, count: int) -> list[str]:
        return [case_number(place, day, self._ready.popleft()) for _ in range(count)]

    async def _refill(self, place: str, day: date, now: datetime, count: int) -> None:
        if self._for != (place, day):
            self._ready.clear()
            self._for, self._next_block = (place, day), SMALLEST_BLOCK
        while len(self._ready) < count:
            size = max(self._next_block, count - len(self._ready))
            async with self._database.transaction(now) as session:
                rows = await session.fetch(_TAKE, place, day, size, HIGHEST_SEQUENCE)
            await failpoint("door.after_numbers")
            if not rows:
                raise Unavailable("Today's case numbers are used up", "今日工单编号已用尽")
            self._ready.extend(range(rows[0].last - size + 1, rows[0].last + 1))
            self._next_block = min(self._next_block * 2, LARGEST_BLOCK)


_INFO = "intake.numbers"


async def take_numbers(database: Database, shelved: ShelvedPack, now: datetime, count: int = 1) -> list[str]:
    """Numbers for cases that are registered now, in this process's own pool over the database."""
    pool: NumberPool | None = database.memory.get(_INFO)
    if pool is None:
        pool = database.memory[_INFO] = NumberPool(database)
    place = shelved.directory.pack.place
    return await pool.take(area_prefix(place.code), local_day(now, ZoneInfo(place.time_zone)), now, count)
