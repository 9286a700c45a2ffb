"""What a whole audit of a county costs: that nothing is found, how fast, and that its memory does not grow with cases.

``huiyin audit`` on the tables of each stock as they were laid: every ledger folded from its start, beside every table.
Hashes, ids and moments of recording of a stock's ledgers are made up, so what the audit says of I2 is not counted: it
has to find that no case's hashes chain.
"""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from bench.drive import processes
from bench.figure import Context, Figure, at_most, below
from huiyin.audit.report import Invariant
from libs.common.bus.embedded.bus import EmbeddedBus

_LOOK_EVERY = 0.25
_JOBS = os.cpu_count() or 1
_CHAINED = Invariant.CHAIN.value
_MB = 1_000_000
_MOST_MB = 200.0
_GROWTH = 1.2
"""Ten times the cases may cost so much more memory: what a cursor and the interpreter vary by."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One audit: what it reported, and the most memory that each of its processes held, in bytes."""

    cases: int
    report: dict[str, Any]
    memory: int

    @property
    def events_per_second(self) -> float:
        """How fast."""
        return float(self.report["events"]) / float(self.report["seconds"])


async def run(context: Context) -> list[Figure]:
    """``audit_violations``, ``audit_events_per_s``, ``audit_mb`` and, with two stocks, ``audit_memory_growth``."""
    stocks = sorted(cases for cases in context.stocks if cases)
    if not stocks:
        raise ValueError("an audit looks at cases that are there: give it a stock, for example --stocks 20000,100000")
    seen = [await _audit(await context.ground.stock(cases), cases) for cases in stocks]
    least, most = seen[0], seen[-1]
    figures = [
        Figure(
            "audit_violations",
            at_most(0),
            sum(map(_wrong, seen)),
            "beside the hashes",
            f"{most.report['events']:,} events of {most.report['cases']:,} cases",
        ),
        Figure(
            "audit_events_per_s",
            None,
            most.events_per_second,
            "/s",
            f"{least.events_per_second:.0f}/s at {least.cases:,} cases",
            f"{most.report['seconds']:.0f} s for {most.cases:,} cases, {_JOBS} processes",
        ),
        Figure("audit_mb", below(_MOST_MB), most.memory / _MB, "MB", "", "the largest of its processes, PSS"),
    ]
    if len(seen) > 1:
        told = f"{least.memory / _MB:.0f} MB at {least.cases:,} cases"
        figures.append(Figure("audit_memory_growth", at_most(_GROWTH), most.memory / least.memory, "times", told))
    return figures


def _wrong(seen: Seen) -> int:
    found = {name: told["violations"] for name, told in seen.report["invariants"].items()}
    if found.pop(_CHAINED) < seen.report["cases"]:
        raise ValueError(f"an audit that does not see that the hashes of {seen.cases} cases do not chain sees nothing")
    return sum(found.values())


async def _audit(url: str, cases: int) -> Seen:
    bus = EmbeddedBus(url)
    await bus.ensure_topics(())
    await bus.close()
    command = (str(Path(sys.executable).with_name("huiyin")), "audit", "--json", "--jobs", str(_JOBS))
    environment = os.environ | {"HUIYIN_DATABASE_URL": url}
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    answer = asyncio.create_task(process.communicate())
    memory = 0
    while not answer.done():
        held = map(processes.proportional_bytes, processes.tree([process.pid]))
        memory = max(memory, *held)
        await asyncio.wait([answer], timeout=_LOOK_EVERY)
    told, _ = await answer
    return Seen(cases, orjson.loads(told), memory)
