"""The rules of the lists of a case (四清单), pure: which are asked for before a step, and what is missing."""

from collections.abc import Collection, Sequence
from typing import Protocol

from libs.common.events.task_terms import Before
from libs.common.events.terms import Kind, Urgency
from libs.common.rules.machine import OutOfTurn


class Demand(Protocol):
    """Of which cases lists are asked for before a step, as the pack says."""

    @property
    def before(self) -> Before: ...
    @property
    def lists(self) -> tuple[str, ...]: ...
    @property
    def categories(self) -> tuple[str, ...]: ...
    @property
    def kinds(self) -> tuple[Kind, ...]: ...
    @property
    def urgencies(self) -> tuple[Urgency, ...]: ...


class Named(Protocol):
    """A list, by its code and its name."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...


STEPS = {
    Before.ASSIGNMENT: ("派单前", "before the case is assigned"),
    Before.SIGNING: ("签收前", "before it is signed"),
    Before.RESULT: ("办结前", "before its result"),
}
"""Chinese and English."""


def wanted(
    demands: Sequence[Demand], before: Before, categories: Collection[str], kind: Kind, urgency: Urgency
) -> list[str]:
    """The lists that such a case has to have before that step; ``categories`` are its own and those above it."""
    found: dict[str, None] = {}
    for demand in demands:
        by_category = not demand.categories or not set(demand.categories).isdisjoint(categories)
        by_kind = not demand.kinds or kind in demand.kinds
        if demand.before is before and by_category and by_kind and urgency in (demand.urgencies or Urgency):
            found |= dict.fromkeys(demand.lists)
    return list(found)


def check_filled(lists: Sequence[Named], missing: Collection[str], before: Before) -> None:
    """OutOfTurn, naming each list that is missing."""
    named = [one for one in lists if one.code in missing]
    if named:
        zh, en = STEPS[before]
        raise OutOfTurn(
            f"Lists of the case are missing, to be filled {en}: {', '.join(f'{one.code} {one.name}' for one in named)}",
            f"{zh}应当填报清单，尚缺：{'、'.join(one.name for one in named)}",
        )
