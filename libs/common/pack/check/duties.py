"""Checks categories (类别) and the duty directory (权责清单)."""

from collections.abc import Iterator

from libs.common.pack.areas import LEVELS, AreaLevel
from libs.common.pack.check.places import doubles
from libs.common.pack.problems import Finding
from libs.common.pack.schema import CASE_TOWN, CASE_VILLAGE, Category, Duty, Pack, UnitLevel

_LOW_UNITS = frozenset({UnitLevel.TOWN, UnitLevel.VILLAGE, UnitLevel.TOWN_OFFICE})
_NEEDS = {CASE_TOWN: AreaLevel.TOWN, CASE_VILLAGE: AreaLevel.VILLAGE}
"""A case located at a wider level than this has no own town or village."""


def categories(pack: Pack) -> Iterator[Finding]:
    """A tree by the digits of the codes: 01, 0102, 010203."""
    yield from doubles("categories", pack.categories)
    known = {category.code for category in pack.categories}
    for index, category in enumerate(pack.categories):
        path, above = ("categories", index), _above(category)
        if category.parent != above:
            message = f"{category.code} has the parent {category.parent or 'none'}, its digits name {above or 'none'}"
            yield Finding(path, message, f"write {above}" if above else "leave the parent empty")
        elif above is not None and above not in known:
            yield Finding(path, f"the parent {above} is not among the categories", f"add a row for {above}")


def _above(category: Category) -> str | None:
    return category.code[:-2] or None


def duties(pack: Pack) -> Iterator[Finding]:
    """Each category and area level has exactly one answer, that answer exists, and what is taken back stays up."""
    yield from _overlaps(pack)
    yield from _holes(pack)
    known_categories = {category.code for category in pack.categories}
    known_units = {unit.code for unit in pack.units}
    for index, duty in enumerate(pack.duties):
        path = ("duties", index)
        if duty.category not in known_categories:
            message = f"the category {duty.category} is not among the categories"
            yield Finding(path, message, "correct the code or add it to categories.csv")
        for code in (duty.lead, *duty.support):
            if code not in known_units and code not in _NEEDS:
                message = f"the unit {code} is not among the units"
                yield Finding(path, message, "correct the code or add it to units.csv")
        yield from _unreachable(path, duty)
    yield from _sent_down(pack)


def _unreachable(path: tuple[str, int], duty: Duty) -> Iterator[Finding]:
    """A supporting @town that is not there is left out; a lead that is not there leaves the case with nobody."""
    needed = _NEEDS.get(duty.lead)
    if needed is not None and LEVELS.index(duty.area_level) < LEVELS.index(needed):
        message = f"a case located only at {duty.area_level} level has no own {needed}, so {duty.lead} cannot be found"
        yield Finding(path, message, f"name a unit here, and use {duty.lead} at {needed} level")


def _overlaps(pack: Pack) -> Iterator[Finding]:
    first: dict[tuple[str, AreaLevel], Duty] = {}
    for index, duty in enumerate(pack.duties):
        other = first.setdefault((duty.category, duty.area_level), duty)
        if other is not duty:
            message = f"{duty.category} at {duty.area_level} level has two leads: {other.lead} and {duty.lead}"
            yield Finding(("duties", index), message, "keep one row; the other unit can be in its support")


def _holes(pack: Pack) -> Iterator[Finding]:
    """A row covers finer levels and sub-categories, so only what nothing above covers is a hole."""
    rows = {(duty.category, duty.area_level) for duty in pack.duties}
    for index, category in enumerate(pack.categories):
        chain = [category.code[:length] for length in range(len(category.code), 0, -2)]
        for position, level in enumerate(LEVELS):
            if not any((code, wider) in rows for code in chain for wider in LEVELS[: position + 1]):
                message = f"nobody leads {category.code} {category.name} for a case located at {level} level"
                mend = f"add a row '{category.code},{level},UNIT' to duties.csv; a county row covers all finer levels"
                yield Finding(("categories", index), message, mend)
                break


def _sent_down(pack: Pack) -> Iterator[Finding]:
    """上级收回: neither the row itself nor a finer one may give the matter to a town or village."""
    low = {unit.code for unit in pack.units if unit.level in _LOW_UNITS} | {CASE_TOWN, CASE_VILLAGE}
    taken_back = {duty.category for duty in pack.duties if duty.taken_back}
    for index, duty in enumerate(pack.duties):
        above = next((code for code in taken_back if duty.category.startswith(code)), None)
        if above is not None and duty.lead in low:
            message = f"{above} is taken back by the higher level (上级收回), but {duty.lead} leads {duty.category}"
            yield Finding(("duties", index), message, "name a department as lead, or clear taken_back")
