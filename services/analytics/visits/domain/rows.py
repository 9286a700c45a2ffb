"""What is stored of a household, its visits and its places (存储行): all that follows from a fact, row by row."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from libs.common.visits.placing import PlaceInRound
from services.analytics.visits.domain.counting import Standing
from services.analytics.visits.domain.documents import steps_document, terms_document, visit_document
from services.analytics.visits.domain.fact import HouseholdFacts, RoundFacts, TeamFacts

Key = tuple[object, ...]
Values = tuple[object, ...]
VOID = "void"


_SENT = {"text[]": "text", "jsonb": "text"}
_READ_AS = {"text[]": "string_to_array({}, ' ')", "jsonb": "{}::jsonb"}


@dataclass(frozen=True)
class RowTable:
    """A table of rows that follow from facts: its keys and other columns, with their types.

    What is a list in the table (``text[]``) is sent as words with spaces between, what is a document as its text.
    """

    name: str
    keys: Mapping[str, str]
    others: Mapping[str, str]

    @property
    def columns(self) -> Mapping[str, str]:
        """All of them, keys first."""
        return {**self.keys, **self.others}

    @cached_property
    def saving(self) -> str:
        """Adds rows, given as one array a column, and writes those anew that are there."""
        given = ", ".join(f"${n}::text::{_SENT.get(kind, kind)}[]" for n, kind in enumerate(self.columns.values(), 1))
        read = ", ".join(_READ_AS.get(kind, "{}").format(name) for name, kind in self.columns.items())
        keys, names = ", ".join(self.keys), ", ".join(self.columns)
        return f"""
            INSERT INTO {self.name} ({names}) SELECT {read} FROM unnest({given}) AS new({names})
            ORDER BY {keys} ON CONFLICT ({keys}) DO UPDATE SET {", ".join(f"{n} = excluded.{n}" for n in self.others)}
        """  # noqa: S608 - names of columns

    @cached_property
    def removing(self) -> str:
        """Takes rows away, by their keys, given as one array a column."""
        given = ", ".join(f"${n}::text::{kind}[]" for n, kind in enumerate(self.keys.values(), 1))
        same = " AND ".join(f"{self.name}.{name} = gone.{name}" for name in self.keys)
        return f"DELETE FROM {self.name} USING unnest({given}) AS gone({', '.join(self.keys)}) WHERE {same}"  # noqa: S608


HOUSEHOLDS = RowTable(
    "visit_household",
    {"household_id": "text"},
    {
        "area_code": "text",
        "moved": "boolean",
        "last_at": "timestamptz",
        "version": "integer",
        "steps": "jsonb",
    },
)
VISITS_MADE = RowTable(
    "visit_fact",
    {"visit_id": "text"},
    {
        "household_id": "text",
        "version": "integer",
        "day": "date",
        "area_code": "text",
        "outcome": "text",
        "counts": "boolean",
        "staff_ids": "text[]",
        "rounds": "text[]",
        "teams": "text[]",
        "doc": "jsonb",
    },
)
WORKERS = RowTable(
    "visit_person",
    {"staff_id": "text", "day": "date", "visit_id": "text"},
    {"household_id": "text", "area_code": "text", "outcome": "text", "counts": "boolean", "rounds": "text[]"},
)
PLACES = RowTable(
    "visit_place",
    {"round_id": "text", "household_id": "text"},
    {
        "area_code": "text",
        "household_class": "text",
        "contact_staff_id": "text",
        "now_area_code": "text",
        "now_household_class": "text",
        "now_contact_staff_id": "text",
        "outcome": "text",
        "reached_on": "date",
        "reached_by": "text",
        "late": "boolean",
        "purposes": "text[]",
        "teams": "text[]",
    },
)
ROW_TABLES = (HOUSEHOLDS, VISITS_MADE, WORKERS, PLACES)
"""In the order in which they are written."""

ROUNDS = RowTable(
    "visit_round",
    {"round_id": "text"},
    {
        "area_prefix": "text",
        "name": "text",
        "area_code": "text",
        "begins_on": "date",
        "ends_on": "date",
        "closed_at": "timestamptz",
        "terms": "jsonb",
    },
)
TEAMS = RowTable("visit_team", {"team_id": "text"}, {"version": "integer"})
SEATS = RowTable("visit_seat", {"staff_id": "text", "team_id": "text", "from_day": "date"}, {"until_day": "date"})
AROUND_TABLES = (ROUNDS, TEAMS, SEATS)

Rows = Mapping[str, Mapping[Key, Values]]
"""By table, by key, the other columns."""


def rows_of(fact: HouseholdFacts | None, found: Standing) -> Rows:
    """All rows of a household."""
    if fact is None:
        return {table.name: {} for table in ROW_TABLES}
    key = (fact.household_id,)
    household = fact.area_code, len(fact.areas) > 1, fact.last_at, fact.version, steps_document(fact.steps.values())
    return {
        HOUSEHOLDS.name: {key: household},
        VISITS_MADE.name: dict(_visits(fact, found)),
        WORKERS.name: dict(_workers(fact, found)),
        PLACES.name: {(round_id, *key): _place(place, found) for round_id, place in found.places.items()},
    }


def surrounding_rows(rounds: Iterable[RoundFacts], teams: Iterable[TeamFacts]) -> Rows:
    """All rows of rounds and teams that were told of."""
    told = [team for team in teams if team.version]
    seats = sorted((seat for team in told for seat in team.seats), key=lambda seat: seat.until_day)
    return {
        ROUNDS.name: {(one.round_id,): _round(one) for one in rounds if one.opened or one.closed_at},
        TEAMS.name: {(team.team_id,): (team.version,) for team in told},
        SEATS.name: {(seat.staff_id, seat.team_id, seat.from_day): (seat.until_day,) for seat in seats},
    }


def _round(one: RoundFacts) -> Values:
    terms = one.opened
    if terms is None:
        return None, one.name, one.area_code, None, None, one.closed_at, terms_document(terms)
    told = terms.area_prefix, one.name, one.area_code, terms.begins_on, terms.ends_on
    return *told, one.closed_at, terms_document(terms)


def _visits(fact: HouseholdFacts, found: Standing) -> Iterator[tuple[Key, Values]]:
    for visit_id, record in fact.visits.items():
        seen, doc = record.seen, visit_document(record.seen)
        if seen is None:
            yield (visit_id,), (fact.household_id, record.version, None, "", VOID, False, "", "", "", doc)
            continue
        one = found.visits[visit_id]
        yield (
            (visit_id,),
            (
                fact.household_id,
                record.version,
                seen.day,
                seen.area_code,
                seen.outcome.value,
                not seen.duplicate,
                " ".join(sorted({*seen.staff_ids})),
                " ".join(one.rounds),
                " ".join(one.teams),
                doc,
            ),
        )


def _workers(fact: HouseholdFacts, found: Standing) -> Iterator[tuple[Key, Values]]:
    for visit_id, one in found.visits.items():
        seen = one.visit
        told = fact.household_id, seen.area_code, seen.outcome.value, not seen.duplicate, " ".join(one.rounds)
        for staff_id in sorted({*seen.staff_ids}):
            yield (staff_id, seen.day, visit_id), told


def _place(place: PlaceInRound, found: Standing) -> Values:
    teams = () if place.reached_by is None else found.visits[place.reached_by].teams
    return (
        place.then.area_code,
        place.then.household_class.value,
        place.then.contact_staff_id or "",
        place.now.area_code,
        place.now.household_class.value,
        place.now.contact_staff_id or "",
        "" if place.outcome is None else place.outcome.value,
        place.reached_on,
        place.reached_by,
        place.late,
        " ".join(place.purposes),
        " ".join(teams),
    )
