"""Seeded chance: the same seed and the same question always give the same answer, in whatever order they are asked."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import TypeVar

ChoiceT = TypeVar("ChoiceT")

_WHOLE = 2**53


class Draws:
    """Chance about one row. ``of`` names what is asked, such as ``("sign", 2)`` for the second round's signing."""

    def __init__(self, seed: int, source: str, number: str) -> None:
        self._start = hashlib.blake2b(f"{seed}\0{source}\0{number}".encode(), digest_size=16)

    def share(self, *of: object) -> float:
        """Evenly from 0 up to, but without, 1."""
        state = self._start.copy()
        state.update("\0".join(("", *map(str, of))).encode())
        return (int.from_bytes(state.digest()[:8]) >> 11) / _WHOLE

    def happens(self, probability: float, *of: object) -> bool:
        """Whether it does."""
        return self.share(*of) < probability

    def between(self, low: float, high: float, *of: object) -> float:
        """Evenly between two numbers."""
        return low + (high - low) * self.share(*of)

    def around(self, median: float, spread: float, *of: object) -> float:
        """Log-logistic: half the draws below ``median``, few far above; ``spread`` 0.5 is mild, 1 is wild."""
        share = min(max(self.share(*of), 1e-6), 1 - 1e-6)
        return median * math.exp(spread * math.log(share / (1 - share)))

    def one_of(self, choices: Sequence[ChoiceT], *of: object) -> ChoiceT:
        """Any of them, all alike."""
        return choices[int(self.share(*of) * len(choices))]

    def weighted(self, weights: Mapping[ChoiceT, float], *of: object) -> ChoiceT:
        """One of the keys, by its weight."""
        left = self.share(*of) * sum(weights.values())
        for choice, weight in weights.items():
            left -= weight
            if left < 0:
                return choice
        return next(reversed(list(weights)))


def stable_index(text: str, size: int) -> int:
    """A place from 0 to ``size`` - 1 that a text always gets, whatever the seed."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) % size
