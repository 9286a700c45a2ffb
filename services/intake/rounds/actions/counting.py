"""The numbers of rounds that are kept ready (轮次计数): added with each place, counted anew where they are amiss.

What a transaction does is put together and added at its end, in one statement and one order, so that nobody waits in a
circle, and nobody for longer than a commit takes.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import sub

from libs.common.database.session import Database, Session
from libs.common.logs import get_logger
from libs.common.visits.counting import MEASURES, TallyCell, counts_of
from libs.common.visits.placing import PlaceInRound
from services.intake.rounds.queries.counting import (
    Turn,
    TurnKey,
    add_numbers,
    add_reached,
    add_turns,
    amiss_rounds,
    count_teams_anew,
    count_turns_anew,
    count_turns_of_plans,
    lock_places,
    sums_of_teams,
)
from services.intake.rounds.queries.following import hold_rounds
from services.intake.rounds.tables import VisitRound

log = get_logger(__name__)

Number = tuple[str, TallyCell, str]
"""A number of a round: whose round, which cell, which measure."""
_NOTHING = (0,) * len(MEASURES)
_LATEST = timedelta(days=31)
"""After its closing a round may still change by what phones bring."""


@dataclass(slots=True)
class Moved:
    """By how much the numbers of rounds change by one transaction."""

    numbers: Counter[Number] = field(default_factory=Counter)
    turns: Counter[Turn] = field(default_factory=Counter)
    planned: Counter[TurnKey] = field(default_factory=Counter)

    def take(self, row: VisitRound, place: PlaceInRound, given: Sequence[TurnKey], by: int) -> None:
        """A place in a round, given to turns by its plans or to none, counts from now on (1), or no more (-1)."""
        for (cell, measure), many in counts_of(place, given[-1].team_id if given else None).items():
            self.numbers[row.round_id, cell, measure] += by * many
        if place.reached_on is not None:
            for turn in given:
                self.planned[turn] += by
        if row.stages and place.stands and place.reached_on is not None:
            self.turns[_turn(row.round_id, place.reached_on, place.reached_staff, place.then.area_code)] += by

    async def add(self, session: Session) -> None:
        """Add what changed to what is kept."""
        cells: dict[tuple[str, TallyCell], Counter[str]] = {}
        for (round_id, cell, measure), many in self.numbers.items():
            if many:
                cells.setdefault((round_id, cell), Counter())[measure] = many
        rows = [(round_id, *cell, *(counts[name] for name in MEASURES)) for (round_id, cell), counts in cells.items()]
        await add_numbers(session, rows)
        await add_turns(session, [(*turn, many) for turn, many in self.turns.items() if many])
        await add_reached(session, [(*turn, many) for turn, many in self.planned.items() if many])


@asynccontextmanager
async def giving_anew(session: Session, round_id: str, household_ids: Sequence[str]) -> AsyncIterator[None]:
    """Within it plans give these households of a round to teams, or to none; until the end nobody changes their places.

    It ends with the numbers of all teams as they are by then.
    """
    await hold_rounds(session)
    await lock_places(session, round_id, household_ids)
    before = await sums_of_teams(session, round_id, household_ids)
    yield
    await session.write_so_far()
    after = await sums_of_teams(session, round_id, household_ids)
    moved = {cell: tuple(map(sub, after.get(cell, _NOTHING), before.get(cell, _NOTHING))) for cell in before | after}
    await add_numbers(session, [(*cell, *counts) for cell, counts in moved.items() if any(counts)])


async def put_right(database: Database, now: datetime) -> None:
    """Count anew where what is kept is not what there is: a process that knows no such number was at work beside this.

    Of rounds that may still change.
    """
    async with database.reading() as session:
        amiss = await amiss_rounds(session, now - _LATEST)
    if amiss:
        log.warning("numbers of rounds were amiss, and are counted anew", count=len(amiss))
    for round_id in amiss:
        async with database.transaction(now) as session:
            await hold_rounds(session, alone=True)
            await count_teams_anew(session, round_id)
            await count_turns_anew(session, round_id)
            await count_turns_of_plans(session, round_id)


def _turn(round_id: str, day: date, staff_ids: Sequence[str], area_code: str) -> Turn:
    return round_id, day, " ".join(staff_ids), area_code
