"""What is published tells nobody a small number: every small place, looked at by whoever knows one part of it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

import pytest

from services.analytics.publications import domain
from services.analytics.publications.domain import CountedArea, PublishedCounts, published

Rule = Callable[[CountedArea, int], PublishedCounts]
World = tuple[tuple[int, ...], ...]
"""Of each town of a place its villages' numbers."""


View = tuple[object, ...]


def place_of(world: World) -> CountedArea:
    """The last number stands in no town."""
    *towns, _ = world
    parts = tuple(
        CountedArea(f"t{n}", sum(villages), tuple(CountedArea(f"t{n}v{m}", one) for m, one in enumerate(villages)))
        for n, villages in enumerate(towns)
    )
    return CountedArea("place", sum(map(sum, world)), parts)


def worlds(shape: tuple[int, ...], most: int) -> Iterator[World]:
    """All places of so many villages in each town, with so many cases at most."""
    for numbers in _numbers(sum(shape) + 1, most):
        rest = iter(numbers)
        yield (*(tuple(next(rest) for _ in range(villages)) for villages in shape), (next(rest),))


def _numbers(how_many: int, most: int) -> Iterator[tuple[int, ...]]:
    """As many whole numbers that come to so much at most."""
    if how_many == 0:
        yield ()
        return
    for first in range(most + 1):
        for rest in _numbers(how_many - 1, most - first):
            yield first, *rest


def cells(place: CountedArea) -> dict[str, int]:
    """Every area's number."""
    inside = {part.code: part.count for town in place.parts for part in town.parts}
    return {town.code: town.count for town in place.parts} | inside


def knowledge(numbers: Mapping[str, int], insider: str | None) -> tuple[int, ...]:
    """What somebody of an area knows beside what is published: all numbers of it and in it."""
    return tuple(count for code, count in numbers.items() if insider and code.startswith(insider))


def leaks(rule: Rule, shape: tuple[int, ...], smallest_cell: int, most: int) -> list[str]:
    """Where a small number of another area cannot be any number below the smallest cell, for some reader."""
    found = []
    towns = [f"t{n}" for n in range(len(shape))]
    told = [_told(rule, world, smallest_cell) for world in worlds(shape, most)]
    for insider in (None, *towns, "t0v0"):
        could_be: dict[View, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        seen: list[tuple[View, World, dict[str, int]]] = []
        for world, published_of_it, numbers in told:
            view: View = (*published_of_it, knowledge(numbers, insider))
            seen.append((view, world, numbers))
            for code, count in numbers.items():
                could_be[view][code].add(count)
        # Beside the largest places stand larger ones, which are not gone through.
        for view, world, numbers in (one for one in seen if sum(map(sum, one[1])) + smallest_cell <= most + 1):
            for code, count in numbers.items():
                known = insider is not None and (code.startswith(insider) or insider.startswith(code))
                if count < smallest_cell and not known and not could_be[view][code] >= set(range(smallest_cell)):
                    found.append(
                        f"{insider or 'anybody'} reads {view[:2]} of {world}: {code} is in {could_be[view][code]}"
                    )
    return found


def _told(rule: Rule, world: World, smallest_cell: int) -> tuple[World, View, dict[str, int]]:
    """A place, what is published of it, and its numbers."""
    place = place_of(world)
    told = rule(place, smallest_cell)
    return world, (told.total, tuple((told.rows or {"": -1}).items())), cells(place)


SHAPES = [
    ((1, 1, 1), 2, 10),
    ((1, 1, 1, 1), 2, 10),
    ((1, 1, 1, 1), 3, 14),
    ((2, 1, 1), 2, 10),
    ((3, 3), 2, 8),
    ((4, 1), 2, 9),
    ((2, 1, 1, 1), 2, 10),
]
"""Places of towns with so many villages each, the smallest cell, and the most cases that are gone through."""


@pytest.mark.parametrize(("shape", "smallest_cell", "most"), SHAPES)
def test_no_small_number_can_be_told_by_anybody_who_knows_one_area(
    shape: tuple[int, ...], smallest_cell: int, most: int
) -> None:
    assert leaks(published, shape, smallest_cell, most) == []


def cell_by_cell(place: CountedArea, smallest_cell: int) -> PublishedCounts:
    """As many do it: small rows are left out, the total is told."""
    rows = {part.code: part.count for part in place.parts if part.count >= smallest_cell}
    return PublishedCounts(place.count, rows)


def without_insiders(place: CountedArea, smallest_cell: int) -> PublishedCounts:
    """Together or not at all, and nobody thinks of those who know a part."""
    together = all(part.count >= smallest_cell for part in place.parts)
    rows = {part.code: part.count for part in place.parts} if together else None
    return PublishedCounts(place.count if place.count >= smallest_cell else None, rows)


def with_nothing_told(place: CountedArea, smallest_cell: int) -> PublishedCounts:
    """Nothing is no small number: 0 is printed."""
    told = domain.published(place, smallest_cell)
    return told if place.count else PublishedCounts(0, None)


@pytest.mark.parametrize("rule", [cell_by_cell, without_insiders, with_nothing_told])
def test_rules_that_look_as_good_are_found_out(rule: Rule) -> None:
    assert leaks(rule, (1, 1, 1, 1), 2, 8)


@pytest.mark.parametrize(
    ("counts", "total", "rows"),
    [
        ((40, 30, 20), 90, {"t0": 40, "t1": 30, "t2": 20}),
        ((40, 30, 4), None, None),
        ((40, 30, 20, 0), 90, None),
        ((40, 2, 1, 1), None, None),
        ((8, 8, 4, 0), 20, None),
        ((8, 8, 3, 0), None, None),
        ((16, 2, 2, 0), None, None),
        ((4, 3, 2, 0), None, None),
        ((0, 0, 0, 0), None, None),
    ],
)
def test_areas_are_published_together_or_not_at_all(
    counts: tuple[int, ...], total: int | None, rows: dict[str, int] | None
) -> None:
    towns = tuple(CountedArea(f"t{n}", count) for n, count in enumerate(counts))
    assert published(CountedArea("place", sum(counts), towns), 5) == PublishedCounts(total, rows)
    whole = PublishedCounts(sum(counts), {town.code: town.count for town in towns})
    assert published(CountedArea("place", sum(counts), towns), 0) == whole


def test_what_lies_in_no_part_is_nothing_or_not_small() -> None:
    towns = tuple(CountedArea(f"t{n}", 10) for n in range(4))
    assert published(CountedArea("place", 40, towns), 5).rows is not None
    assert published(CountedArea("place", 43, towns), 5) == PublishedCounts(43, None)
    assert published(CountedArea("place", 45, towns), 5).rows is not None
