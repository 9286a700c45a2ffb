"""Adds differences to the roll-ups of a cube: the fine one, and from it the coarse ones, in one statement."""

from collections.abc import Iterable, Mapping

from libs.common.database.session import Session
from services.analytics.counters.domain import CellT, Counts
from services.analytics.rollups.domain import FINE, Cube


async def add_to(session: Session, cube: Cube, total: Mapping[CellT, Counts]) -> None:
    """Add differences, by cell, to every roll-up of a cube; rows that come out empty go.

    Raises:
        ArithmeticError: a measure would fall below 0, so the roll-ups are not what they were.
    """
    if not total:
        return
    cells = map(list, zip(*total, strict=True))
    counts = (_numbers(column) for column in zip(*total.values(), strict=True))
    odd = await session.fetch(cube.adding, *cells, *counts)
    negative = sum(row.low < 0 for row in odd)
    if negative:
        raise ArithmeticError(f"{negative} cells of {cube.name} would fall below 0: they are not what they were")
    fine = [row[1:-1] for row in odd if row.grain == FINE]
    coarse = [row[:-1] for row in odd if row.grain != FINE]
    for statement, emptied in zip(cube.sweeping.values(), (fine, coarse), strict=False):
        if emptied:
            await session.fetch(statement, *map(list, zip(*emptied, strict=True)))


def _numbers(column: Iterable[int]) -> str:
    """A PostgreSQL array as text: the driver would look at each of many thousand numbers."""
    return "{" + ",".join(map(str, column)) + "}"
