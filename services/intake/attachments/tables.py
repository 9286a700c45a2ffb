"""Which files a case has. The bytes are in the store of files, under their digest."""

from datetime import datetime

from sqlmodel import Field

from libs.common.blobs.scanning import Verdict
from libs.common.database.columns import moment_column, word_column
from services.intake.tables import Base


class Attachment(Base, table=True):
    """A file about a case (附件). Never removed: when its bytes are deleted, the row says by whom and why."""

    __tablename__ = "attachment"

    attachment_id: str = Field(primary_key=True)
    case_id: str
    digest: str
    """SHA-256, under which the bytes are kept."""
    size: int
    """Bytes."""
    media_type: str
    """By its content."""
    name: str
    """Cleaned, and numbers of persons masked."""
    scan: Verdict = Field(sa_column=word_column(Verdict))
    added_at: datetime = Field(sa_column=moment_column())
    added_by: str
    unit_code: str | None
    deleted_at: datetime | None = Field(sa_column=moment_column(nullable=True))
    deleted_by: str | None
    deletion_reason: str | None
