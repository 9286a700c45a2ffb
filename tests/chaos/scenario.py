"""Scenarios by name, and what one run of a scenario may draw on."""

import random
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from libs.programs.kafka import KafkaBroker
from tests.chaos.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of one scenario.

    ``scale`` is 1 for the whole trial that is asked for, 0 for the short form that shows each thing once, and anything
    between. All that is drawn by lot is drawn from ``lots``: the same seed draws the same.
    """

    name: str
    seed: int
    scale: float
    folder: Path
    """Empty, this trial's own, removed afterwards."""
    broker: KafkaBroker | None = None
    """A broker that others use too; without one a stage on Kafka starts its own."""
    lots: random.Random = field(init=False)
    _began: float = field(init=False, default_factory=time.monotonic)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lots", random.Random(f"{self.seed}/{self.name}"))

    def times(self, whole: int, short: int) -> int:
        """How often: ``whole`` times in the whole trial, ``short`` times in the short form."""
        return max(short, round(whole * self.scale))

    @property
    def short(self) -> bool:
        """Whether this is the short form, in which nothing may take long."""
        return self.scale <= 0

    def tell(self, text: str) -> None:
        """A line on how far it is, for whoever watches."""
        print(f"{self.name:>12} {time.monotonic() - self._began:6.1f} s  {text}", file=sys.stderr, flush=True)  # noqa: T201


@dataclass(frozen=True, slots=True)
class Scenario:
    """What goes wrong, by name. ``run`` returns its verdicts; what it raises counts as a failed one."""

    name: str
    run: Callable[[Trial], Coroutine[Any, Any, list[Verdict]]]
    shows: str
    """One line for the list of scenarios."""
