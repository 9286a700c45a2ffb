"""Who of the units answers for a case, and for the parts of it (责任人), as dispatch said."""

from dataclasses import dataclass, field
from datetime import datetime

from libs.common.events.responsible import ResponsibleNamed
from libs.common.events.whistles import CallResponsibleNamed
from services.dispatch.cases.domain.state import State
from services.dispatch.tasks.domain import Tasks, of_round

Who = tuple[str, datetime] | None
"""A member of staff, and since when; None for nobody."""


@dataclass(slots=True)
class WhoAnswers:
    """Of the unit that works, and of tasks beside it."""

    lead: Who = None
    parts: dict[tuple[int, str], Who] = field(default_factory=dict)
    """By version and unit, of support units and of those that were summoned."""

    def tell(self, event: ResponsibleNamed | CallResponsibleNamed, state: State, tasks: Tasks) -> None:
        """From now on it is this person; nobody after a step, or when it is about them."""
        named = None if event.staff_id is None else (event.staff_id, event.occurred_at)
        if isinstance(event, CallResponsibleNamed):
            self.parts[int(event.task.partition(".")[0]), event.unit_code] = named
        elif event.unit_code == state.working_unit:
            self.lead = named
        elif (part := of_round(tasks, state.round).get(event.unit_code)) is not None:
            self.parts[part.version, part.unit_code] = named
