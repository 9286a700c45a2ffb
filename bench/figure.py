"""A figure: what was asked, what was seen, and what it was compared with; and what a module that measures gets to know.

Each module of ``bench/figures`` measures one or a few figures: ``async def run(context: Context) -> list[Figure]``.
"""

import operator
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bench.ground import Ground


class Verdict(StrEnum):
    """What is to be said of a figure. ``NOTED``: nothing was asked, or this machine was not fit to tell."""

    REACHED = "reached"
    MISSED = "missed"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class FigureOptions:
    """What a figure is held to."""

    sign: str
    value: float
    holds: Callable[[float, float], bool]

    def __str__(self) -> str:
        return f"{self.sign} {self.value:g}"


def at_least(value: float) -> FigureOptions:
    """The more, the better."""
    return FigureOptions(">=", value, operator.ge)


def at_most(value: float) -> FigureOptions:
    """The less, the better."""
    return FigureOptions("<=", value, operator.le)


def below(value: float) -> FigureOptions:
    """Less than this."""
    return FigureOptions("<", value, operator.lt)


@dataclass(frozen=True, slots=True)
class Figure:
    """``name`` is the key in the results. ``baseline`` says in words and numbers what was measured beside it."""

    name: str
    asked: FigureOptions | None
    seen: float
    unit: str
    baseline: str = ""
    detail: str = ""

    @property
    def verdict(self) -> Verdict:
        """Whether it is what was asked."""
        if self.asked is None:
            return Verdict.NOTED
        return Verdict.REACHED if self.asked.holds(self.seen, self.asked.value) else Verdict.MISSED


@dataclass(frozen=True, slots=True)
class Context:
    """How to measure. ``ground`` gives databases, houses on them, and folders for data, all removed at the end.

    ``quick``: small but honest; all quick runs together take less than a minute. ``runs``: how often each measurement
    is made; its median is what was seen. ``stocks``: how many cases there are beforehand, where that matters.
    """

    ground: Ground
    quick: bool
    runs: int
    seed: int
    stocks: Sequence[int]
    soak_minutes: float
    say: Callable[[str], None]


def median(values: Sequence[float]) -> float:
    """The median of several runs; with two it is their mean."""
    return statistics.median(values)
