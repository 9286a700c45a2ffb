"""How a counter is declared."""

from enum import Enum, StrEnum, auto
from typing import Self


class Trait(Enum):
    """What sets a counter apart from most."""

    RARE = auto()
    """Little adds to it: an index of its own finds that little."""
    WIDE = auto()
    """No number of things but a sum of amounts: it outgrows 32 bits."""
    NOT_IN_FORMULAS = auto()
    """Shown, but no part of a rate: the pack's formulas may not name it."""


class Declared(StrEnum):
    """A list of counters: each is declared by its code, its Chinese and English words, what counts, and its traits."""

    words: tuple[str, str]
    """Chinese and English."""
    counts: str
    """What counts, in English."""
    traits: frozenset[Trait]

    def __new__(cls, code: str, words: str, counts: str, *traits: Trait) -> Self:
        """The counter, which is its code wherever a text is asked for; the Chinese word ends at the first space."""
        counter = str.__new__(cls, code)
        counter._value_ = code
        chinese, _, english = words.partition(" ")
        counter.words, counter.counts, counter.traits = (chinese, english), counts, frozenset(traits)
        return counter
