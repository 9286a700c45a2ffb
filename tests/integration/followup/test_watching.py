"""The worker's loop: it fires by the machine's time, waits for the reader of events, and shows what operators need."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import cast

import pytest
from prometheus_client import REGISTRY

from libs.common.bus.port import Bus, BusTrouble, Place
from libs.common.run.supervise import LoopProgress
from libs.common.service.runtime import Runtime
from services.followup.ladder.actions import watching
from services.followup.ladder.actions.watching import fire_timers
from services.followup.overview.actions.measuring import measure
from tests.integration.followup.office import DAY, HOUR, T0, JumpyClock, Office, local
from tests.support.eventually import eventually

FOLLOWUP = {"service": "followup"}


@dataclass
class Backlog:
    """A bus of which only the reader's backlog is asked."""

    left: int = 0
    away: bool = False
    asked: int = 0
    topics: list[str] = field(default_factory=list)

    async def behind(self, group: str, topics: Sequence[str]) -> dict[Place, int]:
        """How much is unread."""
        self.asked += 1
        self.topics = list(topics)
        assert group == "huiyin-followup"
        if self.away:
            raise BusTrouble("away", "不可用")
        return {Place("cases", 0): self.left}


@asynccontextmanager
async def watched(office: Office, clock: JumpyClock, bus: Backlog) -> AsyncIterator[None]:
    """The loop, running."""
    runtime: Runtime = replace(office.runtime, clock=clock, bus=cast("Bus", bus))
    task = asyncio.create_task(fire_timers(runtime, LoopProgress()))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def warned(office: Office, case_id: str) -> int:
    """How many warnings and misses there were."""
    return sum("Warned" in name or "Missed" in name for name in await office.names(case_id))


async def test_it_fires_by_the_machines_clock_whichever_way_that_jumps(office: Office) -> None:
    case_id = await office.register()
    clock, bus = JumpyClock(T0), Backlog()
    async with watched(office, clock, bus):
        for moment, count in ((T0 + 20 * HOUR, 1), (T0 - DAY, 1), (T0 + 19 * HOUR, 1), (T0 + DAY + HOUR, 2), (T0, 2)):
            clock.moment = moment

            async def fired(count: int = count) -> bool:
                return await warned(office, case_id) == count

            await eventually(fired, what=f"{count} at {moment}")
        assert bus.topics == ["directory", "cases", "ops"]
    assert await warned(office, case_id) == 2


async def test_it_waits_for_events_that_were_not_read_yet(office: Office) -> None:
    case_id = await office.register()
    clock, bus = JumpyClock(T0 + 10 * DAY), Backlog(left=5)
    async with watched(office, clock, bus):
        await eventually(lambda: bus.asked > 5, what="the loop to ask")
        assert await warned(office, case_id) == 0
        bus.away = True
        asked = bus.asked
        await eventually(lambda: bus.asked > asked, what="the loop to ask again")
        assert await warned(office, case_id) == 0
        bus.left, bus.away = 0, False

        async def fired() -> bool:
            return await warned(office, case_id) == 2

        await eventually(fired, what="both timers")


async def test_a_reader_that_gets_nowhere_holds_nobody_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = await office.register()
    monkeypatch.setattr(watching, "PATIENCE", 0.05)
    async with watched(office, JumpyClock(T0 + 10 * DAY), Backlog(left=5)):

        async def fired() -> bool:
            return await warned(office, case_id) == 2

        await eventually(fired, what="both timers")


async def test_simulated_time_fires_nothing_by_itself(office: Office) -> None:
    case_id = await office.register()
    clock, bus = JumpyClock(T0 + 10 * DAY, simulated=True), Backlog()
    progress = LoopProgress()
    runtime = replace(office.runtime, clock=clock, bus=cast("Bus", bus))
    task = asyncio.create_task(fire_timers(runtime, progress))
    before = progress.age()
    await eventually(lambda: progress.age() < before + 0.01, what="a beat")
    task.cancel()
    await asyncio.wait([task])
    assert await warned(office, case_id) == 0


async def test_gauges(office: Office) -> None:
    await office.open_case()
    bad = await office.open_case()
    async with office.database.transaction(T0) as session:
        await session.fetch("UPDATE clock SET step = 'ladder:99' WHERE case_id = $1 AND what = 'sign'", bad)
    await office.advance(local("2026-03-25"))
    provisional = REGISTRY.get_sample_value("huiyin_calendar_provisional_days_total", FOLLOWUP) or 0.0
    office.database.packs.version(1).calendar().is_workday(local("2031-03-25").date())
    watching.ProvisionalDays(office.runtime.work_database.packs).count()
    async with office.database.reading() as session:
        session.now = office.clock.now()
        await measure(session)
    assert REGISTRY.get_sample_value("huiyin_timers_failed", FOLLOWUP) == 2
    assert REGISTRY.get_sample_value("huiyin_deadlines_overdue", {**FOLLOWUP, "deadline": "handle"}) == 1
    assert REGISTRY.get_sample_value("huiyin_deadlines_overdue", {**FOLLOWUP, "deadline": "sign"}) == 1
    assert (REGISTRY.get_sample_value("huiyin_calendar_provisional_days_total", FOLLOWUP) or 0.0) == provisional + 1
