"""The whole of Huiyin in one process: the four services side by side on one database and one bus."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from libs.common.bus.flow import AS_SET, TOPICS, Service, subscriptions
from libs.common.bus.port import Bus
from libs.common.errors import Conflict, invalid
from libs.common.host.process import open_resources
from libs.common.host.service import RunningService
from libs.common.logs import lines_about
from libs.common.run.supervise import stop
from libs.common.service.settings import ClockKind, CommonSettings
from libs.common.time.clock import Clock, SimulatedClock, SystemClock
from libs.programs.postgres.server import EmbeddedPostgres
from libs.programs.postgres.supervisor import keep_up
from services.analytics.main import SPEC as ANALYTICS
from services.dispatch.main import SPEC as DISPATCH
from services.followup.ladder.actions.due import fire_due
from services.followup.main import SPEC as FOLLOWUP
from services.intake.main import SPEC as INTAKE

SPECS = (INTAKE, DISPATCH, FOLLOWUP, ANALYTICS)
_BEFORE_EVERYTHING = datetime(2000, 1, 1, tzinfo=UTC)
_LAST_SAID = """
    SELECT max(occurred_at) AS moment
    FROM (SELECT occurred_at FROM ledger WHERE stream = ANY ($1) ORDER BY id DESC LIMIT 1000) AS latest
"""
_BUSY = [topic.stream for topic in TOPICS.values() if topic.partitions is AS_SET]
"""What the county does; what it says of itself is seldom, and of no day."""
_UNSENT = """
    SELECT (SELECT count(*) FROM intake.ledger_unsent) + (SELECT count(*) FROM dispatch.ledger_unsent)
         + (SELECT count(*) FROM followup.ledger_unsent) + (SELECT count(*) FROM analytics.ledger_unsent) AS unsent
"""


@dataclass(frozen=True, slots=True)
class House:
    """The running services. ``clock`` is theirs all."""

    services: dict[Service, RunningService]
    bus: Bus
    clock: Clock
    settings: CommonSettings
    url: str

    async def quiet(self) -> bool:
        """Whether all that was said has been sent, read and applied by everybody."""
        # What is known in this process is asked first: the database is not asked while somebody is busy anyway.
        if any(service.relay.busy or service.consumer.busy for service in self.services.values()):
            return False
        sent = sum(service.relay.sent for service in self.services.values())
        if await self._unsent() or await self._behind() or await self._unsent():
            return False
        return sent == sum(service.relay.sent for service in self.services.values())

    async def settle(self, within: float = 120.0) -> None:
        """Wait until the house is quiet; TimeoutError, saying what is left, when it is not in ``within`` seconds."""
        deadline = time.monotonic() + within
        while not await self.quiet():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not quiet after {within:.0f} s: {await self._unsent()} events unsent")
            await asyncio.sleep(0.002)

    async def advance(self, moment: datetime) -> int:
        """Move simulated time to ``moment``; every timer on the way fires in order. Returns how many fired."""
        if not isinstance(self.clock, SimulatedClock):
            raise Conflict(
                "The clock is the system's; only a simulated one can be moved", "系统时钟不可调整，仅模拟时钟可推进"
            )
        if moment < self.clock.now():
            raise invalid("to", "the clock never goes back", "时钟不能后退")
        await self.settle()
        with lines_about(str(Service.FOLLOWUP)):
            fired = await fire_due(self.services[Service.FOLLOWUP].runtime, moment)
        self.clock.advance_to(moment)
        await self.settle()
        return fired

    async def _unsent(self) -> int:
        async with self.services[Service.INTAKE].runtime.work_database.reading() as session:
            return int((await session.fetch(_UNSENT))[0].unsent)

    async def _behind(self) -> int:
        behind = 0
        for name, service in self.services.items():
            topics = [f"{service.runtime.topic_prefix}{stream}" for stream in subscriptions(name)]
            behind += sum((await self.bus.behind(f"huiyin-{name}", topics)).values())
        return behind


@asynccontextmanager
async def open_house(
    settings: CommonSettings, *, simulated_start: datetime | None = None, durable: bool = True, working: bool = True
) -> AsyncIterator[House]:
    """Start everything, give the house, and stop everything in turn.

    Without a database URL an embedded PostgreSQL runs in the data directory. ``durable=False`` gives up fsync, for
    tests alone. ``working=False`` starts no relay, consumer or timer: for commands that only look.
    """
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        async with _with_database(settings, url, simulated_start, working=working) as house:
            yield house
        return
    postgres = EmbeddedPostgres(settings.data_dir / "postgres", durable=durable)
    url = await asyncio.to_thread(postgres.start)
    keeping = asyncio.create_task(keep_up(postgres), name="embedded-postgres")
    try:
        async with _with_database(settings, url, simulated_start, working=working) as house:
            yield house
    finally:
        await stop(keeping)
        await asyncio.to_thread(postgres.stop)


@asynccontextmanager
async def _with_database(
    settings: CommonSettings, url: str, simulated_start: datetime | None, *, working: bool
) -> AsyncIterator[House]:
    clock: Clock = SystemClock()
    if settings.clock is ClockKind.SIMULATED:
        clock = SimulatedClock(simulated_start or _BEFORE_EVERYTHING)
    async with open_resources(settings, url, clock) as resources:
        services = {spec.service: RunningService(spec, resources) for spec in SPECS}
        house = House(services, resources.bus, clock, settings, url)
        async with _running(house, working=working):
            yield house


@asynccontextmanager
async def _running(house: House, *, working: bool) -> AsyncIterator[None]:
    try:
        for service in house.services.values():
            await service.prepare()
        await _catch_up_with_the_past(house)
        for service in house.services.values():
            service.ops.advance_clock_by = house.advance if house.clock.simulated else None
        if working:
            for service in house.services.values():
                service.start_work()
        yield
    finally:
        await asyncio.gather(*(service.stop() for service in house.services.values()))


async def _catch_up_with_the_past(house: House) -> None:
    """Simulated time goes on where it ended: never before what was said already; without a past, at the present."""
    if not isinstance(house.clock, SimulatedClock):
        return
    moments = []
    for service in house.services.values():
        async with service.runtime.work_database.reading() as session:
            moments += [row.moment for row in await session.fetch(_LAST_SAID, _BUSY) if row.moment is not None]
    if not moments and house.clock.now() == _BEFORE_EVERYTHING:
        moments = [SystemClock().now()]
    house.clock.advance_to(max([house.clock.now(), *moments]))
