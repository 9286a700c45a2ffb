"""The tables of analytics, in its own schema: a fact a case, the roll-ups, and how fresh they are.

Counters of a roll-up are one column each, in the order of ``COUNTERS``; rows whose counters are all 0 do not exist.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Date, DateTime, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from services.analytics.domain.terms import COUNTERS, Counter


class Base(SQLModel):
    """Base of this service's tables."""

    metadata = MetaData()


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
    """Of each mark in ``doc``: its event's place in its source's ledger; less, or nothing, while nobody noted it."""


class FreshnessRow(Base, table=True):
    """How far the fold has come. In several parts, so that writers do not wait for one row."""

    __tablename__ = "freshness"

    part: int = Field(primary_key=True)
    as_of: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    """When the newest folded event happened."""
    folded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    """When that event was folded."""


class RollupMonth(Base, table=True):
    """The day of the calendar's month on which the months of the coarse roll-ups start, for as long as they stand.

    It is that of the pack under which the first case was counted. Under a pack that cuts months otherwise, figures are
    as right as ever, and more days are read one by one.
    """

    __tablename__ = "rollup_month"

    one: bool = Field(primary_key=True)
    starts_on: int


DIMENSIONS = ("basis", "day", "area_code", "unit_code", "category_code", "channel", "kind")

COARSE_DIMENSIONS = ("grain", *DIMENSIONS)


def _integers(name: str, dimensions: Sequence[str]) -> Table:
    return Table(
        name,
        Base.metadata,
        *(Column(name, Date if name == "day" else Text, primary_key=True) for name in dimensions),
        *(
            Column(counter.value, BigInteger if counter is Counter.HANDLE_MINUTES else Integer, nullable=False)
            for counter in COUNTERS
        ),
    )


rollup = _integers("rollup", DIMENSIONS)
"""Integers by basis, assessment day, area, unit, category, channel and kind (汇总)."""

rollup_coarse = _integers("rollup_coarse", COARSE_DIMENSIONS)
"""The same, added up by grain (``domain/grains.py``). What a grain does not tell apart is empty."""
