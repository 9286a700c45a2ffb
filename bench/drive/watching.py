"""When a case that somebody brought is seen by the others: dispatched to a unit, counted in the figures.

Looked up in the tables, where it is visible to everybody from that moment on; the looks are ``EVERY`` seconds apart, so
a moment is found that much too late at most, never too early.
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bench.drive.database import connected

EVERY = 0.01
_DISPATCHED = "SELECT case_id FROM dispatch.work WHERE case_id = ANY($1::text[]) AND assigned_at IS NOT NULL"
_COUNTED = "SELECT case_id FROM analytics.fact WHERE case_id = ANY($1::text[])"


@dataclass(slots=True)
class Watch:
    """Cases by when they came (monotonic clock), and seconds until each was dispatched and counted."""

    dispatched: list[float] = field(default_factory=list)
    counted: list[float] = field(default_factory=list)
    _undispatched: dict[str, float] = field(default_factory=dict)
    _uncounted: dict[str, float] = field(default_factory=dict)
    _looked: asyncio.Condition = field(default_factory=asyncio.Condition)

    def came(self, case_id: str, moment: float) -> None:
        """A case was taken that came at this moment."""
        self._undispatched[case_id] = self._uncounted[case_id] = moment

    @property
    def waiting(self) -> int:
        """Cases that are not yet seen everywhere."""
        return len(self._undispatched | self._uncounted)

    async def all_seen(self, within: float) -> bool:
        """Wait until every case is dispatched and counted; whether that came about."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within), self._looked:
                await self._looked.wait_for(lambda: not self.waiting)
        return not self.waiting

    async def look(self, url: str) -> None:
        """Look again and again; never ends by itself."""
        async with connected(url) as connection:
            while True:
                await _find(connection, _DISPATCHED, self._undispatched, self.dispatched)
                await _find(connection, _COUNTED, self._uncounted, self.counted)
                async with self._looked:
                    self._looked.notify_all()
                await asyncio.sleep(EVERY)


async def _find(connection: Any, query: str, waiting: dict[str, float], found: list[float]) -> None:
    if not waiting:
        return
    rows = await connection.fetch(query, list(waiting))
    now = time.monotonic()
    found += [now - waiting.pop(row["case_id"]) for row in rows]
