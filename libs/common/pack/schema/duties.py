"""Categories, and the duty directory (权责清单) that joins them with places."""

from typing import Annotated

from pydantic import Field

from libs.common.pack.areas import AreaLevel
from libs.common.pack.schema.base import OFFICE_NAME, CategoryCode, ItemCode, Model, Name, PackLimit, unset

CASE_TOWN, CASE_VILLAGE = "@town", "@village"
"""In a duty: the unit of the case's own town (属地镇) or village (属地村)."""
CASE_OFFICE = "@office:"
"""In a duty, followed by a name: the office of that name of the case's own town (属地镇站所)."""


class Category(Model):
    """类别. ``words`` are what people say, for finding the category of a text; ``words_en`` the same in English."""

    code: CategoryCode
    name: Name
    name_en: str = ""
    parent: CategoryCode | None = None
    words: tuple[Name, ...] = ()
    words_en: tuple[Name, ...] = ()


LEAD_CODE = rf"^(@town|@village|@office:{OFFICE_NAME}|[A-Z][A-Z0-9-]{{0,39}})$"
LeadCode = Annotated[str, Field(pattern=LEAD_CODE)]


class Duty(Model):
    """权责: who leads (主办) and supports (协办) a category for a case located at an area level.

    A row also covers finer area levels and sub-categories that have no row of their own. ``limit`` replaces the
    ordinary handling limit of cases of normal urgency. ``taken_back`` (上级收回): no town or village may be given it.
    ``post`` (责任岗位): whoever holds it at the lead unit answers for the matters of the row.
    """

    category: CategoryCode
    area_level: AreaLevel
    lead: LeadCode
    support: tuple[LeadCode, ...] = ()
    limit: PackLimit | None = None
    taken_back: bool = False
    basis: str = ""
    post: ItemCode | None = Field(default=None, exclude_if=unset)
