"""The tables of visits: households and their steps, visits, who made them, places in rounds, rounds and teams."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Index, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, texts_column
from libs.common.events.household_terms import HouseholdClass
from libs.common.events.visit_terms import VisitOutcome
from services.analytics.tables import Base
from services.analytics.visits.domain.rows import VOID

_NEWEST = ("day DESC", "visit_id DESC")
_MADE = "outcome <> 'void'"


class VisitHouseholdRow(Base, table=True):
    """A household (户), as far as visits count by it: its steps, and where it is by all that is known."""

    __tablename__ = "visit_household"
    __table_args__ = (
        index("visit_household_area_idx", "area_code text_pattern_ops", "household_id"),
        index("visit_household_moved_idx", "household_id", where="moved"),
    )

    household_id: str = Field(primary_key=True)
    area_code: str
    """Empty while no step is known."""
    moved: bool
    """It was in more than one area: a round of any of them may concern it."""
    last_at: datetime = Field(sa_column=moment_column())
    """When the last of its steps and visits was entered."""
    version: int
    steps: list[Any] = Field(sa_column=Column(JSONB, nullable=False))


class VisitFactRow(Base, table=True):
    """A visit (走访), as its record is by now; of one that is void nothing but that."""

    __tablename__ = "visit_fact"
    __table_args__ = (
        one_of("visit_fact", "outcome", (*VisitOutcome, VOID)),
        check("visit_fact_day_check", "(day IS NULL) = (outcome = 'void')"),
        index("visit_fact_household_idx", "household_id"),
        index("visit_fact_newest_idx", *_NEWEST, where=_MADE),
        index("visit_fact_area_idx", "area_code text_pattern_ops", *_NEWEST, where=_MADE),
        Index("visit_fact_rounds_idx", "rounds", postgresql_using="gin"),
        Index("visit_fact_teams_idx", "teams", postgresql_using="gin"),
    )

    visit_id: str = Field(primary_key=True)
    household_id: str
    version: int
    day: date | None
    area_code: str
    outcome: str
    counts: bool
    """It is no duplicate, and not void."""
    staff_ids: list[str] = Field(sa_column=texts_column())
    rounds: list[str] = Field(sa_column=texts_column())
    """Those in which it counts, by its slot."""
    teams: list[str] = Field(sa_column=texts_column())
    doc: dict[str, Any] | None = Field(sa_column=Column(JSONB, nullable=False))


class VisitPersonRow(Base, table=True):
    """Who took part in a visit (走访人)."""

    __tablename__ = "visit_person"

    staff_id: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    visit_id: str = Field(primary_key=True)
    household_id: str
    area_code: str
    outcome: str
    counts: bool
    rounds: list[str] = Field(sa_column=texts_column())


class VisitPlaceRow(Base, table=True):
    """A household's place in a round in which it stands (户轮次), as far as it is counted."""

    __tablename__ = "visit_place"
    __table_args__ = (
        one_of("visit_place", "household_class", HouseholdClass),
        one_of("visit_place", "now_household_class", HouseholdClass),
        one_of("visit_place", "outcome", ("", *VisitOutcome)),
        index("visit_place_household_idx", "household_id"),
        index("visit_place_area_idx", "round_id", "area_code text_pattern_ops", "household_id"),
        index("visit_place_outcome_idx", "round_id", "outcome", "household_id"),
        index("visit_place_contact_idx", "round_id", "contact_staff_id", "household_id"),
    )

    round_id: str = Field(primary_key=True)
    household_id: str = Field(primary_key=True)
    area_code: str
    household_class: str
    contact_staff_id: str
    """Empty: nobody."""
    now_area_code: str
    now_household_class: str
    now_contact_staff_id: str
    outcome: str
    """Empty: not tried."""
    reached_on: date | None
    reached_by: str | None
    late: bool
    purposes: list[str] = Field(sa_column=texts_column())
    teams: list[str] = Field(sa_column=texts_column())
    """Those of who reached it, on that day."""


class VisitRoundRow(Base, table=True):
    """A round of visits (走访轮次); empty but for its closing while its opening was not heard."""

    __tablename__ = "visit_round"
    __table_args__ = (
        check("visit_round_terms_check", "(area_prefix IS NULL) = (begins_on IS NULL)"),
        index("visit_round_area_idx", "area_prefix"),
        index("visit_round_days_idx", "ends_on", "begins_on"),
    )

    round_id: str = Field(primary_key=True)
    area_prefix: str | None
    name: str
    area_code: str
    begins_on: date | None
    ends_on: date | None
    closed_at: datetime | None = Field(sa_column=moment_column(nullable=True))
    terms: dict[str, Any] | None = Field(sa_column=Column(JSONB, nullable=False))


class VisitTeamRow(Base, table=True):
    """A team (走访工作队), by the last word about it."""

    __tablename__ = "visit_team"

    team_id: str = Field(primary_key=True)
    version: int


class VisitSeatRow(Base, table=True):
    """From when to when somebody sits in a team."""

    __tablename__ = "visit_seat"
    __table_args__ = (index("visit_seat_team_idx", "team_id"),)

    staff_id: str = Field(primary_key=True)
    team_id: str = Field(primary_key=True)
    from_day: date = Field(primary_key=True)
    until_day: date


class VisitFreshnessRow(Base, table=True):
    """How far the fold of visits has come, in several parts, so that writers do not wait for one row."""

    __tablename__ = "visit_freshness"

    part: int = Field(primary_key=True, sa_type=SmallInteger)
    as_of: datetime = Field(sa_column=moment_column())
    """When the newest folded event happened."""
    folded_at: datetime = Field(sa_column=moment_column())
