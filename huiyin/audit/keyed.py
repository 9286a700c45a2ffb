"""What is looked at key by key, in one span after the other: the cases, and the households."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from huiyin.audit.cases import AuditTask, check_cases
from huiyin.audit.delivery import Delivery
from huiyin.audit.figures import FigureAudit
from huiyin.audit.households.checking import HouseholdTask, check_households
from huiyin.audit.queries import KeySpan
from huiyin.audit.snapshot import Snapshot
from libs.common.bus.flow import Stream

BY_KEY = (Stream.CASES, Stream.VISITS)
"""The topics with so many keys that they are read in the order of the key."""
Deliveries = Mapping[Stream, Delivery]


@dataclass(frozen=True, slots=True)
class KeyedTask:
    """What one process has to look at."""

    cases: AuditTask
    households: HouseholdTask

    def within(self, cases: KeySpan, households: KeySpan) -> Self:
        """Of these keys alone."""
        return replace(
            self, cases=replace(self.cases, span=cases), households=replace(self.households, span=households)
        )


async def check_keyed(cut: Snapshot, deliveries: Deliveries, figures: FigureAudit, task: KeyedTask) -> None:
    """Every case and every household of the task."""
    await check_cases(cut, deliveries[Stream.CASES], figures, task.cases)
    await check_households(cut, deliveries[Stream.VISITS], figures, task.households)
