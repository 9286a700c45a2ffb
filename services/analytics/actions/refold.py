"""The audit's view: the same fold over any stream of events, without a database."""

from collections.abc import Callable, Iterable

from libs.common.events.base import Event
from libs.common.events.cases import CaseEvent
from services.analytics.actions.marks import HEARD, mark_of
from services.analytics.domain.counting import DayOf, recount
from services.analytics.domain.fact import Fact, fold
from services.analytics.domain.terms import Cell, Counts


def refold(events: Iterable[Event], day_of: Callable[[int], DayOf]) -> tuple[dict[str, Fact], dict[Cell, Counts]]:
    """Facts by case id, and the roll-ups counted from them.

    ``events`` may come from several ledgers in any merge that keeps each ledger's own order and puts a registration
    first; those that analytics does not hear are passed over. ``day_of`` gives the day rule of a pack version.

    Raises:
        UnknownCase: an event of a case stands before its registration.
    """
    facts: dict[str, Fact] = {}
    for event in events:
        if isinstance(event, CaseEvent) and type(event) in HEARD:
            facts[event.case_id] = fold(facts.get(event.case_id), mark_of(event))
    return facts, recount(facts.values(), lambda fact: day_of(fact.registration.pack_version))
