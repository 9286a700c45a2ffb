"""Questions asked over one connection, one after the other: how long answers took, and what they cost the house."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from bench.drive import processes
from bench.drive.house import House
from bench.figure import Figure, below
from bench.figures.desk import bare_route
from bench.figures.reads import p95

Ask = Callable[[], Awaitable[Any]]
_ASKED_MS = 50.0
_WORKER = "-worker"


class Taken(NamedTuple):
    """Milliseconds of one question's answers; of each, processor time in the doors and in PostgreSQL."""

    p95: float
    best: float
    door: float
    postgres: float
    question: str

    def __str__(self) -> str:
        return f"{self.p95:.0f} ms (best {self.best:.0f}, CPU {self.door:.1f} + {self.postgres:.1f}) {self.question}"


async def ask_all(house: House, asked: Mapping[str, Ask], often: int, say: Callable[[str], None]) -> list[Taken]:
    """Each of them so often, by its name."""
    taken = []
    for name, ask in asked.items():
        taken.append(await _asked(house, name, ask, often))
        say(str(taken[-1]))
    return taken


async def beside(house: House, case_id: str, often: int) -> str:
    """What the bare route with one row takes in the same run."""
    async with bare_route(house) as (_, reading):
        bare = await _asked(house, "", reading([case_id]), often)
    return f"a bare route with one row: p95 {bare.p95:.1f} ms, best {bare.best:.1f}"


def slowest(name: str, taken: Sequence[Taken], at: str, one: str) -> Figure:
    """The slowest question's p95 counts; all are told."""
    worst = sorted(taken, reverse=True)
    return Figure(
        name, below(_ASKED_MS), worst[0].p95, "ms", f"{len(worst)} questions at {at}; {one}", "; ".join(map(str, worst))
    )


async def _asked(house: House, name: str, ask: Ask, times: int) -> Taken:
    taken, (doors, postgres) = [], _spent(house)
    for _ in range(times):
        began = time.perf_counter()
        await ask()
        taken.append((time.perf_counter() - began) * 1000)
    then = _spent(house)
    return Taken(p95(taken), min(taken), (then[0] - doors) * 1000 / times, (then[1] - postgres) * 1000 / times, name)


def _spent(house: House) -> tuple[float, float]:
    """Seconds of processor time of the doors, and of PostgreSQL, so far."""
    doors = [pid for name, pid in house.pids().items() if not name.endswith(_WORKER)]
    server = house.postgres.pid if house.postgres is not None else None
    return sum(map(processes.cpu_seconds, doors)), sum(
        map(processes.cpu_seconds, processes.tree([server] if server else []))
    )
