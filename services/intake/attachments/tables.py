"""Which files a case has. The bytes are in the store of files, under their digest."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from libs.common.blobs.scanning import ScanVerdict
from libs.common.database.columns import check, index, moment_column, one_of, refers, word_column
from services.intake.tables import Base


class Attachment(Base, table=True):
    """A file about a case (附件). Never removed: when its bytes are deleted, the row says by whom and why."""

    __tablename__ = "attachment"
    __table_args__ = (
        refers("attachment", "case_id", "cases"),
        one_of("attachment", "scan", (ScanVerdict.CLEAN, ScanVerdict.UNSCANNED)),
        check("attachment_attachment_id_check", "length(attachment_id) = 36"),
        check("attachment_digest_check", "length(digest) = 64"),
        check("attachment_size_check", "size > 0"),
        check("attachment_name_check", "name <> ''"),
        check("attachment_deletion", "num_nonnulls(deleted_at, deleted_by, deletion_reason) IN (0, 3)"),
        index("attachment_case_idx", "case_id", "attachment_id"),
        index("attachment_digest_idx", "digest", where="deleted_at IS NULL"),
    )

    attachment_id: str = Field(primary_key=True)
    case_id: str
    digest: str
    """SHA-256, under which the bytes are kept."""
    size: int = Field(sa_type=BigInteger)
    """Bytes."""
    media_type: str
    """By its content."""
    name: str
    """Cleaned, and numbers of persons masked."""
    scan: ScanVerdict = Field(sa_column=word_column(ScanVerdict))
    added_at: datetime = Field(sa_column=moment_column())
    added_by: str
    unit_code: str | None
    deleted_at: datetime | None = Field(sa_column=moment_column(nullable=True))
    deleted_by: str | None
    deletion_reason: str | None
