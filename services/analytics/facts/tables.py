"""The tables of facts: one row a case, and how fresh they are."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from libs.common.database.columns import check, index
from services.analytics.tables import Base


class FactRow(Base, table=True):
    """One case (一件一档). ``doc`` and ``places`` are the whole fact; the columns by which one searches follow."""

    __tablename__ = "fact"
    __table_args__ = (
        check(
            "fact_status_check",
            "status IN ('registered', 'triage', 'assigned', 'signed', 'handled', 'answered', 'sent_back', 'closed',"
            " 'withdrawn', 'not_accepted')",
        ),
        check("fact_check", "is_open = (status NOT IN ('closed', 'withdrawn', 'not_accepted'))"),
        check("fact_check1", "(closed_day IS NULL) = (status <> 'closed')"),
        check("fact_check2", "last_day >= first_day"),
        check("fact_round_check", "round > 0"),
        check("fact_version_check", "version > 0"),
        index("fact_registered_idx", "registered_day", "case_id"),
        index("fact_closed_idx", "closed_day", "case_id", where="closed_day IS NOT NULL"),
        index("fact_open_idx", "case_id", where="is_open", also=("unit_code", "area_code", "handle_due_at")),
        index("fact_accused_idx", "accused_unit", "case_id", where="accused_unit <> ''"),
        index("fact_unlisted_idx", "area_code text_pattern_ops", "first_day", where="unlisted IS NOT FALSE"),
        Index(
            "fact_also_accused_idx",
            "also_accused",
            postgresql_using="gin",
            postgresql_where=text("also_accused <> '{}'"),
        ),
        Index(
            "fact_learned_idx",
            "learned_at",
            postgresql_using="brin",
            postgresql_with={"pages_per_range": 16, "autosummarize": "on"},
        ),
    )

    case_id: str = Field(primary_key=True)
    case_no: str
    area_code: str
    unit_code: str
    """The unit that the case itself counts for; empty when none."""
    units: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    """Every unit that something of the case counts for."""
    category_code: str
    channel: str
    kind: str
    urgency: str
    accused_unit: str = ""
    """The unit complained about (被反映单位): it and those below it do not see the case, nor that it counts."""
    also_accused: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    """Who is, beside it: further units, and members of staff."""
    unlisted: bool | None = None
    """不分列件: confidential, or about a unit. Null while nobody knows, as of facts of before 0015 until a rebuild:
    such a case counts as unlisted."""
    status: str
    is_open: bool
    round: int
    registered_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    registered_day: date
    closed_day: date | None
    first_day: date
    last_day: date
    """The first and last assessment day on which anything of it happened, or falls due."""
    handle_due_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    """The handling limit while it runs."""
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int
    counted: int = Field(sa_column=Column(BigInteger, nullable=False))
    """A bit for each of ``COUNTERS`` that the case adds to anywhere; all bits while nobody has worked it out."""
    counted_beyond: int = Field(default=-1, sa_column=Column(BigInteger, nullable=False, server_default=text("-1")))
    """The same of those that find no place in the first."""
    doc: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    places: dict[str, list[int]] = Field(sa_column=Column(JSONB, nullable=False))
    """Of each atom in ``doc``: its event's place in its source's ledger; less, or nothing, while nobody noted it."""
    learned: dict[str, list[Any]] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    """By source the stamps of its events (``domain/learned.py``); less, or nothing, for those of before 0011."""
    stamp: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    """That of the event learned last; 0 when it has none."""
    timed: bool = False
    """Whether its times stand in the cube of times: not yet in facts of before 0012, until an event or a rebuild."""
    learned_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    """When that was, never earlier than any learned before in the same part."""


class FreshnessRow(Base, table=True):
    """How far the fold has come. In several parts, so that writers do not wait for one row.

    Each transaction that folds takes the next position of one part. There is a row for each part from the start, and
    moments before all others in it until something was folded.
    """

    __tablename__ = "freshness"

    part: int = Field(primary_key=True, sa_type=SmallInteger)
    as_of: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    """When the newest folded event happened."""
    folded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    """When that event was folded."""
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    """How many transactions have folded in this part."""
    day: date
    """The assessment day of the last one."""
    learned_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    """When the last one was, never earlier than one before it."""


class KnownDayRow(Base, table=True):
    """How far a part had come at the end of an assessment day, if that day was not its last."""

    __tablename__ = "known_day"

    part: int = Field(primary_key=True, sa_type=SmallInteger)
    day: date = Field(primary_key=True)
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    learned_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    as_of: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    folded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class KnownFromRow(Base, table=True):
    """The first day whose end is known, where events were folded before that was noted; no row where none were."""

    __tablename__ = "known_from"
    __table_args__ = (check("known_from_one_check", "one"),)

    one: bool = Field(primary_key=True)
    day: date
