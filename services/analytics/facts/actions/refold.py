"""The same fold over any stream of events, without a database: what a rebuild puts in the place of the facts."""

from collections.abc import Iterable

from libs.common.events.base import Event
from libs.common.events.cases import CaseEvent
from services.analytics.facts.actions.events import HEARD, atom_of
from services.analytics.facts.domain.fact import Fact, fold


def refold(said: Iterable[tuple[int, Event]]) -> dict[str, Fact]:
    """Facts by case id, of events with their places in their ledgers.

    They may come from several ledgers in any order that puts a registration first; those that analytics does not hear
    are passed over.

    Raises:
        UnknownCase: an event of a case stands before its registration.
    """
    facts: dict[str, Fact] = {}
    for seq, event in said:
        if isinstance(event, CaseEvent) and type(event) in HEARD:
            facts[event.case_id] = fold(facts.get(event.case_id), atom_of(event, seq))
    return facts
