"""Checks posts (岗位): each once, each with somewhere to be held, none for outside systems."""

from collections.abc import Iterator

from libs.common.pack.problems import Finding
from libs.common.pack.schema import Pack
from libs.common.roles import Role


def posts(pack: Pack) -> Iterator[Finding]:
    """Every post has a code of its own, units and areas in which it can be held, and roles that people can have."""
    levels_of_units = {unit.level for unit in pack.units}
    levels_of_areas = {area.level for area in pack.areas}
    first: dict[str, str] = {}
    for index, post in enumerate(pack.posts):
        path = ("posts", index)
        if post.code in first:
            message = f"the code {post.code} stands here a second time"
            yield Finding(path, message, f"remove it or give it another code; the first is {first[post.code]}")
        first.setdefault(post.code, post.name)
        for level in post.unit_levels:
            if level not in levels_of_units:
                message = f"no unit is of level {level}, so nobody can hold {post.code} there"
                yield Finding((*path, "unit_levels"), message, f"add such a unit to units.csv, or leave {level} out")
        if post.area_level is not None and post.area_level not in levels_of_areas:
            message = f"no area is a {post.area_level}, so nobody can hold {post.code}"
            yield Finding((*path, "area_level"), message, "add such areas to areas.csv, or name another level")
        if Role.INTEGRATOR in post.roles:
            message = "integrator is the role of outside systems, and no post of a person"
            yield Finding((*path, "roles"), message, "leave it out")
