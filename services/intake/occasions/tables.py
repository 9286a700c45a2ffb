"""The tables of occasions: each occasion, what was raised there, and what its record said before."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from libs.common.events.occasion_terms import AtHours, OccasionKind, OccasionStep
from libs.common.events.terms import Kind
from libs.common.events.visit_terms import MatterEnd
from services.intake.tables import Base

_NEWEST = ("started_at DESC", "occasion_id DESC")


class Occasion(Base, table=True):
    """An occasion (活动) at which people were heard, as its record is by now. Words in it are masked."""

    __tablename__ = "occasion"
    __table_args__ = (
        refers("occasion", "point_id", "collection_point"),
        one_of("occasion", "kind", OccasionKind),
        one_of("occasion", "at_hours", AtHours),
        check("occasion_occasion_id_check", "length(occasion_id) = 36"),
        check("occasion_area_code_check", "length(area_code) IN (12, 15)"),
        check("occasion_times", "started_at <= ended_at"),
        check("occasion_point", "(kind = 'collection') = (point_id IS NOT NULL)"),
        check("occasion_hours", "(point_id IS NULL) = (at_hours IS NULL)"),
        check("occasion_staff", "cardinality(staff_ids) > 0"),
        check("occasion_citizens_check", "citizens >= 0"),
        check("occasion_version_check", "version > 0"),
        check("occasion_carried", "carried_over BETWEEN 0 AND version"),
        index("occasion_newest_idx", *_NEWEST),
        index("occasion_area_idx", "area_code", *_NEWEST),
        index("occasion_kind_idx", "kind", *_NEWEST),
        index("occasion_point_idx", "point_id", *_NEWEST, where="point_id IS NOT NULL"),
    )

    occasion_id: str = Field(primary_key=True)
    kind: OccasionKind = Field(sa_column=word_column(OccasionKind))
    point_id: str | None
    area_code: str
    day: date
    started_at: datetime = Field(sa_column=moment_column())
    ended_at: datetime = Field(sa_column=moment_column())
    at_hours: AtHours | None = Field(sa_column=word_column(AtHours, nullable=True))
    """Whether it kept to the hours that the point had when it was entered."""
    place: str
    topic: str
    staff_ids: list[str] = Field(sa_column=texts_column())
    unit_codes: list[str] = Field(sa_column=texts_column())
    citizens: int
    """How many came; nobody is named."""
    entered_by: str
    entered_on: date
    recorded_at: datetime = Field(sa_column=moment_column())
    version: int
    carried_over: int
    """At which version it stood when its steps began to be told: those up to it no event tells. 0: all are told."""


class OccasionMatter(Base, table=True):
    """What was raised at an occasion (活动诉求). Append-only; of what became a case the words stand there."""

    __tablename__ = "occasion_matter"
    __table_args__ = (
        refers("occasion_matter", "occasion_id", "occasion"),
        one_of("occasion_matter", "ended", MatterEnd),
        one_of("occasion_matter", "kind", Kind),
        check("occasion_matter_case", "(ended = 'explained') = (case_id IS NULL)"),
        check("occasion_matter_words", "(ended = 'explained') = (text IS NOT NULL)"),
        index("occasion_matter_case_idx", "case_id", where="case_id IS NOT NULL"),
    )

    occasion_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    ended: MatterEnd = Field(sa_column=word_column(MatterEnd))
    kind: Kind = Field(sa_column=word_column(Kind))
    category_code: str | None
    text: str | None
    answer: str | None
    case_id: str | None


class OccasionChange(Base, table=True):
    """One step of an occasion's record (活动记录变动), with what was otherwise before it. Append-only."""

    __tablename__ = "occasion_change"
    __table_args__ = (
        refers("occasion_change", "occasion_id", "occasion", at_commit=True),
        one_of("occasion_change", "action", OccasionStep),
    )

    occasion_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    action: OccasionStep = Field(sa_column=word_column(OccasionStep))
    before: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    who: str
    unit_code: str | None
    staff_id: str | None
    at: datetime = Field(sa_column=moment_column())
    why: str
