"""The worker's loop over clocks.

A clock is looked at ``GRACE`` after its time, and not while events wait to be read: what a unit did just before its
deadline may still be on the way, and a miss once said cannot be unsaid. Every consequence carries the step's own time,
so nobody sees the difference.
"""

import time
from datetime import UTC, datetime, timedelta

from libs.common import metrics
from libs.common.bus.flow import Service, subscriptions
from libs.common.bus.port import BusTrouble
from libs.common.database.session import DatabaseTrouble
from libs.common.logs import get_logger
from libs.common.pack.versions import PackVersions
from libs.common.run.supervise import Backoff, LoopProgress
from libs.common.service.runtime import Runtime
from services.followup.clocks import queries
from services.followup.ladder.actions.due import Firing

log = get_logger(__name__)
LONGEST_WAIT = 1.0
GRACE = timedelta(seconds=3)
COUNT_EVERY = 15.0
PATIENCE = 60.0
"""Seconds without any progress of the reader after which timers fire all the same."""
FEW_BEHIND = 200
"""Records that a running reader has in hand at any moment: no reason to wait."""


async def fire_timers(runtime: Runtime, progress: LoopProgress) -> None:
    """Fire what is due, for ever. Simulated time fires nothing by itself: whoever moves it calls ``fire_due``."""
    reading, backoff = CaughtUp(runtime), Backoff()
    provisional = ProvisionalDays(runtime.work_database.packs)
    while True:
        progress.beat()
        try:
            provisional.count()
            wake_at = await _round(runtime, reading, progress)
            backoff.reset()
        except (DatabaseTrouble, BusTrouble) as error:
            log.warning("timers put off", error=type(error).__name__)
            await backoff.wait()
        else:
            await runtime.clock.wait_until(wake_at, at_most=LONGEST_WAIT)


async def _round(runtime: Runtime, reading: "CaughtUp", progress: LoopProgress) -> datetime:
    """Fire what is due now; gives when to look again."""
    never = datetime.max.replace(tzinfo=UTC)
    if runtime.clock.simulated:
        return never
    until = runtime.clock.now() - GRACE
    async with runtime.work_database.reading() as session:
        first = await queries.next_firing(session)
    if first is None:
        return never
    if first > until:
        return first + GRACE
    if await reading.holds():
        return never
    firing = Firing(runtime.work_database, until)
    while await firing.turn():
        progress.beat()
    return never


class CaughtUp:
    """Whether timers have to wait for the reader of events: all that was said before they fire should be heard first.

    After a start the reader has to catch up wholly once. A reader that gets nowhere holds nobody up for long.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._topics = [f"{runtime.topic_prefix}{stream}" for stream in subscriptions(runtime.service)]
        self._few = 0
        self._fewest: int | None = None
        self._since = time.monotonic()

    async def holds(self) -> bool:
        """Whether to wait. Raises BusTrouble when the bus is away: what fired then could not be told to anybody."""
        behind = await self._runtime.bus.behind(f"huiyin-{self._runtime.service}", self._topics)
        left = sum(behind.values())
        if left <= self._few:
            self._few, self._fewest = FEW_BEHIND, None
            return False
        if self._fewest is None or left < self._fewest:
            self._fewest, self._since = left, time.monotonic()
        return time.monotonic() - self._since < PATIENCE


class ProvisionalDays:
    """Counts days for which this process had no official calendar."""

    def __init__(self, packs: PackVersions) -> None:
        self._packs = packs
        self._counted_at: float | None = None
        self._counted = 0

    def count(self) -> None:
        """Add what is new, now and then."""
        if self._counted_at is not None and time.monotonic() - self._counted_at < COUNT_EVERY:
            return
        total = provisional_days(self._packs)
        metrics.CALENDAR_PROVISIONAL_DAYS_TOTAL.labels(Service.FOLLOWUP).inc(max(0, total - self._counted))
        self._counted, self._counted_at = total, time.monotonic()


def provisional_days(packs: PackVersions) -> int:
    """Answers that this process's calendars gave about days whose official notice is not known."""
    return sum(sum(calendar.provisional_answers.values()) for calendar in packs.calendars())
