"""The same fold over any stream of events, without a database: what a rebuild puts in the place of the facts."""

from collections.abc import Iterable

from libs.common.events.base import Event
from services.analytics.facts.actions.events import atoms_of
from services.analytics.facts.domain.fact import Fact, fold


def refold(said: Iterable[tuple[int, Event]]) -> dict[str, Fact]:
    """Facts by case id, of events with their places in their ledgers.

    They may come from several ledgers in any order that puts a registration first; those that make no
    atom are passed over.

    Raises:
        UnknownCase: an event of a case stands before its registration.
    """
    facts: dict[str, Fact] = {}
    for seq, event in said:
        for atom in atoms_of(event, seq):
            facts[event.key] = fold(facts.get(event.key), atom)
    return facts
