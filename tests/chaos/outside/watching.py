"""What people were told while something was wrong outside the house, and how long the house needed afterwards."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import orjson

from libs.common.bus.flow import Service
from tests.chaos.scenario import Trial
from tests.chaos.stage import Stage
from tests.chaos.verdict import Verdict, expect

UNDERSTOOD = frozenset({200, 201, 404, 409, 412})
"""What a house in order may say to this crowd: a case that is on its way to the next service is not found there yet."""
AWAY = frozenset({503})
"""And what it may say when it has no database, or no processor."""
NO_ANSWER = 0
READY_AGAIN = 5.0
"""Seconds that the house may need once what it stands on is back."""
_PAUSE = 0.02


@dataclass(slots=True)
class Window:
    """All requests that ended in it, by service and status."""

    counts: Counter[tuple[Service, int]] = field(default_factory=Counter)
    seconds: float = 0.0
    longest: float = 0.0
    """Seconds that one request took, the longest."""

    def unlike(self, allowed: Collection[int]) -> dict[str, int]:
        """Answers of other statuses, by place."""
        wrong = {place: count for place, count in self.counts.items() if place[1] not in allowed}
        return {f"{service} {status or 'no answer'}": count for (service, status), count in sorted(wrong.items())}

    def share_ok(self, service: Service) -> tuple[int, int]:
        """Of the requests to a service, how many were answered as by a house in order, and how many there were."""
        of_service = {status: count for (name, status), count in self.counts.items() if name is service}
        return sum(count for status, count in of_service.items() if status in UNDERSTOOD), sum(of_service.values())

    def __str__(self) -> str:
        statuses = Counter[int]()
        for (_, status), count in self.counts.items():
            statuses[status] += count
        told = ", ".join(f"{count} x {status or 'no answer'}" for status, count in sorted(statuses.items()))
        refused = ", ".join(f"{place} x {count}" for place, count in self.unlike(UNDERSTOOD).items())
        return f"{told} ({refused})" if refused else told


def without_a_broker(trial: Trial) -> Collection[int]:
    """What may be said while Kafka is away: nobody at a door may notice.

    The short form runs beside other tests, where who is out of processors says so.
    """
    return UNDERSTOOD if trial.scale >= 1 else UNDERSTOOD | AWAY


@asynccontextmanager
async def watched(stage: Stage) -> AsyncIterator[Window]:
    """Counts what the crowd is told during the block; known when it ends."""
    window, seen = Window(), stage.crowd.tally.seen
    began, start = asyncio.get_running_loop().time(), len(seen)
    try:
        yield window
    finally:
        window.counts.update((one.service, one.status) for one in seen[start:])
        window.longest = max((one.seconds for one in seen[start:]), default=0.0)
        window.seconds = asyncio.get_running_loop().time() - began


async def ready_again(stage: Stage, within: float = 60.0) -> float:
    """Seconds until every process says that it is ready; ``within`` when some never did."""
    began = time.monotonic()
    left = set(stage.house.members)
    while left and time.monotonic() - began < within:
        for name in sorted(left):
            if await stage.house.is_ready(name):
                left.discard(name)
        await asyncio.sleep(_PAUSE)
    return time.monotonic() - began


def only(name: str, window: Window, allowed: Collection[int] = UNDERSTOOD | AWAY) -> Verdict:
    """A verdict: nobody was told anything but what is allowed, and nobody was left without an answer."""
    wrong = window.unlike(allowed)
    asked = "2xx, not there yet, 503" if set(allowed) == UNDERSTOOD | AWAY else "2xx, not there yet"
    seen = ", ".join(f"{count} x {place}" for place, count in wrong.items()) or asked
    return expect(f"{name}: answers meanwhile", asked, seen, not wrong and bool(window.counts), str(window))


def pids(stage: Stage) -> dict[str, int]:
    """The processes, to see that nobody had to start one again."""
    return stage.house.pids()


def causes(stage: Stage) -> Counter[str]:
    """Why the processes said 503, by their own logs: how often each cause at each of them, from the beginning."""
    found = Counter[str]()
    for name, member in stage.house.members.items():
        for line in member.log.read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(ValueError):
                said = orjson.loads(line)
                if said.get("event") == "request refused" and said.get("code") in AWAY:
                    found[f"{name}: {said.get('error', said.get('problem'))}"] += 1
    return found


def same_processes(name: str, stage: Stage, before: dict[str, int]) -> Verdict:
    """A verdict: the house is the same processes as before."""
    gone = [member for member, pid in before.items() if stage.house.pids().get(member) != pid]
    return expect(f"{name}: processes that ended", "0", len(gone), not gone, ", ".join(gone))
