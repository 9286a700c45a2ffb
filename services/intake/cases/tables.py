"""The tables of cases.

What is read in lists and changes with every event stands in ``cases``; what was said, and who said it, stands beside it
and is written once. ``sealed_`` columns open only in the vault.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, word_column
from libs.common.events.terms import Channel, Closing, Kind, Satisfaction, Urgency
from services.intake.cases.domain.lifecycle import DOOR_STEPS, Status
from services.intake.tables import Base

_NEWEST = ("registered_at DESC", "case_id DESC")
"""How lists go."""


class Case(Base, table=True):
    """A complaint (诉求件), and where it stands. The title is masked."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("case_no", name="cases_case_no_key"),
        one_of("cases", "channel", Channel),
        one_of("cases", "kind", Kind),
        one_of("cases", "urgency", Urgency),
        one_of("cases", "status", Status),
        one_of("cases", "satisfaction", Satisfaction),
        one_of("cases", "closing", Closing),
        check("cases_case_id_check", "length(case_id) = 36"),
        check("cases_case_no_check", "length(case_no) = 19"),
        check("cases_area_code_check", "length(area_code) IN (12, 15)"),
        check("cases_title_check", "title <> ''"),
        check("cases_round_check", "round > 0"),
        check("cases_version_check", "version > 0"),
        check("cases_source", "source_no IS NULL OR source_system IS NOT NULL"),
        check("cases_spoken_before_registered", "occurred_at <= registered_at"),
        check("cases_closing", "(closing IS NOT NULL) = (status = 'closed')"),
        index("cases_source_key", "source_system", "source_no", where="source_no IS NOT NULL", unique=True),
        index("cases_registered_idx", *_NEWEST),
        index("cases_area_idx", "area_code", *_NEWEST),
        index("cases_status_idx", "status", *_NEWEST),
        index("cases_unit_idx", "lead_unit", *_NEWEST, where="lead_unit IS NOT NULL"),
        index("cases_urgent_idx", "urgency", *_NEWEST, where="urgency <> 'normal'"),
        index("cases_category_idx", "category_code", *_NEWEST, where="category_code IS NOT NULL"),
        index(
            "cases_category_area_idx",
            *("category_code", "area_code", "status", "kind", "channel", *_NEWEST),
            where="category_code IS NOT NULL",
        ),
        index(
            "cases_unit_category_idx",
            *("lead_unit", "category_code", *_NEWEST),
            where="lead_unit IS NOT NULL AND category_code IS NOT NULL",
        ),
    )

    case_id: str = Field(primary_key=True)
    case_no: str
    channel: Channel = Field(sa_column=word_column(Channel))
    kind: Kind = Field(sa_column=word_column(Kind))
    urgency: Urgency = Field(sa_column=word_column(Urgency))
    area_code: str
    accused_unit: str | None
    """The unit complained about (被反映单位): it never learns who did."""
    title: str
    confidential: bool
    callback_wanted: bool
    source_system: str | None
    source_no: str | None
    occurred_at: datetime = Field(sa_column=moment_column())
    """When the citizen spoke."""
    registered_at: datetime = Field(sa_column=moment_column())
    pack_version: int

    status: Status = Field(sa_column=word_column(Status))
    category_code: str | None
    round: int
    lead_unit: str | None
    sign_due_at: datetime | None = Field(sa_column=moment_column(nullable=True))
    due_at: datetime | None = Field(sa_column=moment_column(nullable=True))
    satisfaction: Satisfaction | None = Field(sa_column=word_column(Satisfaction, nullable=True))
    closing: Closing | None = Field(sa_column=word_column(Closing, nullable=True))
    answered_directly: bool
    version: int
    updated_at: datetime = Field(sa_column=moment_column())


class Wording(Base, table=True):
    """What was said (原话). The sealed columns hold the original where masking changed something, else NULL."""

    __tablename__ = "wording"
    __table_args__ = (check("wording_text_check", "text <> ''"),)

    case_id: str = Field(primary_key=True)
    text: str
    sealed_title: bytes | None
    sealed_text: bytes | None


class Supplement(Base, table=True):
    """What the citizen said since (补充、催办、撤单), masked; the original sealed where masking changed something."""

    __tablename__ = "supplement"
    __table_args__ = (
        refers("supplement", "case_id", "cases"),
        one_of("supplement", "what", DOOR_STEPS),
        index("supplement_case_idx", "case_id", "supplement_id"),
    )

    supplement_id: str = Field(primary_key=True)
    case_id: str
    at: datetime = Field(sa_column=moment_column())
    by: str
    text: str
    sealed_text: bytes | None
    what: str
    """Which step was said so, as on the timeline."""


class TimelineEntry(Base, table=True):
    """One thing that happened to a case (办理纪实), with the status and version after it. Append-only."""

    __tablename__ = "timeline"
    __table_args__ = (
        check("timeline_note_check", "length(note) <= 500"),
        check("timeline_round_check", "round > 0"),
        index("timeline_case_idx", "case_id", "at", "id"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    case_id: str
    at: datetime = Field(sa_column=moment_column())
    what: str
    """The event's short name, such as ``assigned``."""
    round: int
    unit_code: str | None
    by: str | None
    """An account; NULL when the system or an unnamed person of the unit did it."""
    note: str
    status: Status = Field(sa_column=word_column(Status))
    version: int


class CaseNumber(Base, table=True):
    """The last sequence that was given out, per county and day."""

    __tablename__ = "case_number"
    __table_args__ = (
        check("case_number_county_check", "length(county) = 6"),
        check("case_number_last_check", "last BETWEEN 0 AND 999999"),
    )

    county: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    last: int
