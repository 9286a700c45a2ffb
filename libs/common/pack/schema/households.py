"""What a place keeps of its households (户): kinds of key households, resources, and who looks after how many."""

from operator import not_

from pydantic import Field

from libs.common.events.household_terms import HouseholdClass
from libs.common.pack.schema.base import ItemCode, Model, Name

MOST_HOURS = 24 * 14


class HouseholdKind(Model):
    """重点户类型: a kind of household that the place pays heed to, such as 老党员 or 脱贫户."""

    code: ItemCode
    name: Name
    name_en: Name


class Resource(Model):
    """群众资源: what a household has to give to others, such as a trade or a tractor."""

    code: ItemCode
    name: Name
    name_en: Name


class HouseholdNoteField(Model):
    """敏感情况项: what of a household is for few, such as its income.

    It opens ``opens_hours`` before the day of a visit to those of the team that is planned to go there who hold one of
    ``posts``, to all of it without one.
    """

    code: ItemCode
    name: Name
    name_en: Name
    posts: tuple[ItemCode, ...] = ()
    opens_hours: int = Field(default=24, ge=0, le=MOST_HOURS)


class ResourceFit(Model):
    """资源对接规则: which needs a resource fits: households of these kinds, and those who spoke of these topics."""

    resource: ItemCode
    kinds: tuple[ItemCode, ...] = ()
    topics: tuple[ItemCode, ...] = ()


class SupportPolicy(Model):
    """帮扶政策: what a household may be owed once it is of one of these kinds or classes, such as 孤儿保障."""

    code: ItemCode
    name: Name
    name_en: Name
    kinds: tuple[ItemCode, ...] = ()
    classes: tuple[HouseholdClass, ...] = ()


class HouseholdRules(Model):
    """户: ``contact_posts`` are the posts whose holders look after households (包保人), anybody in office without one;
    ``most_per_contact`` is how many one of them has at most. ``notes`` are what is for few, ``fits`` which resource
    fits which need, ``policies`` what is looked at when a household has got worse.
    After ``away_look_months`` somebody finds out anew who is away for work (外出甄别); with whoever is away somebody is
    in contact every ``away_contact_days`` (外出人员联系).
    """

    kinds: tuple[HouseholdKind, ...] = ()
    resources: tuple[Resource, ...] = ()
    contact_posts: tuple[ItemCode, ...] = ()
    most_per_contact: int | None = Field(default=None, ge=1, le=10_000)
    notes: tuple[HouseholdNoteField, ...] = ()
    fits: tuple[ResourceFit, ...] = ()
    policies: tuple[SupportPolicy, ...] = ()
    away_look_months: int | None = Field(default=None, ge=1, le=60, exclude_if=not_)
    away_contact_days: int | None = Field(default=None, ge=1, le=366, exclude_if=not_)
