"""Cases and households in several processes, on one cut: each looks at a span of the keys through the same snapshot.

One process takes in what the others found: their violations and counts, and what their cases count as in the roll-ups,
by way of files.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import zip_longest
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from huiyin.audit import journal
from huiyin.audit.delivery import Delivery, Suspect
from huiyin.audit.figures import FigureAudit
from huiyin.audit.journal import Journals
from huiyin.audit.keyed import BY_KEY, Deliveries, KeyedTask, check_keyed
from huiyin.audit.queries import NOTHING, spans
from huiyin.audit.recount import SCRATCH
from huiyin.audit.report import Findings
from huiyin.audit.snapshot import NotThere, Snapshot, open_cut
from libs.common.bus.flow import Stream
from libs.common.database.session import DatabaseTrouble
from libs.common.run import event_loop


@dataclass(frozen=True, slots=True)
class Slice:
    """What another process has to know; ``counted`` is the file for what its cases count as."""

    url: str
    snapshot: str
    task: KeyedTask
    limit: int
    all_in_database: bool
    counted: Path


@dataclass(frozen=True, slots=True)
class Seen:
    """What another process found; ``failed`` says why it could not look."""

    findings: Findings
    suspects: Sequence[Suspect]
    journals: Journals | None
    failed: str | None = None
    not_there: bool = False


async def check_in_slices(
    cut: Snapshot, url: str, deliveries: Deliveries, figures: FigureAudit, task: KeyedTask, jobs: int
) -> None:
    """Check all of it by so many processes, this one included. Raises DatabaseTrouble, and NotThere."""
    cases, households = [await spans(cut, jobs, stream) for stream in BY_KEY]
    first, *parts = [task.within(*both) for both in zip_longest(cases, households, fillvalue=NOTHING)]
    snapshot, delivery = await cut.shared(), deliveries[Stream.CASES]
    limit, everything = delivery.findings.limit, delivery.all_in_database
    with TemporaryDirectory(prefix="huiyin-audit-") as folder:
        others = [
            Slice(url, snapshot, part, limit, everything, Path(folder, str(number)))
            for number, part in enumerate(parts)
        ]
        async with _elsewhere(others) as looking:
            await check_keyed(cut, deliveries, figures, first)
            for slice_, seen in zip(others, await asyncio.gather(*looking), strict=True):
                _take_in(deliveries, task.cases.journals, seen)
                await figures.add_counted(slice_.counted)


@asynccontextmanager
async def _elsewhere(slices: Sequence[Slice]) -> AsyncIterator[list[asyncio.Future[Seen]]]:
    if not slices:
        yield []
        return
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(len(slices), mp_context=get_context("spawn")) as pool:
        looking = [loop.run_in_executor(pool, look, one) for one in slices]
        try:
            yield looking
        except BaseException:
            # Without this cut their snapshot is gone too: whatever they say of it is no news.
            await asyncio.gather(*looking, return_exceptions=True)
            raise


def look(one: Slice) -> Seen:
    """The whole work of another process."""
    findings = Findings(one.limit)
    deliveries = {stream: Delivery(findings, stream, all_in_database=one.all_in_database) for stream in BY_KEY}
    journals = one.task.cases.journals
    try:
        event_loop.run(_look(one, deliveries))
    except (DatabaseTrouble, NotThere) as error:
        return Seen(findings, (), journals, failed=str(error), not_there=isinstance(error, NotThere))
    return Seen(findings, [each for delivery in deliveries.values() for each in delivery.suspects], journals)


async def _look(one: Slice, deliveries: Deliveries) -> None:
    scratch = [*SCRATCH, journal.SCRATCH]
    async with open_cut(one.url, "audit", scratch=scratch, snapshot=one.snapshot) as cut:
        if one.task.cases.journals is not None:
            await one.task.cases.journals.lay_out(cut)
        figures = await FigureAudit.of(cut, deliveries[Stream.CASES].findings)
        await check_keyed(cut, deliveries, figures, one.task)
        await figures.counted(one.counted)


def _take_in(deliveries: Deliveries, journals: Journals | None, seen: Seen) -> None:
    if seen.failed is not None:
        raise NotThere(seen.failed) if seen.not_there else DatabaseTrouble(seen.failed)
    deliveries[Stream.CASES].findings.add(seen.findings)
    for suspect in seen.suspects:
        deliveries[suspect.stream].suspects.append(suspect)
    if journals is not None and seen.journals is not None:
        journals.add(seen.journals)
