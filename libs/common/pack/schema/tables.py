"""The four tables of a pack: areas, units, categories, and the duty directory (权责清单) that joins them."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from libs.common.pack.areas import AreaLevel
from libs.common.pack.schema.base import AreaCode, CategoryCode, Model, Name, PackLimit, UnitCode

CASE_TOWN, CASE_VILLAGE = "@town", "@village"
"""In a duty: the unit of the case's own town (属地镇) or village (属地村)."""


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


class Category(Model):
    """类别. ``words`` are what people say, for finding the category of a text; ``words_en`` the same in English."""

    code: CategoryCode
    name: Name
    name_en: str = ""
    parent: CategoryCode | None = None
    words: tuple[Name, ...] = ()
    words_en: tuple[Name, ...] = ()


LeadCode = Annotated[str, Field(pattern=r"^(@town|@village|[A-Z][A-Z0-9-]{0,39})$")]


class Duty(Model):
    """权责: who leads (主办) and supports (协办) a category for a case located at an area level.

    A row also covers finer area levels and sub-categories that have no row of their own. ``limit`` replaces the
    ordinary handling limit of cases of normal urgency. ``taken_back`` (上级收回): no town or village may be given it.
    """

    category: CategoryCode
    area_level: AreaLevel
    lead: LeadCode
    support: tuple[LeadCode, ...] = ()
    limit: PackLimit | None = None
    taken_back: bool = False
    basis: str = ""
