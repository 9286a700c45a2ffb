"""Writing rows that follow from facts: those that are others than before, and no statement for any one of them."""

from collections.abc import Mapping

from libs.common.database.session import Session
from services.analytics.rollups.domain import array_text
from services.analytics.visits.domain.documents import terms_document
from services.analytics.visits.domain.fact import RoundFacts, TeamFacts
from services.analytics.visits.domain.rows import ROW_TABLES, Key, Rows, Values

_ROUNDS = """
    INSERT INTO visit_round (round_id, area_prefix, name, area_code, begins_on, ends_on, closed_at, terms)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb)
    ON CONFLICT (round_id) DO UPDATE SET area_prefix = excluded.area_prefix, name = excluded.name,
        area_code = excluded.area_code, begins_on = excluded.begins_on, ends_on = excluded.ends_on,
        closed_at = excluded.closed_at, terms = excluded.terms
"""
_TEAM = """
    INSERT INTO visit_team (team_id, version) VALUES ($1, $2)
    ON CONFLICT (team_id) DO UPDATE SET version = excluded.version
"""
_EMPTY_SEATS = "DELETE FROM visit_seat WHERE team_id = $1"
_SEATS = """
    INSERT INTO visit_seat (staff_id, team_id, from_day, until_day)
    SELECT * FROM unnest($1::text[], $2::text[], $3::date[], $4::date[])
"""


class RowChanges:
    """By table, the rows to be written and to be taken away."""

    def __init__(self) -> None:
        self._written: dict[str, dict[Key, Values]] = {table.name: {} for table in ROW_TABLES}
        self._gone: dict[str, set[Key]] = {table.name: set() for table in ROW_TABLES}

    def note(self, before: Rows, after: Rows) -> None:
        """Of one household."""
        for table in self._written:
            old, new = before[table], after[table]
            self._written[table] |= {key: values for key, values in new.items() if old.get(key) != values}
            self._gone[table] |= old.keys() - new.keys()

    async def write(self, session: Session) -> None:
        """Table by table, at most two statements each."""
        for table in ROW_TABLES:
            gone, written = sorted(self._gone[table.name], key=str), sorted(self._written[table.name].items(), key=str)
            if gone:
                await session.fetch(table.removing, *map(array_text, zip(*gone, strict=True)))
            if written:
                columns = zip(*((*key, *values) for key, values in written), strict=True)
                await session.fetch(table.saving, *map(array_text, columns))


async def keep_surroundings(session: Session, rounds: Mapping[str, RoundFacts], teams: Mapping[str, TeamFacts]) -> None:
    """The rounds and teams that were told of."""
    for round_id, one in sorted(rounds.items()):
        terms = one.opened
        days = (None, None) if terms is None else (terms.begins_on, terms.ends_on)
        prefix = None if terms is None else terms.area_prefix
        told = (one.name, one.area_code, *days, one.closed_at, terms_document(terms))
        await session.fetch(_ROUNDS, round_id, prefix, *told)
    for team_id, team in sorted(teams.items()):
        await session.fetch(_TEAM, team_id, team.version)
        await session.fetch(_EMPTY_SEATS, team_id)
        if team.seats:
            await session.fetch(_SEATS, *map(list, zip(*team.seats, strict=True)))
