"""The tables of facts: one row a case, and how fresh they are."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.analytics.tables import Base


class FactRow(Base, table=True):
    """One case (一件一档). ``doc`` and ``places`` are the whole fact; the columns by which one searches follow."""

    __tablename__ = "fact"

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
    doc: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    places: dict[str, list[int]] = Field(sa_column=Column(JSONB, nullable=False))
    """Of each atom in ``doc``: its event's place in its source's ledger; less, or nothing, while nobody noted it."""


class FreshnessRow(Base, table=True):
    """How far the fold has come. In several parts, so that writers do not wait for one row."""

    __tablename__ = "freshness"

    part: int = Field(primary_key=True)
    as_of: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    """When the newest folded event happened."""
    folded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    """When that event was folded."""
