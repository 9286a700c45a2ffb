"""Who works out what was kept back: from sums over sets of cells, with all that linear algebra and bounds can tell."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

Cell = tuple[str, ...]
"""The smallest thing that is counted: a day, an area."""


@dataclass(frozen=True)
class Narrowed:
    """Cells that always stand together in what was told, and what their sum can be."""

    cells: frozenset[Cell]
    least: int
    most: int | None


@dataclass
class Attacker:
    """Holds all sums against each other. Every cell is a whole number, and none is below 0."""

    sums: list[tuple[frozenset[Cell], int]] = field(default_factory=list)

    def learn(self, cells: Iterable[Cell], total: int) -> None:
        """One more sum."""
        self.sums.append((frozenset(cells), total))

    def told_apart(self) -> list[Narrowed]:
        """What is known of each set of cells that no sum tells apart."""
        sets = list(dict.fromkeys(cells for cells, _ in self.sums))
        groups: dict[tuple[int, ...], set[Cell]] = {}
        for cell in set().union(*sets):
            groups.setdefault(tuple(n for n, cells in enumerate(sets) if cell in cells), set()).add(cell)
        unknowns = [frozenset(group) for group in groups.values()]
        rows = [
            ({n: Fraction(1) for n, group in enumerate(unknowns) if group <= cells}, Fraction(total))
            for cells, total in self.sums
        ]
        bounds = _bounded(_reduced(rows), len(unknowns))
        return [Narrowed(group, *bounds[n]) for n, group in enumerate(unknowns)]

    def small(self, smallest_cell: int) -> Iterator[Narrowed]:
        """Sets of cells whose sum is known to be below the smallest cell, or known to better than that."""
        for one in self.told_apart():
            if one.most is not None and (one.most < smallest_cell or one.most - one.least < smallest_cell > one.least):
                yield one


Equation = tuple[dict[int, Fraction], Fraction]


def _reduced(rows: Iterable[Equation]) -> list[Equation]:
    """The equations, and whatever follows from them by Gauss and Jordan."""
    given = list(rows)
    pivots: dict[int, Equation] = {}
    for terms, total in given:
        left, rest = dict(terms), total
        for place, (known, value) in pivots.items():
            if factor := left.get(place):
                left, rest = _less(left, known, factor), rest - factor * value
        if not left:
            continue
        place, first = next(iter(left.items()))
        new = {n: term / first for n, term in left.items()}, rest / first
        for other, (known, value) in pivots.items():
            if factor := known.get(place):
                pivots[other] = _less(known, new[0], factor), value - factor * new[1]
        pivots[place] = new
    return [*given, *pivots.values()]


def _less(terms: Mapping[int, Fraction], known: Mapping[int, Fraction], factor: Fraction) -> dict[int, Fraction]:
    left = {n: terms.get(n, Fraction(0)) - factor * known.get(n, Fraction(0)) for n in terms.keys() | known.keys()}
    return {n: term for n, term in left.items() if term}


def _bounded(rows: list[Equation], unknowns: int) -> list[tuple[int, int | None]]:
    """The least and the most of each unknown, from every equation, until nothing gets narrower."""
    least, most = [0] * unknowns, [None] * unknowns  # type: list[int], list[int | None]
    narrower = True
    while narrower:
        narrower = False
        for terms, total in rows:
            for place, factor in terms.items():
                lowest, highest = _range_of(terms, total, place, factor, least, most)
                if lowest is not None and lowest > least[place]:
                    least[place], narrower = lowest, True
                known = most[place]
                if highest is not None and (known is None or highest < known):
                    most[place], narrower = highest, True
    return list(zip(least, most, strict=True))


def _range_of(
    terms: Mapping[int, Fraction],
    total: Fraction,
    place: int,
    factor: Fraction,
    least: list[int],
    most: list[int | None],
) -> tuple[int | None, int | None]:
    low: Fraction | None = total
    high: Fraction | None = total
    for n, term in terms.items():
        if n == place:
            continue
        lesser, greater = (least[n], most[n]) if term > 0 else (most[n], least[n])
        high = None if high is None or lesser is None else high - term * lesser
        low = None if low is None or greater is None else low - term * greater
    if factor < 0:
        low, high = high, low
    return (
        None if low is None else -int(-(low / factor) // 1),
        None if high is None else int(high / factor // 1),
    )
