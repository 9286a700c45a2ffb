"""Whoever had a hand in a case does not judge it (经手回避): who may take this step. Pure.

People are told apart as people, not as accounts: whoever stands in two accounts of one member of staff, under whatever
unit and role, is one (济南条例 Art 32). Units count for everybody in them. A refusal names the rule, not the person.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from libs.common.rules.machine import Actor, NotTheirs


@dataclass(frozen=True, slots=True)
class Hands:
    """Through whose hands a case went, in all its rounds: names of people (经手人) and codes of units (经手单位)."""

    people: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()

    def __or__(self, other: "Hands") -> "Hands":
        return Hands(self.people | other.people, self.units | other.units)


NO_HANDS = Hands()


def names_of(account: str | None, staff_id: str | None = None) -> frozenset[str]:
    """By what a person is known: the account, and the member of staff whose account it is. Nobody has no names."""
    return frozenset() if account is None else Actor(account, staff_id=staff_id).names


def check_apart(hands: Hands, actor: Actor, superiors: Collection[str] = ()) -> None:
    """NotTheirs for whoever had a hand in the case, for everybody of a unit that had, and of ``superiors`` of those.

    To be asked before somebody records what the citizen says, reviews who was not reached, confirms a withdrawal or
    checks a case again.
    """
    if not actor.units.isdisjoint(hands.units):
        raise NotTheirs("The unit that handled a case never asks about it itself", "承办单位不得回访本单位办理的诉求")
    if not actor.names.isdisjoint(hands.people):
        raise NotTheirs("Whoever had a hand in a case never asks about it", "经手人不得回访本人经手的诉求")
    if not actor.units.isdisjoint(superiors):
        raise NotTheirs(
            "Here the superior of a unit that handled a case does not ask about it, as the county pack says",
            "按县包规定，承办单位的上级单位不得回访",
        )


def check_no_hand(hands: Hands, actor: Actor) -> None:
    """NotTheirs for whoever had a hand in the case, by whatever account, and for everybody of a unit that had.

    To be asked before somebody decides how a case counts, or whether its closing stands.
    """
    if not actor.units.isdisjoint(hands.units):
        raise NotTheirs("The unit that handled a case does not judge it", "承办单位不得认定本单位办理的诉求")
    if not actor.names.isdisjoint(hands.people):
        raise NotTheirs("Whoever had a hand in a case does not judge it", "经手人不得认定本人经手的诉求")


def check_not_their_own(asked_by: Collection[str], asking_units: Iterable[str | None], actor: Actor) -> None:
    """NotTheirs when somebody would decide on what they, or a unit of theirs, asked for: of every kind of request."""
    if not actor.units.isdisjoint(asking_units):
        raise NotTheirs("A unit does not decide on what it asked for itself", "提出申请的单位不得审核本单位的申请")
    if not actor.names.isdisjoint(asked_by):
        raise NotTheirs("Whoever asked for it does not decide on it", "申请人不得审核自己的申请")


def check_not_worked(worked_by: Collection[str], actor: Actor) -> None:
    """NotTheirs when somebody would let a unit off a part that they worked on themselves."""
    if not actor.names.isdisjoint(worked_by):
        raise NotTheirs("Whoever worked on a part does not let its unit off it", "经办协办任务的人员不得撤销该任务")
