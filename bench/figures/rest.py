"""What eight processes cost while nobody asks anything: memory, and the processor time of their waiting.

Four doors and four workers, as they run in a cluster, half a minute after all of them were ready. Memory is PSS of the
eight, PostgreSQL and Kafka aside; what their questions cost PostgreSQL is told beside what they cost themselves.
"""

import asyncio
from dataclasses import dataclass

from bench.drive import processes
from bench.drive.house import House, Kind
from bench.figure import Context, Figure, at_most

_MB = 1_000_000
_GROUND = {"postgres", "kafka"}


@dataclass(frozen=True, slots=True)
class Rest:
    """One house: megabytes, and seconds of processor time a second, by group of processes."""

    kind: Kind
    megabytes: dict[str, float]
    cores: dict[str, float]

    def of_the_eight(self, what: dict[str, float]) -> float:
        """The sum over the house's own processes."""
        return sum(value for name, value in what.items() if name not in _GROUND)

    def told(self) -> str:
        """In words."""
        beside = ", ".join(f"{name} {self.cores[name]:.3f}" for name in sorted(_GROUND & self.cores.keys()))
        least, most = min(self._each()), max(self._each())
        return (
            f"{self.kind}: {self.of_the_eight(self.megabytes):.0f} MB ({least:.0f} to {most:.0f} each), "
            f"{self.of_the_eight(self.cores):.3f} of a core, beside it {beside}"
        )

    def _each(self) -> list[float]:
        return [value for name, value in self.megabytes.items() if name not in _GROUND]


async def run(context: Context) -> list[Figure]:
    """``rest_mb`` and ``rest_cores`` of the house that takes more, on either bus."""
    seen = [await _on(context, kind) for kind in (Kind.EIGHT_EMBEDDED, Kind.EIGHT_KAFKA)]
    told = "; ".join(one.told() for one in seen)
    return [
        Figure("rest_mb", at_most(900), max(one.of_the_eight(one.megabytes) for one in seen), "MB", "", f"PSS: {told}"),
        Figure("rest_cores", at_most(0.05), max(one.of_the_eight(one.cores) for one in seen), "of a core", "", told),
    ]


async def _on(context: Context, kind: Kind) -> Rest:
    url = await context.ground.database()
    async with context.ground.house(kind, url) as house:
        seconds = 5.0 if context.quick else 30.0
        await asyncio.sleep(seconds)
        seen = await _look(house, seconds)
    await context.ground.drop(url)
    return seen


async def _look(house: House, seconds: float) -> Rest:
    groups = house.groups()
    before = processes.cpu_by_group(groups)
    await asyncio.sleep(seconds)
    after = processes.cpu_by_group(groups)
    megabytes = {name: sum(map(processes.proportional_bytes, pids)) / _MB for name, pids in groups.items()}
    return Rest(house.kind, megabytes, {name: (after[name] - before[name]) / seconds for name in groups})
