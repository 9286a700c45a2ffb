"""What a place keeps of its households (户): kinds of key households, resources, and who looks after how many."""

from pydantic import Field

from libs.common.pack.schema.base import ItemCode, Model, Name


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


class HouseholdRules(Model):
    """户: ``contact_posts`` are the posts whose holders look after households (包保人), anybody in office without one;
    ``most_per_contact`` is how many one of them has at most.
    """

    kinds: tuple[HouseholdKind, ...] = ()
    resources: tuple[Resource, ...] = ()
    contact_posts: tuple[ItemCode, ...] = ()
    most_per_contact: int | None = Field(default=None, ge=1, le=10_000)
