"""The tables of cases.

What is read in lists and changes with every event stands in ``cases``; what was said, and who said it, stands beside it
and is written once. ``sealed_`` columns open only in the vault.
"""

from datetime import date, datetime

from sqlmodel import Field

from libs.common.database.columns import moment_column, word_column
from libs.common.events.terms import Channel, Closing, Kind, Satisfaction, Urgency
from services.intake.cases.domain.lifecycle import Status
from services.intake.tables import Base


class Case(Base, table=True):
    """A complaint (诉求件), and where it stands. The title is masked."""

    __tablename__ = "cases"

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

    case_id: str = Field(primary_key=True)
    text: str
    sealed_title: bytes | None
    sealed_text: bytes | None


class Supplement(Base, table=True):
    """Something the citizen added (补充), masked; the original sealed where masking changed something."""

    __tablename__ = "supplement"

    supplement_id: str = Field(primary_key=True)
    case_id: str
    at: datetime = Field(sa_column=moment_column())
    by: str
    text: str
    sealed_text: bytes | None


class TimelineEntry(Base, table=True):
    """One thing that happened to a case (办理纪实), with the status and version after it. Append-only."""

    __tablename__ = "timeline"

    id: int = Field(primary_key=True)
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

    county: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    last: int
