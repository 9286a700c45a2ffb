"""Which resource fits which need (资源对接规则)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Near(StrEnum):
    """How near a household with a resource is (远近)."""

    VILLAGE = "village"
    TOWN = "town"


class MatchStatus(StrEnum):
    """Where a match stands (对接状态)."""

    CONFIRMED = "confirmed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class NeedRule:
    """A resource, and the needs that it fits: kinds of households, topics of visits."""

    resource: str
    needs: tuple[str, ...]


def fitting(rules: Sequence[NeedRule], needs: Collection[str]) -> dict[str, tuple[str, ...]]:
    """By resource the needs of a household that it fits."""
    found: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        met = tuple(need for need in rule.needs if need in needs and need not in found.get(rule.resource, ()))
        if met:
            found[rule.resource] = found.get(rule.resource, ()) + met
    return found
