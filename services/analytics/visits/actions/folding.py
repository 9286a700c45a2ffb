"""Folds a batch of events about visits: facts in one read, everything in memory, then rows and roll-up differences.

What a household counts as follows from its own fact and from what surrounds it: the rounds that there are, and who sat
in which team. Whoever folds households shares a lock with all others who do; whoever folds a round or a team holds it
alone, finds whom it concerns, and counts them by what is new: so events of households, rounds and teams come out the
same in whatever order they come. Rows and roll-ups are written in one order, so nobody waits in a circle.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar

from libs.common.database.session import Session
from libs.common.events.base import Event
from libs.common.ledger.append import part_of
from libs.common.run.supervise import still_at_work
from services.analytics.rollups.actions import Differences
from services.analytics.rollups.tables import COVERAGE, THINGS, VISIT_CUBES, VISITS
from services.analytics.visits.actions.events import HEARD, OF_HOUSEHOLDS, OF_ROUNDS, OF_TEAMS
from services.analytics.visits.actions.storing import RowChanges
from services.analytics.visits.domain.counting import contribution, standing
from services.analytics.visits.domain.fact import HouseholdFacts, RoundFacts, TeamFacts
from services.analytics.visits.domain.rows import AROUND_TABLES, ROW_TABLES, Rows, rows_of, surrounding_rows
from services.analytics.visits.queries.facts import (
    hold_surroundings,
    households_of_area,
    households_of_seats,
    read_around,
    read_households,
    read_rounds,
    read_teams,
)

_INFO = "analytics.visits"
AT_ONCE = 1_000
"""Households that are in hand at once, where a round or a team concerns more."""
LONG_SECONDS = 600
"""For a round of two hundred thousand households."""
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS = (OF_HOUSEHOLDS, OF_ROUNDS, OF_TEAMS)
_FRESH = """
    INSERT INTO visit_freshness AS known (part, as_of, folded_at) VALUES ($1, $2, $3)
    ON CONFLICT (part) DO UPDATE SET as_of = excluded.as_of, folded_at = excluded.folded_at
    WHERE known.as_of < excluded.as_of
"""
FactT = TypeVar("FactT")


@dataclass(slots=True)
class _Told(Generic[FactT]):
    """Facts as they were read, and as they are by now."""

    before: dict[str, FactT] = field(default_factory=dict)
    after: dict[str, FactT] = field(default_factory=dict)

    def learn(self, read: Mapping[str, FactT]) -> None:
        """What was read."""
        self.before |= read
        self.after |= read

    def changed(self) -> dict[str, FactT]:
        """Those that are not what they were."""
        known = self.before
        return {key: fact for key, fact in self.after.items() if fact is not known.get(key) and fact != known.get(key)}


@dataclass(slots=True)
class _Book:
    """What one transaction knows."""

    households: _Told[HouseholdFacts] = field(default_factory=_Told)
    rounds: _Told[RoundFacts] = field(default_factory=_Told)
    teams: _Told[TeamFacts] = field(default_factory=_Told)
    newest: tuple[datetime, str] | None = None
    """When the newest event happened, and its key."""

    @property
    def is_among_the_same(self) -> bool:
        """Whether no round and no team is told of."""
        return not (self.rounds.after or self.teams.after)


def _book(session: Session) -> _Book:
    book = session.info.get(_INFO)
    if book is None:
        book = session.info[_INFO] = _Book()
    if not isinstance(book, _Book):
        raise TypeError(f"session.info[{_INFO!r}] is taken")
    return book


async def load_visits(session: Session, events: Iterable[Event]) -> None:
    """Read what a batch of events touches: at most five statements, however many events there are."""
    heard = [event for event in events if type(event) in HEARD]
    if not heard:
        return
    book = _book(session)
    households, rounds, teams = (sorted({event.key for event in heard if type(event) in kind}) for kind in _KINDS)
    await hold_surroundings(session, alone=bool(rounds or teams))
    book.households.learn(await read_households(session, households))
    book.rounds.learn(await read_rounds(session, rounds))
    book.teams.learn(await read_teams(session, teams))
    session.before_commit(_INFO, _write)


async def fold_visits(session: Session, event: Event) -> None:
    """Fold one event of a batch that was loaded; what it changes is written in the end."""
    book, key = _book(session), event.key
    if (of_household := OF_HOUSEHOLDS.get(type(event))) is not None:
        known = book.households.after.get(key, HouseholdFacts(key))
        book.households.after[key] = of_household(known, event)
    elif (of_round := OF_ROUNDS.get(type(event))) is not None:
        book.rounds.after[key] = of_round(book.rounds.after[key], event)
    else:
        book.teams.after[key] = OF_TEAMS[type(event)](book.teams.after[key], event)
    moment = event.occurred_at, key
    book.newest = moment if book.newest is None else max(book.newest, moment)


async def _write(session: Session) -> None:
    book = _book(session)
    rounds, teams = book.rounds.changed(), book.teams.changed()
    touched = book.households.changed()
    differences = Differences(*VISIT_CUBES)
    if rounds or teams:
        await session.may_last(LONG_SECONDS)
    others = await _concerned(session, book, rounds, teams) - touched.keys()
    for some in _batches([*sorted(touched), *sorted(others)]):
        await _count(session, book, some, differences)
        # All households of a round are one turn of the loop.
        still_at_work()
    around = RowChanges(AROUND_TABLES)
    around.note(_around_rows(book.rounds.before, book.teams.before), _around_rows(book.rounds.after, book.teams.after))
    await around.write(session)
    if book.newest is not None:
        as_of, key = book.newest
        await session.fetch(_FRESH, part_of(key), as_of, max(session.now, as_of))
    await differences.write(session)


def _around_rows(rounds: Mapping[str, RoundFacts], teams: Mapping[str, TeamFacts]) -> Rows:
    return surrounding_rows(rounds.values(), teams.values())


async def _concerned(
    session: Session, book: _Book, rounds: Mapping[str, RoundFacts], teams: Mapping[str, TeamFacts]
) -> set[str]:
    """Whom a round or a team concerns that is not what it was: by what it was, and by what it is."""
    found = set[str]()
    for round_id, after in rounds.items():
        before = book.rounds.before[round_id]
        if after.opened is None:
            continue
        closings = [one.closed_at for one in (before, after) if one.closed_at is not None]
        # A closing tells apart what was entered before it and from then on: only who has something of the latter.
        since = min(closings, default=_EVER) if before.opened == after.opened else _EVER
        for prefix in {one.opened.area_prefix for one in (before, after) if one.opened is not None}:
            found.update(await households_of_area(session, prefix, since))
    seats = {seat for team_id, after in teams.items() for seat in {*after.seats} ^ {*book.teams.before[team_id].seats}}
    return found | {*(await households_of_seats(session, seats) if seats else ())}


async def _count(session: Session, book: _Book, some: Sequence[str], differences: Differences) -> None:
    """Write the rows of some households, and note what they count in otherwise."""
    read = [household_id for household_id in some if household_id not in book.households.after]
    kept = await read_households(session, read) if read else {}
    before = {one: book.households.before.get(one, kept.get(one)) for one in some}
    after = {one: book.households.after.get(one, kept.get(one)) for one in some}
    facts = [fact for fact in (*before.values(), *after.values()) if fact is not None]
    was = await read_around(session, facts, book.rounds.before, book.teams.before)
    now = was if book.is_among_the_same else await read_around(session, facts, book.rounds.after, book.teams.after)
    rows = RowChanges(ROW_TABLES)
    for household_id in some:
        stood, stands = standing(before[household_id], was), standing(after[household_id], now)
        rows.note(rows_of(before[household_id], stood), rows_of(after[household_id], stands))
        counted, counts = contribution(stood), contribution(stands)
        differences.note(COVERAGE, counted.coverage, counts.coverage)
        differences.note(VISITS, counted.visits, counts.visits)
        differences.note(THINGS, counted.things, counts.things)
    await rows.write(session)


def _batches(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[first : first + AT_ONCE] for first in range(0, len(keys), AT_ONCE))
