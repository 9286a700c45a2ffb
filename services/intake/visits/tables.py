"""The tables of visits: each visit, who made it, what was raised, and what became of its record."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from libs.common.blobs.scanning import ScanVerdict
from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from libs.common.events.terms import Kind
from libs.common.events.visit_terms import MatterEnd, VisitOutcome, VisitSlot, VisitStep
from services.intake.tables import Base
from services.intake.visits.domain import Status

_NEWEST = ("started_at DESC", "visit_id DESC")


class Visit(Base, table=True):
    """A visit to a household (走访), as its record is by now. Words in it are masked."""

    __tablename__ = "visit"
    __table_args__ = (
        refers("visit", "household_id", "household"),
        one_of("visit", "status", Status),
        one_of("visit", "slot", VisitSlot),
        one_of("visit", "outcome", VisitOutcome),
        check("visit_visit_id_check", "length(visit_id) = 36"),
        check("visit_area_code_check", "length(area_code) IN (12, 15)"),
        check("visit_times_check", "started_at <= ended_at"),
        check("visit_staff_ids_check", "cardinality(staff_ids) > 0"),
        check("visit_void_asked_check", "(status = 'void_asked') = (void_asked_by IS NOT NULL)"),
        check("visit_version_check", "version > 0"),
        index("visit_household_idx", "household_id", *_NEWEST),
        index("visit_newest_idx", *_NEWEST),
        index("visit_ledger_idx", "area_code", "day", "visit_id", where="status <> 'void'"),
        index("visit_area_idx", "area_code", *_NEWEST),
        index("visit_duplicate_idx", *_NEWEST, where="duplicate_of IS NOT NULL"),
        index("visit_void_asked_idx", *_NEWEST, where="status = 'void_asked'"),
    )

    visit_id: str = Field(primary_key=True)
    household_id: str
    status: Status = Field(sa_column=word_column(Status))
    day: date
    started_at: datetime = Field(sa_column=moment_column())
    ended_at: datetime = Field(sa_column=moment_column())
    slot: VisitSlot = Field(sa_column=word_column(VisitSlot))
    outcome: VisitOutcome = Field(sa_column=word_column(VisitOutcome))
    area_code: str
    place_code: str | None
    staff_ids: list[str] = Field(sa_column=texts_column())
    guide: str | None
    purposes: list[str] = Field(sa_column=texts_column())
    materials: dict[str, int] = Field(sa_column=Column(JSONB, nullable=False))
    topics: list[str] = Field(sa_column=texts_column())
    findings: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    quantities: list[dict[str, str]] = Field(sa_column=Column(JSONB, nullable=False))
    photos: list[str] = Field(sa_column=texts_column())
    rounds: list[str] = Field(sa_column=texts_column())
    duplicate_of: str | None
    entered_by: str
    entered_on: date
    recorded_at: datetime = Field(sa_column=moment_column())
    void_asked_by: str | None
    version: int


class VisitWorker(Base, table=True):
    """One of those who made a visit (走访人)."""

    __tablename__ = "visit_worker"
    __table_args__ = (
        refers("visit_worker", "visit_id", "visit"),
        index("visit_worker_staff_idx", "staff_id", *_NEWEST),
    )

    visit_id: str = Field(primary_key=True)
    staff_id: str = Field(primary_key=True)
    started_at: datetime = Field(sa_column=moment_column())


class VisitMatter(Base, table=True):
    """A matter that was raised at a visit (走访诉求). What became a case stands there; other words stand here, masked,
    and sealed as they came under the household's key where masking changed them.
    """

    __tablename__ = "visit_matter"
    __table_args__ = (
        refers("visit_matter", "visit_id", "visit"),
        one_of("visit_matter", "ended", MatterEnd),
        one_of("visit_matter", "kind", Kind),
        check("visit_matter_case_check", "(ended = 'explained') = (case_id IS NULL)"),
    )

    visit_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    ended: MatterEnd = Field(sa_column=word_column(MatterEnd))
    kind: Kind = Field(sa_column=word_column(Kind))
    category_code: str | None
    text: str | None
    answer: str | None
    sealed_text: bytes | None
    case_id: str | None


class VisitPhoto(Base, table=True):
    """A photo that is kept (走访照片), of those that a visit's record names. It goes when the record names it no more,
    and when the visit is void.
    """

    __tablename__ = "visit_photo"
    __table_args__ = (
        refers("visit_photo", "visit_id", "visit"),
        one_of("visit_photo", "scan", (ScanVerdict.CLEAN, ScanVerdict.UNSCANNED)),
        check("visit_photo_digest_check", "length(digest) = 64"),
        check("visit_photo_size_check", "size > 0"),
        index("visit_photo_digest_idx", "digest"),
    )

    visit_id: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    """SHA-256, under which the bytes are kept."""
    size: int = Field(sa_type=BigInteger)
    """Bytes."""
    media_type: str
    """By its content."""
    scan: ScanVerdict = Field(sa_column=word_column(ScanVerdict))
    added_at: datetime = Field(sa_column=moment_column())
    added_by: str


class VisitChange(Base, table=True):
    """One step of a visit's record (走访变动记录), with what it was before. Append-only."""

    __tablename__ = "visit_change"
    __table_args__ = (
        refers("visit_change", "visit_id", "visit"),
        one_of("visit_change", "action", VisitStep),
        one_of("visit_change", "from_status", Status),
        one_of("visit_change", "to_status", Status),
    )

    visit_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    action: VisitStep = Field(sa_column=word_column(VisitStep))
    from_status: Status | None = Field(sa_column=word_column(Status, nullable=True))
    to_status: Status = Field(sa_column=word_column(Status))
    before: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    """What was otherwise, by field, as it was."""
    who: str
    unit_code: str | None
    staff_id: str | None
    at: datetime = Field(sa_column=moment_column())
    why: str
