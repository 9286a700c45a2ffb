"""Planning visits (走访排期): each household to exactly one turn, needs first, loads equal within one, in their order.

A turn is one team on one day. A household may come into any turn that is not before its first day (the minimum gap
after its last visit), of a team that goes into its area. Turns are filled in the order of their days with whatever may
come then, those in need before others, so an early turn is smaller than the rest only where too few may come; nobody
can then be moved into it, and the others are as equal as they can be.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush
from itertools import pairwise

from services.intake.plans.domain.routing import Spot, walked

_NUMBER = re.compile(r"\d+|[零〇一二三四五六七八九十百两]+")
_FIGURES = {figure: value for value, figure in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}

Walk = tuple[tuple[int, int, str], ...]
"""Where a household comes in walking order (走访路线)."""


@dataclass(frozen=True, slots=True)
class ToVisit:
    """A household to be planned. ``need`` is the higher the earlier it should be visited; ``not_before`` a day."""

    household_id: str
    area_code: str
    walk: Walk
    need: int = 0
    not_before: date = date.min
    spot: Spot | None = None
    """Where it is, if anybody said so."""


@dataclass(frozen=True, slots=True)
class TeamTurn:
    """One team on one day (班次), and the prefix of the areas into which it goes."""

    on: date
    team: str
    area_prefix: str


@dataclass(frozen=True, slots=True)
class PlannedTurns:
    """What a plan comes to: of each turn its households in walking order, and who comes into none, and so why."""

    turns: Mapping[TeamTurn, tuple[str, ...]]
    left: tuple[str, ...]
    """No team goes there, or only before their first day."""


def plan(households: Iterable[ToVisit], turns: Collection[TeamTurn]) -> PlannedTurns:
    """Each household to exactly one turn. The same input gives the same plan, in whatever order it comes."""
    by_area: defaultdict[str, list[TeamTurn]] = defaultdict(list)
    for turn in sorted(turns, key=lambda turn: (turn.on, turn.team)):
        by_area[turn.area_prefix].append(turn)
    groups: defaultdict[str, list[ToVisit]] = defaultdict(list)
    left: list[str] = []
    for household in households:
        # The team of the smallest area that holds it knows the way best.
        prefix = max((one for one in by_area if household.area_code.startswith(one)), key=len, default=None)
        if prefix is None:
            left.append(household.household_id)
        else:
            groups[prefix].append(household)
    planned: dict[TeamTurn, tuple[str, ...]] = dict.fromkeys(turns, ())
    for prefix, group in groups.items():
        left += _fill(group, by_area[prefix], planned)
    return PlannedTurns(planned, tuple(sorted(left)))


def _fill(group: Sequence[ToVisit], turns: Sequence[TeamTurn], planned: dict[TeamTurn, tuple[str, ...]]) -> list[str]:
    waiting = sorted(group, key=lambda one: (one.not_before, -one.need, one.walk, one.household_id))
    days, spots = [one.not_before for one in waiting], {one.household_id: one.spot for one in group}
    ready: list[tuple[int, Walk, str]] = []
    begun = 0
    for turn, load in zip(turns, _loads([bisect_right(days, turn.on) for turn in turns]), strict=True):
        while begun < len(waiting) and waiting[begun].not_before <= turn.on:
            one = waiting[begun]
            heappush(ready, (-one.need, one.walk, one.household_id))
            begun += 1
        taken = [heappop(ready) for _ in range(load)]
        by_door = [household_id for _, _, household_id in sorted(taken, key=lambda one: one[1:])]
        planned[turn] = tuple([by_door[place] for place in walked([spots[one] for one in by_door])])
    return [one.household_id for one in waiting[begun:]]


def _loads(may_come: Sequence[int]) -> list[int]:
    """How many each turn takes, when so many may have come by the end of it: all of them, as equal as can be.

    What has come by then bounds what was taken by then; taken together the turns follow the steepest line below that
    bends up only (the greatest convex minorant), so whoever is in a fuller turn could not have come earlier.
    """
    corners = [(0, 0)]
    for point in enumerate(may_come, start=1):
        while len(corners) > 1 and _bends_down(corners[-2], corners[-1], point):
            corners.pop()
        corners.append(point)
    loads = []
    for (begin, before), (end, after) in pairwise(corners):
        steps = [(after - before) * step // (end - begin) for step in range(end - begin + 1)]
        loads += [later - earlier for earlier, later in pairwise(steps)]
    return loads


def _bends_down(first: tuple[int, int], second: tuple[int, int], third: tuple[int, int]) -> bool:
    return (second[1] - first[1]) * (third[0] - first[0]) >= (third[1] - first[1]) * (second[0] - first[0])


def walk_of(area_code: str, door: str) -> Walk:
    """Where a household comes in walking order: by area, group and door. 三组9号 comes before 三组15号 and 十组1号."""
    return ((1, int(area_code), ""), *_parts(door))


def _parts(door: str) -> Iterable[tuple[int, int, str]]:
    end = 0
    for found in _NUMBER.finditer(door):
        if found.start() > end:
            yield 2, 0, door[end : found.start()]
        yield 1, _value(found[0]), ""
        end = found.end()
    if end < len(door):
        yield 2, 0, door[end:]


def _value(number: str) -> int:
    if number.isdecimal():
        return int(number)
    total, part = 0, 0
    for sign in number:
        if sign in "十百":
            total += (part or 1) * (10 if sign == "十" else 100)
            part = 0
        else:
            part = part * 10 + _FIGURES[sign] if part and "十" not in number and "百" not in number else _FIGURES[sign]
    return total + part
