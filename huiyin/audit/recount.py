"""What all facts come to, summed up in memory first, then in scratch tables: so it may be larger than memory."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from huiyin.audit.snapshot import Snapshot
from services.analytics.counters.domain import Counts, add
from services.analytics.rollups.domain import Cube
from services.analytics.rollups.tables import CUBES

IN_MEMORY = 10_000
"""Cells summed up before they go to the scratch table."""


def recount_of(cube: Cube) -> str:
    """The name of the scratch table with the cells of every fact."""
    return f"recount_of_{cube.name}"


SCRATCH = tuple(
    f"""
    CREATE TEMP TABLE {recount_of(cube)} ({", ".join(f"{name} {kind} NOT NULL" for name, kind in cube.columns.items())})
    """
    for cube in CUBES
)


class Recount:
    """Sums up what all facts count as, in memory first, then in the scratch tables."""

    def __init__(self, cut: Snapshot) -> None:
        self._cut = cut
        self._cells: dict[str, dict[Any, Counts]] = {cube.name: {} for cube in CUBES}

    async def add(self, cube: Cube, cells: Mapping[Any, Counts]) -> None:
        """What one more fact counts as in a cube."""
        add(self._cells[cube.name], cells)
        if len(self._cells[cube.name]) >= IN_MEMORY:
            await self.flush()

    async def flush(self) -> None:
        """Write down what is in memory."""
        for cube in CUBES:
            rows = [(*cell, *counts) for cell, counts in self._cells[cube.name].items()]
            self._cells[cube.name] = {}
            if rows:
                await self._cut.fill(recount_of(cube), tuple(cube.columns), rows)

    async def pour_out(self, file: Path) -> None:
        """Give it to whoever compares, in a file a cube."""
        await self.flush()
        for cube in CUBES:
            await self._cut.pour_out(cube.fine_of(recount_of(cube)), _file_of(file, cube))

    async def pour_in(self, file: Path) -> None:
        """Take what another poured out."""
        for cube in CUBES:
            await self._cut.pour_in(recount_of(cube), tuple(cube.columns), _file_of(file, cube))


def _file_of(file: Path, cube: Cube) -> Path:
    return file.with_name(f"{file.name}-{cube.name}")
