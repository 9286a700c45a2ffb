"""The tables of collection points: each point, its steps, and who is on duty there on which day."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from libs.common.events.occasion_terms import PointKind, PointStep
from services.intake.tables import Base


class CollectionPoint(Base, table=True):
    """A collection point (民情收集点) as it is now, open on the days of a rule of the pack from its first day on."""

    __tablename__ = "collection_point"
    __table_args__ = (
        one_of("collection_point", "kind", PointKind),
        check("collection_point_point_id_check", "length(point_id) = 36"),
        check("collection_point_area_code_check", "length(area_code) IN (12, 15)"),
        check("collection_point_hours", "opens_at < closes_at"),
        check("collection_point_days", "until_day IS NULL OR from_day <= until_day"),
        check("collection_point_version_check", "version > 0"),
        check("collection_point_carried", "carried_over BETWEEN 0 AND version"),
        index("collection_point_code_key", "code", unique=True),
        index("collection_point_area_idx", "area_code", "point_id"),
    )

    point_id: str = Field(primary_key=True)
    code: str
    """The office's own, which stands in the source of the cases that were raised there."""
    kind: PointKind = Field(sa_column=word_column(PointKind))
    name: str
    place: str
    area_code: str
    days: str
    opens_at: time
    closes_at: time
    from_day: date
    until_day: date | None
    opened_at: datetime = Field(sa_column=moment_column())
    updated_at: datetime = Field(sa_column=moment_column())
    version: int
    carried_over: int
    """At which version it stood when its steps began to be told: those up to it no event tells. 0: all are told."""


class PointChange(Base, table=True):
    """One step of a point (收集点变动记录), with all of it as it is by that. Append-only."""

    __tablename__ = "point_change"
    __table_args__ = (
        refers("point_change", "point_id", "collection_point", at_commit=True),
        one_of("point_change", "action", PointStep),
    )

    point_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    action: PointStep = Field(sa_column=word_column(PointStep))
    told: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    who: str
    unit_code: str | None
    staff_id: str | None
    at: datetime = Field(sa_column=moment_column())
    why: str


class PointDuty(Base, table=True):
    """Who is on duty at a point on a day (收集点值守); the word with the highest ``correction`` counts. Append-only."""

    __tablename__ = "point_duty"
    __table_args__ = (
        refers("point_duty", "point_id", "collection_point"),
        check("point_duty_correction_check", "correction >= 0"),
        index("point_duty_day_idx", "on_day", "point_id", "correction DESC"),
    )

    point_id: str = Field(primary_key=True)
    on_day: date = Field(primary_key=True)
    correction: int = Field(primary_key=True)
    staff_ids: list[str] = Field(sa_column=texts_column())
    who: str
    unit_code: str | None
    staff_id: str | None
    at: datetime = Field(sa_column=moment_column())
    why: str
