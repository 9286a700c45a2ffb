"""Adds differences to the roll-ups of a cube: the fine one, and from it the coarse ones, in one statement."""

from collections.abc import Mapping
from typing import Any

from libs.common.database.session import Session
from services.analytics.counters.domain import CellT, Counts, add, difference
from services.analytics.rollups.domain import FINE, Cube, array_text


async def add_to(session: Session, cube: Cube, total: Mapping[CellT, Counts]) -> None:
    """Add differences, by cell, to every roll-up of a cube; rows that come out empty go.

    Raises:
        ArithmeticError: a measure would fall below 0, so the roll-ups are not what they were.
    """
    if not total:
        return
    columns = zip(*((*cell, *counts) for cell, counts in total.items()), strict=True)
    odd = await session.fetch(cube.adding, *map(array_text, columns))
    negative = sum(row.low < 0 for row in odd)
    if negative:
        raise ArithmeticError(f"{negative} cells of {cube.name} would fall below 0: they are not what they were")
    fine = [row[1:-1] for row in odd if row.grain == FINE]
    coarse = [row[:-1] for row in odd if row.grain != FINE]
    for statement, emptied in zip(cube.sweeping.values(), (fine, coarse), strict=False):
        if emptied:
            await session.fetch(statement, *map(array_text, zip(*emptied, strict=True)))


class Differences:
    """What a transaction changes in the roll-ups of one subject, by cube: the one way in which facts become figures.

    Of each fact that changed it is told what it counted in and what it counts in; nothing is ever incremented.
    """

    def __init__(self, *cubes: Cube) -> None:
        self._totals: dict[str, tuple[Cube, dict[Any, Counts]]] = {cube.name: (cube, {}) for cube in cubes}

    def note(self, cube: Cube, before: Mapping[CellT, Counts], after: Mapping[CellT, Counts]) -> None:
        """One fact more."""
        add(self._totals[cube.name][1], difference(before, after))

    async def write(self, session: Session) -> None:
        """Add all of it, cube by cube in the order in which they were named. Raises ArithmeticError as `add_to`."""
        for cube, total in self._totals.values():
            await add_to(session, cube, total)
