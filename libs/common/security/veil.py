"""What a unit that handles a confidential case (保密件) is not shown of it: where to ask who spoke.

That is the source and its number, who took it in or added to it, the minute, and the grid. Whoever is of none of its
units, as the hotline and auditors, sees them. Sources: 信访工作条例 Art 30 and 46, 济南 Art 16 and 32.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import overload
from zoneinfo import ZoneInfo

from libs.common.security.policy import is_of
from libs.common.time.moments import day_start, local_day

VILLAGE_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Veil:
    """Over one case, for people of one of its units; ``zone`` is the place's."""

    zone: ZoneInfo

    @overload
    def day(self, moment: datetime) -> datetime: ...

    @overload
    def day(self, moment: None) -> None: ...

    def day(self, moment: datetime | None) -> datetime | None:
        """When the moment's day begins in the place."""
        return None if moment is None else day_start(local_day(moment, self.zone), self.zone)

    @staticmethod
    def area(code: str) -> str:
        """The village of a grid; anything larger as it is."""
        return code[:VILLAGE_DIGITS]


def veil_over(
    own_units: Collection[str | None], handling_units: Collection[str | None], zone: ZoneInfo, *, confidential: bool
) -> Veil | None:
    """The veil for somebody of these units over a case; None where everything is shown."""
    return Veil(zone) if confidential and is_of(own_units, handling_units) else None
