"""Checks how many people live in areas (服务人口): as many as the place wants, and the same when they are added up."""

from collections import defaultdict
from collections.abc import Iterator

from libs.common.pack.areas import AreaLevel
from libs.common.pack.problems import DocPath, Finding
from libs.common.pack.schema import Area, Pack


def people(pack: Pack) -> Iterator[Finding]:
    """Every area within the range of its level, where the place set one; no area with other people than its parts."""
    for level in pack.people_per_area:
        yield from _level(pack, level)
    yield from _sums(pack)


def _level(pack: Pack, level: AreaLevel) -> Iterator[Finding]:
    rows = [(index, area) for index, area in enumerate(pack.areas) if area.level is level]
    if all(area.people is None for _, area in rows):
        # One word about the setting, not one for each of three thousand grids.
        message = f"no {level} says how many people live there, so its range decides nothing"
        yield Finding(("people_per_area", level), message, "fill in the column people of areas.csv, or remove it here")
        return
    for index, area in rows:
        yield from _range(("areas", index), area, *pack.people_per_area[level])


def _range(path: DocPath, area: Area, fewest: int, most: int) -> Iterator[Finding]:
    setting = f"of people_per_area/{area.level}"
    if area.people is None:
        message = f"{area.code} {area.name} does not say how many people live there, so the range {setting} is not held"
        yield Finding(path, message, "fill in the column people, or remove the range")
    elif area.people > most:
        message = f"{area.people} people live in {area.code} {area.name}, more than the {most} {setting}"
        yield Finding(path, message, f"cut the {area.level} in two, or raise the {most}")
    elif area.people < fewest:
        message = f"{area.people} people live in {area.code} {area.name}, fewer than the {fewest} {setting}"
        yield Finding(path, message, f"join the {area.level} with a neighbour, or lower the {fewest}")


def _sums(pack: Pack) -> Iterator[Finding]:
    """Parts of which some do not say their people can only have fewer than the whole, not more."""
    parts: defaultdict[str | None, list[int | None]] = defaultdict(list)
    for area in pack.areas:
        parts[area.parent].append(area.people)
    for index, area in enumerate(pack.areas):
        known = [number for number in parts[area.code] if number is not None]
        if area.people is None or not known:
            continue
        total, all_known = sum(known), len(known) == len(parts[area.code])
        if total > area.people or (all_known and total < area.people):
            message = f"{area.people} people live in {area.code} {area.name}, but {total} in the areas right below it"
            right = f"{total}" if all_known else f"{total} or more"
            yield Finding(("areas", index), message, f"write {right} here, or correct the areas below")
