"""Evening out (均等分配): each household of an area gets one of some people, and as few as possible change hands.

Three wishes, each only as far as those before it let it: loads are equal within one; whoever has a household keeps it;
households of one group, next to each other in the office's own numbering, have one contact person. The same question
has the same answer, in whatever order it is put.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Home:
    """A household as far as it matters here: where it stands, and who looks after it."""

    household_id: str
    area_code: str
    household_no: str | None
    contact: str | None


def even_out(homes: Sequence[Home], people: Sequence[str]) -> dict[str, str]:
    """Who looks after each household, by id. ``people`` has at least one; whoever has none of these gives all away."""
    in_order = sorted(homes, key=_place)
    held: dict[str, list[Home]] = {person: [] for person in sorted(set(people))}
    free: list[Home] = []
    for home in in_order:
        own = free if home.contact is None else held.get(home.contact, free)
        own.append(home)
    room = _room(held, len(homes))
    kept: dict[str, list[Home]] = {}
    for person, own in held.items():
        kept[person], given = _parted(own, room[person])
        free += given
    need = {person: room[person] - len(kept[person]) for person in held}
    chosen = {home.household_id: person for person, own in kept.items() for home in own}
    return chosen | _given(sorted(free, key=_place), need, kept)


def _place(home: Home) -> tuple[str, bool, tuple[tuple[int, str], ...], str]:
    """By group, then as the office counts its households: H-9 before H-10; those without a number come last."""
    parts = _DIGITS.split(home.household_no or "")
    number = tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts if part)
    return home.area_code, home.household_no is None, number, home.household_id


def _room(held: Mapping[str, Sequence[Home]], households: int) -> dict[str, int]:
    """How many each gets. Whoever has more than the others may keep one more: so the fewest change hands."""
    fewest, left = divmod(households, len(held))
    by_load = sorted(held, key=lambda person: (-len(held[person]), person))
    return {person: fewest + (place < left) for place, person in enumerate(by_load)}


def _parted(own: Sequence[Home], room: int) -> tuple[list[Home], list[Home]]:
    """Those that somebody keeps, of the groups where he has most, and those that he gives away."""
    groups = [list(homes) for _, homes in groupby(own, key=lambda home: home.area_code)]
    by_size = [home for homes in sorted(groups, key=len, reverse=True) for home in homes]
    return by_size[:room], by_size[room:]


def _given(free: Sequence[Home], need: dict[str, int], kept: Mapping[str, Sequence[Home]]) -> dict[str, str]:
    """Who gets those that are free: first whoever has others of the group, then one after the other, in order."""
    chosen: dict[str, str] = {}
    there = {person: Counter(home.area_code for home in own) for person, own in kept.items()}
    for area_code, homes in groupby(free, key=lambda home: home.area_code):
        left = [home.household_id for home in homes]
        at_home = [person for person in need if there[person][area_code] and need[person]]
        for person in sorted(at_home, key=lambda person: (-there[person][area_code], person)):
            taken, left = left[: need[person]], left[need[person] :]
            chosen |= dict.fromkeys(taken, person)
            need[person] -= len(taken)
    waiting = iter([person for person in sorted(need) for _ in range(need[person])])
    return chosen | {home.household_id: next(waiting) for home in free if home.household_id not in chosen}
