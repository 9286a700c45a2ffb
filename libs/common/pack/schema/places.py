"""Where cases lie and who handles them: areas, units, and what was merged into something else."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from libs.common.events.terms import Level
from libs.common.pack.areas import AreaLevel
from libs.common.pack.schema.base import AreaCode, Ascending, ItemCode, Model, Name, OfficeName, UnitCode, unset
from libs.common.roles import Role


class UnitLevel(StrEnum):
    """What kind of office a unit (单位) is."""

    DEPARTMENT = "department"
    TOWN = "town"
    VILLAGE = "village"
    GRID = "grid"
    TOWN_OFFICE = "town_office"
    ENTERPRISE = "enterprise"
    SUPERVISOR = "supervisor"
    HOTLINE = "hotline"


LEVEL_OF: Mapping[UnitLevel, Level] = {
    UnitLevel.GRID: Level.GRID,
    UnitLevel.VILLAGE: Level.VILLAGE,
    UnitLevel.TOWN: Level.TOWN,
    UnitLevel.TOWN_OFFICE: Level.TOWN,
    UnitLevel.HOTLINE: Level.COUNTY,
    UnitLevel.SUPERVISOR: Level.COUNTY,
    UnitLevel.DEPARTMENT: Level.DEPARTMENT,
    UnitLevel.ENTERPRISE: Level.DEPARTMENT,
}
"""How high an office of each kind stands."""
LOW_UNITS = frozenset({UnitLevel.TOWN, UnitLevel.VILLAGE, UnitLevel.GRID, UnitLevel.TOWN_OFFICE})
"""A town, and what is in it: no such unit may be given what was taken back (上级收回)."""


People = Annotated[int, Field(ge=0, le=2_000_000_000)]
_TWO = 2


def _read_range(raw: Any) -> Any:
    if not isinstance(raw, list | tuple) or len(raw) != _TWO:
        raise ValueError(f"{raw!r} is not the fewest and the most people of one area, such as [50, 500]")
    return raw


def _rises(people: tuple[int, int]) -> tuple[int, int]:
    fewest, most = people
    if fewest > most:
        raise ValueError(f"[{fewest}, {most}] names the most before the fewest, unlike [{most}, {fewest}]")
    return people


PeopleRange = Annotated[tuple[People, People], BeforeValidator(_read_range), AfterValidator(_rises)]
"""The fewest and the most people that should live in one area."""


class AreaKind(Model):
    """区域类型: what the place calls some of its areas, such as 片区, 自然村 or 村民小组."""

    code: ItemCode
    name: Name
    name_en: Name


class Area(Model):
    """区域. The level must be the one that the code's digits say; a grid hangs on a village, never higher.

    ``kind`` is the code of what the place calls it; without one it is called by its level. ``people`` (服务人口) live
    there; without a number nobody knows how many.
    """

    code: AreaCode
    name: Name
    name_en: str = ""
    level: AreaLevel
    parent: AreaCode | None = None
    kind: ItemCode | None = Field(default=None, exclude_if=unset)
    people: People | None = Field(default=None, exclude_if=unset)


class Unit(Model):
    """单位: who can be given a case. ``size_class`` groups units that may be ranked against each other.

    ``office`` is what an office of a town is called there, whatever the town: duties name it as ``@office:司法所``.
    """

    code: UnitCode
    name: Name
    name_en: str = ""
    level: UnitLevel
    area_code: AreaCode
    parent: UnitCode | None = None
    size_class: str = ""
    office: OfficeName | None = Field(default=None, exclude_if=unset)


class Post(Model):
    """岗位: what people are appointed to. What somebody in office may do are the rights of ``roles``.

    ``unit_levels``: the kinds of unit that have it, any when there are none. ``area_level``: a term names one area of
    this level, which the post is for. ``only_one``: one person at a time, in that area, else in the unit; a stand-in
    (代理) may be there beside.
    """

    code: ItemCode
    name: Name
    name_en: Name
    roles: Ascending[Role] = ()
    unit_levels: Ascending[UnitLevel] = ()
    area_level: AreaLevel | None = None
    only_one: bool = False


class MergedArea(Model):
    """撤并区域: an area that is no more, and the one that it went up in. Cases that lie in it keep its code."""

    code: AreaCode
    name: Name
    name_en: str = ""
    successor: AreaCode


class MergedUnit(Model):
    """撤并单位: a unit that is no more, and the one that has its work now."""

    code: UnitCode
    name: Name
    name_en: str = ""
    successor: UnitCode


class Merged(Model):
    """撤并: what former packs had and where it went; rows of areas.csv and units.csv with a ``successor``."""

    areas: tuple[MergedArea, ...] = ()
    units: tuple[MergedUnit, ...] = ()
