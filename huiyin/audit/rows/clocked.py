"""The clocks of a case in followup, and until when its row says that its promises are."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from huiyin.audit.rows.clocks import Clocks, FoldedClock
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.deadlines import ended_by, passed_on_by, set_by
from libs.common.events.terms import DECLARED, Deadline


class WithClocks:
    """A case whose promises begin, end and get other times by what is said."""

    def __init__(self, said: Iterable[Event]) -> None:
        self.clocks = Clocks(said)
        self.row: dict[str, Any] = {}

    def _end(self, event: Event) -> None:
        """What the event keeps or makes void."""
        self.clocks.stop(*ended_by(event))
        self._ends(dict.fromkeys(ended_by(event)))

    def _begin(self, event: cases.CaseEvent, lead_unit: str | None) -> FoldedClock | None:
        """What the event passes on or sets, as far as the pack has a limit; the first clock that it set."""
        self.clocks.hand_over(lead_unit, *passed_on_by(event))
        wanted = [one for one in set_by(event) if self.clocks.is_to_start(self.row["round"], one)]
        found = [clock for clock in (self.clocks.start() for _ in wanted) if clock is not None]
        self._ends({clock.set.deadline: clock.set.due_at for clock in found})
        return found[0] if found else None

    def _set_anew(self, event: cases.DeadlineSet) -> None:
        self._ends({one.deadline: one.due_at for one in self.clocks.set_anew(event) if not one.about})

    def _ends(self, ends: Mapping[Deadline, datetime | None]) -> None:
        """Until when the promises are, of those of which the row keeps it."""
        kept = {f"{deadline}_due_at": due_at for deadline, due_at in ends.items()}
        self.row |= {column: due_at for column, due_at in kept.items() if column in self.row}

    def _stop_round(self) -> None:
        self.clocks.stop(*DECLARED.values())
        self._ends(dict.fromkeys(DECLARED.values()))

    def _close_clocks(self) -> None:
        self._stop_round()
        self.clocks.stop_all()
