"""Checks areas (区域) and units (单位)."""

from collections.abc import Collection, Iterator, Sequence

from libs.common.pack.areas import LEVELS, PLACE_LEVELS, AreaLevel, contains, level_of, parent_code
from libs.common.pack.problems import DocPath, Finding
from libs.common.pack.schema import Area, Category, MergedArea, MergedUnit, Pack, Unit, UnitLevel

_HOME_LEVEL = {UnitLevel.TOWN: AreaLevel.TOWN, UnitLevel.VILLAGE: AreaLevel.VILLAGE}
"""Each area of such a level has just one own unit of this kind."""
_SITS_ON = _HOME_LEVEL | {UnitLevel.GRID: AreaLevel.GRID}
"""A unit of such a kind sits on an area of exactly this level."""


def place(pack: Pack) -> Iterator[Finding]:
    """A county, or a town or street that runs its own."""
    level = level_of(pack.place.code)
    if level not in PLACE_LEVELS:
        message = f"{pack.place.code} is a {level}; only a county, a town or a street has a pack"
        yield Finding(("place", "code"), message, "name the county or town, 12 digits that end with zeros")


def areas(pack: Pack) -> Iterator[Finding]:
    """The place and what lies in it; every code of the level it claims, under the parent that its digits name."""
    yield from doubles("areas", pack.areas)
    known = {area.code for area in pack.areas}
    if pack.place.code not in known:
        message = f"the place {pack.place.code} itself is not among the areas"
        row = f"{pack.place.code},{pack.place.name},{level_of(pack.place.code)},"
        yield Finding(("areas",), message, f"add the row {row}")
    kinds = {kind.code for kind in pack.area_kinds}
    for index, area in enumerate(pack.areas):
        yield from _area(("areas", index), area, known, pack.place.code)
        yield from _kind(("areas", index), area, kinds)
    yield from _idle_kinds(pack)


def _area(path: tuple[str, int], area: Area, known: set[str], root: str) -> Iterator[Finding]:
    level = level_of(area.code)
    if area.level is not level:
        yield Finding(path, f"the digits of {area.code} say {level}, the row says {area.level}", f"write {level}")
    if not contains(root, area.code):
        yield Finding(path, f"{area.code} lies outside {root}", f"a pack describes one place, {root}: remove the row")
        return
    above = None if area.code == root else parent_code(area.code)
    if area.parent != above:
        message = f"{area.code} has the parent {area.parent or 'none'}, its digits name {above or 'none'}"
        yield Finding(path, message, f"write {above}" if above else "leave the parent empty")
    elif above is not None and above not in known:
        yield Finding(path, f"the parent {above} of {area.code} is not among the areas", f"add a row for {above}")


def _kind(path: tuple[str, int], area: Area, kinds: Collection[str]) -> Iterator[Finding]:
    if area.kind is not None and area.kind not in kinds:
        message = f"the kind {area.kind} of {area.code} is not among the area_kinds"
        yield Finding(path, message, "correct it, or declare it under area_kinds in pack.yaml")


def _idle_kinds(pack: Pack) -> Iterator[Finding]:
    used, seen = {area.kind for area in pack.areas}, set[str]()
    for index, kind in enumerate(pack.area_kinds):
        path = ("area_kinds", index)
        if kind.code in seen:
            yield Finding(path, f"the kind {kind.code} stands here a second time", "keep one of the two")
        seen.add(kind.code)
        if kind.code not in used:
            message = f"no area is a {kind.code} ({kind.name}), so it decides nothing"
            yield Finding(path, message, "write it into the column kind of areas.csv, or remove it here")


def units(pack: Pack) -> Iterator[Finding]:
    """Every unit in a known area; one own unit for every town and village; a hotline and a supervisor."""
    yield from doubles("units", pack.units)
    levels = {area.code: area.level for area in pack.areas}
    known = {unit.code for unit in pack.units}
    for index, unit in enumerate(pack.units):
        yield from _unit(("units", index), unit, levels, known)
    yield from _parent_loops(pack)
    yield from _homes(pack)
    yield from _offices(pack)
    for level, task in ((UnitLevel.HOTLINE, "call citizens back"), (UnitLevel.SUPERVISOR, "supervise")):
        if all(unit.level is not level for unit in pack.units):
            yield Finding(("units",), f"no unit of level {level}, so nobody can {task}", f"add a unit of level {level}")


def _unit(path: tuple[str, int], unit: Unit, levels: dict[str, AreaLevel], known: set[str]) -> Iterator[Finding]:
    area_level = levels.get(unit.area_code)
    if area_level is None:
        message = f"the area {unit.area_code} of {unit.code} is not among the areas"
        yield Finding(path, message, "correct the code or add the area to areas.csv")
    elif area_level is not _SITS_ON.get(unit.level, area_level):
        message = f"{unit.code} is of level {unit.level}, but {unit.area_code} is a {area_level}"
        yield Finding(path, message, f"give it the code of a {_SITS_ON[unit.level]}, or another level")
    if unit.parent is not None and unit.parent not in known:
        message = f"the parent {unit.parent} of {unit.code} is not among the units"
        yield Finding(path, message, "correct the code or add the unit")


def _parent_loops(pack: Pack) -> Iterator[Finding]:
    parents = {unit.code: unit.parent for unit in pack.units}
    for index, unit in enumerate(pack.units):
        seen, above = {unit.code}, unit.parent
        while above is not None and above not in seen:
            seen.add(above)
            above = parents.get(above)
        if above == unit.code:
            yield Finding(("units", index), f"{unit.code} stands above itself", "give it a parent outside the circle")


def _homes(pack: Pack) -> Iterator[Finding]:
    """@town and @village must lead to exactly one unit."""
    homes: dict[tuple[UnitLevel, str], str] = {}
    for index, unit in enumerate(pack.units):
        if unit.level not in _HOME_LEVEL:
            continue
        other = homes.setdefault((unit.level, unit.area_code), unit.code)
        if other != unit.code:
            message = f"{unit.area_code} has two units of level {unit.level}: {other} and {unit.code}"
            yield Finding(("units", index), message, "keep one; an office of a town has the level town_office")
    for index, area in enumerate(pack.areas):
        for unit_level, area_level in _HOME_LEVEL.items():
            if area.level is area_level and (unit_level, area.code) not in homes:
                message = f"the {area_level} {area.code} {area.name} has no unit of its own"
                yield Finding(("areas", index), message, f"add a {unit_level} unit with this area to units.csv")


def _offices(pack: Pack) -> Iterator[Finding]:
    """@office:NAME must lead to one unit of a town: of a town's offices each has a name of its own."""
    offices: dict[tuple[str, str], str] = {}
    for index, unit in enumerate(pack.units):
        if unit.office is None:
            continue
        path = ("units", index)
        if unit.level is not UnitLevel.TOWN_OFFICE:
            message = f"{unit.code} is of level {unit.level}, and only a town_office is called by the column office"
            yield Finding(path, message, "leave the column empty, or give it the level town_office")
        other = offices.setdefault((unit.area_code, unit.office), unit.code)
        if other != unit.code:
            message = f"{unit.area_code} has two offices called {unit.office}: {other} and {unit.code}"
            yield Finding(path, message, "give one of them another name in the column office")


def merged(pack: Pack) -> Iterator[Finding]:
    """What was merged is gone, and went up in something that is there; an area in one that is no finer."""
    yield from _merged("areas", {area.code for area in pack.areas}, pack.merged.areas)
    yield from _merged("units", {unit.code for unit in pack.units}, pack.merged.units)
    for index, area in enumerate(pack.merged.areas):
        if LEVELS.index(level_of(area.successor)) > LEVELS.index(level_of(area.code)):
            message = f"{area.code} is a {level_of(area.code)}, its successor {area.successor} only a part of one"
            yield Finding(("merged", "areas", index), message, "name an area of the same level or a wider one")


def _merged(part: str, there: set[str], gone: Sequence[MergedArea | MergedUnit]) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, row in enumerate(gone):
        path: DocPath = ("merged", part, index)
        if row.code in there | seen:
            message = f"the code {row.code} stands here a second time"
            yield Finding(path, message, "keep the row without a successor while it exists, else the other one")
        seen.add(row.code)
        if row.successor not in there:
            message = f"the successor {row.successor} of {row.code} is not among the {part}"
            yield Finding(path, message, "name the one that is there now, or leave the row out")


def doubles(part: str, rows: Sequence[Area | Unit | Category]) -> Iterator[Finding]:
    """Codes that stand in a table more than once."""
    first: dict[str, Area | Unit | Category] = {}
    for index, row in enumerate(rows):
        if first.setdefault(row.code, row) is not row:
            message = f"the code {row.code} stands here a second time"
            yield Finding(
                (part, index), message, f"remove it or give it another code; the first is {first[row.code].name}"
            )
