"""A phone's branch (离线分支): its items are taken in the order of their numbers, whatever order they come in.

The rule is that of events between services, with the phone as the source: the next one is taken, one behind a gap
waits for what is missing, one that is here already is the same one. What differs: a phone may be lost with its items,
so a gap is given up after a time; and what comes after all is taken late, since nobody has taken its number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Branch:
    """``mark``: all up to this number was taken, or is waited for no more. ``waiting``: by number since when."""

    mark: int = 0
    waiting: Mapping[int, datetime] = field(default_factory=dict)

    def until(self, wait: timedelta) -> datetime | None:
        """When the gap is given up, an item waiting so long from when it came; None where nothing waits."""
        return min(self.waiting.values()) + wait if self.waiting else None


@dataclass(frozen=True, slots=True)
class BranchTurn:
    """What can be taken, in order, and the branch as it is when that was done."""

    ready: tuple[int, ...]
    after: Branch


def take_turn(branch: Branch) -> BranchTurn:
    """What comes late, then what follows without a gap."""
    ready = sorted(number for number in branch.waiting if number <= branch.mark)
    mark = branch.mark
    while mark + 1 in branch.waiting:
        mark += 1
        ready.append(mark)
    left = {number: since for number, since in branch.waiting.items() if number > mark}
    return BranchTurn(tuple(ready), Branch(mark, left))


def give_up_gap(branch: Branch, now: datetime, wait: timedelta) -> Branch:
    """The branch with its gap passed over, when that was waited for long enough; else as it is."""
    until = branch.until(wait)
    if until is None or now < until:
        return branch
    return Branch(max(branch.mark, min(branch.waiting) - 1), branch.waiting)
