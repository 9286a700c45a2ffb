"""The same fold over any stream of events, without a database: what a rebuild puts in the place of the facts."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from libs.common.events.base import Event
from services.analytics.visits.actions.events import OF_HOUSEHOLDS, OF_ROUNDS, OF_TEAMS
from services.analytics.visits.domain.fact import Around, HouseholdFacts, RoundFacts, TeamFacts


@dataclass(slots=True)
class Surroundings:
    """All rounds and teams, as far as they were told of."""

    rounds: dict[str, RoundFacts] = field(default_factory=dict)
    teams: dict[str, TeamFacts] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """One event more; what is about neither is passed over."""
        key = event.key
        if (of_round := OF_ROUNDS.get(type(event))) is not None:
            self.rounds[key] = of_round(self.rounds.get(key, RoundFacts(key)), event)
        elif (of_team := OF_TEAMS.get(type(event))) is not None:
            self.teams[key] = of_team(self.teams.get(key, TeamFacts(key)), event)

    def around(self) -> Around:
        """What surrounds any household."""
        return Around(self.rounds.values(), (seat for team in self.teams.values() for seat in team.seats))


def refold_household(household_id: str, said: Iterable[Event]) -> HouseholdFacts | None:
    """A household, of events about it in any order; None where none of them tells anything."""
    fact = None
    for event in said:
        if (fold := OF_HOUSEHOLDS.get(type(event))) is not None:
            fact = fold(fact or HouseholdFacts(household_id), event)
    return fact
