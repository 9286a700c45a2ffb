"""Where cases lie and who handles them: areas, units, and what was merged into something else."""

from enum import StrEnum

from libs.common.pack.areas import AreaLevel
from libs.common.pack.schema.base import AreaCode, Model, Name, UnitCode


class UnitLevel(StrEnum):
    """What kind of office a unit (单位) is."""

    DEPARTMENT = "department"
    TOWN = "town"
    VILLAGE = "village"
    TOWN_OFFICE = "town_office"
    SUPERVISOR = "supervisor"
    HOTLINE = "hotline"


class Area(Model):
    """区域. The level must be the one that the code's digits say; a grid hangs on a village, never higher."""

    code: AreaCode
    name: Name
    name_en: str = ""
    level: AreaLevel
    parent: AreaCode | None = None


class Unit(Model):
    """单位: who can be given a case. ``size_class`` groups units that may be ranked against each other."""

    code: UnitCode
    name: Name
    name_en: str = ""
    level: UnitLevel
    area_code: AreaCode
    parent: UnitCode | None = None
    size_class: str = ""


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
