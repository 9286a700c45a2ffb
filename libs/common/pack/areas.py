"""Reads an area code (区域代码): its level, its prefix, and whether one area lies inside another.

A county, town or village has 12 digits (6 county + 3 town + 3 village, unused places zero); a grid (网格) has its
village's 12 digits and 3 of its own. Containment is then a comparison of prefixes and needs no table.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

COUNTY_DIGITS, TOWN_DIGITS, VILLAGE_DIGITS, GRID_DIGITS = 6, 9, 12, 15
AREA_CODE = re.compile(r"[0-9]{12}([0-9]{3})?")


class AreaLevel(StrEnum):
    """Which rung of the county an area stands on (区域层级)."""

    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    GRID = "grid"


LEVELS = (AreaLevel.COUNTY, AreaLevel.TOWN, AreaLevel.VILLAGE, AreaLevel.GRID)
"""Widest first."""

LEVEL_LABELS: Mapping[AreaLevel, tuple[str, str]] = {
    AreaLevel.COUNTY: ("县（市、区）", "County"),
    AreaLevel.TOWN: ("镇（街道）", "Town"),
    AreaLevel.VILLAGE: ("村（社区）", "Village"),
    AreaLevel.GRID: ("网格", "Grid"),
}
"""Chinese and English."""
PLACE_LEVELS = (AreaLevel.COUNTY, AreaLevel.TOWN)
"""Who can have a pack of its own; a street (街道) stands on the rung of a town."""

_DIGITS = {
    AreaLevel.COUNTY: COUNTY_DIGITS,
    AreaLevel.TOWN: TOWN_DIGITS,
    AreaLevel.VILLAGE: VILLAGE_DIGITS,
    AreaLevel.GRID: GRID_DIGITS,
}


def level_of(code: str) -> AreaLevel:
    """The level that a code's digits say. Raises ValueError when it is not 12 or 15 digits."""
    if not AREA_CODE.fullmatch(code):
        raise ValueError(f"{code!r} is not an area code of 12 or 15 digits")
    if len(code) == GRID_DIGITS:
        return AreaLevel.GRID
    if not code[TOWN_DIGITS:].strip("0"):
        return AreaLevel.TOWN if code[COUNTY_DIGITS:].strip("0") else AreaLevel.COUNTY
    return AreaLevel.VILLAGE


def area_prefix(code: str) -> str:
    """The digits that every area inside this one begins with: 6, 9, 12 or 15 of them."""
    return code[: _DIGITS[level_of(code)]]


def contains(outer: str, inner: str) -> bool:
    """Whether ``inner`` is ``outer`` itself or lies inside it."""
    return inner.startswith(area_prefix(outer))


def parent_code(code: str) -> str | None:
    """The code of the area one rung up; None for a county."""
    level = level_of(code)
    if level is AreaLevel.COUNTY:
        return None
    digits = _DIGITS[LEVELS[LEVELS.index(level) - 1]]
    return code[:digits].ljust(VILLAGE_DIGITS, "0")


def lineage(code: str) -> tuple[str, ...]:
    """The code and every code above it, nearest first."""
    above = parent_code(code)
    return (code,) if above is None else (code, *lineage(above))
