"""Checks categories (类别) and the duty directory (权责清单)."""

from collections.abc import Iterator

from libs.common.pack.areas import LEVELS, AreaLevel, level_of, lineage
from libs.common.pack.check.places import doubles
from libs.common.pack.problems import Finding
from libs.common.pack.schema import (
    CASE_OFFICE,
    CASE_TOWN,
    CASE_VILLAGE,
    LOW_UNITS,
    Category,
    Duty,
    Pack,
    Post,
    Unit,
    UnitLevel,
)

_NEEDS = {CASE_TOWN: AreaLevel.TOWN, CASE_VILLAGE: AreaLevel.VILLAGE}
"""A case located at a wider level than this has no own town or village."""
_LOCAL = {CASE_TOWN: UnitLevel.TOWN, CASE_VILLAGE: UnitLevel.VILLAGE}


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
    towns = {area.code for area in pack.areas if area.level is AreaLevel.TOWN}
    offices = {(unit.area_code, unit.office) for unit in pack.units if unit.office is not None}
    for index, duty in enumerate(pack.duties):
        path = ("duties", index)
        if duty.category not in known_categories:
            message = f"the category {duty.category} is not among the categories"
            yield Finding(path, message, "correct the code or add it to categories.csv")
        for code in (duty.lead, *duty.support):
            if not code.startswith("@") and code not in known_units:
                message = f"the unit {code} is not among the units"
                yield Finding(path, message, "correct the code or add it to units.csv")
        yield from _unreachable(path, duty)
        yield from _officeless(path, duty, towns, offices)
    yield from _sent_down(pack)


def _unreachable(path: tuple[str, int], duty: Duty) -> Iterator[Finding]:
    """A supporting @town that is not there is left out; a lead that is not there leaves the case with nobody."""
    needed = AreaLevel.TOWN if duty.lead.startswith(CASE_OFFICE) else _NEEDS.get(duty.lead)
    if needed is not None and LEVELS.index(duty.area_level) < LEVELS.index(needed):
        message = f"a case located only at {duty.area_level} level has no own {needed}, so {duty.lead} cannot be found"
        yield Finding(path, message, f"name a unit here, and use {duty.lead} at {needed} level")


def _officeless(path: tuple[str, int], duty: Duty, towns: set[str], offices: set[tuple[str, str]]) -> Iterator[Finding]:
    """A lead that some towns have not leaves their cases with nobody; a name that none has is a slip of the pen."""
    for code in (duty.lead, *duty.support):
        name = code.removeprefix(CASE_OFFICE)
        without = sorted(town for town in towns if (town, name) not in offices)
        if code == name or not without or (code != duty.lead and set(without) != towns):
            continue
        message = f"{code} leads nowhere in {', '.join(without)}: there is no office called {name}"
        yield Finding(path, message, f"add a town_office with {name} in the column office there, or name another unit")


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
    widest = LEVELS.index(level_of(pack.place.code))
    for index, category in enumerate(pack.categories):
        chain = [category.code[:length] for length in range(len(category.code), 0, -2)]
        for position, level in enumerate(LEVELS[widest:], widest):
            if not any((code, wider) in rows for code in chain for wider in LEVELS[: position + 1]):
                message = f"nobody leads {category.code} {category.name} for a case located at {level} level"
                wide = f"a {LEVELS[widest]} row covers all finer levels"
                mend = f"add a row '{category.code},{level},UNIT' to duties.csv; {wide}"
                yield Finding(("categories", index), message, mend)
                break


def _sent_down(pack: Pack) -> Iterator[Finding]:
    """上级收回: neither the row itself nor a finer one may give the matter to a town or village."""
    low = {unit.code for unit in pack.units if unit.level in LOW_UNITS} | {CASE_TOWN, CASE_VILLAGE}
    taken_back = {duty.category for duty in pack.duties if duty.taken_back}
    for index, duty in enumerate(pack.duties):
        above = next((code for code in taken_back if duty.category.startswith(code)), None)
        if above is not None and (duty.lead in low or duty.lead.startswith(CASE_OFFICE)):
            message = f"{above} is taken back by the higher level (上级收回), but {duty.lead} leads {duty.category}"
            yield Finding(("duties", index), message, "name a department as lead, or clear taken_back")


def answering(pack: Pack) -> Iterator[Finding]:
    """责任岗位: the post of a row is there, its lead unit can have it, and for the place of each case somebody can."""
    posts = {post.code: post for post in pack.posts}
    inside = {(area.level, outer) for area in pack.areas for outer in lineage(area.code)}
    for index, duty in enumerate(pack.duties):
        post = None if duty.post is None else posts.get(duty.post)
        if post is not None:
            leads = [unit for unit in pack.units if _may_lead(duty.lead, unit)]
            yield from _not_had(("duties", index), duty, post, leads)
            yield from _not_for_the_place(("duties", index), duty, post, leads, inside)
        elif duty.post is not None:
            message = f"the post {duty.post} is not among the posts"
            yield Finding(("duties", index), message, "correct the code, or add it to posts in pack.yaml")


def _may_lead(lead: str, unit: Unit) -> bool:
    if lead.startswith(CASE_OFFICE):
        return unit.office == lead.removeprefix(CASE_OFFICE)
    return unit.code == lead or unit.level is _LOCAL.get(lead)


def _not_had(path: tuple[str, int], duty: Duty, post: Post, leads: list[Unit]) -> Iterator[Finding]:
    level = next((unit.level for unit in leads if post.unit_levels and unit.level not in post.unit_levels), None)
    if level is not None:
        message = f"{duty.lead} is of level {level}, and {post.code} is a post of {', '.join(post.unit_levels)} only"
        yield Finding(path, message, f"name a post that a {level} has, or add {level} to its unit_levels in pack.yaml")


def _not_for_the_place(
    path: tuple[str, int], duty: Duty, post: Post, leads: list[Unit], inside: set[tuple[AreaLevel, str]]
) -> Iterator[Finding]:
    """A post for a village answers for a case in that village or finer; a case of the whole town lies in none."""
    if post.area_level is None:
        return
    if LEVELS.index(post.area_level) > LEVELS.index(duty.area_level):
        message = (
            f"a case located only at {duty.area_level} level lies in no {post.area_level}, "
            f"so nobody holds {post.code} for it"
        )
        mend = f"name it in a row at {post.area_level} level, and another post or none here"
        yield Finding(path, message, mend)
    elif leads and not any((post.area_level, unit.area_code) in inside for unit in leads):
        message = f"no {post.area_level} lies in the area of {duty.lead}, so nobody can hold {post.code} there"
        yield Finding(path, message, "name a post that is for a finer area, or for none")
