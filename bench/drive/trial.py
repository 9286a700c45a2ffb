"""One trial of whole lifecycles: how many a second, what each costs in CPU, and whether all that was taken is there."""

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass

from bench.drive import processes
from bench.drive.database import rows
from bench.drive.house import House
from bench.drive.office import Office
from bench.drive.tally import Tally

LOADER = "load"
"""The load generator among the processes."""

_TABLES = """
    SELECT (SELECT count(*) FROM intake.cases) AS taken,
           (SELECT count(*) FROM intake.cases WHERE status = 'closed') AS told,
           (SELECT count(*) FROM analytics.fact WHERE status = 'closed') AS counted,
           (SELECT count(*) FROM intake.parked) + (SELECT count(*) FROM dispatch.parked)
           + (SELECT count(*) FROM followup.parked) + (SELECT count(*) FROM analytics.parked) AS parked
"""
_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Stand:
    """Rows in the tables: cases that intake took, those it tells are closed, those that the figures count as closed."""

    taken: int
    told: int
    counted: int
    parked: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What was seen in a window of ``seconds``. ``cpu`` is seconds of CPU by process."""

    seconds: float
    tally: Tally
    cpu: Mapping[str, float]

    @property
    def rate(self) -> float:
        """Lifecycles closed a second."""
        return self.tally.done / self.seconds

    def cost(self, name: str) -> float:
        """Milliseconds of CPU that a process spent for each lifecycle."""
        return self.cpu[name] * 1000 / max(1, self.tally.done)


async def steady(office: Office, cases: int, seconds: float, warm_up: float) -> Trial:
    """Keep so many cases open, and look at ``seconds`` of it after the warm-up."""
    loading = asyncio.create_task(office.keep_open(cases, warm_up + seconds))
    try:
        await asyncio.sleep(warm_up)
        office.count_anew()
        before, begun = cpu(office.house), time.monotonic()
        await loading
        elapsed, after = time.monotonic() - begun, cpu(office.house)
    finally:
        loading.cancel()
    spent = {name: after[name] - before.get(name, 0.0) for name in after}
    return Trial(elapsed, office.count_anew(), spent)


async def stand(url: str) -> Stand:
    """How it stands in the tables now."""
    return Stand(*(await rows(url, _TABLES))[0])


async def all_counted(url: str, closed: int, within: float = 60.0) -> tuple[Stand, float]:
    """Wait until intake tells and analytics counts so many cases as closed; how it stands, and how long it took."""
    begun = time.monotonic()
    found = await stand(url)
    while min(found.told, found.counted) < closed and time.monotonic() < begun + within:
        await asyncio.sleep(_PAUSE)
        found = await stand(url)
    return found, time.monotonic() - begun


def cpu(house: House) -> dict[str, float]:
    """Seconds of CPU so far of everything that runs, this process included."""
    return processes.cpu_by_group({**house.groups(), LOADER: {os.getpid()}})
