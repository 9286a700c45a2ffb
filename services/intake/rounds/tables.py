"""The tables of rounds: each round, every household's place in it, and the numbers that are kept ready."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from libs.common.events.household_terms import HouseholdClass, VisitEvery
from libs.common.events.visit_terms import Departure, RoundStatus, SlotRule, VisitOutcome
from libs.common.visits.counting import TallyCut, View
from services.intake.tables import Base

_UNREACHED = "stands AND reached_on IS NULL"
_PRESSING = ("rank", "last_visited_on", "household_id")
"""Needs first: key households, then those that were not visited for longest."""


class VisitRound(Base, table=True):
    """A round of visits (走访轮次): whom it takes in, from when to when, and what counts."""

    __tablename__ = "visit_round"
    __table_args__ = (
        one_of("visit_round", "status", RoundStatus),
        one_of("visit_round", "visit_every", VisitEvery),
        one_of("visit_round", "slots", SlotRule),
        check("visit_round_round_id_check", "length(round_id) = 36"),
        check("visit_round_area_code_check", "length(area_code) IN (12, 15)"),
        check("visit_round_days_check", "begins_on <= ends_on"),
        check("visit_round_classes_check", "cardinality(classes) > 0"),
        check("visit_round_gap_days_check", "gap_days >= 0"),
        check("visit_round_closed_check", "(status = 'closed') = (closed_at IS NOT NULL)"),
        index("visit_round_list_idx", "begins_on DESC", "round_id DESC"),
        index("visit_round_closed_idx", "closed_at", where="closed_at IS NOT NULL"),
        index("visit_round_open_idx", "round_id", where="status <> 'closed'"),
    )

    round_id: str = Field(primary_key=True)
    name: str
    status: RoundStatus = Field(sa_column=word_column(RoundStatus))
    area_code: str
    begins_on: date
    ends_on: date
    classes: list[str] = Field(sa_column=texts_column())
    kinds: list[str] = Field(sa_column=texts_column())
    visit_every: VisitEvery | None = Field(sa_column=word_column(VisitEvery, nullable=True))
    purposes: list[str] = Field(sa_column=texts_column())
    gap_days: int
    slots: SlotRule = Field(sa_column=word_column(SlotRule))
    visit_order: str | None
    stages: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False, server_default=text("'[]'")))
    """In which stages it is gone: code, posts, from_day."""
    entered_to: str
    """The last household that was looked at while the round is opening."""
    opened_at: datetime = Field(sa_column=moment_column())
    opened_by: str
    closed_at: datetime | None = Field(sa_column=moment_column(nullable=True))
    closed_by: str | None
    version: int


class RoundHousehold(Base, table=True):
    """A household's place in a round (户轮次): what `PlaceInRound` says, kept by the transaction that changes it."""

    __tablename__ = "round_household"
    __table_args__ = (
        refers("round_household", "round_id", "visit_round"),
        refers("round_household", "household_id", "household", at_commit=True),
        one_of("round_household", "household_class", HouseholdClass),
        one_of("round_household", "now_household_class", HouseholdClass),
        one_of("round_household", "outcome", VisitOutcome),
        one_of("round_household", "left_for", Departure),
        check("round_household_tries_check", "tries >= 0"),
        check("round_household_rank_check", "rank IN (0, 1)"),
        check("round_household_reached_check", "(reached_on IS NULL) = (reached_by IS NULL)"),
        check("round_household_left_check", "NOT stands OR left_for IS NULL"),
        index("round_household_household_idx", "household_id"),
        index("round_household_gap_idx", "round_id", *_PRESSING, where=_UNREACHED),
        index("round_household_gap_area_idx", "round_id", "area_code", *_PRESSING, where=_UNREACHED),
        index("round_household_gap_contact_idx", "round_id", "contact_staff_id", *_PRESSING, where=_UNREACHED),
        index("round_household_left_idx", "round_id", "household_id", where="left_for IS NOT NULL"),
    )

    round_id: str = Field(primary_key=True)
    household_id: str = Field(primary_key=True)
    stands: bool
    area_code: str
    household_class: HouseholdClass = Field(sa_column=word_column(HouseholdClass))
    contact_staff_id: str | None
    now_area_code: str
    now_household_class: HouseholdClass = Field(sa_column=word_column(HouseholdClass))
    now_contact_staff_id: str | None
    outcome: VisitOutcome | None = Field(sa_column=word_column(VisitOutcome, nullable=True))
    reached_on: date | None
    reached_by: str | None
    reached_staff: list[str] = Field(sa_column=texts_column(default=True))
    """Who reached it first, in a round that is gone in stages; empty in any other."""
    tries: int
    late: bool
    purposes: list[str] = Field(sa_column=texts_column())
    rank: int
    """0 of a key household (重点户), 1 of any other."""
    last_visited_on: date
    left_for: Departure | None = Field(sa_column=word_column(Departure, nullable=True))
    left_on: date | None
    left_version: int | None
    updated_at: datetime = Field(sa_column=moment_column())


class RoundTally(Base, table=True):
    """A number of a round that is kept ready (轮次计数), by what it is cut and where; changed with each place."""

    __tablename__ = "round_tally"
    __table_args__ = (
        refers("round_tally", "round_id", "visit_round"),
        one_of("round_tally", "view", View),
        one_of("round_tally", "cut", TallyCut),
    )

    round_id: str = Field(primary_key=True)
    view: str = Field(primary_key=True)
    cut: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    area_code: str = Field(primary_key=True)
    households: int
    reached: int
    nobody_home: int
    refused: int
    moved: int
    by_phone: int
    late: int


class RoundTurn(Base, table=True):
    """How many households of an area the same people reached on a day (走访批次计数), in a round with stages.

    Of which stage they are is not kept: it goes by the posts that the register of people tells when it is asked.
    """

    __tablename__ = "round_turn"
    __table_args__ = (
        refers("round_turn", "round_id", "visit_round"),
        Index("round_turn_person_idx", text("string_to_array(people, ' ')"), postgresql_using="gin"),
    )

    round_id: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    people: str = Field(primary_key=True)
    """Their ids, with a space between; none has one in it."""
    area_code: str = Field(primary_key=True)
    households: int
    """0 where there were some."""
